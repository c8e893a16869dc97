// Where a peer's log names another node key, either may be shown until the new one was; what is void or older
// is not believed.
#include "node/daemon/pin_following.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "node/publishing/node_key_wait.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::pin_following_test {
namespace {

SigningKey seeded(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }
NodeKey key_of(char seed) { return NodeKey::from(seeded(seed).public_key().view()); }

// The log is that of a peer. Its node keys are named by letters.
class PinFollowingTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto opened = open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    change([&](Store& writes) { return writes.set_own_log(log.id()); });
    Draft draft;
    draft.entry = make_genesis(log.identity(), seeded('c'), sealing, seeded('A'), {1});
    ASSERT_TRUE(publish(*store, log, draft).ok());
  }
  template <typename Act>
  void change(Act act) {
    ASSERT_TRUE(store->begin(true).ok());
    const Status done = act(*store);
    ASSERT_TRUE(done.ok()) << done.error().text();
    ASSERT_TRUE(store->commit().ok());
  }
  Draft names(char key) const {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), seeded('c'), sealing, seeded(key));
    return draft;
  }
  EntryIndex name(char key) {
    const auto index = publish(*store, log, names(key));
    EXPECT_TRUE(index.ok());
    return index.ok() ? *index : EntryIndex();
  }
  void pin(char key) { pin(key, log.id()); }
  void pin(char key, const std::optional<LogId>& of) {
    PeerRecord peer;
    peer.node_key = key_of(key);
    peer.log = of;
    peer.name = "seoul.example";
    peer.address = "a.example:1";
    change([&](Store& writes) { return writes.put_peer(peer); });
  }
  PinFollowing::Moved look(const PinFollowing::Look& how = {}) {
    PinFollowing::Moved out;
    change([&](Store& writes) -> Status {
      KOINON_ASSIGN(out, PinFollowing::move(writes, log.id(), key_of('o'), how));
      return {};
    });
    return out;
  }
  std::vector<NodeKey> pins() {
    std::vector<NodeKey> out;
    const auto all = *store->peers();
    for (const PeerRecord& peer : all) out.push_back(peer.node_key);
    return out;
  }

  OwnLog log = test_log();
  SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  TemporaryFolder folder;
  std::unique_ptr<Store> store;
};

TEST_F(PinFollowingTest, TheOldKeyIsPinnedUntilTheNewOneWasShown) {
  pin('A');
  const Epoch epoch = Epoch::from(Bytes(Epoch::kSize, 'e'));
  change([&](Store& writes) { return writes.set_cursor({key_of('A'), epoch, JournalSeq(7)}); });
  change([&](Store& writes) { return writes.set_held_ours(key_of('A')); });
  EXPECT_FALSE(look().awaits) << "nothing else is named";
  const EntryIndex named = name('B');
  const auto awaits = look();
  ASSERT_TRUE(awaits.awaits);
  EXPECT_EQ(*awaits.awaits, (Peers::Awaited{key_of('A'), key_of('B'), named}));
  EXPECT_TRUE(awaits.dropped.empty());
  EXPECT_EQ(pins(), std::vector{key_of('A')});
  const auto moved = look({key_of('B')});
  EXPECT_FALSE(moved.awaits);
  ASSERT_TRUE(moved.pinned);
  ASSERT_EQ(pins(), std::vector{key_of('B')});
  const PeerRecord peer = store->peers()->front();
  EXPECT_EQ(peer.address, "a.example:1");
  EXPECT_EQ(peer.epoch, epoch) << "it is the same node";
  EXPECT_EQ(peer.cursor, JournalSeq(7));
  EXPECT_TRUE(peer.held_ours);
  EXPECT_TRUE(look().dropped.empty());
}

