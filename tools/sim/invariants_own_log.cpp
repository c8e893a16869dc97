// Invariants of a node's own log: it is never continued past what peers had seen that could say so, and
// nobody keeps its node from signing.
#include <algorithm>

#include "crypto/checkpoint.h"
#include "node/replication/stored_standing.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "tools/sim/invariants.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::seconds kWaitRounding{1};
// From when a commit is made until each answer says so.
constexpr std::chrono::seconds kKnown{5};
// How long a node may wait though more than half of those that have to answer are there.
constexpr MonoTime kLongWait = limits::kSigningWait + limits::kFollowWait + std::chrono::minutes(10);
constexpr unsigned kCursorLooks =
    6;  // what a cursor has passed wrongly stays so: one look of these is enough
constexpr std::chrono::minutes kAsksAgain{3};  // a log that policy admits now is asked for by name

std::string entries(std::uint64_t count) { return std::to_string(count) + " entries"; }

}  // namespace

SimNode* Invariants::node_of(const NodeKey& key) {
  // Of a city with two histories, the first node counts.
  for (; indexed_ < nodes_.size(); ++indexed_)
    by_key_.emplace(nodes_[indexed_]->node_key(), nodes_[indexed_].get());
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : it->second;
}

// Of honest nodes that are up.
std::map<NodeIndex, StoreState> Invariants::states() {
  std::map<NodeIndex, StoreState> all;
  for (const auto& node : nodes_) add_state(*node, all);
  return all;
}

void Invariants::add_state(SimNode& node, std::map<NodeIndex, StoreState>& all) {
  if (!node.up() || node.liar() != nullptr || all.contains(node.index())) return;
  if (auto state = node.store().load_state(); state.ok()) all.emplace(node.index(), std::move(*state));
}

// --- copies ---

void Invariants::copied(const SimNode& node) {
  Own& own = own_[node.index()];
  own.kept = keeping_[node.index()];
  own.kept_went_on = own.went_on;
}

void Invariants::put_back(const SimNode& node) {
  Own& own = own_[node.index()];
  keeping_[node.index()] = own.kept;
  own.went_on = own.kept_went_on;
}

void Invariants::wiped(const SimNode& node) {
  keeping_[node.index()] = {};
  own_[node.index()].went_on = false;
}

// --- a start, and what is signed ---

void Invariants::starting(SimNode& node, bool older) {
  Own& own = own_[node.index()];
  own.older = own.older || older;
  any_older_ = any_older_ || older;
  own.signs = false;
  own.asks_since = schedule_.now();
  own.could_since.reset();
  const auto held = node.store().log_state(node.log());
  const std::uint64_t size = held.ok() ? held->range.size().value : 0;
  own.newest = node.mark_says() == MarkSays::kAgrees &&
               (own.went_on || size >= truth_.log(node.log()).records().size());
  if (node.mark_says() == MarkSays::kBehind && !own.older && node.liar() == nullptr)
    fail(node, "takes its store for an older one by its mark, and it is not");
  own.excused.clear();
  for (const NodeKey& key : node.excused()) own.excused.insert(key);
  if (older) keys_.began(node);
  texts_.began(node, older);
  cosigned_.starting(node, older);
  seen_.began(node);
  seen_.asks(node);
}

void Invariants::resumed(SimNode& node) {
  Own& own = own_[node.index()];
  own.newest = own.signs = false;
  own.asks_since = schedule_.now();
  own.could_since.reset();
  seen_.asks(node);
}

void Invariants::check_rolled_back(const SimNode& node) {
  Own& own = own_[node.index()];
  // What a thief has signed looks to its city like what it has lost. Its store keeps that as the proof.
  own.older = own.older || !truth_.log(node.log()).forgeries.empty();
  if (node.liar() == nullptr && !own.older) fail(node, "takes its store for an older one, and it is not");
  cosigned_.rolled_back(node);
}

void Invariants::word_given(const SimNode& node, const std::vector<NodeKey>& without) {
  Own& own = own_[node.index()];
  own.excused.insert(without.begin(), without.end());
  own.word_at = schedule_.now();
}

