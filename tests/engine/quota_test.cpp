// How much is taken of each log: bytes, less of those further off; and how much of that in a while.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::quota_test {
namespace {

EngineConfig taking(std::uint64_t bytes) {
  EngineConfig config;
  config.log_bytes = bytes;
  return config;
}

class Quota : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, Quota, seeds(4));

TEST_P(Quota, ALogAtItsQuotaOfBytesStopsAtAWholeHeadAndOthersGoOn) {
  TestNode& a = network.add("a.example");
  TestNode& b = network.add("b.example");
  TestNode& reader = network.add("reader.example", taking(40'000));
  network.peer(a, b);
  network.peer(b, reader);
  b.vouch(a);
  network.connect(a, b);
  const SessionId session = network.connect(reader, b);
  a.publish(3);
  network.drive();
  ASSERT_EQ(reader.holds(a), 4U);
  EXPECT_FALSE(reader.engine->standing(a.id()).resting);
  a.publish(60, "health/testing", 1000);
  network.drive();
  EXPECT_EQ(reader.holds(a), 64U) << "what was under way";
  const LogStanding standing = reader.engine->standing(a.id());
  EXPECT_TRUE(standing.resting);
  EXPECT_EQ(standing.bytes_allowed, 40'000U);
  EXPECT_GE(standing.bytes, standing.bytes_allowed);
  EXPECT_EQ(standing.bytes, *reader.store->log_bytes(a.id()));

  a.publish(1);
  network.drive();
  network.advance(std::chrono::seconds(130));
  EXPECT_EQ(reader.holds(a), 64U);
  const StoreState held = *reader.store->load_state();
  EXPECT_GE(held.peers.at(0).cursor, b.engine->log(a.id())->journal_seq) << "no cursor waits for it";
  EXPECT_EQ(held.asks, (std::vector<HeadAsk>{{b.config.node_key, a.id()}})) << "and it is not forgotten";
  b.publish(1);
  network.drive();
  EXPECT_EQ(reader.holds(b), b.holds(b)) << "others go on";

  // The operator takes more of it.
  network.cut(session);
  network.drive();
  reader.config.log_bytes = 10'000'000;
  reader.restart();
  network.connect(reader, b);
  network.drive();
  EXPECT_EQ(reader.holds(a), 65U) << "asked for by name: its row has passed";
  EXPECT_TRUE(reader.store->load_state()->asks.empty());
}

TEST_P(Quota, WhatComesFasterThanIsTakenComesByAndBy) {
  TestNode& a = network.add("a.example");
  EngineConfig config = taking(8'000'000);
  config.window = 1;  // the least that there is, so that little is under way at a time
  TestNode& reader = network.add("reader.example", config);
  a.publish(600, "health/testing", 10'000);
  network.peer(a, reader);
  network.connect(reader, a);
  network.drive();
  EXPECT_EQ(reader.holds(a), 0U);
  const std::uint64_t first = reader.engine->log(a.id())->range.size().value;
  EXPECT_GT(first, 100U) << "a quarter at once";
  EXPECT_LT(first, 500U) << "and not all of it";
  const LogStanding standing = reader.engine->standing(a.id());
  EXPECT_TRUE(standing.resting);
  EXPECT_LT(standing.bytes, standing.bytes_allowed);
  network.pass(std::chrono::hours(1));
  network.advance(std::chrono::seconds(1));
  EXPECT_EQ(reader.engine->log(a.id())->range.size().value, first) << "what came too early is waited for";
  int days = 1;
  for (; days < 40 && reader.holds(a) < 601; ++days) {
    network.pass(std::chrono::hours(24));
    network.advance(std::chrono::seconds(1));
  }
  EXPECT_EQ(reader.holds(a), 601U) << "by itself";
  EXPECT_GE(days, 5);
  EXPECT_EQ(reader.bodies_of(a), 600U);
}

TEST_P(Quota, WhatCouldNotBeStoredDoesNotCount) {
  TestNode& a = network.add("a.example");
  TestNode& reader = network.add("reader.example", taking(800'000));
  reader.writes_fail = 3;
  a.publish(20, "health/testing", 6'000);
  network.peer(a, reader);
  network.connect(reader, a);
  network.drive();
  network.advance(std::chrono::seconds(120));
  EXPECT_EQ(reader.writes_fail, 0U);
  EXPECT_EQ(reader.holds(a), 21U);
  EXPECT_FALSE(reader.engine->standing(a.id()).resting);
}

TEST_P(Quota, BodiesThatComeLateCountAsWell) {
  EngineConfig config = taking(100'000);
  config.filter = topics({"climate"});
  TestNode& a = network.add("a.example");
  TestNode& reader = network.add("reader.example", config);
  network.peer(a, reader);
  network.connect(reader, a);
  a.publish(20, "health/testing", 6'000);
  network.drive();
  ASSERT_EQ(reader.holds(a), 21U);
  ASSERT_EQ(reader.bodies_of(a), 0U);
  const std::uint64_t entries = reader.engine->standing(a.id()).bytes;
  EXPECT_LT(entries, 25'000U);
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.drive();
  EXPECT_EQ(reader.bodies_of(a), 20U);
  EXPECT_GT(reader.engine->standing(a.id()).bytes, entries + 120'000);
  EXPECT_TRUE(reader.engine->standing(a.id()).resting);
  // And what goes makes room again.
  reader.engine->set_filter(reader.now, topics({"climate"}));
  network.drive();
  EXPECT_EQ(reader.engine->standing(a.id()).bytes, entries);
  EXPECT_EQ(*reader.store->log_bytes(a.id()), entries);
}

TEST_P(Quota, TheFurtherACityTheLessIsTakenOfIt) {
  TestNode& a = network.add("a.example");
  TestNode& b = network.add("b.example");
  TestNode& c = network.add("c.example");
  TestNode& small = network.add("small.example", taking(64 * limits::kMiB));
  for (TestNode* reader : {&c, &small}) {
    network.peer(b, *reader);
    network.connect(*reader, b);
  }
  network.peer(a, b);
  b.vouch(a);
  network.connect(a, b);
  network.drive();
  ASSERT_EQ(c.holds(a), 1U);
  ASSERT_EQ(small.holds(a), 1U);
  EXPECT_EQ(c.engine->standing(b.id()).bytes_allowed, limits::kLogBytes);
  EXPECT_EQ(c.engine->standing(a.id()).bytes_allowed, limits::kLogBytes / 8);
  EXPECT_EQ(c.engine->standing(c.id()).bytes_allowed, 0U) << "our own: all";
  EXPECT_EQ(small.engine->standing(b.id()).bytes_allowed, 64 * limits::kMiB);
  EXPECT_EQ(small.engine->standing(a.id()).bytes_allowed, limits::kLogBytesLeast);
}

TEST_P(Quota, OurOwnLogHasNone) {
  TestNode& a = network.add("a.example", taking(1));
  TestNode& reader = network.add("reader.example");
  network.peer(a, reader);
  network.connect(reader, a);
  a.publish(20, "health/testing", 1000);
  network.drive();
  EXPECT_EQ(reader.holds(a), 21U);
  EXPECT_FALSE(a.engine->standing(a.id()).resting);
}

TEST_P(Quota, AForkOfALogThatRestsIsSeen) {
  TestNode& a = network.add("a.example");
  TestNode& twin = network.add("a.example");  // the same keys, another history
  TestNode& reader = network.add("reader.example", taking(10'000));
  network.peer(a, reader);
  a.publish(20, "health/testing", 1000);
  twin.publish(20, "climate/heat", 1000);
  const SessionId session = network.connect(reader, a);
  network.drive();
  ASSERT_EQ(reader.holds(a), 21U);
  ASSERT_TRUE(reader.engine->standing(a.id()).resting);
  v1::Frame heads;
  auto* head = heads.mutable_heads()->add_heads();
  head->set_log_id(a.id().bytes());
  head->set_journal_seq(1000);
  head->set_checkpoint(twin.store->log_state(twin.id())->whole->note);
  network.inject(session, reader, *encode_frame(heads));
  network.drive();
  EXPECT_TRUE(reader.engine->standing(a.id()).frozen);
}

}  // namespace
}  // namespace koinon::test::quota_test
