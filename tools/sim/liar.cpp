#include "tools/sim/liar.h"

#include <algorithm>
#include <utility>

#include "crypto/checkpoint.h"
#include "node/replication/execute.h"
#include "tools/sim/liar_keys.h"
#include "tools/sim/liar_lines.h"
#include "tools/sim/liar_standing.h"
#include "tools/sim/liar_turned.h"
#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

class Liary : public Liar {
 public:
  Liary(SimNode& node, Schedule& schedule, Counters& counters, Chance chance)
      : node_(node), schedule_(schedule), counters_(counters), chance_(chance) {}

 protected:
  void told() { counters_.add("lies told"); }
  SessionId any_session() {
    const auto sessions = node_.sessions();
    return sessions.empty() ? SessionId() : sessions[chance_.below(sessions.size())];
  }
  template <typename Change>
  void each_record(v1::Frame& frame, Change change) {
    v1::Chunk* chunk = frame.has_chunk()  ? frame.mutable_chunk()
                       : frame.has_push() ? frame.mutable_push()->mutable_chunk()
                                          : nullptr;
    if (chunk == nullptr) return;
    for (int i = 0; i < chunk->records_size(); ++i) {
      if (!chunk->records(i).body().empty())
        change(*chunk->mutable_records(i), chunk->from() + static_cast<std::uint64_t>(i));
    }
  }

  SimNode& node_;
  Schedule& schedule_;
  Counters& counters_;
  Chance chance_;
};

class FlipBits final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    FrameReader reader;
    reader.feed(bytes);
    const auto frame = reader.next();
    const bool carries = frame.ok() && *frame &&
                         ((*frame)->has_chunk() || (*frame)->has_push() || (*frame)->has_bodies() ||
                          (*frame)->has_heads() || (*frame)->has_attachment_chunk());
    if (!carries || !chance_.hit(0.3)) return bytes;
    told();
    const std::size_t at = kFramePrefixBytes + chance_.below(bytes.size() - kFramePrefixBytes);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance_.below(8)));
    return bytes;
  }
};

class HugeTree final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (!frame.has_heads()) return !frame.has_push();
      for (auto& head : *frame.mutable_heads()->mutable_heads()) {
        if (head.log_id() != node_.log().view()) continue;
        told();
        const std::uint64_t size =
            chance_.hit(0.5) ? std::uint64_t{1} << 39 : 1000 + chance_.below(5'000'000);
        const Checkpoint claim{node_.identity().origin(), TreeSize(size), Hash::from(chance_.bytes(32))};
        head.set_checkpoint(sign_checkpoint(claim, node_.signing_key()));
      }
      return true;
    });
  }
};

class OneByteAMinute final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId session, Bytes bytes) override {
    waiting_[session] += bytes;
    return {};
  }
  void on_closed(SessionId session) override { waiting_.erase(session); }
  void on_turn() override {
    for (auto& [session, bytes] : waiting_) {
      if (bytes.empty()) continue;
      told();
      node_.inject(session, bytes.substr(0, 1));
      bytes.erase(0, 1);
    }
  }

 private:
  std::map<SessionId, Bytes> waiting_;
};

