// When this node may sign: where there is reason to believe that its store is the newest copy of its log. One
// of these suffices: the mark outside the data folder names the store's state; every peer that had held our
// log before we asked has answered and none saw more, after limits::kSigningWait more than half of them; no
// peer had ever held it, and nobody who is not pinned knocks for kSigningWait; the operator's word.
//
// What a peer says it saw is a hint. Only a head that is signed by our key stops us; a peer that claims one
// and does not show it (GetHeads) within limits::kShowWait is at fault, and has answered. A larger head that
// is shown is fetched as any log is; then the peers' answers count again.
#pragma once

#include <utility>

#include "node/engine/holdings.h"
#include "node/engine/seen_heads.h"
#include "node/engine/twin.h"

namespace koinon::engine {

class Standing {
 public:
  Standing(Effects& effects, Peers& peers, Logs& logs, Links& links, Holdings& holdings, SeenHeads& seen);

  const StandingView& view() const { return told_.view; }
  // False while our own log may lack withdrawals: its bodies are not given away.
  bool may_serve_bodies(const LogId& log) const;

  // --- what peers say ---

  // Of a Hello, or a frame of its own. Nothing was said: as one that has not caught up and saw nothing.
  void on_seen(Link& link, const v1::Seen& seen);
  // Heads answer a GetHeads of ours. False if none of that number is open.
  bool take_heads(Link& link, std::uint64_t request_id);
  void on_pong(Link& link, const v1::Pong& pong);
  void on_refused(Link& link, std::uint64_t request_id) { link.standing->requests.erase(request_id); }
  // A head of our log, its signature verified.
  void note_head(const Link& link, const StoredHead& head) { note_head(link.peer, head, link.id); }
  // The same, carried here.
  void note_head(const NodeKey& peer, const StoredHead& head) { note_head(peer, head, SessionId(0)); }
  // How many questions were begun before this one.
  std::uint64_t question() const { return question_.number; }
  // Whether the peer has answered it in a session.
  bool has_heard(const NodeKey& peer) const { return question_.heard.contains(peer); }
  // Its answer to it was carried here. The head was noted.
  void take_brought(const NodeKey& peer, const std::optional<StoredHead>& head);
  // Once a tick: whether the peer has come to hold entries of our log.
  void look(Link& link);
  // The first Follow of a session, which is well formed. An observer signs nothing, with a twin or without.
  Twin::Shows note_follow(const Link& link, const v1::Follow& follow, const Epoch& current) {
    return own() == nullptr ? Twin::Shows::kNoTwin : twin_.on_follow(link.peer, follow, current);
  }
  // The session is gone.
  void note_gone(const NodeKey& peer);

  // --- what else is known ---

  void on_connected(const Link& link) { twin_.on_connected(link); }
  // The peer ended our connection because another between the two nodes stays.
  void note_displaced(const Link& link) {
    if (own() != nullptr) twin_.note_displaced(link);
  }
  // Somebody knocked whose node key is not pinned here.
  void note_knock() { question_.knocked = question_.knocked || !signs_; }
  // The machine may have been stopped, or this is a copy of it: all is asked anew, the mark says nothing.
  void ask_anew(const std::string& why);
  // A peer has shown an epoch that the store has lost.
  void epoch_lost(const std::string& why, const NodeKey& peer);
  // It is proven that the store is older than it was.
  void rolled_back(const std::string& why, const NodeKey& peer = {});
  // The operator's word. `alone`: even if nobody ever held our log.
  void take_word(const std::vector<NodeKey>& without, bool alone);
  void forget_peer(const NodeKey& peer);

  // At the end of each input: decides, and tells what has changed.
  void review();
  MonoTime next_timer() const { return due_; }

 private:
  // What a peer said, and whether it can show it.
  struct Answer {
    std::uint64_t recoveries = 0;
    TreeSize size;
    std::optional<Hash> root;
    bool caught_up = false;
    bool brought = false;  // it was carried here
    MonoTime first_at{};
    bool reading = false;                           // what we have at that size is being read
    bool gone = false;                              // its session has ended since
    std::optional<MonoTime> doubted_since;          // it claims what we do not know
    bool at_fault = false;                          // and was asked to show it, and has not
    bool late = false;                              // and has said nothing to that for a while
    std::optional<std::pair<TreeSize, Hash>> same;  // it saw what we hold at that size

    void believe() {
      doubted_since.reset();
      at_fault = late = false;
    }
  };

