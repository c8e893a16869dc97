// A node of a test: the production engine over an in-memory store, with keys that its name gives, and what it
// publishes. It does nothing by itself: Network (network.h) gives it time, and carries out its intents.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

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

}  // namespace koinon::test