// Sends one record a minute of what it is asked for, just often enough to count as alive.
class OneRecordAMinute final : public Liary {
 public:
  OneRecordAMinute(SimNode& node, Schedule& schedule, Counters& counters, Chance chance)
      : Liary(node, schedule, counters, chance) {
    drip_later();
  }
  void on_received(SessionId session, BytesView bytes) override {
    each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_get()) gets_[{session, frame.get().request_id()}] = frame.get();
      if (frame.has_cancel()) gets_.erase({session, frame.cancel().request_id()});
      return false;
    });
  }
  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [](v1::Frame& frame) { return !frame.has_chunk() && !frame.has_push(); });
  }
  void on_closed(SessionId session) override {
    std::erase_if(gets_, [&](const auto& get) { return get.first.first == session; });
  }

 private:
  using Asked = std::pair<SessionId, std::uint64_t>;
  void drip_later() {
    schedule_.after(std::chrono::seconds(59), [this] {
      std::vector<Asked> waiting;
      for (const auto& [asked, get] : gets_) waiting.push_back(asked);
      for (const Asked& asked : waiting) {
        if (node_.up() && gets_.contains(asked)) drip(asked);
      }
      drip_later();
    });
  }
  // The next record.
  void drip(const Asked& asked) {
    v1::Get& get = gets_.at(asked);
    const auto read = execute_read(
        node_.store(), ReadRun{LogId::from(get.log_id()), EntryIndex(get.from()), EntryIndex(get.from() + 1),
                               TreeSize(get.size()), std::nullopt, 1});
    if (!read.ok()) {
      gets_.erase(asked);
      return;
    }
    told();
    const auto& run = std::get<ServedRun>(*read);
    const StoredRecord& record = run.records.front();
    v1::Frame frame;
    auto* chunk = frame.mutable_chunk();
    chunk->set_request_id(get.request_id());
    chunk->set_from(get.from());
    chunk->add_records()->set_entry(record.entry);
    chunk->mutable_records(0)->set_body(record.body);
    if (record.body.empty() && record.state != BodyState::kHeld)
      chunk->mutable_records(0)->set_mark(v1::BODY_MARK_NOT_HELD);
    chunk->set_left(pack_hashes(run.proof.left));
    chunk->set_right(pack_hashes(run.proof.right));
    get.set_from(get.from() + 1);
    chunk->set_last(get.from() == get.to());
    if (chunk->last()) gets_.erase(asked);
    node_.inject(asked.first, encoded(frame));
  }

  std::map<Asked, v1::Get> gets_;
};

class Unasked final : public Liary {
 public:
  using Liary::Liary;
  void on_turn() override {
    const SessionId session = any_session();
    if (session == SessionId() || !chance_.hit(0.1)) return;
    told();
    v1::Frame frame;
    if (chance_.hit(0.5)) {
      frame.mutable_chunk()->set_request_id(1 + chance_.below(1000));
      frame.mutable_chunk()->add_records()->set_entry(chance_.bytes(50));
      frame.mutable_chunk()->set_last(true);
    } else {
      frame.mutable_bodies()->set_request_id(1 + chance_.below(1000));
      frame.mutable_bodies()->set_log_id(node_.log().bytes());
      frame.mutable_bodies()->add_bodies()->set_body(chance_.bytes(50));
      frame.mutable_bodies()->set_last(true);
    }
    node_.inject(session, encoded(frame));
  }
};

class StaleHead final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    if (schedule_.now() < std::chrono::hours(1)) return bytes;
    return each_frame(bytes, [&](v1::Frame& frame) {
      // Records of its own city go on. Those of all others stand still.
      if (frame.has_push() && frame.push().head().log_id() != node_.log().view()) {
        told();
        return false;
      }
      if (!frame.has_heads()) return true;
      auto* heads = frame.mutable_heads()->mutable_heads();
      const int before = heads->size();
      heads->erase(std::remove_if(heads->begin(), heads->end(),
                                  [&](const v1::Head& head) { return head.log_id() != node_.log().view(); }),
                   heads->end());
      if (heads->size() < before) told();
      return heads->size() > 0 || frame.heads().request_id() != 0;
    });
  }
};

class HoldBack final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      each_record(frame, [&](v1::Record& record, std::uint64_t) {
        if (chance_.hit(0.3)) return;
        told();
        record.clear_body();
        record.set_mark(chance_.hit(0.5) ? v1::BODY_MARK_NOT_HELD : v1::BODY_MARK_NOT_ASKED);
      });
      if (frame.has_attachment_chunk() && chance_.hit(0.3)) return false;  // or sends nothing at all
      if (!frame.has_bodies()) return true;
      for (auto& body : *frame.mutable_bodies()->mutable_bodies()) {
        if (body.body().empty()) continue;
        told();
        body.clear_body();
        body.set_mark(v1::BODY_MARK_NOT_HELD);
      }
      return true;
    });
  }
  // And announces again and again that it has them now.
  void on_turn() override {
    const SessionId session = any_session();
    if (session == SessionId() || !chance_.hit(0.2)) return;
    v1::Frame frame;
    frame.mutable_have()->set_log_id(node_.log().bytes());
    for (std::uint64_t i = 0; i < 20; ++i) frame.mutable_have()->add_indexes(i);
    node_.inject(session, encoded(frame));
  }
};

