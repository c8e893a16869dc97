// What comes faster than a peer may send is read more slowly. It is no lie, and connecting anew renews
// nothing.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::flood_test {
namespace {

class Flood : public testing::TestWithParam<unsigned> {
 protected:
  // Sends a frame of Seoul's to LA, some thousand at a time, for as long as LA reads. Says how many were
  // read.
  std::size_t flood(SessionId session, const v1::Frame& frame) {
    constexpr std::size_t kAtATime = 1000;
    const Bytes one = *encode_frame(frame);
    Bytes many;
    for (std::size_t i = 0; i < kAtATime; ++i) many += one;
    std::size_t read = 0;
    while (read < 1'000'000 && la.engine->wants_bytes(la.now, session)) {
      network.inject(session, la, many);
      read += kAtATime;
    }
    return read;
  }
  void expect_slowed(const v1::Frame& frame, double at_once) {
    network.peer(seoul, la);
    const SessionId first = network.connect(la, seoul);
    network.drive();
    const std::size_t burst = flood(first, frame);
    EXPECT_GE(static_cast<double>(burst), at_once) << "a newcomer's backlog comes at once";
    EXPECT_FALSE(la.engine->wants_bytes(la.now, first)) << "so much is not read any more";
    network.pass(limits::kLongestPause);
    EXPECT_TRUE(la.engine->wants_bytes(la.now, first)) << "it goes on by itself";
    flood(first, frame);
    network.cut(first);
    const SessionId second = network.connect(la, seoul);
    EXPECT_FALSE(la.engine->wants_bytes(la.now, second)) << "connecting anew renews nothing";
    seoul.publish(2);
    network.drive();
    EXPECT_LT(flood(second, frame), burst / 4);
    network.drive();
    EXPECT_TRUE(network.is_open(second)) << network.closed.at(second).text();
    EXPECT_TRUE(la.events_of(Event::Kind::kPeerLied).empty());
    EXPECT_FALSE(la.engine->shuns(la.now, seoul.config.node_key));
    EXPECT_EQ(la.holds(seoul), 3U) << "what is true is taken";
  }
  Network network{GetParam()};
  TestNode& seoul = network.add("seoul.example");
  TestNode& la = network.add("la.example");
};
INSTANTIATE_TEST_SUITE_P(Seeds, Flood, seeds(4));

TEST_P(Flood, HeadsWithoutEndAreReadSlowlyAndAreNoLie) {
  v1::Frame heads;
  heads.mutable_heads();
  expect_slowed(heads, limits::kHeadsAtOnce);
}

TEST_P(Flood, RequestsWithoutEndAreReadSlowlyAndAreNoLie) {
  v1::Frame prune;
  prune.mutable_prune()->set_log_id(la.id().bytes());
  expect_slowed(prune, limits::kRequestsAtOnce);
}

TEST_P(Flood, FramesWithoutEndAreReadSlowlyAndAreNoLie) {
  v1::Frame pong;
  pong.mutable_pong()->set_nonce(1);
  expect_slowed(pong, limits::kFramesAtOnce);
}

}  // namespace
}  // namespace koinon::test::flood_test