TEST_F(PinFollowingTest, WhoHasMissedAChangeIsPinnedUnderTheKeyBeforeTheLast) {
  pin('A');
  const Epoch epoch = Epoch::from(Bytes(Epoch::kSize, 'e'));
  change([&](Store& writes) { return writes.set_cursor({key_of('A'), epoch, JournalSeq(7)}); });
  change([&](Store& writes) { return writes.set_held_ours(key_of('A')); });
  name('B');
  name('C');
  const auto moved = look();
  EXPECT_EQ(pins(), std::vector{key_of('B')});
  EXPECT_EQ(store->peers()->front().epoch, epoch) << "it is the same node";
  EXPECT_EQ(store->peers()->front().cursor, JournalSeq(7));
  EXPECT_TRUE(store->peers()->front().held_ours);
  ASSERT_TRUE(moved.awaits);
  EXPECT_EQ(moved.awaits->next, key_of('C'));
  look({key_of('C')});
  EXPECT_EQ(pins(), std::vector{key_of('C')});
}

TEST_F(PinFollowingTest, AKeyInTheMiddleOfARunIsNoneOfTheOperators) {
  pin('B');
  ASSERT_TRUE(publish_at_once(*store, log, {names('B'), names('C'), names('D')}).ok());
  const auto moved = look();
  EXPECT_EQ(pins(), std::vector{key_of('C')});
  ASSERT_TRUE(moved.awaits);
  EXPECT_EQ(moved.awaits->next, key_of('D'));
}

// Who has stolen the log's key has a node that helps prove its key.
TEST_F(PinFollowingTest, NoPinGivesWayToAnothersNode) {
  pin('A');
  pin('M', test_log("milan.example").id());
  pin('O', std::nullopt);
  for (const char helper : {'M', 'O', 'o'}) {
    name('B');
    name('C');
    name(helper);
    const auto moved = look({key_of(helper)});
    EXPECT_FALSE(moved.awaits) << helper;
    EXPECT_FALSE(moved.pinned) << helper;
    EXPECT_TRUE(moved.dropped.empty()) << helper;
    EXPECT_EQ(pins().size(), 3U) << helper;
    ASSERT_TRUE(take_back(*store, log, 1).ok());
    look();
    EXPECT_EQ(pins().size(), 3U) << helper;
  }
  const auto all = pins();
  EXPECT_NE(std::find(all.begin(), all.end(), key_of('A')), all.end()) << "after the recovery as before";
}

TEST_F(PinFollowingTest, AfterARecoveryNoEarlierKeyServesOn) {
  pin('A');
  const Epoch epoch = Epoch::from(Bytes(Epoch::kSize, 'e'));
  change([&](Store& writes) { return writes.set_cursor({key_of('A'), epoch, JournalSeq(7)}); });
  name('B');
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  name('C');
  const auto moved = look();
  EXPECT_FALSE(moved.awaits);
  EXPECT_EQ(pins(), std::vector{key_of('C')});
  EXPECT_FALSE(store->peers()->front().epoch) << "it is another node";
}

TEST_F(PinFollowingTest, WhatFollowedAVoidKeyGoesBack) {
  pin('A');
  name('B');
  look({key_of('B')});
  ASSERT_EQ(pins(), std::vector{key_of('B')});
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  look();
  EXPECT_EQ(pins(), std::vector{key_of('A')});
}

TEST_F(PinFollowingTest, AfterNewWordsTheOldKeyServesAsBefore) {
  const auto new_words = [&] {
    const auto size = store->log_state(log.id())->range.size();
    return take_back(*store, log, size.value, {4}, seeded('w').public_key());
  };
  const auto serves = [&](char old) { return *old_node_key_serves(*store, log.id(), key_of(old)); };
  pin('A');
  name('B');
  look();
  ASSERT_TRUE(new_words().ok());
  const auto awaits = look();
  ASSERT_TRUE(awaits.awaits) << "the node goes on showing the old key, which peers let in";
  EXPECT_TRUE(serves('A'));
  EXPECT_TRUE(awaits.dropped.empty());
  EXPECT_EQ(pins(), std::vector{key_of('A')});
  look({key_of('B')});
  ASSERT_EQ(pins(), std::vector{key_of('B')});
  name('C');
  EXPECT_EQ(look().awaits->next, key_of('C')) << "and the next change is as any other";
  EXPECT_EQ(pins(), std::vector{key_of('B')});
  EXPECT_TRUE(serves('B'));
  EXPECT_FALSE(serves('A')) << "it was replaced long ago";
}

