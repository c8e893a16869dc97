// Who is asked for bodies that are missing, and who is asked no longer.
#include <deque>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::holders_test {
namespace {

// Two cities hold what an author wrote, and a reader that wanted none of it does so now.
class Holders : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr std::size_t kNotes = 10;
  void SetUp() override {
    for (TestNode* between : {&bad, &honest}) {
      network.peer(author, *between);
      network.peer(*between, reader);
      between->vouch(author);
      network.connect(author, *between);
    }
    author.publish(kNotes);
    network.drive();
    session = network.connect(reader, bad);
    network.drive();
    ASSERT_EQ(reader.holds(author), kNotes + 1);
    ASSERT_EQ(reader.bodies_of(author), 0U);
  }
  void want_all() {
    reader.engine->set_filter(reader.now, BodyFilter());
    network.drive();
  }
  Network network{GetParam()};
  TestNode& author = network.add("author.example");
  TestNode& bad = network.add("bad.example");
  TestNode& honest = network.add("honest.example");
  TestNode& reader = network.add("reader.example", wanting({"none"}));
  SessionId session;  // of the reader with the bad one
};
INSTANTIATE_TEST_SUITE_P(Seeds, Holders, seeds(4));

TEST_P(Holders, EmptyAnswersEndTheSession) {
  network.tamper_frames(session, bad, [](v1::Frame& frame) {
    if (!frame.has_bodies()) return true;
    frame.mutable_bodies()->clear_bodies();
    frame.mutable_bodies()->set_last(false);
    return true;
  });
  want_all();
  EXPECT_FALSE(network.is_open(session)) << "an answer that brings nothing would keep its request open";
  EXPECT_EQ(reader.events_of(Event::Kind::kPeerLied).size(), 1U);
  network.connect(reader, honest);
  network.drive();
  EXPECT_EQ(reader.bodies_of(author), kNotes);
}

TEST_P(Holders, ADropAMinuteIsGivenUpAndHadElsewhere) {
  std::deque<v1::Frame> drops;
  network.tamper_frames(session, bad, [&](v1::Frame& frame) {
    if (!frame.has_bodies()) return true;
    for (const auto& body : frame.bodies().bodies()) {
      v1::Frame drop = frame;
      drop.mutable_bodies()->clear_bodies();
      *drop.mutable_bodies()->add_bodies() = body;
      drop.mutable_bodies()->set_last(false);
      drops.push_back(std::move(drop));
    }
    drops.back().mutable_bodies()->set_last(frame.bodies().last());
    return false;
  });
  want_all();
  ASSERT_EQ(drops.size(), kNotes) << "all are asked of it";
  network.connect(reader, honest);
  network.drive();
  static_assert(7 * std::chrono::seconds(50) > limits::kBodiesDeadline);
  for (std::size_t turn = 1; turn <= 7; ++turn) {
    network.inject(session, reader, *encode_frame(drops.front()));
    drops.pop_front();
    network.pass(std::chrono::seconds(50));
    network.drive();
    if (turn == 4) EXPECT_EQ(reader.bodies_of(author), turn) << "it is waited for, and what came is kept";
  }
  EXPECT_EQ(reader.bodies_of(author), kNotes) << "what lacked was had elsewhere";
  for (const v1::Frame& drop : drops) network.inject(session, reader, *encode_frame(drop));
  network.drive();
  EXPECT_TRUE(network.is_open(session)) << "to be slow is no offence";
  EXPECT_TRUE(reader.events_of(Event::Kind::kPeerLied).empty());
}

}  // namespace
}  // namespace koinon::test::holders_test
