// What there is only so much of, shared out: places of visitors, handshakes of strangers.
#include <algorithm>

#include <gtest/gtest.h>

#include "node/http/shares.h"
#include "node/transport/handshakes.h"
#include "proto/base/limits.h"

namespace koinon::test {
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

}  // namespace
}  // namespace koinon::test
