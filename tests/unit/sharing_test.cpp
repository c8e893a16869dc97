// What there is only so much of, shared out: places of visitors, handshakes of strangers.
#include <algorithm>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "node/http/reading_threads.h"
#include "node/http/shares.h"
#include "node/replication/tick.h"
#include "node/text/spoken_key.h"
#include "node/transport/handshakes.h"
#include "node/transport/knocks.h"
#include "proto/base/limits.h"

namespace koinon::test::sharing_test {
namespace {

TEST(Shares, AreOfEachVisitorAndOfAll) {
  const auto shares = std::make_shared<Shares>(2, 3);
  const Share a(shares, "a");
  {
    const Share b(shares, "a");
    EXPECT_FALSE(shares->has_room("a"));
    EXPECT_TRUE(shares->has_room("b"));
    const Share c(shares, "b");
    EXPECT_FALSE(shares->has_room("c")) << "there are three in all";
  }
  EXPECT_TRUE(shares->has_room("a"));
  EXPECT_EQ(shares->total(), 1U);
}

TEST(Shares, AreTakenByTheAmountToo) {
  const auto bytes = std::make_shared<Shares>(100, 150);
  const Share a(bytes, "a", 60);
  EXPECT_TRUE(bytes->has_room("a", 40));
  EXPECT_FALSE(bytes->has_room("a", 41));
  {
    const Share b(bytes, "b", 80);
    EXPECT_FALSE(bytes->has_room("a", 40)) << "there are 150 in all";
    EXPECT_TRUE(bytes->has_room("a", 10));
  }
  EXPECT_TRUE(bytes->has_room("b", 90));
  EXPECT_EQ(bytes->total(), 60U);
}

namespace asio = boost::asio;

asio::awaitable<int> one_or_throw(bool throws) {
  if (throws) throw std::runtime_error("a fault");
  co_return 1;
}

// As many reads of one visitor as have places, all of which throw, and one that waits for the first of them.
asio::awaitable<void> read_once(ReadingThreads* threads, bool there, bool throws, int* thrown, int* done) {
  const ReadingThreads::For who{"192.0.2.1", false, true};
  try {
    if (there) {
      *done += co_await threads->run_there<int>(who, 0, [throws] { return one_or_throw(throws); });
    } else {
      *done +=
          co_await threads->run<int>(who, [throws](ReadingThreads::Number) { return one_or_throw(throws); });
    }
  } catch (const std::runtime_error&) {
    ++*thrown;
  }
}

TEST(ReadingThreads, WhatThrowsGivesItsPlaceToWhoWaits) {
  for (const bool there : {false, true}) {
    asio::io_context io;
    ReadingThreads threads(1);
    threads.start();
    int thrown = 0;
    int done = 0;
    for (std::size_t i = 0; i <= limits::kReadsPerVisitor; ++i) {
      const bool throws = i < limits::kReadsPerVisitor;
      asio::co_spawn(io, read_once(&threads, there, throws, &thrown, &done), asio::detached);
    }
    io.run_for(std::chrono::seconds(60));
    EXPECT_EQ(thrown, static_cast<int>(limits::kReadsPerVisitor)) << there;
    EXPECT_EQ(done, 1) << (there ? "where something of theirs is" : "anywhere");
    threads.stop();
  }
}

TEST(Handshakes, OfOneNeighbourhoodGiveWayToEachOther) {
  Handshakes handshakes;
  std::vector<std::size_t> closed;
  const auto honest = handshakes.begin("192.0.2.0/24", [&] { closed.push_back(0); });
  for (std::size_t i = 1; i <= 1000; ++i) {
    (void)handshakes.begin("203.0.113.0/24", [&closed, i] { closed.push_back(i); });
    EXPECT_LE(handshakes.count(), limits::kHandshakesAtOnce);
  }
  ASSERT_EQ(closed.size(), 1000 - limits::kHandshakesPerNetwork);
  EXPECT_EQ(closed.front(), 1U) << "the oldest first";
  EXPECT_EQ(std::count(closed.begin(), closed.end(), 0U), 0) << "nobody else does";
  handshakes.end(honest);
  handshakes.end(honest);
  EXPECT_EQ(handshakes.count(), limits::kHandshakesPerNetwork);
}

TEST(Handshakes, OfManyNeighbourhoodsTheFullestGivesWay) {
  Handshakes handshakes;
  int ours = 0;
  (void)handshakes.begin("192.0.2.0/24", [&] { ++ours; });
  for (int network = 0; network < 20; ++network) {
    for (int i = 0; i < 10; ++i) (void)handshakes.begin("203.0." + std::to_string(network) + ".0/24", [] {});
    EXPECT_LE(handshakes.count(), limits::kHandshakesAtOnce);
  }
  EXPECT_EQ(ours, 0) << "who has one place keeps it";
}

TEST(Handshakes, AmongEqualsTheOldestGivesWay) {
  Handshakes handshakes;
  std::vector<std::string> closed;
  for (std::size_t i = 0; i < limits::kHandshakesAtOnce; ++i)
    (void)handshakes.begin("2a01:" + std::to_string(i) + "::/64", [&] { closed.push_back("silent"); });
  (void)handshakes.begin("192.0.2.0/24", [&] { closed.push_back("honest"); });
  for (int i = 0; i < 20; ++i)
    (void)handshakes.begin("2a02:" + std::to_string(i) + "::/64", [&] { closed.push_back("silent"); });
  EXPECT_EQ(closed, std::vector<std::string>(21, "silent"));
}

TEST(Handshakes, AreClosedOnceWhereTheNodeStops) {
  Handshakes handshakes;
  std::vector<int> closed;
  (void)handshakes.begin("192.0.2.0/24", [&] { closed.push_back(1); });
  const auto done = handshakes.begin("192.0.2.0/24", [&] { closed.push_back(2); });
  const auto last = handshakes.begin("203.0.113.0/24", [&] { closed.push_back(3); });
  handshakes.end(done);
  handshakes.close_all();
  EXPECT_EQ(closed, (std::vector<int>{1, 3}));
  EXPECT_EQ(handshakes.count(), 0U);
  handshakes.end(last);
  handshakes.close_all();
  EXPECT_EQ(closed.size(), 2U);
}

TEST(Tick, IsBroughtForwardByWhatComesIn) {
  using std::chrono::milliseconds;
  const MonoTime now = std::chrono::hours(1);
  Tick tick;
  EXPECT_EQ(tick.arm(now, now + milliseconds(300)), milliseconds(300));
  EXPECT_EQ(tick.arm(now, now - milliseconds(5)), Tick::kShortest) << "it never runs without a pause";
  EXPECT_EQ(tick.arm(now, now + std::chrono::hours(1)), Tick::kLongest);
  EXPECT_FALSE(tick.is_late(now + milliseconds(1), now + std::chrono::hours(1)));
  EXPECT_FALSE(tick.is_late(now + milliseconds(1), now + std::chrono::seconds(1)));
  EXPECT_TRUE(tick.is_late(now + milliseconds(1), now + milliseconds(100))) << "a vouch, say, is due before";
  EXPECT_TRUE(tick.is_late(now + milliseconds(1), now - milliseconds(100)));
  // What is due all the time puts nothing off: armed again, it rings.
  EXPECT_EQ(tick.arm(now + milliseconds(1), now - milliseconds(100)), Tick::kShortest);
  for (int i = 1; i < 10; ++i) EXPECT_FALSE(tick.is_late(now + milliseconds(1 + i), now - milliseconds(100)));
}

NodeKey key_of(std::uint32_t number) {
  Bytes bytes(NodeKey::kSize, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  return NodeKey::from(bytes);
}

TEST(Knocks, WhoKnocksUnderAThousandKeysHidesNobody) {
  Knocks knocks;
  EXPECT_TRUE(knocks.add(key_of(0), "192.0.2.0/24", "192.0.2.7", {1}));
  EXPECT_FALSE(knocks.add(key_of(0), "192.0.2.0/24", "192.0.2.7", {2}));
  for (std::uint32_t i = 1; i <= 1000; ++i)
    knocks.add(key_of(i), "203.0.113.0/24", "203.0.113.9", {static_cast<std::int64_t>(i) + 2});
  const auto list = knocks.list({2000});
  ASSERT_EQ(list.size(), limits::kKnocks);
  EXPECT_EQ(list.front().key, key_of(1000)) << "the newest first";
  EXPECT_EQ(list.back().key, key_of(0));
  EXPECT_EQ(list.back().count, 2U);
  knocks.forget(key_of(0));
  EXPECT_EQ(knocks.list({2000}).size(), limits::kKnocks - 1);
  const std::int64_t day = std::chrono::milliseconds(limits::kKnockForgotten).count();
  EXPECT_TRUE(knocks.list({day + 2000}).empty());
}

TEST(Knocks, AKeyIsReadOutInFours) {
  EXPECT_EQ(spoken(key_of(0x34120A0B)), "0b0a 1234 0000 0000 0000 0000 0000 0000");
}

}  // namespace
}  // namespace koinon::test::sharing_test