class EndlessHeads final : public Liary {
 public:
  using Liary::Liary;
  void on_turn() override {
    const SessionId session = any_session();
    if (session == SessionId() || !chance_.hit(0.005)) return;
    told();
    v1::Frame frame;
    frame.mutable_heads();
    repeat(node_, session, frame, 250'000);
  }
};

// Sends many more requests than a peer may: they cost the sender nothing.
class Flood final : public Liary {
 public:
  using Liary::Liary;
  void on_turn() override {
    const SessionId session = any_session();
    if (session == SessionId()) return;
    told();
    v1::Frame frame;
    frame.mutable_prune()->set_log_id(node_.log().bytes());
    repeat(node_, session, frame, 10'000);
  }
};

class Replay final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId session, Bytes bytes) override {
    Bytes& record = said_[session];
    const bool first = record.empty();
    if (record.size() < 64 * 1024) record += bytes;
    if (!first || old_.empty() || !chance_.hit(0.5)) return bytes;
    told();
    // After the greeting of this session it sends all frames of an earlier session, except the greeting.
    return bytes + each_frame(old_, [](v1::Frame& frame) {
             return !frame.has_hello() && !frame.has_follow() && !frame.has_error();
           });
  }
  void on_closed(SessionId session) override {
    const auto it = said_.find(session);
    if (it == said_.end()) return;
    old_ = std::move(it->second);
    said_.erase(it);
  }
  void on_turn() override {
    if (const SessionId session = any_session(); session != SessionId() && chance_.hit(0.02))
      node_.hang_up(session);
  }

 private:
  std::map<SessionId, Bytes> said_;
  Bytes old_;
};

class FalseErasure final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      each_record(frame, [&](v1::Record& record, std::uint64_t index) {
        if (chance_.hit(0.5)) return;
        told();
        record.clear_body();
        record.set_mark(v1::BODY_MARK_ERASED);
        record.set_erased_by(index + 1 + chance_.below(5));
      });
      if (frame.has_attachment_chunk() && chance_.hit(0.3)) return false;  // or sends nothing at all
      if (!frame.has_bodies()) return true;
      for (auto& body : *frame.mutable_bodies()->mutable_bodies()) {
        if (body.body().empty()) continue;
        told();
        body.clear_body();
        body.set_mark(v1::BODY_MARK_ERASED);
        body.set_erased_by(body.index() + 1 + chance_.below(5));
      }
      return true;
    });
  }
};

class FalseCursor final : public Liary {
 public:
  using Liary::Liary;
  Bytes on_sending(SessionId, Bytes bytes) override {
    return each_frame(bytes, [&](v1::Frame& frame) {
      if (frame.has_cursor()) {
        told();
        frame.mutable_cursor()->set_seq(chance_.hit(0.5) ? ~std::uint64_t{0} : chance_.next());
      }
      if (frame.has_follow()) {
        told();
        frame.mutable_follow()->set_cursor(chance_.next());
      }
      if (frame.has_hello()) frame.mutable_hello()->set_held_of_yours(chance_.next());
      if (frame.has_heads() && frame.heads().request_id() == 0) {
        for (auto& head : *frame.mutable_heads()->mutable_heads()) head.set_journal_seq(chance_.next());
      }
      return true;
    });
  }
};

class FloodInvites final : public Liary {
 public:
  using Liary::Liary;
  void on_turn() override {
    if (!chance_.hit(0.05)) return;
    told();
    // Connects anew on all sessions at once, as fast as handshakes go.
    for (const SessionId session : node_.sessions()) node_.hang_up(session);
  }
};

}  // namespace