TEST_F(PinFollowingTest, AfterARecoveryTheNodeGoesOnUnderNoKeyThatPeersRefuse) {
  name('B');
  ASSERT_TRUE(*old_node_key_serves(*store, log.id(), key_of('A')));
  ASSERT_TRUE(take_back(*store, log, 2).ok());
  EXPECT_FALSE(*old_node_key_serves(*store, log.id(), key_of('A')));
  EXPECT_FALSE(*old_node_key_serves(*store, log.id(), key_of('B')));
}

// The keys are one commit, the pin moves in the next: in between the node may be killed, or the disk be full.
TEST_F(PinFollowingTest, AMoveThatWasNotCommittedIsMadeUpForAtTheNextStart) {
  pin('A');
  name('B');
  look({key_of('B')});
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(PinFollowing::move(*store, log.id(), key_of('o'), {}).ok());
  store->rollback();
  ASSERT_EQ(pins(), std::vector{key_of('B')}) << "a thief's, say";
  const PinFollowing::Look at_start{std::nullopt, false};
  EXPECT_TRUE(look(at_start).pinned);
  EXPECT_EQ(pins(), std::vector{key_of('A')});
  // That is done. What the operator pins stays, over starts too.
  name('C');
  look({key_of('C')});
  change([&](Store& writes) { return writes.remove_peer(key_of('C')); });
  pin('A');
  EXPECT_TRUE(look(at_start).dropped.empty());
  EXPECT_EQ(pins(), std::vector{key_of('A')});
}

TEST_F(PinFollowingTest, TheOperatorsWordStays) {
  name('B');
  name('C');
  pin('A');
  EXPECT_TRUE(look({std::nullopt, false}).dropped.empty());
  EXPECT_EQ(pins(), std::vector{key_of('A')}) << "it came back from a backup, say";
  pin('X');
  look();
  const auto all = pins();
  EXPECT_NE(std::find(all.begin(), all.end(), key_of('X')), all.end()) << "the log never named it";
}

TEST_F(PinFollowingTest, ANewPinTakesThePlaceOfTheOldOne) {
  pin('A');
  name('B');
  pin('B');
  const auto moved = look();
  EXPECT_FALSE(moved.awaits);
  EXPECT_EQ(pins(), std::vector{key_of('B')});
}

// The same entry, seen by the node that has the key.
TEST_F(PinFollowingTest, APeerIsAwaitedUntilItSaysThatItHoldsTheEntry) {
  pin('X');
  const EntryIndex named = name('B');
  const auto hears = [&](std::uint64_t size) {
    change([&](Store& writes) {
      return note_node_key_holder(writes, log.id(), key_of('B'), key_of('X'), TreeSize(size));
    });
    return awaited_for(*store, *read_node_key_wait(*store, key_of('B')))->empty();
  };
  EXPECT_FALSE(hears(named.value)) << "up to it, and not it";
  EXPECT_TRUE(hears(named.value + 1));
  EXPECT_TRUE(hears(1)) << "it has said so";
  EXPECT_FALSE(awaited_for(*store, *read_node_key_wait(*store, key_of('C')))->empty())
      << "of another key it has not";
  const auto view = node_key_wait_view(*store, log.id(), key_of('A'));
  ASSERT_TRUE(view.ok() && *view);
  EXPECT_EQ((*view)->next, key_of('B'));
  EXPECT_EQ((*view)->entry, named);
  EXPECT_FALSE(*node_key_wait_view(*store, log.id(), key_of('B'))) << "it is shown";
}

}  // namespace
}  // namespace koinon::test::pin_following_test
