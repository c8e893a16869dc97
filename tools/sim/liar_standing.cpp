#include "tools/sim/liar_standing.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

constexpr double kHangsUp = 0.05;         // share of its turns in which it begins a session anew
constexpr std::size_t kMostEpochs = 200;  // of others that it remembers

class AboutStanding : public Liar {
 public:
  AboutStanding(SimNode& node, Schedule& schedule, Counters& counters, Chance chance)
      : node_(node), schedule_(schedule), counters_(counters), chance_(chance) {}

 protected:
  void told() { counters_.add("lies told"); }
  std::optional<SessionId> any_session(double share) {
    const auto sessions = node_.sessions();
    if (sessions.empty() || !chance_.hit(share)) return std::nullopt;
    return sessions[chance_.below(sessions.size())];
  }

  SimNode& node_;
  Schedule& schedule_;
  Counters& counters_;
  Chance chance_;
};

// Claims that it saw a larger head of the receiver's log. Asked for it, it shows what it has, or says
// nothing.
class ClaimMore final : public AboutStanding {
 public:
  using AboutStanding::AboutStanding;

  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_hello()) claim(*frame.mutable_hello()->mutable_seen_of_yours());
      if (frame.has_seen()) claim(*frame.mutable_seen());
      const bool answers = frame.has_heads() && frame.heads().request_id() != 0;
      return !answers || chance_.hit(0.5);
    });
  }
  void on_turn() override {
    const auto session = any_session(0.2);
    if (!session) return;
    v1::Frame frame;
    claim(*frame.mutable_seen());
    node_.inject(*session, encoded(frame));
  }

 private:
  void claim(v1::Seen& seen) {
    told();
    const bool endless = chance_.hit(0.3);
    seen.set_size(endless ? ~std::uint64_t{0} >> chance_.below(24) : seen.size() + 1 + chance_.below(50));
    if (chance_.hit(0.1)) seen.set_recoveries(1 + chance_.below(3));
    seen.set_root(chance_.bytes(Hash::kSize));
    seen.set_caught_up(chance_.hit(0.8));
  }
};

// Names journal rows that never come, so that who follows it is never done.
class HugeRows final : public AboutStanding {
 public:
  using AboutStanding::AboutStanding;

  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (!frame.has_hello()) return true;
      told();
      frame.mutable_hello()->set_journal_row(chance_.hit(0.5) ? ~std::uint64_t{0} : chance_.next());
      return true;
    });
  }
  void on_turn() override {
    if (const auto session = any_session(kHangsUp)) node_.hang_up(*session);
  }
};

// Names epochs that nobody gave out, its own old ones, and those that others once gave it, with rows far
// beyond.
class OddEpochs final : public AboutStanding {
 public:
  using AboutStanding::AboutStanding;

  void on_received(SessionId session, BytesView bytes) override {
    const auto sessions = node_.sessions();
    if (std::find(sessions.begin(), sessions.end(), session) == sessions.end()) return;
    each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_hello()) keep(heard_[node_.peer_of(session)], frame.hello().epoch());
      return false;
    });
  }
  Bytes on_sending(SessionId session, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_hello()) {
        keep(own_, frame.hello().epoch());
        if (chance_.hit(0.5)) {
          told();
          frame.mutable_hello()->set_epoch(some_epoch(own_));
        }
      }
      if (frame.has_follow()) {
        told();
        frame.mutable_follow()->set_epoch(some_epoch(heard_[node_.peer_of(session)]));
        frame.mutable_follow()->set_cursor(chance_.hit(0.5) ? ~std::uint64_t{0} : chance_.next());
      }
      return true;
    });
  }
  void on_turn() override {
    if (const auto session = any_session(kHangsUp)) node_.hang_up(*session);
  }

 private:
  static void keep(std::vector<Bytes>& epochs, const Bytes& epoch) {
    if (!epochs.empty() && epochs.back() == epoch) return;
    if (epochs.size() < kMostEpochs) epochs.push_back(epoch);
  }
  Bytes some_epoch(const std::vector<Bytes>& known) {
    if (!known.empty() && chance_.hit(0.5)) return known[chance_.below(known.size())];
    return chance_.bytes(Epoch::kSize);
  }

  std::vector<Bytes> own_;
  std::map<NodeKey, std::vector<Bytes>> heard_;
};

// Ends sessions as duplicates of others that there are not: whoever believes it fears a twin.
class FalseDuplicate final : public AboutStanding {
 public:
  using AboutStanding::AboutStanding;

  void on_turn() override {
    const auto session = any_session(0.5);
    if (!session) return;
    told();
    v1::Frame frame;
    auto* error = frame.mutable_error();
    error->set_code(v1::ERROR_CODE_DUPLICATE);
    error->set_message("another session between the two nodes stays");
    error->set_fatal(true);
    node_.inject(*session, encoded(frame));
    node_.hang_up(*session);
  }
};

// Never says that it has caught up, and never what it saw.
class NeverCaughtUp final : public AboutStanding {
 public:
  using AboutStanding::AboutStanding;

  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_hello() && frame.hello().has_seen_of_yours())
        hush(*frame.mutable_hello()->mutable_seen_of_yours());
      if (frame.has_seen()) hush(*frame.mutable_seen());
      return true;
    });
  }

 private:
  void hush(v1::Seen& seen) {
    told();
    if (seen.size() > 1) seen.set_size(1);
    seen.set_caught_up(false);
  }
};

}  // namespace

std::unique_ptr<Liar> make_standing_liar(std::string_view name, SimNode& node, Schedule& schedule,
                                         Counters& counters, Chance chance) {
  if (name == "claim-more") return std::make_unique<ClaimMore>(node, schedule, counters, chance);
  if (name == "huge-rows") return std::make_unique<HugeRows>(node, schedule, counters, chance);
  if (name == "odd-epochs") return std::make_unique<OddEpochs>(node, schedule, counters, chance);
  if (name == "false-duplicate") return std::make_unique<FalseDuplicate>(node, schedule, counters, chance);
  if (name == "never-caught-up") return std::make_unique<NeverCaughtUp>(node, schedule, counters, chance);
  return nullptr;
}

}  // namespace koinon::sim
