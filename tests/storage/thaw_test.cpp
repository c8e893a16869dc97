// Evidence that the operator has thawed: it is kept, and remembered by what it is about.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "tests/storage/held_log.h"

namespace koinon::test::thaw_test {
namespace {

class Thaws : public HeldLog {
 protected:
  void SetUp() override {
    HeldLog::SetUp();
    author.say(note("one"));
    author.say(note("two"));
  }
  LogId id() { return author.log.id(); }
  Bytes head(std::uint64_t size, char root) {
    const Checkpoint claim{author.log.identity().origin(), TreeSize(size), Hash::from(Bytes(32, root))};
    return sign_checkpoint(claim, SigningKey::from_seed(sha256(author.name).view()));
  }
  // Of the two heads with these roots.
  Bytes evidence(char first, char second) {
    return make_evidence(KeyHistory(author.log.identity()), TreeSize(2), {head(2, first), {}},
                         {head(2, second), {}})
        .SerializeAsString();
  }
  // Of two statements of the log's first key: each names another key.
  Bytes statements(char first, char second) {
    const auto named = [&](char key) {
      KeyHistory out(author.log.identity());
      Statement statement = out.next(false);
      statement.size = TreeSize(2);
      statement.root = Hash::from(Bytes(32, 'r'));
      statement.key.key = SigningKey::from_seed(Bytes(32, key)).public_key();
      const SigningKey signer = SigningKey::from_seed(sha256(author.name).view());
      EXPECT_TRUE(out.add(sign_statement(statement, out.vkey().name, signer)).ok());
      return out;
    };
    return make_evidence(named(first), named(second))->SerializeAsString();
  }
  void add(const Bytes& found) {
    change([&] { ASSERT_TRUE(store->add_evidence({id(), found, {9}}).ok()); });
  }
  Status thaw() {
    Status out;
    change([&] { out = store->thaw({id(), "ana", {11}}); });
    return out;
  }
  bool is_forked() { return store->load_state()->forked == std::vector<LogId>{id()}; }
};
INSTANTIATE_TEST_SUITE_P(Stores, Thaws, all_stores(), store_name);

TEST_P(Thaws, TheLogGoesOnAndTheEvidenceStays) {
  take(author.run(0, 1, BodyState::kNotHeld));
  add(evidence('a', 'b'));
  ASSERT_TRUE(store->log_state(id())->frozen);
  ASSERT_TRUE(thaw().ok());
  EXPECT_FALSE(store->log_state(id())->frozen);
  const auto kept = store->evidence(id());
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().bytes, evidence('a', 'b'));
  ASSERT_TRUE(kept->front().thawed.has_value());
  EXPECT_EQ(kept->front().thawed->by, "ana");
  EXPECT_EQ(kept->front().thawed->at, UnixMillis{11});
  EXPECT_EQ(kept->front().thawed->digest, mark_of(evidence('a', 'b')).digest);
  take(author.run(1, 2, BodyState::kNotHeld));
}

TEST_P(Thaws, AStartIsToldWhatWasThawed) {
  take(author.run(0, 1, BodyState::kNotHeld));
  add(evidence('a', 'b'));
  EXPECT_TRUE(is_forked());
  EXPECT_TRUE(store->load_state()->thawed.empty());
  ASSERT_TRUE(thaw().ok());
  const auto state = store->load_state();
  EXPECT_TRUE(state->forked.empty());
  EXPECT_FALSE(state->logs.at(0).frozen);
  ASSERT_EQ(state->thawed.size(), 1U);
  EXPECT_EQ(state->thawed[0].log, id());
  EXPECT_EQ(state->thawed[0].mark.digest, mark_of(evidence('a', 'b')).digest);
  EXPECT_EQ(state->thawed[0].mark.heads.size(), 2U);
}

TEST_P(Thaws, TheSameContradictionFreezesNothingAndAnotherDoes) {
  take(author.run(0, 2, BodyState::kNotHeld));
  add(evidence('a', 'b'));
  ASSERT_TRUE(thaw().ok());
  const JournalSeq row = store->log_state(id())->journal_seq;
  for (const Bytes& again : {evidence('a', 'b'), evidence('b', 'a')}) {
    add(again);
    EXPECT_FALSE(store->log_state(id())->frozen);
    EXPECT_EQ(store->evidence(id())->size(), 1U);
    EXPECT_EQ(store->log_state(id())->journal_seq, row) << "nothing is new of it";
  }
  add(evidence('a', 'c'));
  EXPECT_TRUE(store->log_state(id())->frozen);
  EXPECT_EQ(store->evidence(id())->size(), 2U);
  EXPECT_TRUE(is_forked());
  ASSERT_TRUE(thaw().ok());
  EXPECT_EQ(store->load_state()->thawed.size(), 2U);
}

TEST_P(Thaws, TwoStatementsOfAKeyAreRememberedByTheirDigestAlone) {
  take(author.run(0, 2, BodyState::kNotHeld));
  add(statements('x', 'y'));
  EXPECT_TRUE(is_forked());
  ASSERT_TRUE(thaw().ok());
  if (GetParam() == StoreKind::kSqlite) {
    store.reset();
    open(3000, "store.db");
  }
  const auto state = store->load_state();
  EXPECT_FALSE(state->logs.at(0).frozen);
  ASSERT_EQ(state->thawed.size(), 1U);
  EXPECT_EQ(state->thawed[0].mark.digest, mark_of(statements('x', 'y')).digest);
  EXPECT_TRUE(state->thawed[0].mark.heads.empty());
  add(statements('y', 'x'));
  EXPECT_FALSE(store->log_state(id())->frozen) << "in whatever order";
  EXPECT_EQ(store->evidence(id())->size(), 1U);
  add(statements('x', 'z'));
  EXPECT_TRUE(store->log_state(id())->frozen) << "a third key";
  ASSERT_TRUE(thaw().ok());
  add(evidence('a', 'b'));
  EXPECT_TRUE(store->log_state(id())->frozen) << "of heads";
}

// Also where nothing of it is held, or no more.
TEST_P(Thaws, ALogThatIsNotHeldComesThen) {
  add(evidence('a', 'b'));
  change([&] {
    EXPECT_EQ(store->append_run(author.run(0, 1, BodyState::kNotHeld)).error().code, Code::kConflict);
  });
  ASSERT_TRUE(thaw().ok());
  take(author.run(0, 1, BodyState::kNotHeld));
  add(evidence('a', 'c'));
  change([&] { ASSERT_TRUE(store->remove_log(id(), {12}).ok()); });
  EXPECT_TRUE(is_forked());
  ASSERT_TRUE(thaw().ok());
  take(author.run(0, 1, BodyState::kNotHeld));
  EXPECT_FALSE(store->log_state(id())->frozen);
}

TEST_P(Thaws, OurOwnLogAndOneThatIsNotFrozenAreRefused) {
  take(author.run(0, 1, BodyState::kNotHeld));
  EXPECT_EQ(thaw().error().code, Code::kConflict);
  add(evidence('a', 'b'));
  change([&] { ASSERT_TRUE(store->set_own_log(id()).ok()); });
  EXPECT_EQ(thaw().error().code, Code::kRefused);
  EXPECT_TRUE(store->log_state(id())->frozen);
  EXPECT_TRUE(is_forked());
}

TEST_P(Thaws, ARecoveryTakesWhatWasThawedAway) {
  take(author.run(0, 2, BodyState::kNotHeld));
  add(evidence('a', 'b'));
  ASSERT_TRUE(thaw().ok());
  ASSERT_TRUE(take_back(*store, author.log, 1).ok());
  EXPECT_TRUE(store->evidence(id())->empty());
  EXPECT_TRUE(store->load_state()->thawed.empty());
}

}  // namespace
}  // namespace koinon::test::thaw_test
