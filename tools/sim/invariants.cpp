#include "tools/sim/invariants.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/frame.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

// An engine may react a little later to a change of its store. It reacts to its clock when it next looks for
// vouches that lapse.
constexpr std::chrono::minutes kLag{2};
constexpr MonoTime kLagOfClock = kLag + limits::kTrustRefresh;
constexpr std::size_t kMostBroken = 20;

}  // namespace

Invariants::Invariants(Schedule& schedule, Truth& truth, std::vector<std::unique_ptr<SimNode>>& nodes,
                       const Fabric& fabric, Counters& counters, PolicyRules rules, KeepingRules keeping,
                       bool eager)
    : schedule_(schedule),
      truth_(truth),
      nodes_(nodes),
      rules_(rules),
      keeping_rules_(keeping),
      eager_(eager),
      seen_(schedule),
      texts_(truth, keeping.erase_grace),
      forks_(schedule, truth, nodes, fabric,
             {[this](SimNode& node, const LogId& log) { return has_long_admitted(node, log); },
              [this](SimNode& a, SimNode& b, const LogId& log) { return contradict(a, b, log); },
              [this](const SimNode& node, std::string what) { fail(node, std::move(what)); },
              keeping.slow_answers}),
      cosigned_(truth, counters,
                {[this](SimNode& node, const LogId& log) { return trusts(node, log); },
                 [this](const SimNode& node, std::string what) { fail(node, std::move(what)); }}) {}

std::string clock_text(MonoTime time) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  char text[32];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(millis / 3'600'000),
                static_cast<long long>(millis / 60'000 % 60), static_cast<long long>(millis / 1000 % 60),
                static_cast<long long>(millis % 1000));
  return text;
}

void Invariants::fail(const SimNode& node, std::string what) {
  if (broken_.size() < kMostBroken) broken_.push_back({schedule_.now(), node.name(), std::move(what)});
}

// --- policy ---

// Remembers who was trusted until now, before it changes: an engine may act on that a little longer.
void Invariants::policy_changed(SimNode& node) {
  policies_[node.index()].stale = true;
  if (node.up()) policy_of(node);
}

void Invariants::store_changed(const SimNode& node) {
  policies_[node.index()].stale = true;
  policies_[node.index()].unread = true;
}

void Invariants::vouched(SimNode& node, const std::vector<VouchFact>& vouches) {
  if (vouches.empty()) return;
  if (eager_) policy_of(node);
  Policy& policy = policies_[node.index()];
  for (const VouchFact& vouch : vouches) policy.book.add(vouch);
  policy.stale = true;
}

const Invariants::Policy& Invariants::policy_of(SimNode& node) {
  Policy& policy = policies_[node.index()];
  if (!policy.stale) {
    policy.computed_at = schedule_.now();
    return policy;
  }
  policy.stale = false;
  if (std::exchange(policy.unread, false)) policy.book.read(node);
  auto now = policy.book.trusted(node, rules_);
  for (const LogId& log : policy.trusted) {
    if (!now.contains(log)) policy.left_at[log] = schedule_.now();
  }
  for (const LogId& log : now) {
    if (!policy.trusted.contains(log)) policy.entered_at[log] = schedule_.now();
  }
  policy.trusted = std::move(now);
  policy.computed_at = schedule_.now();
  return policy;
}

bool Invariants::trusts(SimNode& node, const LogId& log) {
  // A log that was trusted a moment ago may still be treated as trusted.
  Policy& last = policies_[node.index()];
  if (last.trusted.contains(log) && schedule_.now() - last.computed_at < kLag) return true;
  const Policy& policy = policy_of(node);
  if (policy.trusted.contains(log)) return true;
  const auto left = policy.left_at.find(log);
  return left != policy.left_at.end() && schedule_.now() - left->second < lag(policy);
}

MonoTime Invariants::lag(const Policy& policy) const {
  const bool jumped = policy.jumped_at && schedule_.now() - *policy.jumped_at < kLagOfClock;
  return jumped ? kLagOfClock : MonoTime(kLag);
}

// --- safety ---

void Invariants::check_sent_log(SimNode& from, SessionId session, BytesView log_id, const char* in) {
  if (log_id.size() != LogId::kSize) return;
  const LogId log = LogId::from(log_id);
  if (trusts(from, log)) return;
  // A peer may always learn what we hold of its own log.
  for (const SimNode* peer : from.peers()) {
    if (peer->node_key() == from.peer_of(session) && peer->log() == log) return;
  }
  const std::string name = truth_.known(log) ? truth_.log(log).identity.name : "nobody";
  fail(from, std::string("sent ") + in + " of " + name + ", which is outside its policy");
}

