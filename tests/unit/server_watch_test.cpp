// What a reader knows of its server: how far it is behind, and what has come.
#include "node/daemon/server_watch.h"

#include <atomic>

#include <gtest/gtest.h>

namespace koinon::test::server_watch_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A server as the test wants it.
struct Server {
  std::atomic<bool> is_away = false;
  std::atomic<bool> is_standby = true;
  std::atomic<bool> has_writer = true;
  std::atomic<bool> is_fed = true;
  std::atomic<std::int64_t> behind_ms = 0;
  std::atomic<std::uint64_t> newest = 0;
};

Result<ServerSeen> look_at(const Server& server) {
  if (server.is_away) return fail(Code::kUnavailable, "away", "store");
  ServerSeen out;
  out.lag = {server.is_standby, server.is_fed, milliseconds(server.behind_ms),
             server.has_writer ? "somebody" : ""};
  out.newest = ArrivalSeq(server.newest);
  return out;
}

class ServerWatchTest : public testing::Test {
 protected:
  std::unique_ptr<ServerWatch> watching(bool runs = true) {
    Clock clock = system_clock();
    clock.mono = [this, mono = clock.mono] { return mono() + MonoTime(seconds(later)); };
    ServerWatch::Parts parts{log,
                             clock,
                             seconds(10),
                             nearness,
                             [this] { return look_at(server); },
                             [] { return Result<TrustPolicy::Rules>(TrustPolicy::Rules()); },
                             [] { return Result<StoreState>(StoreState()); },
                             [this] { ++arrivals; }};
    auto made = ServerWatch::make(std::move(parts), StoreState());
    EXPECT_TRUE(made.ok());
    if (runs) (*made)->start();
    return std::move(*made);
  }
  template <typename Condition>
  static bool soon(Condition condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(5));
    return condition();
  }

  Server server;
  DaemonLog log{"error", "text"};
  Nearness nearness;
  std::atomic<std::int64_t> later = 0;  // seconds
  std::atomic<int> arrivals = 0;
};

TEST_F(ServerWatchTest, AStandbyIsBehindByTheWritersLastSignOfLife) {
  server.behind_ms = 11'000;
  const auto watch = watching(false);
  EXPECT_EQ(watch->lag().behind, seconds(11));
  EXPECT_TRUE(watch->lag().is_standby);
  EXPECT_TRUE(watch->lag().is_late);
}

TEST_F(ServerWatchTest, WhereTheWriterWritesNothingIsBehind) {
  server.behind_ms = 11'000;
  server.is_standby = false;
  EXPECT_EQ(watching(false)->lag().behind, milliseconds(0)) << "a writer that is down has written nothing";
}

TEST_F(ServerWatchTest, BehindAWriterThatHasEndedIsNothing) {
  server.behind_ms = 3'600'000;
  server.has_writer = false;
  EXPECT_FALSE(watching(false)->lag().is_late);
}

// The writer may have begun again since.
TEST_F(ServerWatchTest, AStandbyThatIsCutOffIsBehindThoughTheWriterHasEnded) {
  server.behind_ms = 3'600'000;
  server.has_writer = false;
  server.is_fed = false;
  EXPECT_TRUE(watching(false)->lag().is_late);
}

TEST_F(ServerWatchTest, AServerThatDoesNotAnswerFallsBehind) {
  const auto watch = watching(false);
  later = 9;
  EXPECT_FALSE(watch->lag().is_late);
  later = 12;
  EXPECT_TRUE(watch->lag().is_late);
  EXPECT_GE(watch->lag().behind, seconds(12));
}

TEST_F(ServerWatchTest, WhatArrivesIsTold) {
  const auto watch = watching();
  EXPECT_EQ(arrivals, 0);
  server.newest = 3;
  EXPECT_TRUE(soon([&] { return arrivals == 1; }));
}

TEST_F(ServerWatchTest, AServerThatWasAwayIsAskedAgain) {
  const auto watch = watching();
  server.is_away = true;
  EXPECT_TRUE(soon([&] { return watch->trouble().has_value(); }));
  server.newest = 3;
  server.is_away = false;
  EXPECT_TRUE(soon([&] { return !watch->trouble() && arrivals == 1; }));
}

}  // namespace
}  // namespace koinon::test::server_watch_test
