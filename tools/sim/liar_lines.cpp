#include "tools/sim/liar_lines.h"

#include <algorithm>
#include <utility>

#include "crypto/checkpoint.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

constexpr double kChanges = 0.3;    // share of what it sends that it changes
constexpr double kTooMany = 0.1;    // of these, where there are more lines than anybody takes
constexpr double kOutOfTurn = 0.2;  // share of its turns in which it sends what nobody asked for
constexpr std::size_t kOfUnknownKinds = 4;

class WrongLines final : public Liar {
 public:
  WrongLines(SimNode& node, Counters& counters, Chance chance)
      : node_(node), counters_(counters), chance_(chance) {}

  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_cosigned_heads() && chance_.hit(kChanges)) invent(*frame.mutable_cosigned_heads());
      if (!frame.has_cosignatures()) return true;
      for (auto& note : *frame.mutable_cosignatures()->mutable_notes()) {
        if (chance_.hit(kChanges)) spoil(note);
      }
      return true;
    });
  }

  // The receiver's own log is what it is sent lines of that it did not ask for.
  void on_turn() override {
    const auto sessions = node_.sessions();
    if (sessions.empty() || !chance_.hit(kOutOfTurn)) return;
    const SessionId session = sessions[chance_.below(sessions.size())];
    for (SimNode* peer : node_.peers()) {
      if (peer->node_key() == node_.peer_of(session)) send_to(session, peer->log());
    }
  }

 private:
  void send_to(SessionId session, const LogId& log) {
    const auto held = node_.store().log_state(log);
    if (!held.ok() || !held->whole) return;
    v1::Frame frame;
    if (chance_.hit(0.5)) {
      auto& note = *frame.mutable_cosignatures()->add_notes();
      note.set_log_id(log.bytes());
      note.set_note(held->whole->note);
      spoil(note);
    } else {
      frame.mutable_cosigned_heads()->set_log_id(log.bytes());
      invent(*frame.mutable_cosigned_heads());
    }
    node_.inject(session, encoded(frame));
  }

  // A head that there is not; half of those are of a size that is held.
  void invent(v1::CosignedHeads& news) {
    counters_.add("lies told");
    const auto held = node_.store().log_state(LogId::from(news.log_id()));
    const std::uint64_t size = held.ok() ? held->range.size().value : 0;
    while (static_cast<std::size_t>(news.heads_size()) >= limits::kCosignedHeads)
      news.mutable_heads()->RemoveLast();
    auto& head = *news.add_heads();
    head.set_size(chance_.hit(0.5) ? 1 + chance_.below(size + 1) : size + 1 + chance_.below(1000));
    head.set_root(chance_.bytes(Hash::kSize));
    head.set_key_ids(chance_.bytes(4 * (1 + chance_.below(limits::kCosignatures))));
    if (chance_.hit(0.5)) news.mutable_heads(0)->set_key_ids(head.key_ids());  // lines that nobody made
  }

  void spoil(v1::CosignedNote& shown) {
    auto note = parse_note(shown.note());
    if (!note.ok()) return;
    counters_.add("lies told");
    if (note->signatures.size() > 1 && chance_.hit(0.5)) flip(note->signatures.back());
    add_under_others(*note);
    if (chance_.hit(0.5)) add_unknown(*note);
    while (note->signatures.size() > limits::kHeadNoteLines && !chance_.hit(kTooMany))
      note->signatures.pop_back();
    if (chance_.hit(kTooMany)) {
      while (note->signatures.size() <= limits::kHeadNoteLines) add_unknown(*note);
    }
    shown.set_note(note->encode());
  }

  void flip(NoteSignature& signature) {
    char& byte = signature.signature[chance_.below(signature.signature.size())];
    byte = static_cast<char>(byte ^ (1 << chance_.below(8)));
  }

  // Under the name of another city, or under its own: by a key that is not that city's. Half of them say that
  // it is.
  void add_under_others(SignedNote& note) {
    const auto state = node_.store().load_state();
    if (!state.ok() || state->logs.empty()) return;
    const LogState& city = state->logs[chance_.below(state->logs.size())];
    const SigningKey key = SigningKey::from_seed(chance_.bytes(32));
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, node_.wall().value) / 1000);
    const std::string name = city.keys.vkey().name;
    NoteSignature line = cosign(note.text, name, key, seconds);
    const auto keys = node_.store().cosigner_keys(city.id);
    if (keys.ok() && !keys->empty() && chance_.hit(0.5))
      line.key_id = VKey{name, SignatureType::kCosignatureV1, keys->front().key}.id();
    note.signatures.push_back(std::move(line));
  }

  void add_unknown(SignedNote& note) {
    for (std::size_t i = 0; i < kOfUnknownKinds; ++i) {
      NoteSignature line;
      line.name = chance_.hit(0.5) || note.signatures.empty() ? node_.identity().origin()
                                                              : note.signatures.front().name;
      line.key_id = get_u32(chance_.bytes(4));
      line.signature = chance_.bytes(64 + chance_.below(2500));
      note.signatures.push_back(std::move(line));
    }
  }

  SimNode& node_;
  Counters& counters_;
  Chance chance_;
};

}  // namespace

std::unique_ptr<Liar> make_lines_liar(std::string_view name, SimNode& node, Schedule&, Counters& counters,
                                      Chance chance) {
  if (name == "wrong-lines") return std::make_unique<WrongLines>(node, counters, chance);
  return nullptr;
}

}  // namespace koinon::sim
