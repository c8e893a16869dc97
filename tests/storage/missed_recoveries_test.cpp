// A node that was away for more than one recovery of a log, in every store: it keeps what the last of them
// keeps of what it holds.
#include "tests/storage/taken_back.h"

namespace koinon::test::missed_recoveries_test {
namespace {

class MissedRecoveries : public TakenBack {};
INSTANTIATE_TEST_SUITE_P(Stores, MissedRecoveries, all_stores(), store_name);

// Whether the thief had written more than the city has signed since, or less.
TEST_P(MissedRecoveries, WhoMissedTwoRecoveriesKeepsWhatTheFirstOneKept) {
  for (const std::size_t stolen : {0U, 1U, 2U, 6U}) {
    store.reset();
    log = test_log();
    open({}, "store-" + std::to_string(stolen) + ".db");
    change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
    say_many(3);
    const Bytes text = store->record(log.id(), EntryIndex(1))->body;
    const Hash kept = *store->root_at(log.id(), TreeSize(3));
    say(erasure_of(log.id(), 1));
    say_many(stolen);
    const ArrivalSeq before = *store->newest_arrival();
    const Recovered left = take(recoveries(log.id(), {{3, kept}, {5, elsewhere}}));
    ASSERT_TRUE(left.log) << stolen;
    EXPECT_EQ(size(), 3U) << stolen;
    EXPECT_EQ(store->record(log.id(), EntryIndex(1))->body, text) << stolen;
    EXPECT_EQ(arrivals(before).front().kind, ArrivalKind::kVoided);
    EXPECT_EQ(arrivals(before).front().from, EntryIndex(3));
    EXPECT_EQ(arrivals(before).front().count, stolen + 1);
    expect_sound();
  }
}

TEST_P(MissedRecoveries, OfSeveralRecoveriesTheLastThatIsOfWhatIsHeldSaysWhatStands) {
  say_many(4);
  const Hash second = *store->root_at(log.id(), TreeSize(2));
  const Hash fourth = *store->root_at(log.id(), TreeSize(4));
  say_many(4);
  take(recoveries(log.id(), {{2, second}, {4, fourth}, {7, elsewhere}}));
  EXPECT_EQ(size(), 4U);
  expect_sound();
}

// In steps, between which the node may start anew; it hears of a third one meanwhile.
TEST_P(MissedRecoveries, ALongBranchOfTwoRecoveriesGoesInSteps) {
  say_many(3);
  const Hash kept = *store->root_at(log.id(), TreeSize(3));
  std::vector<Draft> drafts;
  for (int i = 0; i < 5000; ++i) drafts.push_back(note("a thief's " + std::to_string(i)));
  ASSERT_TRUE(publish_at_once(*store, log, drafts).ok());
  const RecoveryCommit two = recoveries(log.id(), {{3, kept}, {4990, elsewhere}});
  const RecoveryCommit three = recoveries(log.id(), {{3, kept}, {4990, elsewhere}, {4995, elsewhere}});
  EXPECT_FALSE(step(two).done);
  EXPECT_GT(size(), 3U);
  take(three);
  EXPECT_EQ(size(), 3U);
  expect_sound();
  EXPECT_FALSE(take(three).log->whole) << "it is not whole by a recovery that keeps more";
}

// What it had of the first one's origin is not void: the second one keeps more.
TEST_P(MissedRecoveries, WhoWasAwayBetweenTwoRecoveriesKeepsWhatCameAfterTheFirst) {
  say_many(5);
  recover(3);
  say_many(2);
  ASSERT_EQ(size(), 6U);
  RecoveryCommit second = recoveries(log.id(), {{9, elsewhere}});
  take(second);
  EXPECT_EQ(size(), 6U);
  take(second);
  EXPECT_EQ(size(), 6U) << "also once its heads are gone";
  expect_sound();
  second.anew = true;
  EXPECT_TRUE(step(second).log.has_value());
  EXPECT_EQ(size(), 3U) << "a head contradicts its end: the first recovery still says what stands";
  second.anew = false;
  take(second);
  EXPECT_EQ(size(), 3U);
  expect_sound();
}

TEST_P(MissedRecoveries, NoHeadContradictsWhatTheLastRecoveryKeeps) {
  say_many(5);
  RecoveryCommit recovery = recoveries(log.id(), {{3, *store->root_at(log.id(), TreeSize(3))}});
  take(recovery);
  recovery.anew = true;
  EXPECT_TRUE(step(recovery).log.has_value());
  EXPECT_EQ(size(), 3U);
}

TEST_P(MissedRecoveries, AMarkOfAVoidEntryIsGoneThoughLessIsHeldThanTheRecoveryKeeps) {
  Author milan("milan.example");
  for (int i = 0; i < 5; ++i) milan.say(note("note " + std::to_string(i)));
  for (const std::uint64_t kept : {4U, 2U}) {
    store.reset();
    open({}, "marks-" + std::to_string(kept) + ".db");
    RunCommit run = milan.run(0, 2, BodyState::kErased);
    run.records[0].erased_by = EntryIndex(3);
    run.records[1].erased_by = EntryIndex(4);
    change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
    const auto root = milan.store.root_at(milan.log.id(), TreeSize(kept));
    take(recoveries(milan.log.id(), {{kept, *root}}));
    const auto state = [&](std::uint64_t index) {
      return store->record(milan.log.id(), EntryIndex(index))->state;
    };
    EXPECT_EQ(state(0), kept == 4 ? BodyState::kErased : BodyState::kNotHeld) << "entry 3 may stand";
    EXPECT_EQ(state(1), BodyState::kNotHeld) << "entry 4 is void";
  }
}

}  // namespace
}  // namespace koinon::test::missed_recoveries_test
