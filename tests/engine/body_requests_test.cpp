// Which peer is asked for which body.
#include "node/engine/body_requests.h"

#include <gtest/gtest.h>

#include "node/engine/missing_bodies.h"
#include "proto/base/limits.h"

namespace koinon::test::body_requests_test {
namespace {

using namespace engine;

LogId city(char letter) { return LogId::from(Bytes(LogId::kSize, letter)); }
NodeKey node(char letter) { return NodeKey::from(Bytes(NodeKey::kSize, letter)); }

LogState known(char letter) {
  LogState state;
  state.id = city(letter);
  return state;
}

EngineConfig hops(unsigned trust_hops) {
  EngineConfig config;
  config.trust_hops = trust_hops;
  config.window = limits::kWindowBytes;
  return config;
}

class BodyRequestsOfALog : public testing::Test {
 protected:
  BodyRequestsOfALog() : logs(trust, std::nullopt, {known('a')}, {}) {}

  Link& ready(std::uint64_t id) {
    Link& link = links.connect(SessionId(id), node(static_cast<char>('a' + id)), true);
    link.ready = true;
    return link;
  }
  MissingBody& lack(std::uint64_t index, std::uint32_t bytes = 100) {
    MissingBody& body = missing.state(log()).missing[EntryIndex(index)];
    body.size = bytes;
    return body;
  }
  // What was sent since it was called last: to whom, and which bodies it asks for.
  std::vector<std::pair<SessionId, v1::GetBodies>> sent() {
    std::vector<std::pair<SessionId, v1::GetBodies>> out;
    for (const Output& output : effects.take_outputs()) {
      const auto& bytes = std::get<SendBytes>(output);
      FrameReader reader;
      reader.feed(bytes.bytes);
      out.emplace_back(bytes.session, (**reader.next()).get_bodies());
    }
    return out;
  }
  Log& log() { return logs.at(city('a')); }

  Effects effects{hops(3), std::nullopt, Now()};
  TrustPolicy trust{{3, 1, 3}};
  Logs logs;
  MissingBodies missing{logs};
  Peers peers{effects, {}};
  Links links{effects, peers};
  Holdings holdings{links};
  BodyRequests requests{effects, links, holdings};
};

TEST_F(BodyRequestsOfALog, WhoIsKnownToHoldTheEntryIsAskedBeforeOthers) {
  ready(1);
  const Link& holder = ready(2);
  holdings.note(holder, city('a'), TreeSize(5));
  lack(4);
  EXPECT_TRUE(requests.ask(log(), 1));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].first, holder.id);
  EXPECT_EQ(asked[0].second.hops_left(), 0U);
  EXPECT_EQ(lack(4).asked, holder.id);
}

TEST_F(BodyRequestsOfALog, SeveralAreSharedOutAmongThosePeers) {
  ready(1);
  ready(2);
  for (std::uint64_t index = 0; index < 6; ++index) lack(index);
  EXPECT_TRUE(requests.ask(log(), 1));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].second.bodies_size(), 3);
  EXPECT_EQ(asked[1].second.bodies_size(), 3);
  EXPECT_FALSE(requests.ask(log(), 1)) << "all are asked for";
}

TEST_F(BodyRequestsOfALog, ALinkThatIsNotReadyIsNotAsked) {
  ready(1).ready = false;
  lack(0);
  EXPECT_FALSE(requests.ask(log(), 1));
  EXPECT_FALSE(requests.somebody_is_free());
}

TEST_F(BodyRequestsOfALog, TheSecondRoundLetsAPeerLookFurtherAndNobodyIsAskedTwice) {
  const Link& link = ready(1);
  lack(0);
  ASSERT_TRUE(requests.ask(log(), 1));
  lack(0).asked.reset();
  EXPECT_FALSE(requests.ask(log(), 1)) << "it had it not";
  EXPECT_TRUE(requests.ask(log(), 2));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].second.hops_left(), 2U);
  EXPECT_EQ(lack(0).tried.at(link.id), 2U);
  lack(0).asked.reset();
  EXPECT_FALSE(requests.ask(log(), 2));
}

