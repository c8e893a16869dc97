// The parts of one engine without a network: what they ask for, send and tell is looked at by hand.
#pragma once

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "node/engine/parts.h"

namespace koinon::engine::test {

template <typename Key>
Key key_of(char fill) {
  return Key::from(Bytes(Key::kSize, fill));
}

inline Epoch epoch_of(char fill) { return Epoch::from(Bytes(Epoch::kSize, fill)); }

template <typename IntentType>
struct Asked {
  IntentId id;
  IntentType intent;
};

// A log of so many entries that stand whole, with the journal's row of that number.
inline LogState state_of(const LogIdentity& identity, std::uint64_t entries, std::uint64_t row) {
  LogState state;
  state.id = identity.log_id();
  state.keys = KeyHistory(identity);
  for (std::uint64_t i = 0; i < entries; ++i) state.range.append(key_of<Hash>('e'));
  state.whole = {TreeSize(entries), state.range.root(), "a head"};
  state.journal_seq = JournalSeq(row);
  return state;
}

inline LogIdentity city(const std::string& name) {
  return {name + ".example", key_of<PublicKey>('s'), key_of<PublicKey>('r')};
}

// Cities that the tests speak of.
inline const LogIdentity kMilan = city("milan");
inline const LogIdentity kOslo = city("oslo");
inline const LogIdentity kRome = city("rome");

// A node that pins these cities, and holds what `logs` says. Peer 1 speaks for the first, and so on.
inline StoreState pinned(const std::vector<LogIdentity>& cities, std::vector<LogState> logs = {}) {
  StoreState state;
  char number = '\1';
  for (const LogIdentity& identity : cities) {
    PeerRecord peer;
    peer.node_key = key_of<NodeKey>(number++);
    peer.log = identity.log_id();
    peer.name = identity.name;
    state.peers.push_back(peer);
  }
  for (const LogState& log : logs) state.last_journal_seq = std::max(state.last_journal_seq, log.journal_seq);
  state.epochs = {{epoch_of('j'), {}, {}}};
  state.logs = std::move(logs);
  return state;
}

class Alone : public testing::Test {
 protected:
  explicit Alone(StoreState state, EngineConfig config = {})
      : parts(std::move(config), std::move(state), {}) {
    parts.news.policy_changed(parts.admission.recompute());
    look();
  }

  // Peer `number`, greeted, with much credit.
  Link& connect(char number) {
    Link& link =
        parts.links.connect(SessionId(static_cast<std::uint64_t>(number)), key_of<NodeKey>(number), true);
    link.ready = true;
    link.credit = limits::kWindowBytes;
    link.lent = limits::kWindowBytes;
    return link;
  }
  // It has sent as much as it may, and gets nothing back. Returns how much that was.
  std::size_t use_up_credit(Link& link) {
    const std::size_t lent = link.lent;
    EXPECT_TRUE(parts.links.use_credit(link, lent));
    return lent;
  }
  // Its connection breaks.
  void cut(Link& link) {
    parts.links.lost(link, "the cable");
    settle();
  }
  // Links that have ended are forgotten. A Link& to one of them is good no longer.
  void settle() {
    while (const auto gone = parts.links.take_ended()) parts.news.session_gone(*gone);
    look();
  }
  void begin(MonoTime time) { parts.effects.begin_input({time, UnixMillis{1'700'000'000'000}}); }

  // Takes the outputs since the last time.
  void look() {
    outputs = parts.effects.take_outputs();
    frames.clear();
    for (const Output& output : outputs) {
      const auto* sent = std::get_if<SendBytes>(&output);
      if (sent == nullptr) continue;
      FrameReader& reader = readers[sent->session];
      reader.feed(sent->bytes);
      for (auto frame = reader.next(); frame.ok() && *frame; frame = reader.next())
        frames[sent->session].push_back(**frame);
    }
  }
  void answer(IntentId id, Result<Answer> answer) {
    parts.effects.answer({id, std::move(answer)});
    look();
  }

  // Of the outputs that were looked at last
  template <typename IntentType>
  std::vector<Asked<IntentType>> asked() const {
    std::vector<Asked<IntentType>> out;
    for (const Output& output : outputs) {
      const auto* intent = std::get_if<Intent>(&output);
      const auto* body = intent == nullptr ? nullptr : std::get_if<IntentType>(&intent->body);
      if (body != nullptr) out.push_back({intent->id, *body});
    }
    return out;
  }
  const std::vector<v1::Frame>& said_to(const Link& link) { return frames[link.id]; }
  // The last message of a kind that was said to the link. An empty one, whose number is 0: none was.
  template <typename Message>
  Message last_said(const Link& link, bool (v1::Frame::*has)() const,
                    const Message& (v1::Frame::*message)() const) {
    Message out;
    for (const v1::Frame& frame : said_to(link)) {
      if ((frame.*has)()) out = (frame.*message)();
    }
    return out;
  }
  std::size_t told(Event::Kind kind) const {
    return static_cast<std::size_t>(std::count_if(outputs.begin(), outputs.end(), [&](const Output& output) {
      const auto* event = std::get_if<Event>(&output);
      return event != nullptr && event->kind == kind;
    }));
  }
  unsigned lies_of(const Link& link) const {
    const Conduct* conduct = parts.peers.conduct(link.peer);
    return conduct == nullptr ? 0 : conduct->lies;
  }

  Parts parts;
  std::vector<Output> outputs;
  std::map<SessionId, std::vector<v1::Frame>> frames;
  std::map<SessionId, FrameReader> readers;
};

}  // namespace koinon::engine::test
