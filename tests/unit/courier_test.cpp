// The courier's thread where the disk is kept for our own log: nothing new is written down, what waits is
// sent, and what came meanwhile is told once there is room again.
#include "node/delivery/courier.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/api/record_json.h"
#include "node/reading/kept_fault.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::courier_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};

// Whether there is room, and how often the courier asked: it does so once a turn.
class Room {
 public:
  bool ask() {
    const std::lock_guard lock(mutex_);
    ++asked_;
    changed_.notify_all();
    return is_;
  }
  void set(bool is) {
    const std::lock_guard lock(mutex_);
    is_ = is;
  }
  // Until a turn that began after this call is over.
  bool wait_for_a_turn(Courier& courier) {
    std::unique_lock lock(mutex_);
    const std::size_t enough = asked_ + 2;
    while (asked_ < enough) {
      const std::size_t before = asked_;
      lock.unlock();
      courier.notify();
      lock.lock();
      if (!changed_.wait_for(lock, kDeadline, [&] { return asked_ > before; })) return false;
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t asked_ = 0;
  bool is_ = false;
};

TEST(CourierWithoutRoom, WritesNothingDownSendsWhatWaitsAndTellsTheRestLater) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  auto writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  OfficeDb office = std::move(*OfficeDb::open(folder.path() / "office.db"));
  Outbox outbox(office);
  OwnLog la = test_log("la.example");
  const auto say = [&](const std::string& title) {
    EXPECT_TRUE(publish(*store, la, note(title)).ok());
    while (*writer->catch_up(*store) > 0) {
    }
  };
  say("Waits");
  Webhook hook;
  hook.url = "http://127.0.0.1:1/";  // nobody is there: each attempt counts
  hook.secret = Bytes(32, 's');
  const WebhookId id = *outbox.add_webhook(hook);
  Delivery waits;
  waits.message = "msg_waits";
  waits.log = la.id();
  waits.index = EntryIndex(0);
  const ArrivalSeq told = store->arrivals(ArrivalSeq(0), 10)->back().first;
  ASSERT_TRUE(outbox.queue_deliveries(id, {waits}, told).ok());
  say("Comes without room");

  Room room;
  Nearness nearness;
  CourierOptions options;
  options.own = test_log().id();
  options.private_webhooks = true;
  Courier::Parts parts{std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db"))),
                       std::move(*open_sqlite_reader(folder.path() / "store.db")),
                       std::move(*open_index_reader(folder.path() / "index.db")),
                       std::move(*Transfers::make()),
                       &nearness,
                       {[] { return UnixMillis{1'600'000'000'000}; }, [] { return MonoTime{}; }},
                       [](const Error& error) { ADD_FAILURE() << error.text(); },
                       [&] { return room.ask(); },
                       told_json};
  Courier courier(options, std::move(parts));
  const auto attempts = [&] {
    unsigned most = 0;
    const auto sent = *outbox.deliveries(id, 10);
    for (const Delivery& one : sent) most = std::max(most, one.attempts);
    return most;
  };
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (attempts() == 0 && std::chrono::steady_clock::now() < end)
    ASSERT_TRUE(room.wait_for_a_turn(courier));
  EXPECT_EQ(attempts(), 1U) << "what waits is sent";
  const auto tried = *outbox.deliveries(id, 10);
  EXPECT_EQ(tried.back().outcome, "the receiver cannot be reached");
  EXPECT_EQ(kept_fault(tried.back().outcome, tried.back().fault).id, "send.no_connection");
  EXPECT_EQ(*outbox.waiting(id, 10), 1U) << "and nothing new written down";
  room.set(true);
  ASSERT_TRUE(room.wait_for_a_turn(courier));
  EXPECT_EQ(*outbox.waiting(id, 10), 2U);
  courier.stop();
}

}  // namespace
}  // namespace koinon::test::courier_test