void Invariants::check_frames(SimNode& from, SessionId session, BytesView bytes) {
  FrameReader reader;
  reader.feed(bytes);
  while (true) {
    const auto frame = reader.next();
    if (!frame.ok() || !*frame) break;
    ++frames_checked_;
    check_told(from, session, **frame);
    seen_.sent(from, session, **frame, node_of(from.peer_of(session)));
    if ((*frame)->has_heads()) {
      for (const auto& head : (*frame)->heads().heads())
        check_sent_log(from, session, head.log_id(), "a head");
    } else if ((*frame)->has_push()) {
      check_sent_log(from, session, (*frame)->push().head().log_id(), "a push");
    } else if ((*frame)->has_cosigned_heads()) {
      check_sent_log(from, session, (*frame)->cosigned_heads().log_id(), "news of cosigned heads");
    } else if ((*frame)->has_cosignatures()) {
      for (const auto& note : (*frame)->cosignatures().notes())
        check_sent_log(from, session, note.log_id(), "cosignatures");
      cosigned_.sent(from, (*frame)->cosignatures());
    } else if ((*frame)->has_bodies()) {
      check_sent_log(from, session, (*frame)->bodies().log_id(), "bodies");
    }
  }
  seen_.sent_bytes(from, session, bytes.size());
}

void Invariants::check_committed(SimNode& node, const IntentBody& body) {
  if (const auto wrong = keys_.stored(node, body, truth_)) fail(node, *wrong);
  if (const auto wrong = texts_.committed(node, body)) fail(node, *wrong);
  cosigned_.committed(node, body);
  if (const auto* commit = std::get_if<CommitRun>(&body)) {
    if (const auto wrong = truth_.differs(commit->run.log, commit->run.records))
      fail(node, "stored " + *wrong);
    vouched(node, commit->run.vouches);
    if (!trusts(node, commit->run.log)) fail(node, "stored entries of a log outside its policy");
    for (const StoredRecord& record : commit->run.records) check_erased(node, commit->run.log, record.index);
    for (const WithdrawalFact& fact : commit->run.withdrawals)
      check_erased(node, commit->run.log, fact.target);
    forks_.log_grown(node, commit->run.log);
  } else if (const auto* bodies = std::get_if<CommitBodies>(&body)) {
    for (const auto& item : bodies->bodies.bodies) {
      if (const auto wrong = truth_.body_differs(bodies->bodies.log, item.index, item.body))
        fail(node, "stored " + *wrong);
      check_erased(node, bodies->bodies.log, item.index);
    }
  } else if (const auto* evidence = std::get_if<CommitEvidence>(&body)) {
    check_freeze(node, evidence->evidence.log);
    forks_.evidence_kept(node, evidence->evidence.log);
  } else if (std::holds_alternative<CommitRecovery>(body)) {
    store_changed(node);  // vouches that it had stated are void, and others stand again
    check_recovered(node, std::get<CommitRecovery>(body).recovery.log);
  } else if (const auto* chunk = std::get_if<CommitChunk>(&body)) {
    check_chunk(node, chunk->commit);
  } else if (const auto* finished = std::get_if<CommitFinished>(&body)) {
    if (!finished->whole && truth_.files().contains(finished->id))
      fail(node, "takes an honest author's file for another than its note names");
  } else if (const auto* removal = std::get_if<CommitRemoval>(&body)) {
    check_removal(node, removal->log);
    store_changed(node);
  }
}

void Invariants::check_chunk(const SimNode& node, const ChunkCommit& commit) {
  const auto file = truth_.files().find(commit.id);
  if (file == truth_.files().end()) return fail(node, "stored a chunk of a file that nobody wrote");
  const auto& chunks = file->second.cut.chunks;
  if (commit.chunk.number >= chunks.size() || chunks[commit.chunk.number].bytes != commit.chunk.bytes)
    fail(node, "stored a chunk of a file that is not what its author wrote");
}

void Invariants::check_restart(SimNode& node) {
  // Read now: what its engine began with, and not what its next commits make of it.
  store_changed(node);
  policy_of(node);
  const auto own = node.store().log_state(node.log());
  const std::uint64_t held = own.ok() ? own->range.size().value : 0;
  if (held < node.acknowledged()) {
    fail(node, "lost entries of its own that publish had answered");
  }
  check_store(node);
  check_frozen(node, true);
  check_cursors(node);
}

void Invariants::check_accusation(const SimNode& node, const NodeKey& accused, const std::string& of) {
  for (const auto& other : nodes_) {
    if (other->node_key() == accused && other->liar() == nullptr)
      fail(node, "takes the honest " + other->name() + " for a liar: " + of);
  }
}

