#include "tools/sim/liar_keys.h"

#include "crypto/checkpoint.h"
#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kReplaced{40};

// Its key is replaced once. To some it shows its heads as the old key signs them, without the statement.
class ReplacedKey final : public Liar {
 public:
  ReplacedKey(SimNode& node, Schedule& schedule, Counters& counters, Chance chance)
      : node_(node), schedule_(schedule), counters_(counters), chance_(chance) {}

  Bytes on_sending(SessionId, Bytes bytes) override {
    if (!replaced_) return bytes;
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_push()) sign_again(*frame.mutable_push()->mutable_head());
      if (!frame.has_heads()) return true;
      for (auto& head : *frame.mutable_heads()->mutable_heads()) sign_again(head);
      return true;
    });
  }
  void on_turn() override {
    if (replaced_ || schedule_.now() < kReplaced || !node_.up()) return;
    replaced_ = true;
    Draft draft;
    draft.next_key = SigningKey::from_seed(chance_.bytes(32));
    node_.publish(std::move(draft));
  }

 private:
  void sign_again(v1::Head& head) {
    if (head.log_id() != node_.log().view() || chance_.hit(0.4)) return;
    const auto note = parse_note(head.checkpoint());
    if (!note.ok()) return;
    const auto checkpoint = parse_checkpoint_text(note->text);
    if (!checkpoint.ok()) return;
    counters_.add("lies told");
    head.set_checkpoint(sign_checkpoint(*checkpoint, node_.signing_key()));
    head.clear_statements();
    head.set_stated(0);
  }

  SimNode& node_;
  Schedule& schedule_;
  Counters& counters_;
  Chance chance_;
  bool replaced_ = false;
};

}  // namespace

std::unique_ptr<Liar> make_keys_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                     Counters& counters, Chance chance) {
  if (name == "replaced-key") return std::make_unique<ReplacedKey>(node, schedule, counters, chance);
  return nullptr;
}

}  // namespace koinon::sim
