// The thread that looks for alarms also tells what waited for our clock that it may go on.
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

// A node that starts long after its newest entry hears its peers before it signs, and has no alarm for that.
TEST(AlarmWatch, TellsWhenSigningNeedNotWaitAnyMoreAlsoWhereItWaitedWithoutAnAlarm) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  auto writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  ClockWatch::Parts clocks;
  clocks.wall = std::make_shared<SteadyWall>([] { return kNow; }, [] { return MonoTime(1); }, UnixMillis{});
  clocks.kernel_is_synchronised = []() -> std::optional<bool> { return false; };
  clocks.boot = [] { return MonoTime(1); };
  clocks.has_peers = true;
  clocks.newest = OwnNewest{EntryIndex(0), {kNow.value - kLongAgo.count()}};
  ClockWatch clock_watch(std::move(clocks));
  ASSERT_TRUE(clock_watch.signing_waits());
  ASSERT_FALSE(clock_watch.standing().off());

  const Nearness nearness;
  std::atomic<bool> connected = false;
  std::promise<void> signs;
  auto told = signs.get_future();
  const auto nothing = []() -> std::optional<Trouble> { return std::nullopt; };
  AlarmWatch::Parts parts;
  parts.office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
  parts.store = std::move(*open_sqlite_reader(folder.path() / "store.db"));
  parts.index = std::move(*open_index_reader(folder.path() / "index.db"));
  parts.nearness = &nearness;
  parts.network = [&]() -> std::optional<NetworkStatus> {
    NetworkStatus status;
    PeerStatus peer;
    peer.connected = connected;
    if (connected) peer.clock_ahead_ms = 0;
    status.peers = {peer};
    return status;
  };
  parts.signing_stopped = []() -> std::optional<Error> { return std::nullopt; };
  parts.store_trouble = parts.others_wait = parts.index_trouble = parts.courier_trouble = nothing;
  parts.clock_watch = &clock_watch;
  parts.on_begin = parts.on_over = [](const Alarm&) {};
  parts.on_signing = [&] { signs.set_value(); };
  parts.folder = folder.path().string();
  parts.own = test_log().id();
  parts.clock = {[] { return kNow; }, [] { return MonoTime(1); }};
  AlarmWatch watch(std::move(parts));
  EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "it still waits";
  connected = true;
  ASSERT_EQ(told.wait_for(kDeadline), std::future_status::ready);
  EXPECT_FALSE(clock_watch.signing_waits());
}

}  // namespace
}  // namespace koinon::test::alarm_watch_test
