// The thread that looks for alarms tells each once, and tells what waited for our clock that it may go on.
#include "node/daemon/alarm_watch.h"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "proto/base/limits.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::alarm_watch_test {
namespace {

constexpr std::chrono::seconds kDeadline{60};
constexpr UnixMillis kNow{1'780'000'000'000};
constexpr std::chrono::milliseconds kLongAgo = limits::kClockSilence + std::chrono::hours(1);

// A node that starts long after its newest entry, and has no alarm for that.
class AlarmWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    ClockWatch::Parts clocks;
    clocks.wall = std::make_shared<SteadyWall>([] { return kNow; }, [] { return MonoTime(1); }, UnixMillis{});
    clocks.kernel_is_synchronised = []() -> std::optional<bool> { return false; };
    clocks.boot = [] { return MonoTime(1); };
    clocks.has_peers = true;
    clocks.newest = OwnNewest{EntryIndex(0), {kNow.value - kLongAgo.count()}};
    clock_watch = std::make_unique<ClockWatch>(std::move(clocks));
  }
  AlarmWatch::Parts parts() {
    const auto nothing = []() -> std::optional<Trouble> { return std::nullopt; };
    AlarmWatch::Parts out;
    out.office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    out.store = std::move(*open_sqlite_reader(folder.path() / "store.db"));
    out.index = std::move(*open_index_reader(folder.path() / "index.db"));
    out.nearness = &nearness;
    out.network = [] { return NetworkStatus(); };
    out.signing_stopped = []() -> std::optional<Error> { return std::nullopt; };
    out.store_trouble = out.others_wait = out.index_trouble = out.courier_trouble = nothing;
    out.clock_watch = clock_watch.get();
    out.on_begin = out.on_over = [](const Alarm&) {};
    out.on_signing = [] {};
    out.folder = folder.path().string();
    out.own = test_log().id();
    out.clock = {[] { return kNow; }, [] { return MonoTime(1); }};
    return out;
  }

  const TemporaryFolder folder;
  const Nearness nearness;
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<ClockWatch> clock_watch;
};

// It hears its peers before it signs.
TEST_F(AlarmWatchTest, TellsWhenSigningNeedNotWaitAnyMoreAlsoWhereItWaitedWithoutAnAlarm) {
  ASSERT_TRUE(clock_watch->signing_waits());
  ASSERT_FALSE(clock_watch->standing().off());
  std::atomic<bool> connected = false;
  std::promise<void> signs;
  auto told = signs.get_future();
  AlarmWatch::Parts watched = parts();
  watched.network = [&]() -> std::optional<NetworkStatus> {
    NetworkStatus status;
    PeerStatus peer;
    peer.connected = connected;
    if (connected) peer.clock_ahead_ms = 0;
    status.peers = {peer};
    return status;
  };
  watched.on_signing = [&] { signs.set_value(); };
  AlarmWatch watch(std::move(watched));
  EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "it still waits";
  connected = true;
  ASSERT_EQ(told.wait_for(kDeadline), std::future_status::ready);
  EXPECT_FALSE(clock_watch->signing_waits());
}

TEST_F(AlarmWatchTest, AnAlarmThatLastsIsNotToldAtEachLook) {
  int looks = 0;  // the watch's, until it has stopped
  int told = 0;
  int over = 0;
  std::promise<void> again;
  AlarmWatch::Parts watched = parts();
  watched.store_trouble = [] { return Trouble{fail(Code::kDiskFull, "full"), kNow}; };
  watched.network = [&]() -> std::optional<NetworkStatus> {
    if (++looks == 2) again.set_value();
    return NetworkStatus();
  };
  watched.on_begin = [&](const Alarm& alarm) { told += alarm.id == "store" ? 1 : 0; };
  watched.on_over = [&](const Alarm&) { ++over; };
  AlarmWatch watch(std::move(watched));
  ASSERT_EQ(again.get_future().wait_for(kDeadline), std::future_status::ready);
  watch.stop();  // once it has looked
  EXPECT_EQ(told, 1);
  EXPECT_EQ(over, 0);
}

}  // namespace
}  // namespace koinon::test::alarm_watch_test
