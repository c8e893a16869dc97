// What waits to be signed and cannot be: its text is given back or stays, and is never lost in between.
#include "node/publishing/hold_queue.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/api/change_request.h"
#include "node/reading/kept_fault.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
namespace {

constexpr std::chrono::seconds kDeadline{60};
constexpr UnixMillis kNow{1'600'000'000'000};

// What the queue tells, counted.
class Told {
 public:
  void tell() {
    const std::lock_guard lock(mutex_);
    ++told_;
    changed_.notify_all();
  }
  bool wait(std::size_t times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return told_ >= times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t told_ = 0;
};

// Why nothing is signed, if so.
class Waiting {
 public:
  void set(std::optional<SigningWait> waits) {
    const std::lock_guard lock(mutex_);
    waits_ = std::move(waits);
  }
  std::optional<SigningWait> get() {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

 private:
  std::mutex mutex_;
  std::optional<SigningWait> waits_;
};

SigningWait for_milan() { return {fail(Code::kUnavailable, "it is signed when Milan answers"), kNow}; }

// A store whose records cannot be read for a while.
class BrokenStore final : public StoreReader {
 public:
  BrokenStore(std::unique_ptr<StoreReader> store, std::atomic<bool>& broken)
      : store_(std::move(store)), broken_(broken) {}
  Result<std::vector<EpochRange>> epochs() override { return store_->epochs(); }
  Result<std::optional<Epoch>> epoch() override { return store_->epoch(); }
  Result<std::uint32_t> epoch_handled() override { return store_->epoch_handled(); }
  Result<ArrivalSeq> newest_arrival() override { return store_->newest_arrival(); }
  Result<std::vector<PeerRecord>> peers() override { return store_->peers(); }
  Result<std::vector<InviteRecord>> invites() override { return store_->invites(); }
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override {
    return store_->read_run(log, from, to, size, max_bytes);
  }
  Result<Hash> root_at(const LogId& log, TreeSize size) override { return store_->root_at(log, size); }
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override {
    return store_->inclusion(log, index, size);
  }
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override {
    return store_->run_proof_at(log, from, count, size);
  }
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override {
    return store_->hashes(log, first, count);
  }
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override {
    if (broken_) return fail(Code::kIo, "the disk does not answer", "store");
    return store_->record(log, index);
  }
  Result<Bytes> entry(const LogId& log, EntryIndex index) override { return store_->entry(log, index); }
  Result<LogState> log_state(const LogId& log) override { return store_->log_state(log); }
  Result<std::uint64_t> log_bytes(const LogId& log) override { return store_->log_bytes(log); }
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override {
    return store_->logs_named(name, id_prefix, limit);
  }
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override {
    return store_->logs_after(last, limit);
  }
  Result<StoreCounts> counts() override { return store_->counts(); }
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override {
    return store_->arrivals(after, limit);
  }
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override {
    return store_->own_content(digest);
  }
  Result<std::vector<Bytes>> evidence(const LogId& log) override { return store_->evidence(log); }
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override {
    return store_->arrival_of(log, index);
  }
  Result<std::optional<Bytes>> setting(std::string_view name) override { return store_->setting(name); }
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override {
    return store_->unheld(log, from, limit);
  }
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override {
    return store_->lacking(limit);
  }
  Result<std::vector<EntryIndex>> hidden(const LogId& log) override { return store_->hidden(log); }
  Result<std::optional<LogId>> own_log() override { return store_->own_log(); }
  Result<std::optional<LogId>> vouched_as(std::string_view name) override { return store_->vouched_as(name); }
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override {
    return store_->vouch(voucher, target);
  }
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override {
    return store_->attachment(log, index, sha256);
  }
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override {
    return store_->attachment_chunk(id, number);
  }
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override {
    return store_->attachment_named(sha256);
  }
  Result<bool> has_old_uploads(UnixMillis now) override { return store_->has_old_uploads(now); }

