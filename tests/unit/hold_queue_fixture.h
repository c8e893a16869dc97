// A hold queue with an office, a store and a writer of its own, and what it tells.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/api/change_request.h"
#include "node/publishing/hold_queue.h"
#include "node/reading/kept_fault.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

inline constexpr std::chrono::seconds kDeadline{60};
inline constexpr UnixMillis kNow{1'600'000'000'000};

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

inline SigningWait for_milan() { return {fail(Code::kUnavailable, "it is signed when Milan answers"), kNow}; }

class HoldQueueTest : public testing::Test {
 protected:
  HoldQueueTest() {
    EXPECT_TRUE(init_crypto().ok());
    auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    EXPECT_TRUE(publish(*store, city, note("Stands")).ok());
    index_writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    StoreWriter::Callbacks callbacks;
    callbacks.on_completions = [](const std::vector<Completion>&) {};
    callbacks.on_own_head = [](const LogState&, const std::vector<VouchFact>&,
                               const std::vector<WithdrawalFact>&) {};
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

}  // namespace koinon::test
