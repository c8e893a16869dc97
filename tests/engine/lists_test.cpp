// No input walks all logs: the lists that stand for that walk say what it would find, whatever happens.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::lists_test {
namespace {

class Lists : public testing::TestWithParam<unsigned> {
 protected:
  Lists() {
    for (const char* name : {"a.example", "b.example", "c.example", "d.example"}) {
      EngineConfig config;
      config.grace = std::chrono::seconds(20);
      if (nodes.size() % 2 == 1) config.filter = topics({"health"});
      nodes.push_back(&network.add(name, config));
    }
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) network.peer(*nodes[i], *nodes[i + 1]);
  }

  TestNode& any() { return *nodes[random() % nodes.size()]; }
  TestNode& other(const TestNode& node) {
    return *nodes[(node.place + 1 + random() % (nodes.size() - 1)) % nodes.size()];
  }

  // Says it, or takes back what was said.
  void vouch(TestNode& voucher, const TestNode& target) {
    const bool said = !vouches.emplace(voucher.place, target.place).second;
    voucher.vouch(target, said);
    if (said) vouches.erase({voucher.place, target.place});
  }

  void check(int round) {
    for (const TestNode* node : nodes)
      ASSERT_EQ(node->engine->wrong_list(), "") << node->name << " in round " << round;
  }

  void wait() {
    network.pass(std::chrono::milliseconds(random() % 15'000));
    for (TestNode* node : nodes) node->engine->on_tick(node->now);
  }

  // Ends a node's sessions, lets what is under way end, and starts it anew.
  void restart(TestNode& node) {
    for (const SessionId session : std::exchange(sessions, {})) network.cut(session);
    network.drive();
    node.restart();
  }

  void connect() {
    const std::size_t left = random() % (nodes.size() - 1);
    sessions.push_back(network.connect(*nodes[left], *nodes[left + 1]));
  }

  void cut() {
    if (sessions.empty()) return;
    network.cut(sessions.back());
    sessions.pop_back();
  }

  void filter(TestNode& node) {
    static const std::vector<std::vector<std::string>> kWanted = {
        {"health"}, {"climate"}, {"health", "climate"}};
    node.config.filter = random() % 3 == 0 ? BodyFilter() : topics(kWanted[random() % kWanted.size()]);
    node.config.refilter = true;  // after a restart
    node.engine->set_filter(node.now, node.config.filter);
  }

  void something() {
    TestNode& node = any();
    switch (random() % 12) {
      case 0:
      case 1:
        return node.publish(1 + random() % 3, random() % 2 == 0 ? "health/testing" : "climate/heat");
      case 2:
        node.publish(1);
        return node.publish(
            withdrawal(node.id(), node.store->log_state(node.id())->range.size().value - 1, true));
      case 3:
        return vouch(node, other(node));
      case 4:
      case 5:
        return connect();
      case 6:
        return cut();
      case 7:
        return filter(node);
      case 8:
        return node.engine->on_blocked(node.now, other(node).id(), random() % 3 == 0);
      case 9:
        node.writes_fail = random() % 3;
        return;
      case 10:
        return wait();
      default:
        return restart(node);
    }
  }

  Network network{GetParam()};
  std::mt19937 random{GetParam()};
  std::vector<TestNode*> nodes;
  std::vector<SessionId> sessions;
  std::set<std::pair<std::size_t, std::size_t>> vouches;  // that stand, by places
};
INSTANTIATE_TEST_SUITE_P(Seeds, Lists, seeds(12));

TEST_P(Lists, AreWhatAWalkOverAllLogsWouldFind) {
  constexpr int kRounds = 120;
  for (int round = 0; round < kRounds; ++round) {
    something();
    check(round);
    for (std::size_t steps = random() % 40; steps > 0 && network.step(); --steps) check(round);
    if (HasFatalFailure()) return;
  }
}

TEST_P(Lists, BodiesThatNobodyGivesAreCountedUntilTheyAreGivenOrNotWanted) {
  TestNode& author = *nodes[0];
  TestNode& reader = *nodes[1];
  const SessionId session = network.connect(reader, author);
  network.tamper_frames(session, author,
                        [](v1::Frame& frame) { return without_bodies(frame) && !frame.has_bodies(); });
  author.publish(3, "health/testing");
  network.drive();
  ASSERT_EQ(reader.holds(author), 4U);
  EXPECT_EQ(reader.engine->bodies_missing(), 3U);
  EXPECT_EQ(reader.engine->standing(author.id()).missing.size(), 3U);
  EXPECT_EQ(reader.engine->standing(author.id(), EntryIndex(2)).missing.size(), 1U);
  EXPECT_TRUE(reader.engine->standing(author.id(), std::nullopt).missing.empty());
  reader.engine->set_filter(reader.now, topics({"climate"}));
  network.drive();
  EXPECT_EQ(reader.engine->bodies_missing(), 0U) << "they are not wanted any more";
  reader.engine->set_filter(reader.now, topics({"health"}));
  network.drive();
  EXPECT_EQ(reader.engine->bodies_missing(), 3U);
  network.cut(session);
  network.connect(reader, author);
  network.drive();
  EXPECT_EQ(reader.engine->bodies_missing(), 0U);
  EXPECT_EQ(reader.bodies_of(author), 3U);
}

}  // namespace
}  // namespace koinon::test::lists_test
