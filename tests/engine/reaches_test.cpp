// Whether others reach us: whom we ask, what we believe of the answers, and for whom we dial and how often.
#include "tests/engine/alone.h"
#include "tests/engine/network.h"

namespace koinon::engine::test::reaches_test {
namespace {

constexpr const char* kAddress = "node.seoul.example:8470";
constexpr MonoTime kStart = std::chrono::hours(1);

class ReachesAlone : public Alone {
 protected:
  ReachesAlone() : Alone(pinned({kMilan, kOslo, kRome, city("paris"), city("vienna")})) { begin(kStart); }
  Link& greeted(char number) {
    Link& link = connect(number);
    link.answers_reach_me = true;
    return link;
  }
  v1::ReachMe asked_of(const Link& link) {
    return last_said(link, &v1::Frame::has_reach_me, &v1::Frame::reach_me);
  }
  v1::Reached answered_to(const Link& link) {
    return last_said(link, &v1::Frame::has_reached, &v1::Frame::reached);
  }
  void ask(const std::string& address = kAddress) {
    reaches.ask(address);
    look();
  }
  void answer(Link& link, std::uint64_t request_id, v1::ReachOutcome outcome,
              const std::string& dialled = kAddress) {
    v1::Reached frame;
    frame.set_request_id(request_id);
    frame.set_outcome(outcome);
    frame.set_address(dialled);
    reaches.on_reached(link, frame);
    look();
  }
  void is_asked(Link& link, std::uint64_t request_id, const std::string& address = kAddress) {
    v1::ReachMe frame;
    frame.set_request_id(request_id);
    frame.set_address(address);
    reaches.on_reach_me(link, frame);
    look();
  }
  void dialled(const Link& link, v1::ReachOutcome outcome) {
    reaches.on_dialled(link.peer, outcome, "192.0.2.7:8470");
    look();
  }