 private:
  std::unique_ptr<StoreReader> store_;
  std::atomic<bool>& broken_;
};

class HoldQueueTest : public testing::Test {
 protected:
  HoldQueueTest() {
    EXPECT_TRUE(init_crypto().ok());
    auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    EXPECT_TRUE(publish(*store, city, note("Stands")).ok());
    index_writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    StoreWriter::Callbacks callbacks;
    callbacks.on_completions = [](const std::vector<Completion>&) {};
    callbacks.on_own_head = [](const LogState&, const std::vector<VouchFact>&) {};
    callbacks.on_arrivals = [] {};
    callbacks.signing_waits = [this]() -> std::optional<SigningWait> { return waits.get(); };
    writer = std::make_unique<StoreWriter>(
        std::move(store), signer_of(test_log()), [] { return kNow; }, std::move(callbacks), 0);
  }
  std::unique_ptr<OfficeDb> open_office() {
    return std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
  }
  UserId account(Role role) {
    User user;
    user.name = "press";
    user.role = role;
    return *Accounts(*office).add(user);
  }
  HeldId hold(UserId user, const std::string& more = "") {
    HeldNote held;
    held.user = user;
    held.who = "press";
    held.state = HeldState::kWaiting;
    held.due_at = {1};
    held.request = R"({"kind":"practice","language":"en","topics":["health"],)" + more +
                   R"("content":{"title":"Mine","solution":"Text."}})";
    return *desk.hold(held);
  }
  // Of an account that may sign. Empty salt: as an older version has held it.
  HeldId hold_request(UserId user, const std::string& request, const Bytes& salt,
                      std::optional<EntryIndex> hides = {}) {
    HeldNote held;
    held.user = user;
    held.who = "press";
    held.due_at = {1};
    held.request = request;
    held.salt = salt;
    held.kept = true;
    held.hides = hides;
    return *desk.hold(held);
  }
  static std::string titled(const std::string& title) {
    return R"({"kind":"practice","language":"en","topics":["health"],"content":{"title":")" + title +
           R"(","solution":"Text."}})";
  }
  std::string erasing(std::uint64_t index) {
    const auto reader = read_store();
    return R"({"withdraw":{"ref":")" + Directory(*reader, nearness).ref(city.id(), EntryIndex(index)) +
           R"(","erase":true}})";
  }
  Result<EntryIndex> ask_to_sign(HeldId id) {
    std::promise<Result<EntryIndex>> promise;
    auto answer = promise.get_future();
    queue->sign_now(id, [&](Result<EntryIndex> done) { promise.set_value(std::move(done)); });
    return answer.get();
  }
  // After it the queue has looked at all that waits: a request is answered between two looks.
  void let_it_look() {
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(ask_to_sign(HeldId{999}).ok());
  }
  std::size_t told_shown_again() {
    const auto lines = *Accounts(*office).audit({}, 10);
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [](const AuditLine& line) { return line.action == "showAgain"; }));
  }
  HeldNote now(HeldId id) { return **desk.held(id); }
  std::uint64_t log_size() { return read_store()->log_state(city.id())->range.size().value; }
  bool is_hidden(std::uint64_t index) { return read_store()->record(city.id(), EntryIndex(index))->hidden; }
  std::unique_ptr<StoreReader> read_store() {
    return std::move(*open_sqlite_reader(folder.path() / "store.db"));
  }
  void start(std::unique_ptr<StoreReader> reader) {
    queue = std::make_unique<HoldQueue>(HoldQueue::Parts{
        open_office(), std::move(reader), std::move(*open_index_reader(folder.path() / "index.db")), *writer,
        nearness, city.id(), GateRules{}, Clock{[] { return kNow; }, [this] { return MonoTime{mono}; }},
        [this] {
          return ClockStanding{
              clock_is_off ? std::vector{ClockDoubt::kPeers} : std::vector<ClockDoubt>{}, {}, false};
        },
        refusals, [this](const AuditLine&) { settled.tell(); }, [this](const RefusalSum&) { housed.tell(); },
        [this](const Error&) { failed.tell(); }, stored_requests()});
  }
  void forbid(const std::string& what) {
    EXPECT_TRUE(
        office->connection()
            .execute("CREATE TRIGGER forbidden BEFORE " + what + " BEGIN SELECT RAISE(ABORT, 'no room'); END")
            .ok());
  }
  void allow() { EXPECT_TRUE(office->connection().execute("DROP TRIGGER forbidden").ok()); }

  TemporaryFolder folder;
  OwnLog city = test_log();
  Nearness nearness;
  Refusals refusals;
  Waiting waits;
  Told settled;
  Told failed;
  Told housed;
  std::atomic<bool> clock_is_off = false;
  std::atomic<std::int64_t> mono = 1;  // nanoseconds
  std::unique_ptr<IndexWriter> index_writer;
  std::unique_ptr<StoreWriter> writer;
  std::unique_ptr<OfficeDb> office = open_office();
  Desk desk{*office};
  std::unique_ptr<HoldQueue> queue;
};

