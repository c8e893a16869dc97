#include "tools/sim/liar_turned.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "proto/base/limits.h"
#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kHonest{30};  // how long it is honest at first
constexpr std::chrono::seconds kDrop{59};    // just before a waiting peer gives up
constexpr double kFloods = 0.1;              // share of its turns in which it floods

class Turned : public Liar {
 public:
  Turned(SimNode& node, Schedule& schedule, Counters& counters, Chance chance)
      : node_(node), schedule_(schedule), counters_(counters), chance_(chance) {}

 protected:
  bool has_turned() const { return schedule_.now() >= kHonest; }
  void told() { counters_.add("lies told"); }
  bool is_live(SessionId session) const {
    const auto sessions = node_.sessions();
    return node_.up() && std::find(sessions.begin(), sessions.end(), session) != sessions.end();
  }
  // The session to flood in this turn, if any.
  std::optional<SessionId> victim() {
    const auto sessions = node_.sessions();
    if (!has_turned() || sessions.empty() || !chance_.hit(kFloods)) return std::nullopt;
    return sessions[chance_.below(sessions.size())];
  }

  SimNode& node_;
  Schedule& schedule_;
  Counters& counters_;
  Chance chance_;
};

// Keeps each answer back. Every minute it sends a sign of life: an empty frame, again and again, or one body.
class EmptyBodies final : public Turned {
 public:
  using Turned::Turned;

  Bytes on_sending(SessionId session, Bytes bytes) override {
    if (!has_turned()) return bytes;
    return each_frame(bytes, [&](v1::Frame& frame) {
      // Its engine has ended an answer, because the peer does not want it any more.
      if (const auto it = kept_.find(session); frame.has_error() && it != kept_.end())
        it->second.erase(frame.error().request_id());
      if (!frame.has_bodies() || frame.bodies().bodies_size() == 0) return true;
      keep_back(session, std::move(*frame.mutable_bodies()));
      return false;
    });
  }
  void on_closed(SessionId session) override { kept_.erase(session); }

 private:
  struct Answer {
    v1::Bodies kept;
    bool empty = false;  // nothing of the answer is ever sent
    int next = 0;
  };
  using Answers = std::map<std::uint64_t, Answer>;  // by request

  void keep_back(SessionId session, v1::Bodies bodies) {
    told();
    const bool first = !kept_.contains(session);
    Answers& answers = kept_[session];
    const auto [it, added] = answers.try_emplace(bodies.request_id());
    Answer& answer = it->second;
    if (added) answer.empty = chance_.hit(0.5);
    answer.kept.set_request_id(bodies.request_id());
    answer.kept.set_log_id(bodies.log_id());
    answer.kept.set_last(bodies.last());
    answer.kept.mutable_bodies()->MergeFrom(bodies.bodies());
    if (first) schedule_.after(kDrop, [this, session] { drip(session); });
  }

  void drip(SessionId session) {
    const auto it = kept_.find(session);
    if (it == kept_.end()) return;
    if (!is_live(session)) {
      kept_.erase(it);
      return;
    }
    Bytes drops;
    for (auto& [request, answer] : it->second) drops += drop_of(answer);
    std::erase_if(it->second, [](const auto& item) {
      const Answer& answer = item.second;
      return answer.kept.last() && answer.next == answer.kept.bodies_size();
    });
    if (it->second.empty()) {
      kept_.erase(it);
    } else {
      schedule_.after(kDrop, [this, session] { drip(session); });
    }
    node_.inject(session, std::move(drops));
  }

  static Bytes drop_of(Answer& answer) {
    v1::Frame frame;
    auto* bodies = frame.mutable_bodies();
    bodies->set_request_id(answer.kept.request_id());
    bodies->set_log_id(answer.kept.log_id());
    if (!answer.empty && answer.next < answer.kept.bodies_size()) {
      *bodies->add_bodies() = answer.kept.bodies(answer.next++);
      bodies->set_last(answer.kept.last() && answer.next == answer.kept.bodies_size());
    }
    return encoded(frame);
  }

  std::map<SessionId, Answers> kept_;
};

class FloodHeads final : public Turned {
 public:
  using Turned::Turned;

  // Remembers the first head of its own log that it sends. Soon this is an old one.
  Bytes on_sending(SessionId, Bytes bytes) override {
    FrameReader reader;
    reader.feed(bytes);
    while (!old_) {
      const auto frame = reader.next();
      if (!frame.ok() || !*frame) break;
      if ((*frame)->has_push()) remember((*frame)->push().head());
      for (const auto& head : (*frame)->heads().heads()) remember(head);
    }
    return bytes;
  }
  void on_turn() override {
    const auto session = victim();
    if (!session || !old_) return;
    told();
    v1::Frame frame;
    for (std::size_t i = 0; i < limits::kHeadsPerFrame; ++i) *frame.mutable_heads()->add_heads() = *old_;
    repeat(node_, *session, frame, 4);
  }

 private:
  void remember(const v1::Head& head) {
    if (old_ || head.log_id() != node_.log().view()) return;
    old_ = head;
    old_->set_journal_seq(0);
  }
  std::optional<v1::Head> old_;
};

class FloodHaves final : public Turned {
 public:
  using Turned::Turned;
  void on_turn() override {
    const auto session = victim();
    if (!session) return;
    told();
    v1::Frame frame;
    frame.mutable_have()->set_log_id(node_.log().bytes());
    for (std::uint64_t i = 0; i < limits::kIndexesPerHave; ++i) frame.mutable_have()->add_indexes(i);
    repeat(node_, *session, frame, 200);
  }
};

}  // namespace

std::unique_ptr<Liar> make_turned_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                       Counters& counters, Chance chance) {
  if (name == "empty-bodies") return std::make_unique<EmptyBodies>(node, schedule, counters, chance);
  if (name == "flood-heads") return std::make_unique<FloodHeads>(node, schedule, counters, chance);
  if (name == "flood-haves") return std::make_unique<FloodHaves>(node, schedule, counters, chance);
  return nullptr;
}

}  // namespace koinon::sim