void Invariants::check_store(SimNode& node) {
  cosigned_.check_store(node);
  const auto state = node.store().load_state();
  for (const LogState& log : state->logs) {
    std::vector<StoredRecord> records;
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < log.range.size().value; ++i) {
      auto record = node.store().record(log.id, EntryIndex(i));
      if (!record.ok())
        return fail(node, "does not hold entry " + std::to_string(i) + " of " + log.identity().name);
      const auto entry = parse_entry(record->entry);
      const bool lacks = entry.ok() && entry->body_size() > 0 && record->body.empty();
      if (lacks && record->state == BodyState::kHeld) {
        fail(node,
             "lacks the body of entry " + std::to_string(i) + " of " + log.identity().name + " unnoticed");
      }
      bytes += record->entry.size() + (record->transit ? 0 : record->body.size());
      if (!record->body.empty()) check_erased(node, log.id, EntryIndex(i));
      records.push_back(std::move(*record));
    }
    if (const auto wrong = truth_.differs(log.id, records)) fail(node, "holds " + *wrong);
    if (log.id == node.log()) check_signed_once(node, records);
    check_quota(node, log.id, bytes);
  }
}

// --- liveness ---

// By node: the logs that it can get through honest nodes that trust them too.
std::map<NodeIndex, std::set<LogId>> Invariants::obtainable() {
  std::map<NodeIndex, std::set<LogId>> out;
  for (const auto& node : nodes_) {
    if (!node->up() || node->liar() != nullptr) continue;
    auto& mine = out[node->index()];
    // Who has taken its log back, and waits for its peers before it signs, offers nobody the new history yet.
    const bool offers = has_all(*node, truth_.log(node->log())) || !may_wait(*node);
    if (!any_older_ && offers) mine.insert(node->log());
    // Of a log whose author was restored, others may hold what the author has lost.
    if (any_older_) add_sources(*node, mine);
    if (!truth_.log(node->log()).stands()) mine.insert(node->log());
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (auto& [index, mine] : out) {
      SimNode& node = *nodes_[index];
      for (const SimNode* peer : node.peers()) {
        const auto theirs = out.find(peer->index());
        if (theirs == out.end() || !peer->peers_with(node) || !peer->can_meet(node)) continue;
        for (const LogId& log : std::set<LogId>(theirs->second)) {
          if (mine.contains(log) || (log != node.log() && !policy_of(node).trusted.contains(log))) continue;
          if (!policy_of(*nodes_[peer->index()]).trusted.contains(log)) continue;
          mine.insert(log);
          grown = true;
        }
      }
    }
  }
  return out;
}

// Whether an honest neighbour, or a neighbour of one, has the body.
bool Invariants::body_obtainable(SimNode& node, const LogId& log, EntryIndex index,
                                 const std::map<NodeIndex, std::set<LogId>>& gets) {
  const auto keeps = [&](SimNode& other) {
    const auto it = gets.find(other.index());
    if (it == gets.end() || !it->second.contains(log)) return false;
    const auto record = other.store().record(log, index);
    return record.ok() && !record->body.empty();
  };
  const auto passes = [&](const SimNode& other) {
    const auto it = gets.find(other.index());
    return it != gets.end() && it->second.contains(log);
  };
  for (SimNode* peer : node.peers()) {
    if (!passes(*peer) || !peer->peers_with(node) || !peer->can_meet(node)) continue;
    if (keeps(*peer)) return true;
    const auto beyond = peer->peers();
    if (rules_.hops >= 2 && std::any_of(beyond.begin(), beyond.end(), [&](SimNode* far) {
          return far != &node && far->peers_with(*peer) && far->can_meet(*peer) && keeps(*far);
        })) {
      return true;
    }
  }
  return false;
}

// Which peers it has asked, for the reader of a trace.
std::string Invariants::asked_in_vain(SimNode& node, const LogId& log, EntryIndex index) const {
  const LogStanding standing = node.engine().standing(log);
  const auto missing = standing.missing.find(index);
  if (missing == standing.missing.end()) return " and does not look for it";
  std::string out = "; connected to";
  for (const SimNode* peer : node.peers()) {
    if (!node.connected_to(*peer)) continue;
    out += " " + peer->name();
    if (peer->liar() != nullptr) out += " (liar)";
    if (std::find(missing->second.begin(), missing->second.end(), peer->node_key()) != missing->second.end())
      out += " (asked)";
    const auto lies = standing.disbelieved.find(index);
    if (lies != standing.disbelieved.end() &&
        std::find(lies->second.begin(), lies->second.end(), peer->node_key()) != lies->second.end())
      out += " (disbelieved)";
  }
  return out;
}

