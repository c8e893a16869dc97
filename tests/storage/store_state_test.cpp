// What a store tells at the start beside its logs: forks, whom a peer asks for, whom we block.
#include <gtest/gtest.h>

#include "tests/storage/held_log.h"

namespace koinon::test::store_state_test {
namespace {

class TellsAtTheStart : public HeldLog {};
INSTANTIATE_TEST_SUITE_P(Stores, TellsAtTheStart, all_stores(), store_name);

// Also where nothing of the log is held, or no more.
TEST_P(TellsAtTheStart, WhatHasForkedIsTold) {
  EXPECT_TRUE(store->load_state()->forked.empty());
  change([&] { ASSERT_TRUE(store->add_evidence({author.log.id(), "two heads", {1}}).ok()); });
  EXPECT_TRUE(store->load_state()->logs.empty());
  EXPECT_EQ(store->load_state()->forked, std::vector<LogId>{author.log.id()});
}

TEST_P(TellsAtTheStart, AsksAndBlocksAreRememberedAndGoWithThePeer) {
  PeerRecord peer;
  peer.node_key = NodeKey::from(Bytes(32, 'p'));
  peer.log = LogId::from(Bytes(32, 'l'));
  const LogId other = LogId::from(Bytes(32, 'o'));
  change([&] {
    ASSERT_TRUE(store->put_peer(peer).ok());
    ASSERT_TRUE(store->set_asks({{peer.node_key, other}, {peer.node_key, *peer.log}}, true).ok());
    ASSERT_TRUE(store->set_asks({{peer.node_key, *peer.log}}, false).ok());
    ASSERT_TRUE(store->set_blocked(other, true).ok());
  });
  EXPECT_EQ(store->load_state()->asks, (std::vector<HeadAsk>{{peer.node_key, other}}));
  EXPECT_EQ(store->load_state()->blocked, std::vector<LogId>{other});
  change([&] {
    ASSERT_TRUE(store->remove_peer(peer.node_key).ok());
    ASSERT_TRUE(store->set_blocked(other, false).ok());
  });
  EXPECT_TRUE(store->load_state()->asks.empty());
  EXPECT_TRUE(store->load_state()->blocked.empty());
}

// With the log, and without it.
TEST_P(TellsAtTheStart, WhatALogHasStatedAboutItsKeysIsKept) {
  author.say(note("one"));
  const LogId log = author.log.id();
  KeyHistory keys(author.log.identity());
  Statement statement = keys.next(false);
  statement.size = TreeSize(3);
  statement.key.key = SigningKey::from_seed(Bytes(32, 'n')).public_key();
  ASSERT_TRUE(
      keys.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(sha256(author.name).view())))
          .ok());
  change([&] { ASSERT_TRUE(store->keep_statements(log, keys.notes()).ok()); });
  ASSERT_EQ(store->load_state()->statements.size(), 1U);
  EXPECT_EQ(store->load_state()->statements[0].log, log);
  EXPECT_EQ(store->load_state()->statements[0].notes, keys.notes());
  change([&] { ASSERT_TRUE(store->append_run(author.run(0, 1, BodyState::kNotAsked)).ok()); });
  EXPECT_EQ(store->log_state(log)->keys.notes(), keys.notes());
  EXPECT_EQ(store->load_state()->logs.at(0).keys.notes(), keys.notes());
  EXPECT_TRUE(store->load_state()->statements.empty());
  change([&] { ASSERT_TRUE(store->remove_log(log, {1}).ok()); });
  EXPECT_EQ(store->load_state()->statements.size(), 1U);
  change([&] { ASSERT_TRUE(store->keep_statements(log, {}).ok()); });
  EXPECT_TRUE(store->load_state()->statements.empty());
}

// However it is asked: the list of peers says what the start says.
TEST_P(TellsAtTheStart, WhoHasHeldOurLogIsTold) {
  PeerRecord one;
  one.node_key = NodeKey::from(Bytes(32, 'p'));
  PeerRecord other;
  other.node_key = NodeKey::from(Bytes(32, 'q'));
  change([&] {
    ASSERT_TRUE(store->put_peer(one).ok());
    ASSERT_TRUE(store->put_peer(other).ok());
    ASSERT_TRUE(store->set_held_ours(one.node_key).ok());
    ASSERT_TRUE(store->put_peer(one).ok());
  });
  for (const auto& peers : {*store->peers(), store->load_state()->peers}) {
    ASSERT_EQ(peers.size(), 2U);
    for (const PeerRecord& peer : peers) EXPECT_EQ(peer.held_ours, peer.node_key == one.node_key);
  }
  change([&] {
    ASSERT_TRUE(store->remove_peer(one.node_key).ok());
    ASSERT_TRUE(store->put_peer(one).ok());
  });
  const auto after = *store->peers();
  for (const PeerRecord& peer : after) EXPECT_FALSE(peer.held_ours) << "a pin begins anew";
}

}  // namespace
}  // namespace koinon::test::store_state_test
