// What is kept while nothing may be signed: signed later in order and once, and hidden at once where it
// erases.
#include "storage/memory/memory_store.h"
#include "tests/unit/hold_queue_fixture.h"

namespace koinon::test::hold_queue_kept_test {
namespace {

TEST_F(HoldQueueTest, WhatIsDueWhileNothingMayBeSignedIsKeptAndSignedInOrder) {
  const UserId press = account(Role::kPublisher);
  const HeldId scheduled = hold(press);
  const HeldId first = hold_request(press, titled("First"), Bytes(16, 'a'));
  const HeldId second = hold_request(press, titled("Second"), Bytes(16, 'b'));
  waits.set(for_milan());
  start(read_store());
  const auto refused = ask_to_sign(second);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  let_it_look();
  for (const HeldId id : {scheduled, first, second}) {
    EXPECT_EQ(now(id).state, HeldState::kWaiting);
    EXPECT_TRUE(now(id).kept);
    EXPECT_NE(now(id).request, "{}");
  }
  EXPECT_TRUE(*desk.has_kept());
  EXPECT_EQ(log_size(), 1U);
  waits.set(std::nullopt);
  queue->notify();
  ASSERT_TRUE(settled.wait(3));
  queue->stop();
  EXPECT_EQ(log_size(), 4U);
  EXPECT_TRUE(now(scheduled).outcome.ends_with("/1")) << now(scheduled).outcome;
  EXPECT_TRUE(now(first).outcome.ends_with("/2")) << now(first).outcome;
  EXPECT_TRUE(now(second).outcome.ends_with("/3")) << now(second).outcome;
  EXPECT_FALSE(*desk.has_kept());
  EXPECT_TRUE(now(first).salt.empty()) << "with it an erased text could be guessed";
}

// An old office.db holds what was signed since. Whoever wrote it asked once.
TEST_F(HoldQueueTest, WhatAnOldOfficeHoldsIsNotSignedAgainNorWhatWasErased) {
  const UserId press = account(Role::kPublisher);
  const Bytes salt(16, 's');
  const HeldId before = hold_request(press, titled("Once"), salt);
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  const HeldId again = hold_request(press, titled("Once"), salt);
  queue->notify();
  ASSERT_TRUE(settled.wait(2));
  EXPECT_EQ(now(again).state, HeldState::kSigned);
  EXPECT_EQ(now(again).outcome, now(before).outcome);
  EXPECT_EQ(log_size(), 2U);
  const HeldId gone = hold_request(press, erasing(1), Bytes(16, 'w'), EntryIndex(1));
  queue->notify();
  ASSERT_TRUE(settled.wait(3));
  EXPECT_EQ(now(gone).state, HeldState::kSigned) << now(gone).outcome;
  EXPECT_EQ(read_store()->record(city.id(), EntryIndex(1))->state, BodyState::kErased);
  const HeldId erased = hold_request(press, titled("Once"), salt);
  const HeldId gone_again = hold_request(press, erasing(1), Bytes(16, 'x'), EntryIndex(1));
  queue->notify();
  ASSERT_TRUE(settled.wait(5));
  queue->stop();
  EXPECT_EQ(now(erased).outcome, now(before).outcome) << "what was erased stays erased";
  EXPECT_EQ(now(gone_again).outcome, now(gone).outcome);
  EXPECT_EQ(log_size(), 3U);
}

TEST_F(HoldQueueTest, AnErasureThatWaitsHidesTheTextUntilItIsTakenBack) {
  const HeldId id = hold_request(account(Role::kPublisher), erasing(0), Bytes(16, 'w'), EntryIndex(0));
  waits.set(for_milan());
  start(read_store());
  let_it_look();
  EXPECT_TRUE(is_hidden(0));
  EXPECT_FALSE(read_store()->record(city.id(), EntryIndex(0))->body.empty()) << "it may be taken back still";
  ASSERT_TRUE(desk.settle(id, HeldState::kWaiting, HeldState::kCancelled, "", kNow).ok());
  let_it_look();
  EXPECT_FALSE(is_hidden(0));
  queue->stop();
}

// It asked while it had the right to.
TEST_F(HoldQueueTest, AnErasureWhoseAccountMayNoLongerAskForItHidesTheTextUntilAReviewerDecides) {
  const HeldId id = hold_request(account(Role::kReader), erasing(0), Bytes(16, 'w'), EntryIndex(0));
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  let_it_look();
  EXPECT_EQ(now(id).state, HeldState::kReview);
  EXPECT_TRUE(is_hidden(0));
  EXPECT_EQ(told_shown_again(), 0U);
  ASSERT_TRUE(desk.approve(id, "boss", kNow).ok());
  const auto erased = ask_to_sign(id);
  queue->stop();
  EXPECT_TRUE(erased.ok()) << erased.error().text();
  EXPECT_EQ(read_store()->record(city.id(), EntryIndex(0))->state, BodyState::kErased);
}

TEST_F(HoldQueueTest, AnErasureOfAnAccountThatWasRemovedIsSigned) {
  const UserId press = account(Role::kPublisher);
  User boss;
  boss.name = "boss";
  boss.role = Role::kOperator;
  ASSERT_TRUE(Accounts(*office).add(boss).ok());
  const HeldId id = hold_request(press, erasing(0), Bytes(16, 'w'), EntryIndex(0));
  waits.set(for_milan());
  start(read_store());
  let_it_look();
  ASSERT_TRUE(Accounts(*office).remove(press).ok());
  let_it_look();
  EXPECT_TRUE(is_hidden(0));
  waits.set(std::nullopt);
  queue->notify();
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ(now(id).state, HeldState::kSigned) << now(id).outcome;
}

TEST_F(HoldQueueTest, ThatATextIsShownAgainSinceItsErasureFailedIsTold) {
  const HeldId id = hold_request(UserId{77}, erasing(0), Bytes(16, 'w'), EntryIndex(0));
  start(read_store());
  ASSERT_TRUE(settled.wait(2)) << "what became of it, and that the text is shown again";
  let_it_look();
  queue->stop();
  EXPECT_EQ(now(id).state, HeldState::kCancelled);
  EXPECT_FALSE(is_hidden(0));
  EXPECT_EQ(told_shown_again(), 1U);
}

// A crash between office.db and the store; and nothing of the queue's can be written.
TEST_F(HoldQueueTest, WhatIsToBeErasedIsHiddenBeforeAnythingElse) {
  const UserId press = account(Role::kPublisher);
  const HeldId id = hold_request(press, erasing(0), Bytes(16, 'w'), EntryIndex(0));
  waits.set(for_milan());
  start(read_store());
  EXPECT_TRUE(is_hidden(0)) << "requests are served now";
  ASSERT_TRUE(desk.settle(id, HeldState::kWaiting, HeldState::kCancelled, "", kNow).ok());
  let_it_look();
  EXPECT_FALSE(is_hidden(0));
  forbid("UPDATE OF state ON held WHEN new.state = 7");
  hold_request(press, erasing(0), Bytes(16, 'x'), EntryIndex(0));
  queue->set_aside_after_rollback({5});
  let_it_look();
  queue->stop();
  EXPECT_TRUE(failed.wait(1)) << "it is not set aside";
  EXPECT_TRUE(is_hidden(0));
}

// It came back from a peer without its text, which another peer may still send.
TEST_F(HoldQueueTest, WhatIsToBeErasedIsHiddenBeforeItsTextComes) {
  MemoryStore other{{}};
  OwnLog same = test_log();
  ASSERT_TRUE(publish(other, same, note("Far")).ok());
  const Bytes entry = other.record(same.id(), EntryIndex(0))->entry;
  std::promise<Status> promise;
  writer->change(
      [&](Store& store) -> Status {
        KOINON_ASSIGN(const RunCommit run, run_of_leaf(store, city, entry, BodyState::kNotHeld));
        KOINON_TRY(store.append_run(run));
        return {};
      },
      [&promise](const Status& status) { promise.set_value(status); });
  const Status taken = promise.get_future().get();
  ASSERT_TRUE(taken.ok()) << taken.error().text();
  hold_request(account(Role::kPublisher), erasing(1), Bytes(16, 'w'), EntryIndex(1));
  waits.set(for_milan());
  start(read_store());
  EXPECT_TRUE(is_hidden(1));
  queue->stop();
}

// An older office.db gives the number of a note that was signed to another note.
TEST_F(HoldQueueTest, ANoteIsNotTakenForAnOlderOneOfItsNumber) {
  std::promise<Status> promise;
  writer->change([](Store& store) { return store.set_setting("once.held.1", Bytes(1, '0')); },
                 [&promise](const Status& status) { promise.set_value(status); });
  ASSERT_TRUE(promise.get_future().get().ok());
  const HeldId id = hold_request(account(Role::kPublisher), titled("Other"), Bytes(16, 'o'));
  ASSERT_EQ(id.value, 1);
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_TRUE(now(id).outcome.ends_with("/1")) << now(id).outcome;
  EXPECT_EQ(log_size(), 2U);
}

TEST_F(HoldQueueTest, AfterARollbackWhatWaitsIsSetAsideOnceUntilSomebodyLooks) {
  const UserId press = account(Role::kPublisher);
  const HeldId old = hold_request(press, titled("Old"), Bytes(16, 'o'));
  waits.set(for_milan());
  start(read_store());
  queue->set_aside_after_rollback({5});
  let_it_look();
  EXPECT_EQ(now(old).state, HeldState::kSetAside);
  const HeldId fresh = hold_request(press, titled("Fresh"), Bytes(16, 'f'));
  queue->set_aside_after_rollback({5});  // a restart tells it again
  let_it_look();
  EXPECT_EQ(now(fresh).state, HeldState::kWaiting) << "it was written after the rollback";
  waits.set(std::nullopt);
  queue->notify();
  ASSERT_TRUE(settled.wait(2)) << "that it set aside, and what it signed";
  EXPECT_EQ(now(fresh).state, HeldState::kSigned);
  EXPECT_EQ(now(old).state, HeldState::kSetAside) << "nothing signs it by itself";
  ASSERT_TRUE(desk.approve(old, "boss", kNow).ok());
  EXPECT_TRUE(ask_to_sign(old).ok());
  queue->stop();
  EXPECT_EQ(now(old).state, HeldState::kSigned);
}

}  // namespace
}  // namespace koinon::test::hold_queue_kept_test