Invariants::Signed Invariants::signed_own(SimNode& node, const std::vector<StoredRecord>& records) {
  const LogId id = node.log();
  const AuthoredLog& log = truth_.log(id);
  const EntryIndex first = records.front().index;
  if (node.up() && !own_[node.index()].signs) check_standing(node);
  if (!log.forgeries.empty()) {
    adopt(node, records);
    return Signed::kOn;
  }
  Signed how = Signed::kOn;
  if (first.value < log.records().size() && log.honest) {
    const bool known = std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& other) {
      return other.get() != &node && seen_.seen(*other, id) > first.value;
    });
    how = known ? Signed::kForked : Signed::kReplaced;
    if (known) check_fork(node, first);
  }
  if (first.value < log.records().size()) {
    if (how == Signed::kForked) {
      truth_.part_ways(id, TreeSize(first.value));
    } else {
      truth_.forget_after(id, TreeSize(first.value));
    }
  }
  truth_.said(id, records, log.current);
  return how;
}

// It has signed another entry where there was one already, and a peer has seen that one. This is as DESIGN 4
// has it only if the peer had no say.
void Invariants::check_fork(SimNode& node, EntryIndex first) {
  if (!eager_) return;
  for (const auto& [key, answer] : seen_.answers(node)) {
    const SimNode* peer = node_of(key);
    if (peer == nullptr || !answer.honest) continue;
    const std::string which = "forked its own log after " + entries(first.value) + ", and " + peer->name();
    if (answer.seen > first.value)
      fail(node, which + " had seen " + entries(answer.seen) + " when it answered");
    if (answer.followed > first.value)
      fail(node, which + " had answered after it had followed a peer with " + entries(answer.followed));
  }
}

// What was kept is signed once, also where an old office has it still: its salt makes its digest its own.
void Invariants::check_signed_once(SimNode& node, const std::vector<StoredRecord>& records) {
  std::set<std::string> seen;
  for (const StoredRecord& record : records) {
    const auto entry = parse_entry(record.entry);
    if (!entry.ok() || entry->body_digest().empty() || seen.insert(entry->body_digest()).second) continue;
    fail(node, "signed one record twice, the second time as entry " + std::to_string(record.index.value));
  }
}

// --- why it signs ---

// Those of its peers that have held its log, as far as it knows, and were not excused. After a rollback it
// does not know, and all count.
std::vector<NodeKey> Invariants::awaited(SimNode& node) {
  std::vector<NodeKey> out;
  const auto stored = node.store().peers();
  if (!stored.ok()) return out;
  StandingConfig standing;
  if (!read_standing(node.store(), standing).ok()) return out;
  const auto& excused = own_[node.index()].excused;
  for (const PeerRecord& record : *stored) {
    const SimNode* peer = node_of(record.node_key);
    if ((record.held_ours || standing.restored) && peer != nullptr && node.peers_with(*peer) &&
        !excused.contains(record.node_key))
      out.push_back(record.node_key);
  }
  return out;
}

void Invariants::check_standing(SimNode& node) {
  if (node.liar() != nullptr || !node.up()) return;
  Own& own = own_[node.index()];
  const bool signs = node.engine().signing().state == SigningState::kSigns;
  if (signs && !own.signs) check_reason(node, own);
  own.went_on = own.went_on || signs;
  own.signs = signs;
}