  const Log* own() const;
  std::uint64_t held() const { return own() == nullptr ? 0 : own()->held().value; }
  bool is_behind() const;
  void note_head(const NodeKey& peer, const StoredHead& head, SessionId source);
  Answer& answer_of(const NodeKey& peer);
  void weigh(const NodeKey& peer, Answer& answer);
  void doubt(const NodeKey& peer, Answer& answer);
  void ask_to_show(const NodeKey& peer);
  void read_root(const NodeKey& peer, Answer& answer);
  void mark_holder(const NodeKey& peer);
  void keep_new_holders() {
    for (const NodeKey& peer : std::exchange(question_.new_holders, {})) {
      if (peers_.set_held_ours(peer)) effects_.ask(CommitHolder{peer});
    }
  }
  void note_return(const NodeKey& peer);
  bool counts(const Answer& answer) const;
  void check_doubts();
  bool has_shown_nothing(const NodeKey& peer) const;
  void find_at_fault(const NodeKey& peer, Answer& answer);
  void begin_question();
  void keep_rollback() {
    rollback_.unanswered = rollback_.found = true;
    rollback_.at = effects_.now().wall;
    commit_rollback_anew();
  }
  void commit_rollback_anew() {
    rollback_.kept = false;
    rollback_.retry_at = MonoTime::min();
    ++rollback_.change;
    commit_rollback();
  }
  // Nothing is signed before a finding is durable: a crash would forget it, and with it that the cosigner key
  // is lost. Where its end is not, the next start would doubt the store again.
  void commit_rollback() {
    if (rollback_.kept || effects_.now().mono < rollback_.retry_at) return;
    rollback_.retry_at = MonoTime::max();  // on its way
    effects_.ask(CommitRolledBack{rollback_.unanswered, rollback_.at},
                 [this, change = rollback_.change](const Result<Done>& done) {
                   if (rollback_.change != change) return;
                   rollback_.kept = done.ok();
                   rollback_.retry_at = effects_.now().mono + limits::kStoreRetry;
                 });
  }
  bool has_enough(StandingView& view);
  bool has_twin();
  bool may_hold_ours(const PeerRecord& peer) const;
  bool is_awaited(const PeerRecord& peer) const {
    return may_hold_ours(peer) && !excused_.contains(peer.node_key);
  }
  void follow_log();
  StandingView decide();
  void say_what_is_shown(StandingView& view) const {
    view.shown = seen_.largest_size(*logs_.own());
    view.shown_by = pull_.shown_by;
    if (pull_.shown_by != NodeKey()) return;
    const auto& changes = own()->state().keys.changes();
    view.recovery_keeps =
        !changes.empty() && changes.back().is_recovery && changes.back().statement.size == view.shown;
    for (const auto& [key, peer] : peers_.all()) {
      if (may_hold_ours(peer)) view.waits_for.push_back(key);
    }
  }
  void wake_at(MonoTime at) { due_ = std::min(due_, at); }

  Effects& effects_;
  Peers& peers_;
  Logs& logs_;
  Links& links_;
  Holdings& holdings_;
  SeenHeads& seen_;

  // Of a peer, in one question. However often it claims and takes back, and however often its session breaks,
  // its time to show a head does not begin anew without end.
  struct Doubt {
    MonoTime since{};
    unsigned breaks = 0;
    bool broken = false;
    bool told = false;  // that it is at fault
  };
  struct Question {
    std::uint64_t number = 0;
    Now asked_at;
    bool alone = false;     // the operator's word: nobody else ever held our log
    bool knocked = false;   // somebody whose key is not pinned
    bool answered = false;  // a peer has
    std::map<NodeKey, Doubt> doubts;
    std::set<NodeKey> heard;        // who has said something in a session, whatever became of it
    std::set<NodeKey> new_holders;  // peers that hold our log now, and had not held it before the question
  };
  struct PullBack {
    bool under_way = false;
    TreeSize from;
    NodeKey shown_by;
    TreeSize held;
    MonoTime progress_at{};  // when entries of ours came last
  };
  struct Rollback {
    // The store is an older one, or comes from a backup, and we have not signed since.
    bool unanswered = false;
    bool found = false;   // by this run
    UnixMillis at;        // when that was found out
    bool kept = true;     // durably
    MonoTime retry_at{};  // where it is not: when it is given to the store again
    unsigned change = 0;  // of the above
    // What a run before this one found may have been answered: its end may not have been kept. So it says
    // nothing of what was signed since.
    bool is_found() const { return unanswered && found; }
  };
  struct Told {
    StandingView view;
    bool any = false;
  };

  bool signs_ = false;
  Rollback rollback_;
  Question question_;
  std::set<NodeKey> excused_;
  std::map<NodeKey, Answer> answers_;
  Twin twin_;
  PullBack pull_;
  Told told_;
  MonoTime due_ = MonoTime::max();
};

}  // namespace koinon::engine