const std::vector<Lie>& all_lies() {
  static const std::vector<Lie> kLies = {
      {"flip-bits", "flips bits in what it sends"},
      {"huge-tree", "signs heads of trees that it does not have"},
      {"one-byte-a-minute", "sends one byte a minute"},
      {"one-record-a-minute", "answers with one record a minute"},
      {"unasked", "answers what was not asked"},
      {"stale-head", "serves the heads of an hour ago for ever"},
      {"hold-back", "holds back bodies, and says then that it has them"},
      {"endless-heads", "sends heads without end"},
      {"flood", "asks again and again, more than anybody may"},
      {"replay", "replays what it said in old sessions"},
      {"fake-vouches", "vouches for a thousand fake cities"},
      {"claim-name", "claims another city's name"},
      {"false-erasure", "says that bodies were erased"},
      {"false-cursor", "lies about its cursors and about what it holds"},
      {"flood-invites", "connects again and again, all at once"},
      {"two-histories", "signs two histories for two halves of the network"},
      {"empty-bodies", "answers who asks for bodies with empty frames, or with one body a minute"},
      {"flood-heads", "tells an old head again and again"},
      {"flood-haves", "says again and again that it has bodies which nobody lacks"},
      {"glutton", "writes without end"},
      {"claim-more", "claims that it saw larger heads of its peers' logs, and cannot show them"},
      {"huge-rows", "names journal rows that never come"},
      {"odd-epochs", "names random epochs and old ones"},
      {"false-duplicate", "ends sessions as duplicates of others that there are not"},
      {"never-caught-up", "never says that it has caught up"},
      {"replaced-key", "goes on signing with the key that it has replaced"},
      {"wrong-lines", "sends cosignatures that nobody made, and tells of heads that there are not"},
      {"thief", "steals signing keys of other cities, and signs with them"},
  };
  return kLies;
}

const Lie* lie_named(std::string_view name) {
  const auto& lies = all_lies();
  const auto it = std::find_if(lies.begin(), lies.end(), [&](const Lie& lie) { return name == lie.name; });
  return it == lies.end() ? nullptr : &*it;
}

std::unique_ptr<Liar> make_liar(std::string_view name, SimNode& node, Schedule& schedule, Counters& counters,
                                Chance chance) {
  const auto make = [&]<typename Kind>() -> std::unique_ptr<Liar> {
    return std::make_unique<Kind>(node, schedule, counters, chance);
  };
  if (name == "flip-bits") return make.operator()<FlipBits>();
  if (name == "huge-tree") return make.operator()<HugeTree>();
  if (name == "one-byte-a-minute") return make.operator()<OneByteAMinute>();
  if (name == "one-record-a-minute") return make.operator()<OneRecordAMinute>();
  if (name == "unasked") return make.operator()<Unasked>();
  if (name == "stale-head") return make.operator()<StaleHead>();
  if (name == "hold-back") return make.operator()<HoldBack>();
  if (name == "endless-heads") return make.operator()<EndlessHeads>();
  if (name == "flood") return make.operator()<Flood>();
  if (name == "replay") return make.operator()<Replay>();
  if (name == "false-erasure") return make.operator()<FalseErasure>();
  if (name == "false-cursor") return make.operator()<FalseCursor>();
  if (name == "flood-invites") return make.operator()<FloodInvites>();
  if (auto turned = make_turned_liar(name, node, schedule, counters, chance)) return turned;
  if (auto keys = make_keys_liar(name, node, schedule, counters, chance)) return keys;
  if (auto lines = make_lines_liar(name, node, schedule, counters, chance)) return lines;
  if (auto about = make_standing_liar(name, node, schedule, counters, chance)) return about;
  // Their frames are honest. The lie is in what they sign or claim.
  return std::make_unique<Liar>();
}

}  // namespace koinon::sim