TEST_F(BodyRequestsOfALog, WhatAPeerLetUsLookForGoesNoFurtherThanItSaid) {
  ready(1);
  MissingBody& body = lack(0);
  body.transit = true;
  EXPECT_FALSE(requests.ask(log(), 2));
  body.hops = 1;
  EXPECT_TRUE(requests.ask(log(), 2));
  EXPECT_EQ(sent().at(0).second.hops_left(), 1U);
}

TEST_F(BodyRequestsOfALog, WhoAnnouncedItInVainAgainAndAgainIsNotAskedForIt) {
  const Link& link = ready(1);
  lack(0).false_haves[link.peer] = limits::kFalseHaves;
  EXPECT_FALSE(requests.ask(log(), 1));
  lack(1);
  EXPECT_TRUE(requests.ask(log(), 1));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 1U);
  ASSERT_EQ(asked[0].second.bodies_size(), 1);
  EXPECT_EQ(asked[0].second.bodies(0).index(), 1U);
}

TEST_F(BodyRequestsOfALog, APeerIsBusyWithSoManyRequests) {
  Link& link = ready(1);
  for (std::uint64_t i = 0; i < limits::kBodyRequests; ++i) {
    EXPECT_TRUE(requests.somebody_is_free());
    lack(i);
    ASSERT_TRUE(requests.ask(log(), 1));
  }
  EXPECT_TRUE(requests.is_busy(link));
  EXPECT_TRUE(requests.somebody_is_busy());
  EXPECT_FALSE(requests.somebody_is_free());
  lack(99);
  EXPECT_FALSE(requests.ask(log(), 1));
  const std::uint64_t first = sent().at(0).second.request_id();
  ASSERT_NE(requests.find(link, first), nullptr);
  const BodiesAsked done = requests.take(link, first);
  EXPECT_EQ(done.open, std::set<EntryIndex>{EntryIndex(0)});
  EXPECT_EQ(requests.find(link, first), nullptr);
  EXPECT_TRUE(requests.ask(log(), 1));
}

TEST_F(BodyRequestsOfALog, ARequestIsNotLargerThanAnAnswerMayBe) {
  ready(1);
  lack(0, limits::kBodyRequestBytes);
  lack(1, 1);
  EXPECT_TRUE(requests.ask(log(), 1));
  ASSERT_EQ(sent().at(0).second.bodies_size(), 1);
  EXPECT_EQ(lack(1).asked, std::nullopt);
}

TEST_F(BodyRequestsOfALog, AnAnswerIsOverdueWithoutProgressAndSlowAfterALongTime) {
  Link& link = ready(1);
  EXPECT_EQ(requests.next_timer(link), MonoTime::max());
  lack(0);
  ASSERT_TRUE(requests.ask(log(), 1));
  EXPECT_EQ(requests.next_timer(link), MonoTime(limits::kRequestDeadline));
  EXPECT_EQ(requests.overdue(link), nullptr);
  effects.begin_input({limits::kRequestDeadline, {}});
  EXPECT_NE(requests.overdue(link), nullptr);
  const std::uint64_t request = sent().at(0).second.request_id();
  effects.begin_input({limits::kBodiesDeadline, {}});
  requests.find(link, request)->last_progress = links.turn_time(link);
  EXPECT_EQ(requests.overdue(link), nullptr);
  EXPECT_EQ(requests.slow(link), std::vector<std::uint64_t>{request});
}

TEST_F(BodyRequestsOfALog, WhoseCreditIsUsedUpIsNeitherLateNorSlow) {
  Link& link = ready(1);
  lack(0);
  ASSERT_TRUE(requests.ask(log(), 1));
  const std::size_t lent = link.lent;
  ASSERT_TRUE(links.use_credit(link, lent));
  effects.begin_input({limits::kBodiesDeadline, {}});
  EXPECT_EQ(requests.overdue(link), nullptr);
  EXPECT_TRUE(requests.slow(link).empty());
  EXPECT_GT(requests.next_timer(link), effects.now().mono) << "no timer spins meanwhile";
  links.return_credit(link, lent);
  EXPECT_EQ(requests.overdue(link), nullptr) << "it can answer from now on";
  const MonoTime due = MonoTime(limits::kBodiesDeadline) + limits::kRequestDeadline;
  EXPECT_EQ(requests.next_timer(link), due);
  effects.begin_input({due, {}});
  EXPECT_NE(requests.overdue(link), nullptr);
}

}  // namespace
}  // namespace koinon::test::body_requests_test
