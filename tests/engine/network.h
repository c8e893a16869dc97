// Nodes driven by hand through virtual time: the production engine over an in-memory store, its intents and
// the bytes on the wire carried out one at a time in an order that a seed shuffles.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/engine/engine.h"
#include "tests/engine/test_node.h"

namespace koinon::test {

// For Network::tamper_frames: every body that is sent is marked as not held.
bool without_bodies(v1::Frame& frame);

class Network {
 public:
  explicit Network(unsigned seed) : random_(seed) {}

  TestNode& add(const std::string& name, EngineConfig config = {}, const std::string& keys = "");
  // Each pins the other.
  void peer(TestNode& a, TestNode& b);
  // A connection that `dialler` opened. Returns its id at both ends.
  SessionId connect(TestNode& dialler, TestNode& listener);
  void cut(SessionId session);
  // Answers that a node held back come now, and none is held back any more.
  void let_go(TestNode& node);

  // One step of one node, chosen by the seed. False if nothing is under way.
  bool step();
  // Until nothing is under way, and no timer is due in a few seconds.
  void drive();
  // Virtual time passes; every engine ticks each second; everything is driven.
  void advance(std::chrono::seconds seconds);

  // Virtual time passes at once, without anything being done in it.
  void pass(MonoTime time);

  // Bytes that travelled on a session, both ways.
  std::uint64_t bytes(SessionId session) const { return links_.at(session).bytes; }
  bool is_open(SessionId session) const { return links_.contains(session) && !links_.at(session).closed; }
  // Applies a change to every frame that `from` sends on a session; one that says no swallows it.
  void tamper_frames(SessionId session, const TestNode& from, std::function<bool(v1::Frame&)> change);
  // Changes what `from` sends on a session from now on.
  using Tamper = std::function<Bytes(Bytes)>;
  void tamper(SessionId session, const TestNode& from, Tamper change);
  // Gives bytes to a node as if its peer had sent them.
  void inject(SessionId session, TestNode& to, BytesView bytes);
  std::map<SessionId, Error> closed;  // why sessions were closed, by the side that closed first

 private:
  struct Link {
    TestNode* ends[2] = {nullptr, nullptr};
    std::deque<Bytes> to[2];  // bytes on their way to each end
    Tamper tampers[2];        // of what each end sends
    bool close_after[2] = {false, false};
    bool closed = false;
    std::uint64_t bytes = 0;
  };
  bool tick_within(MonoTime& left);
  void collect(TestNode& node);
  void carry_out(TestNode& node, Output output);
  bool deliver(SessionId id, Link& link, int end);
  void execute(TestNode& node, Intent intent);
  void close(SessionId id);

  std::mt19937 random_;
  std::vector<std::unique_ptr<TestNode>> nodes_;
  std::map<SessionId, Link> links_;
  // By the node's place, so that a seed means the same order in every run.
  std::map<std::size_t, std::vector<Intent>> free_intents_;  // checks and reads: any order
  std::map<std::size_t, std::deque<Intent>> write_intents_;  // in order
  std::map<std::size_t, std::vector<Completion>> completions_;
  std::map<std::size_t, std::vector<Completion>> held_;
  std::uint64_t next_session_ = 1;
};

// A test of a network, with a seed for its order.
class NetworkTest : public testing::TestWithParam<unsigned> {
 protected:
  Network network{GetParam()};
};

}  // namespace koinon::test