void Invariants::check_reason(SimNode& node, Own& own) {
  if (!eager_ || own.newest || !truth_.log(node.log()).stands()) return;
  // Whoever has answered may have held it, too: the store may not say so yet.
  std::set<NodeKey> peers;
  for (const NodeKey& key : awaited(node)) peers.insert(key);
  const auto& answers = seen_.answers(node);
  for (const SimNode* peer : node.peers()) {
    const auto answer = answers.find(peer->node_key());
    if (answer == answers.end()) continue;
    // The word is for whoever has said something and gone, too.
    const bool set_aside = own.excused.contains(peer->node_key()) && answer->second.first_at <= own.word_at;
    if (!set_aside) peers.insert(peer->node_key());
  }
  // Who claims what it does not show has answered.
  const auto& faulty = node.engine().signing().cannot_show;
  const auto is_faulty = [&](const NodeKey& key) {
    return std::find(faulty.begin(), faulty.end(), key) != faulty.end();
  };
  const auto answered =
      static_cast<std::size_t>(std::count_if(peers.begin(), peers.end(), [&](const NodeKey& key) {
        const auto answer = answers.find(key);
        if (is_faulty(key)) return true;
        if (answer == answers.end()) return false;
        // Who does not say that it has caught up has answered once every honest peer has.
        return answer->second.caught_up ||
               schedule_.now() - answer->second.first_at + kWaitRounding >= limits::kSigningWait;
      }));
  const bool waited = schedule_.now() - own.asks_since + kWaitRounding >= limits::kSigningWait;
  if (peers.empty()) {
    if (!own.excused.empty() || waited) return;
    return fail(node, "signs at once, and nothing says that its store is the newest");
  }
  if (answered == peers.size() || (waited && 2 * answered > peers.size())) return;
  // Of those who answered late, the ones that never held it do not count.
  const auto must = awaited(node);
  const bool all = std::all_of(must.begin(), must.end(), [&](const NodeKey& key) {
    const auto answer = answers.find(key);
    return is_faulty(key) || (answer != answers.end() && answer->second.caught_up);
  });
  if (all && (!must.empty() || waited)) return;
  fail(node, "signs, and " + std::to_string(answered) + " of the " + std::to_string(peers.size()) +
                 " peers that have held its log have answered");
}

// --- what peers say ---

void Invariants::check_told(SimNode& from, SessionId session, const v1::Frame& frame) {
  const auto told = told_of_yours(frame);
  if (!told || told->recoveries() > 0) return;
  const SimNode* to = node_of(from.peer_of(session));
  if (to == nullptr || to->liar() != nullptr || !truth_.log(to->log()).stands()) return;
  const std::uint64_t seen = seen_.seen_before(from, to->log(), schedule_.now() - kKnown);
  if (told->size() >= seen) return;
  fail(from, "says that it saw " + entries(told->size()) + " of " + to->name() + ", and it had seen " +
                 std::to_string(seen));
}

namespace {

// Of the origin of the head that proves it: what stands behind the third slash.
std::uint64_t recoveries_of(const RunCommit& run) {
  const auto note = parse_note(run.head.note);
  const auto origin = note.ok() ? parse_checkpoint_text(note->text) : Result<Checkpoint>(note.error());
  const auto parts = origin.ok() ? parse_origin(origin->origin) : Result<Origin>(origin.error());
  return parts.ok() ? parts->recoveries : 0;
}

}  // namespace

void Invariants::note_seen(const SimNode& node, const IntentBody& body) {
  if (const auto* commit = std::get_if<CommitRun>(&body)) {
    const RunCommit& run = commit->run;
    seen_.stored(node, run.log, recoveries_of(run), run.head.size, run.head.size == run.after.size());
  } else if (const auto* seen = std::get_if<CommitSeen>(&body)) {
    seen_.stored(node, seen->seen.log, seen->seen.recoveries, seen->seen.head.size, false);
  }
}

void Invariants::frames_of_liar(SimNode& from, SessionId session, BytesView bytes) {
  if (eager_) seen_.sent_by_liar(from, session, bytes, node_of(from.peer_of(session)));
}

// --- who keeps it from signing ---

// Of these peers: the honest ones that are connected. Not `now`: that can be connected once all is calm.
std::size_t Invariants::can_answer(SimNode& node, const std::vector<NodeKey>& peers, bool now) {
  std::set<NodeKey> ready;
  for (const SessionInfo& session : node.engine().sessions()) {
    if (session.ready) ready.insert(session.peer);
  }
  return static_cast<std::size_t>(std::count_if(peers.begin(), peers.end(), [&](const NodeKey& key) {
    const SimNode* peer = node_of(key);
    if (peer == nullptr || peer->liar() != nullptr || !peer->up() || !peer->peers_with(node)) return false;
    return now ? ready.contains(key) : node.can_meet(*peer);
  }));
}