void Invariants::check_log_settled(SimNode& node, const AuthoredLog& log,
                                   const std::map<NodeIndex, std::set<LogId>>& gets,
                                   std::vector<Broken>& out) {
  const LogId id = log.identity.log_id();
  const auto add = [&](std::string what) {
    if (out.size() < kMostBroken) out.push_back({schedule_.now(), node.name(), std::move(what)});
  };
  const auto held = node.store().log_state(id);
  const std::uint64_t size = held.ok() && held->whole ? held->whole->size.value : 0;
  if (held.ok() && held->frozen) return add("keeps the log of " + log.identity.name + " frozen");
  // It may hold what is void.
  if (size != log.records().size()) {
    return add("holds " + std::to_string(size) + " of " + std::to_string(log.records().size()) +
               " entries of " + log.identity.name);
  }
  BodyFilter filter = node.filter();
  filter.self = node.log();
  for (std::uint64_t i = 0; i < size; ++i) {
    const Said& said = log.records()[i];
    const auto entry = parse_entry(said.entry);
    if (!entry.ok() || entry->body_size() == 0) continue;
    const auto record = node.store().record(id, EntryIndex(i));
    const bool has = record.ok() && !record->body.empty();
    const std::string which = "the body of entry " + std::to_string(i) + " of " + log.identity.name;
    if (said.erased_by && has) add("still holds " + which + ", which was erased");
    if (said.erased_by || has) {
      if (has && !record->transit && id != node.log() && !filter.wants(*entry))
        add("still holds " + which + ", unwanted");
      continue;
    }
    if (filter.wants(*entry) && body_obtainable(node, id, EntryIndex(i), gets))
      add("lacks " + which + asked_in_vain(node, id, EntryIndex(i)));
  }
}

// Whether an honest neighbour has the whole file, or a neighbour of a neighbour that knows the note.
bool Invariants::file_obtainable(SimNode& node, const AttachmentWant& want,
                                 const std::map<NodeIndex, std::set<LogId>>& gets) {
  const auto state = [&](SimNode& other) {
    const auto it = gets.find(other.index());
    if (it == gets.end() || !it->second.contains(want.log)) return std::optional<AttachmentState>();
    const auto held = other.store().attachment(want.log, want.index, want.id.sha256);
    return held.ok() ? std::optional(*held) : std::nullopt;
  };
  for (SimNode* peer : node.peers()) {
    if (!peer->peers_with(node) || !peer->can_meet(node)) continue;
    const auto theirs = state(*peer);
    if (!theirs) continue;
    if (theirs->complete) return true;
    for (SimNode* far : peer->peers()) {
      if (rules_.hops < 2 || far == &node || !far->peers_with(*peer) || !far->can_meet(*peer)) continue;
      const auto beyond = state(*far);
      if (beyond && beyond->complete) return true;
    }
  }
  return false;
}

void Invariants::check_files_settled(SimNode& node, const std::map<NodeIndex, std::set<LogId>>& gets,
                                     std::vector<Broken>& out) {
  const auto add = [&](std::string what) {
    if (out.size() < kMostBroken) out.push_back({schedule_.now(), node.name(), std::move(what)});
  };
  const auto state = node.store().load_state();
  for (const AttachmentWant& want : state->wants) {
    // Of a log that is frozen nothing more is taken.
    if (node.engine().standing(want.log).frozen) continue;
    if (!gets.at(node.index()).contains(want.log) || !file_obtainable(node, want, gets)) continue;
    const auto standing = node.engine().file(want.id);
    add("lacks a file of entry " + std::to_string(want.index.value) + " of " +
        truth_.log(want.log).identity.name + " that it wants" +
        (standing ? " (" + standing->trouble + ")" : " and does not look for it"));
  }
  for (const auto& [id, file] : truth_.files()) {
    // Of a log that has parted in two, some keep the history without the withdrawal.
    if (!file.index || !truth_.log(file.log).stands() || !gets.at(node.index()).contains(file.log)) continue;
    const auto named = node.store().attachment_named(id.sha256);
    if (truth_.log(file.log).records()[file.index->value].erased_by && *named)
      add("still holds a file of entry " + std::to_string(file.index->value) + " of " +
          truth_.log(file.log).identity.name + ", which was erased");
  }
}

std::vector<Broken> Invariants::unsettled() {
  std::vector<Broken> out;
  const auto gets = obtainable();
  for (const auto& [index, logs] : gets) {
    SimNode& node = *nodes_[index];
    for (const LogId& id : logs) {
      if (id == node.log() || !truth_.log(id).stands()) continue;
      check_log_settled(node, truth_.log(id), gets, out);
    }
    check_own_settled(node, gets, out);
    check_files_settled(node, gets, out);
    check_cosigned(node, out);
    check_connected(node, out);
    check_frozen(node, false);
  }
  check_forks(out);
  return out;
}

}  // namespace koinon::sim