TEST_F(HoldQueueTest, WhatAnAccountMayNoLongerSignIsADraftOfThatAccountAgain) {
  const UserId reader = account(Role::kReader);
  const HeldId id = hold(reader);
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled);
  const auto drafts = desk.drafts(reader, 10)->items;
  ASSERT_EQ(drafts.size(), 1U);
  EXPECT_NE(drafts.front().note.find("Mine"), std::string::npos);
}

TEST_F(HoldQueueTest, WhatAnAccountWroteThatIsGoneIsNobodys) {
  const HeldId id = hold(UserId{77});
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled);
  EXPECT_EQ((*desk.held(id))->request, "{}");
  EXPECT_TRUE(desk.drafts(std::nullopt, 10)->items.empty());
}

TEST_F(HoldQueueTest, WhyANoteWasNotSignedIsKeptWithItsId) {
  const HeldId id = hold(UserId{77});
  start(read_store());
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  const auto note = *desk.held(id);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(kept_fault(note->outcome, note->fault).message, "its account was removed");
  EXPECT_EQ(kept_fault(note->outcome, note->fault).id, "held.account_removed");
}

TEST_F(HoldQueueTest, WhatCannotBeLookedUpNowWaits) {
  const auto reader = read_store();
  const std::string revises = R"("refs":[{"role":"revises","ref":")" +
                              Directory(*reader, nearness).ref(city.id(), EntryIndex(0)) + R"("}],)";
  const HeldId id = hold(account(Role::kPublisher), revises);
  std::atomic<bool> broken = true;
  start(std::make_unique<BrokenStore>(read_store(), broken));
  std::promise<Result<EntryIndex>> promise;
  auto answer = promise.get_future();
  queue->sign_now(id, [&](Result<EntryIndex> signed_now) { promise.set_value(std::move(signed_now)); });
  ASSERT_EQ(answer.wait_for(kDeadline), std::future_status::ready);
  const Result<EntryIndex> refused = answer.get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable) << refused.error().text();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kWaiting);
  EXPECT_NE((*desk.held(id))->request, "{}");
  broken = false;
  queue->notify();
  ASSERT_TRUE(settled.wait(1));
  queue->stop();
  EXPECT_EQ((*desk.held(id))->state, HeldState::kSigned) << (*desk.held(id))->outcome;
}

// An observer never waits to sign, and peers alone are no reason to.
TEST_F(HoldQueueTest, WhatIsLongDoneIsNotForgottenByAClockInDoubt) {
  Accounts accounts(*office);
  ASSERT_TRUE(accounts.note({0, {1}, "press", "publish", "", "201"}).ok());
  clock_is_off = true;
  start(read_store());
  const auto minute = [&](std::size_t times) {
    refusals.count("status", 401, "192.0.2.1");
    mono += std::chrono::nanoseconds(std::chrono::minutes(2)).count();
    queue->notify();
    return housed.wait(times);
  };
  ASSERT_TRUE(minute(1));
  EXPECT_EQ(accounts.audit({}, 10)->size(), 1U);
  clock_is_off = false;
  ASSERT_TRUE(minute(2));
  EXPECT_TRUE(accounts.audit({}, 10)->empty());
}

// Either half of it: the draft cannot be written, or what waits cannot be settled.
TEST_F(HoldQueueTest, WhatCannotBeGivenBackWaitsAndIsGivenBackOnce) {
  const UserId reader = account(Role::kReader);
  std::size_t turn = 0;
  for (const char* what : {"INSERT ON draft", "UPDATE OF state ON held WHEN new.state = 4"}) {
    const HeldId id = hold(reader);
    forbid(what);
    start(read_store());
    ASSERT_TRUE(failed.wait(++turn)) << what;
    queue->stop();
    EXPECT_EQ((*desk.held(id))->state, HeldState::kWaiting) << what;
    EXPECT_NE((*desk.held(id))->request, "{}") << what;
    EXPECT_EQ(desk.drafts(reader, 10)->items.size(), turn - 1) << what;
    allow();
    start(read_store());
    ASSERT_TRUE(settled.wait(turn)) << what;
    queue->stop();
    EXPECT_EQ((*desk.held(id))->state, HeldState::kCancelled) << what;
    EXPECT_EQ(desk.drafts(reader, 10)->items.size(), turn) << what;
  }
}

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
}  // namespace koinon::test