// It asks its peers, and no more than half of them can answer once all is calm.
bool Invariants::may_wait(SimNode& node) {
  const StandingView view = node.engine().signing();
  if (view.state != SigningState::kAsks) return false;
  const auto peers = awaited(node);
  return peers.empty() ? view.needs_word : 2 * can_answer(node, peers, false) <= peers.size();
}

void Invariants::check_waiting(SimNode& node) {
  Own& own = own_[node.index()];
  const SigningState state = node.engine().signing().state;
  const bool asks =
      (state == SigningState::kAsks || state == SigningState::kTwin) && truth_.log(node.log()).stands();
  const auto peers = asks ? awaited(node) : std::vector<NodeKey>();
  const auto held = node.store().log_state(node.log());
  // Without a first entry it can sign nothing. Where a peer has it, it must come back: check_own_settled.
  if (!asks || !held.ok() || held->range.size().value == 0 ||
      2 * can_answer(node, peers, true) <= peers.size()) {
    own.could_since.reset();
    return;
  }
  if (!own.could_since) own.could_since = schedule_.now();
  if (schedule_.now() - *own.could_since <= kLongWait) return;
  fail(node, "has not signed for " + clock_text(schedule_.now() - *own.could_since) +
                 ", though more than half of the " + std::to_string(peers.size()) +
                 " peers that have held its log are connected");
  own.could_since.reset();
}

void Invariants::look() {
  for (const auto& node : nodes_) {
    if (node->up() && node->liar() == nullptr) check_waiting(*node);
  }
  look_at_stolen();
  if (!any_older_ || ++looks_ % kCursorLooks != 0) return;
  const auto all = states();
  for (const auto& [index, state] : all) check_cursors(*nodes_[index], state, all);
}

// --- what followers pass ---

void Invariants::check_cursors(SimNode& node) {
  const auto state = node.store().load_state();
  if (!state.ok()) return;
  std::map<NodeIndex, StoreState> sources;
  for (const PeerRecord& record : state->peers) {
    if (SimNode* peer = node_of(record.node_key); peer != nullptr) add_state(*peer, sources);
  }
  check_cursors(node, *state, sources);
}

// The rows that its cursor in a peer's journal has passed: it holds what they tell of, or is going to ask for
// it.
void Invariants::check_cursors(SimNode& node, const StoreState& state,
                               const std::map<NodeIndex, StoreState>& all) {
  const std::set<HeadAsk> asks(state.asks.begin(), state.asks.end());
  std::map<LogId, const LogState*> held;
  for (const LogState& log : state.logs) held.emplace(log.id, &log);
  for (const PeerRecord& record : state.peers) {
    const SimNode* peer = node_of(record.node_key);
    const auto theirs = peer == nullptr ? all.end() : all.find(peer->index());
    if (theirs == all.end() || peer->liar() != nullptr || !record.epoch) continue;
    // It goes on after this row; from the beginning where its epoch is not known.
    const auto passed =
        koinon::resumed(theirs->second.epochs, *record.epoch, record.cursor, theirs->second.last_journal_seq);
    if (!passed) continue;
    for (const LogState& row : theirs->second.logs) {
      if (row.journal_seq.value == 0 || row.journal_seq > *passed || !row.whole || row.frozen) continue;
      if (!truth_.known(row.id) || row.id == node.log() || row.out_since) continue;
      const AuthoredLog& log = truth_.log(row.id);
      if (!log.stands() || row.keys.recoveries() < log.recoveries) continue;
      // Rows that policy refused when they were read are asked for by name.
      const auto mine = held.find(row.id);
      // What they tell of is void, and the peer does not know yet.
      if (mine != held.end() && mine->second->keys.recoveries() > row.keys.recoveries()) continue;
      if (asks.contains({record.node_key, row.id}) || mine == held.end() || mine->second->out_since ||
          mine->second->frozen || mine->second->range.size() >= row.whole->size || !trusts(node, row.id)) {
        continue;
      }
      const auto entered = policies_[node.index()].entered_at.find(row.id);
      if (entered != policies_[node.index()].entered_at.end() &&
          schedule_.now() - entered->second < kAsksAgain) {
        continue;
      }
      fail(node, "its cursor in the journal of " + peer->name() + " has passed " +
                     entries(row.whole->size.value) + " of " + row.identity().name + ", of which it holds " +
                     std::to_string(mine->second->range.size().value));
    }
  }
}

