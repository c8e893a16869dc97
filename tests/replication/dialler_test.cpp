// Which peer is dialled when.
#include "node/replication/dialler.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::dialler_test {
namespace {

class DiallerTest : public testing::Test {
 protected:
  static NodeKey key(char byte) { return NodeKey::from(Bytes(NodeKey::kSize, byte)); }
  std::vector<Dialler::Attempt> due() {
    return dialler.take_due(now, [this](const NodeKey&) { return shunned; });
  }
  // Goes on to the next attempt at the one peer; how long that took.
  MonoTime wait() {
    const MonoTime before = now;
    now = dialler.next();
    const auto attempts = due();
    EXPECT_EQ(attempts.size(), 1U);
    if (!attempts.empty()) attempt = attempts.front();
    return now - before;
  }

  MonoTime now = std::chrono::hours(1);
  bool shunned = false;
  bool lowest = false;  // chance gives the shortest pause, or else the longest
  Dialler dialler{[this](MonoTime low, MonoTime high) { return lowest ? low : high; }};
  Dialler::Attempt attempt;
};

TEST_F(DiallerTest, ANewPeerIsDialledAtOnceAndOnceAtATime) {
  dialler.add(key('a'), true, now);
  dialler.add(key('b'), true, now);
  EXPECT_EQ(dialler.next(), now);
  EXPECT_EQ(due().size(), 2U) << "peers do not wait for each other";
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(dialler.next(), MonoTime::max());
}

TEST_F(DiallerTest, APeerWithoutAddressIsNotDialled) {
  dialler.add(key('a'), false, now);
  EXPECT_EQ(dialler.next(), MonoTime::max());
  EXPECT_TRUE(due().empty());
  dialler.add(key('a'), true, now);
  EXPECT_EQ(due().size(), 1U) << "until it has one";
}

TEST_F(DiallerTest, EachFailureDoublesThePauseUpToTheLongest) {
  dialler.add(key('a'), true, now);
  (void)wait();
  MonoTime expected = limits::kDialBackoffMin;
  for (int i = 0; i < 20; ++i) {
    expected = std::min<MonoTime>(2 * expected, limits::kDialBackoffMax);
    dialler.failed(attempt, Dialler::Why::kOther, now);
    EXPECT_EQ(wait(), expected);
  }
  lowest = true;
  dialler.failed(attempt, Dialler::Why::kOther, now);
  EXPECT_EQ(wait(), expected / 2) << "half of it is by chance";
}

TEST_F(DiallerTest, AfterALongOutageItIsBackWithinTwoMinutes) {
  dialler.add(key('a'), true, now);
  const MonoTime outage_ends = now + std::chrono::hours(72);
  // A try that begins just before the end fails as late as it can.
  const MonoTime in_vain = limits::kLookUpDeadline + limits::kConnectDeadline;
  while (now < outage_ends) {
    (void)wait();
    dialler.failed(attempt, Dialler::Why::kOther, now + in_vain);
  }
  EXPECT_LE(dialler.next() + limits::kHandshakeDeadline - now, MonoTime(std::chrono::minutes(2)));
}

TEST_F(DiallerTest, WhoHasNotPinnedUsIsAskedSoon) {
  dialler.add(key('a'), true, now);
  (void)wait();
  for (int i = 0; i < 20; ++i) {
    dialler.failed(attempt, Dialler::Why::kOther, now);
    (void)wait();
  }
  dialler.failed(attempt, Dialler::Why::kNotPinnedThere, now);
  EXPECT_EQ(wait(), MonoTime(limits::kUnpinnedPause));
  dialler.succeeded(attempt);
  dialler.session_began(key('a'));
  dialler.session_ended(key('a'), Dialler::Why::kNotPinnedThere, now);
  EXPECT_EQ(wait(), MonoTime(limits::kUnpinnedPause));
}

TEST_F(DiallerTest, WhomTheEngineShunsIsLookedAtAgain) {
  shunned = true;
  dialler.add(key('a'), true, now);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(dialler.next(), now + limits::kShunnedPause);
  shunned = false;
  EXPECT_EQ(wait(), MonoTime(limits::kShunnedPause));
}

TEST_F(DiallerTest, OnlyAReadySessionEndsThePauses) {
  dialler.add(key('a'), true, now);
  MonoTime last{};
  for (int i = 0; i < 5; ++i) {
    const MonoTime waited = wait();
    EXPECT_TRUE(i == 0 || waited > last) << "a session that ends before it is ready is no success";
    last = waited;
    dialler.succeeded(attempt);
    dialler.session_began(key('a'));
    EXPECT_EQ(dialler.next(), MonoTime::max()) << "a session stands";
    dialler.session_ended(key('a'), Dialler::Why::kOther, now);
  }
  (void)wait();
  dialler.succeeded(attempt);
  dialler.session_began(key('a'));
  dialler.session_ready(key('a'));
  now += std::chrono::hours(3);
  dialler.session_ended(key('a'), Dialler::Why::kOther, now);
  EXPECT_EQ(wait(), MonoTime(limits::kDialBackoffMin));
}

TEST_F(DiallerTest, ASessionThatTheOtherSideBeganEndsNoPause) {
  dialler.add(key('a'), true, now);
  for (int i = 0; i < 5; ++i) {
    (void)wait();
    dialler.failed(attempt, Dialler::Why::kOther, now);
  }
  dialler.session_began(key('a'));
  EXPECT_EQ(dialler.next(), MonoTime::max());
  dialler.session_ended(key('a'), Dialler::Why::kOther, now);
  EXPECT_GT(wait(), MonoTime(limits::kDialBackoffMin)) << "it was never ready";
}

TEST_F(DiallerTest, WhatComesOfAnAttemptAtARemovedPeerIsPassedOver) {
  dialler.add(key('a'), true, now);
  (void)wait();
  const Dialler::Attempt old = attempt;
  dialler.remove(key('a'));
  EXPECT_FALSE(dialler.is_under_way(old));
  dialler.add(key('a'), true, now);
  (void)wait();
  dialler.failed(old, Dialler::Why::kOther, now);
  EXPECT_TRUE(dialler.is_under_way(attempt));
}

TEST_F(DiallerTest, AnOperatorsWordEndsThePause) {
  dialler.add(key('a'), true, now);
  (void)wait();
  dialler.failed(attempt, Dialler::Why::kOther, now);
  EXPECT_GT(dialler.next(), now);
  dialler.add(key('a'), true, now);
  EXPECT_EQ(dialler.next(), now) << "its address may be another";
  (void)wait();
  dialler.failed(attempt, Dialler::Why::kOther, now);
  dialler.hurry(key('a'), now);
  EXPECT_EQ(wait(), MonoTime(0));
}

}  // namespace
}  // namespace koinon::test::dialler_test