  Reaches& reaches = parts.reaches;
};

// --- we ask

TEST_F(ReachesAlone, ThreeOfThoseAreAskedWhoAnswer) {
  Link& older = connect('\1');
  Link& second = greeted('\2');
  greeted('\3');
  greeted('\4');
  Link& fifth = greeted('\5');
  ask();
  EXPECT_EQ(asked_of(second).address(), kAddress);
  EXPECT_NE(asked_of(second).request_id(), 0U);
  EXPECT_EQ(asked_of(older).request_id(), 0U) << "an earlier version never answers";
  EXPECT_EQ(asked_of(fifth).request_id(), 0U) << "three suffice";
  EXPECT_EQ(reaches.told().size(), limits::kReachPeers);
}

TEST_F(ReachesAlone, AnAnswerIsToldAndKeptForAWhile) {
  Link& link = greeted('\1');
  ask();
  EXPECT_FALSE(reaches.told().front().outcome);
  answer(link, asked_of(link).request_id(), v1::REACH_OUTCOME_REFUSED, "192.0.2.7:8470");
  EXPECT_EQ(told(Event::Kind::kReachTold), 1U);
  ASSERT_EQ(reaches.told().size(), 1U);
  EXPECT_EQ(reaches.told().front().peer, link.peer);
  EXPECT_EQ(reaches.told().front().outcome, v1::REACH_OUTCOME_REFUSED);
  EXPECT_EQ(reaches.told().front().dialled, "192.0.2.7:8470");
  ask();
  EXPECT_EQ(asked_of(link).request_id(), 0U) << "it has just answered";
  EXPECT_EQ(reaches.told().front().outcome, v1::REACH_OUTCOME_REFUSED);
  ask("elsewhere.seoul.example:8470");
  EXPECT_NE(asked_of(link).request_id(), 0U) << "that is another question";
  answer(link, asked_of(link).request_id(), v1::REACH_OUTCOME_REACHED);
  begin(kStart + limits::kReachedKept);
  ask("elsewhere.seoul.example:8470");
  EXPECT_NE(asked_of(link).request_id(), 0U) << "the answer is old";
}

TEST_F(ReachesAlone, WhoseSessionEndsHasNotAnswered) {
  Link& link = greeted('\1');
  ask();
  cut(link);
  EXPECT_FALSE(reaches.told().front().outcome);
  Link& again = greeted('\1');
  ask();
  EXPECT_NE(asked_of(again).request_id(), 0U);
}

TEST_F(ReachesAlone, WhatNobodyAskedForIsALie) {
  Link& link = greeted('\1');
  answer(link, 7, v1::REACH_OUTCOME_REACHED);
  EXPECT_EQ(lies_of(link), 1U);
  Link& other = greeted('\2');
  ask();
  const std::uint64_t request = asked_of(other).request_id();
  answer(other, request, v1::REACH_OUTCOME_REACHED);
  answer(other, request, v1::REACH_OUTCOME_REACHED);
  EXPECT_EQ(lies_of(other), 1U) << "it was answered already";
}

TEST_F(ReachesAlone, AnAddressThatIsNoneIsALie) {
  Link& link = greeted('\1');
  Link& other = greeted('\2');
  Link& third = greeted('\3');
  ask();
  const std::uint64_t first = asked_of(link).request_id();
  const std::uint64_t second = asked_of(other).request_id();
  const std::uint64_t last = asked_of(third).request_id();
  answer(link, first, v1::REACH_OUTCOME_REACHED, "words of its own");
  answer(other, second, v1::REACH_OUTCOME_REACHED, std::string(limits::kReachAddressBytes, 'a') + ":1");
  answer(third, last, v1::REACH_OUTCOME_NOT_DIALLED, "");
  EXPECT_EQ(lies_of(link), 1U);
  EXPECT_EQ(lies_of(other), 1U);
  EXPECT_EQ(lies_of(third), 0U);
}

// --- we are asked

TEST_F(ReachesAlone, WhoAsksIsDialledOnceAndTold) {
  Link& link = greeted('\1');
  is_asked(link, 7);
  EXPECT_EQ(told(Event::Kind::kReachAsked), 1U);
  EXPECT_TRUE(said_to(link).empty()) << "it is being dialled";
  dialled(link, v1::REACH_OUTCOME_REFUSED);
  EXPECT_EQ(answered_to(link).request_id(), 7U);
  EXPECT_EQ(answered_to(link).outcome(), v1::REACH_OUTCOME_REFUSED);
  EXPECT_EQ(answered_to(link).address(), "192.0.2.7:8470");
  dialled(link, v1::REACH_OUTCOME_REACHED);
  EXPECT_TRUE(said_to(link).empty()) << "once";
}

TEST_F(ReachesAlone, NobodyHasUsDialOftenNotByNewSessionsEither) {
  const auto asks = [&](MonoTime at) {
    begin(at);
    Link& link = greeted('\1');
    is_asked(link, 7);
    const bool dials = told(Event::Kind::kReachAsked) == 1;
    if (dials) dialled(link, v1::REACH_OUTCOME_REACHED);
    EXPECT_EQ(answered_to(link).outcome(), dials ? v1::REACH_OUTCOME_REACHED : v1::REACH_OUTCOME_BUSY);
    EXPECT_EQ(lies_of(link), 0U);
    cut(link);
    return dials;
  };
  for (int i = 0; i < static_cast<int>(limits::kReachesAtOnce); ++i) EXPECT_TRUE(asks(kStart));
  EXPECT_FALSE(asks(kStart));
  EXPECT_FALSE(asks(kStart + std::chrono::minutes(1)));
  EXPECT_TRUE(asks(kStart + std::chrono::minutes(3)));
  EXPECT_FALSE(asks(kStart + std::chrono::minutes(3)));
}

TEST_F(ReachesAlone, ASecondQuestionWaitsForTheFirst) {
  Link& link = greeted('\1');
  is_asked(link, 7);
  is_asked(link, 8);
  EXPECT_EQ(told(Event::Kind::kReachAsked), 0U);
  EXPECT_EQ(answered_to(link).request_id(), 8U);
  EXPECT_EQ(answered_to(link).outcome(), v1::REACH_OUTCOME_BUSY);
  dialled(link, v1::REACH_OUTCOME_REACHED);
  EXPECT_EQ(answered_to(link).request_id(), 7U);
}

TEST_F(ReachesAlone, WhoHasGoneIsToldNothing) {
  Link& link = greeted('\1');
  const NodeKey peer = link.peer;
  is_asked(link, 7);
  cut(link);
  Link& again = greeted('\1');
  reaches.on_dialled(peer, v1::REACH_OUTCOME_REACHED, kAddress);
  look();
  EXPECT_TRUE(said_to(again).empty()) << "it was another session that asked";
}

TEST_F(ReachesAlone, WhatIsNoAddressIsNotDialled) {
  Link& link = greeted('\1');
  for (const char* address : {"", "node.seoul.example", "node.seoul.example:0", "a:b:c"}) {
    is_asked(link, 7, address);
    EXPECT_EQ(told(Event::Kind::kReachAsked), 0U) << address;
    EXPECT_EQ(answered_to(link).outcome(), v1::REACH_OUTCOME_NOT_DIALLED) << address;
  }
  EXPECT_EQ(lies_of(link), 0U);
}

TEST_F(ReachesAlone, AQuestionWithoutANumberOrTooLongIsALie) {
  Link& link = greeted('\1');
  is_asked(link, 0);
  EXPECT_EQ(lies_of(link), 1U);
  Link& other = greeted('\2');
  is_asked(other, 1, std::string(limits::kReachAddressBytes, 'a') + ":1");
  EXPECT_EQ(lies_of(other), 1U);
  EXPECT_EQ(told(Event::Kind::kReachAsked), 0U);
}

}  // namespace
}  // namespace koinon::engine::test::reaches_test

namespace koinon::test::reaches_test {
namespace {

class ReachesNetwork : public NetworkTest {};
INSTANTIATE_TEST_SUITE_P(Seeds, ReachesNetwork, testing::Values(1U, 2U));

TEST_P(ReachesNetwork, TwoNodesAskEachOtherOverTheWire) {
  TestNode& seoul = network.add("seoul.example");
  TestNode& milan = network.add("milan.example");
  network.peer(seoul, milan);
  network.connect(seoul, milan);
  network.drive();
  seoul.engine->ask_reaches(seoul.now, "node.seoul.example:8470");
  network.drive();
  const auto asked = milan.events_of(Event::Kind::kReachAsked);
  ASSERT_EQ(asked.size(), 1U) << "their Hello says that they answer";
  EXPECT_EQ(asked.front().peer, NodeKey::from(seoul.node_key.public_key().view()));
  EXPECT_EQ(asked.front().text, "node.seoul.example:8470");
  milan.engine->on_dialled(milan.now, asked.front().peer, v1::REACH_OUTCOME_REACHED, "192.0.2.7:8470");
  network.drive();
  ASSERT_EQ(seoul.engine->reaches().size(), 1U);
  EXPECT_EQ(seoul.engine->reaches().front().outcome, v1::REACH_OUTCOME_REACHED);
}

}  // namespace
}  // namespace koinon::test::reaches_test