// --- after all is calm ---

bool Invariants::has_all(SimNode& node, const AuthoredLog& log) {
  const auto held = node.store().log_state(log.identity.log_id());
  return held.ok() && held->whole && held->keys.recoveries() >= log.recoveries &&
         held->whole->size.value >= log.records().size();
}

void Invariants::add_sources(SimNode& node, std::set<LogId>& mine) {
  for (const auto& [id, log] : truth_.logs()) {
    if (log.stands() && (id == node.log() || own_[log.author].older) && has_all(node, log)) mine.insert(id);
  }
}

// Of its own log a node wants all that is to be had, whatever it wants of others.
void Invariants::check_own_bodies(SimNode& node, const AuthoredLog& log,
                                  const std::map<NodeIndex, std::set<LogId>>& gets,
                                  std::vector<Broken>& out) {
  const LogId id = node.log();
  for (std::uint64_t i = 0; i < log.records().size() && out.size() < kMostLacking; ++i) {
    const Said& said = log.records()[i];
    const auto entry = parse_entry(said.entry);
    if (!entry.ok() || entry->body_size() == 0) continue;
    const auto record = node.store().record(id, EntryIndex(i));
    const bool has = record.ok() && !record->body.empty();
    const std::string which = "the body of its own entry " + std::to_string(i);
    if (said.erased_by && has)
      out.push_back({schedule_.now(), node.name(), "still holds " + which + ", which was erased"});
    if (said.erased_by || has || !body_obtainable(node, id, EntryIndex(i), gets)) continue;
    out.push_back({schedule_.now(), node.name(), "lacks " + which + asked_in_vain(node, id, EntryIndex(i))});
  }
}

// So it does with the files that its notes name, however large.
void Invariants::check_own_files(SimNode& node, const AuthoredLog& log,
                                 const std::map<NodeIndex, std::set<LogId>>& gets, std::vector<Broken>& out) {
  for (const auto& [id, file] : truth_.files()) {
    if (file.log != node.log() || !file.index || log.records()[file.index->value].erased_by) continue;
    const auto held = node.store().attachment(file.log, *file.index, id.sha256);
    if (!held.ok() || held->complete) continue;
    if (!file_obtainable(node, {file.log, *file.index, id, AttachmentWish::kOwn, 0}, gets)) continue;
    const auto standing = node.engine().file(id);
    out.push_back({schedule_.now(), node.name(),
                   "lacks a file of its own entry " + std::to_string(file.index->value) +
                       (standing ? " (" + standing->trouble + ")" : " and does not look for it")});
    if (out.size() >= kMostLacking) return;
  }
}

void Invariants::check_own_settled(SimNode& node, const std::map<NodeIndex, std::set<LogId>>& gets,
                                   std::vector<Broken>& out) {
  const AuthoredLog& log = truth_.log(node.log());
  if (!log.stands() || out.size() >= kMostLacking) return;
  const auto add = [&](std::string what) { out.push_back({schedule_.now(), node.name(), std::move(what)}); };
  if (!has_all(node, log)) {
    // If nobody has all, the operator recovers the log at what is left of it.
    const auto held = node.store().log_state(node.log());
    if (gets.at(node.index()).contains(node.log())) {
      add("has " + entries(held.ok() ? held->range.size().value : 0) + " of the " +
          std::to_string(log.records().size()) + " that it signed, and a peer has them all");
    }
    return;
  }
  check_own_bodies(node, log, gets, out);
  check_own_files(node, log, gets, out);
  const StandingView view = node.engine().signing();
  if (view.state == SigningState::kSigns || may_wait(node)) return;
  add("does not sign (state " + std::to_string(static_cast<int>(view.state)) + ", " +
      std::to_string(view.answered) + " answers, " + std::to_string(view.waits_for.size()) + " awaited)");
}

}  // namespace koinon::sim
