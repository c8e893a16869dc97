// Nodes driven by hand through virtual time: the production engine over an in-memory store, its intents and
// the bytes on the wire carried out one at a time in an order that a seed shuffles.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/engine/engine.h"
#include "node/publishing/own_log.h"
#include "storage/store/store.h"

namespace koinon::test {

class TestNode {
 public:
  // `keys` names where its keys come from: the name, unless two cities claim one.
  explicit TestNode(const std::string& name, EngineConfig config = {}, const std::string& keys = "");

  // Publishes through the own log; the engine learns of it at once.
  void publish(std::size_t count, const std::string& topic = "health/testing", std::size_t body_bytes = 100);
  void publish(Draft draft);
  void vouch(const TestNode& other, bool withdrawn = false);
  // The draft that hands the log over to the key of that role.
  Draft rotation(const std::string& role) const;
  void rotate(const std::string& role);
  // Takes the log back with its recovery key, as it was with `size` entries, for the key of that role.
  // `words`: the role of a new recovery key; none: it stays.
  void recover(const std::string& role, std::uint64_t size, const std::string& words = {});
  SigningKey key_of(const std::string& role) const;
  // Signs a run of arbitrary leaves, as a broken or hostile node could.
  void append_leaves(const std::vector<Bytes>& leaves);
  // A new engine over what the store holds, as after a restart, in an epoch of its own.
  void restart();

  LogId id() const { return own.id(); }
  PeerRecord as_peer() const;
  // Entries of a log that stand whole here; 0 if none.
  std::uint64_t holds(const TestNode& other) const;
  StoredRecord record(const TestNode& other, std::uint64_t index) const;
  // How many bodies of a log's records are held for ourselves.
  std::size_t bodies_of(const TestNode& other) const;
  bool follows(const TestNode& other) const { return engine->trust().admits(other.own.id()); }
  std::vector<Event> events_of(Event::Kind kind) const;

  std::string name;
  std::string keys;
  std::size_t place = 0;  // in its network
  SigningKey node_key;
  SigningKey signing_key;
  EngineConfig config;
  OwnLog own;
  std::unique_ptr<Store> store;
  std::unique_ptr<Engine> engine;
  std::vector<Event> events;
  std::size_t writes_fail = 0;  // so many runs, chunks, proofs of forks cannot be stored: the disk is full
  std::uint64_t reserve = 0;    // bytes of the disk that are kept for its own log
  // What this says yes to is carried out, and its answer held back until Network::let_go.
  std::function<bool(const IntentBody&)> hold;
  Now now;

  // A change of the store in a transaction of its own.
  Status change(const std::function<Status()>& act);

 private:
  void begin();
  std::vector<VouchFact> append(const std::vector<DraftMaker>& makers);
};

// A draft of a practice with a body of about so many bytes.
Draft practice(const std::string& title, const std::string& topic, std::size_t body_bytes);

// The withdrawal of one of a log's own records.
Draft withdrawal(const LogId& log, std::uint64_t index, bool erase);
// Only these topics.
BodyFilter topics(std::vector<std::string> wanted);
// A node that wants the bodies of these topics alone.
EngineConfig wanting(std::vector<std::string> wanted);
// A node of that name that may sign from its start, and cosigns what it holds with its cosigner key.
EngineConfig cosigning(const std::string& name, EngineConfig config = {});
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
