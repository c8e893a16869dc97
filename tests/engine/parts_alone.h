// A part of the engine with the parts around it, and without a network: a test calls its functions and looks
// at what it asked of the world.
#pragma once

#include <gtest/gtest.h>

#include "node/engine/parts.h"

namespace koinon::test {

using namespace engine;

inline const LogId kLog = LogId::from(Bytes(32, 'a'));
inline const LogId kOther = LogId::from(Bytes(32, 'b'));
inline const LogId kOwn = LogId::from(Bytes(32, 'o'));
inline const NodeKey kPeer = NodeKey::from(Bytes(32, 'p'));
inline constexpr MonoTime kStart = std::chrono::hours(5);  // of this engine's clock

inline LogState held_log() {
  LogState state;
  state.id = kLog;
  state.range.append(Hash());
  return state;
}

// The node has lived 100 hours before. It holds a log, and has pinned an observer.
inline StoreState stored(LogState log, std::vector<HeadAsk> asks = {}) {
  StoreState state;
  state.own_log = kOwn;
  state.logs = {std::move(log)};
  state.lived = std::chrono::hours(100);
  state.asks = std::move(asks);
  PeerRecord peer;
  peer.node_key = kPeer;
  state.peers = {peer};
  return state;
}

inline EngineConfig config() {
  EngineConfig config;
  config.grace = std::chrono::hours(1);
  return config;
}

class PartsAlone : public testing::Test {
 protected:
  void begin(StoreState state) {
    parts = std::make_unique<Parts>(config(), std::move(state), Now{kStart, UnixMillis{1'000'000}});
  }
  Log& log() { return parts->logs.at(kLog); }

  // Time passes; the wall clock may jump besides.
  void pass(MonoTime time, std::chrono::milliseconds jump = {}) {
    const Now now = parts->effects.now();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(time) + jump;
    parts->effects.begin_input({now.mono + time, UnixMillis{now.wall.value + passed.count()}});
  }

  // What was asked of the world since the last call of `take`.
  void take() { outputs = parts->effects.take_outputs(); }
  template <typename T>
  std::vector<std::pair<IntentId, T>> intents() const {
    std::vector<std::pair<IntentId, T>> out;
    for (const Output& output : outputs) {
      const auto* intent = std::get_if<Intent>(&output);
      if (intent == nullptr) continue;
      if (const auto* body = std::get_if<T>(&intent->body); body != nullptr)
        out.emplace_back(intent->id, *body);
    }
    return out;
  }
  std::vector<v1::GetHeads> requests() const {
    FrameReader reader;
    for (const Output& output : outputs) {
      if (const auto* sent = std::get_if<SendBytes>(&output); sent != nullptr) reader.feed(sent->bytes);
    }
    std::vector<v1::GetHeads> out;
    while (true) {
      auto frame = reader.next();
      if (!frame.ok() || !*frame) return out;
      if ((*frame)->has_get_heads()) out.push_back((*frame)->get_heads());
    }
  }
  Link& connect(std::uint64_t id) {
    Link& link = parts->links.connect(SessionId(id), kPeer, true);
    link.ready = true;
    return link;
  }
  // What it answers: no head, or that of the log.
  static v1::Heads answer(std::uint64_t request_id, const std::vector<LogId>& heads) {
    v1::Heads out;
    out.set_request_id(request_id);
    for (const LogId& head : heads) out.add_heads()->set_log_id(head.bytes());
    return out;
  }

  std::unique_ptr<Parts> parts;
  std::vector<Output> outputs;
};

}  // namespace koinon::test
