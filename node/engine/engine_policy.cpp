// What is admitted, wanted and kept: trust, blocks, the grace time, our own filter.
#include <algorithm>
#include <utility>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {
constexpr std::size_t kFiltersAtOnce = 4;
}

// What the store says of policy, against what follows from its vouches now: the difference came about while
// this node was down, or was not written before it went down.
void Engine::begin_policy(Now now) {
  std::vector<LogId> readmitted;
  const TrustChange change = recompute_trust(now);
  for (const LogId& id : change.added) {
    const auto it = logs_.find(id);
    if (it != logs_.end() && it->second->state.out_since) readmitted.push_back(id);
  }
  if (!readmitted.empty()) remember_asks(readmitted);
  for (const LogId& id : change.added) enter_policy(now, id);
  for (const auto& [id, log] : logs_) {
    if (!trust_.admits(id)) leave_policy(now, id);
  }
  forget_outside_asks();
}

TrustChange Engine::recompute_trust(Now now) {
  std::vector<LogId> direct;
  direct.reserve(peers_.size());
  for (const auto& [key, peer] : peers_) {
    if (peer.log) direct.push_back(*peer.log);
  }
  trust_.set_peers(std::move(direct));
  TrustChange change = trust_.refresh(now.wall);
  for (const auto* logs : {&change.added, &change.removed, &change.moved})
    claims_changed_.insert(logs->begin(), logs->end());
  next_trust_refresh_ = now.mono + limits::kTrustRefresh;
  if (const auto expiry = trust_.next_expiry(); expiry) {
    const std::chrono::milliseconds left(std::max<std::int64_t>(expiry->value - now.wall.value, 1));
    next_trust_refresh_ =
        std::min(next_trust_refresh_, now.mono + std::min<MonoTime>(left, limits::kTrustRefresh));
  }
  if (!outside_.empty()) {
    if (lived(now) - lived_saved_ >= limits::kLivedSaved) save_lived(now);
    next_trust_refresh_ = std::min<MonoTime>(next_trust_refresh_, now.mono + limits::kLivedSaved);
  }
  return change;
}

std::vector<NameClaim> Engine::take_claims() {
  std::vector<NameClaim> out;
  for (const LogId& id : std::exchange(claims_changed_, {}))
    out.push_back({id, name_of(id), trust_.rank(id)});
  return out;
}

// What the log's first head has proven. Before that comes, a pinned peer is called what the operator was
// told, so that nobody takes its name in between. Empty: a voucher's word alone is not enough.
std::string Engine::name_of(const LogId& id) const {
  const auto it = logs_.find(id);
  if (it != logs_.end() && !it->second->state.identity.name.empty()) return it->second->state.identity.name;
  if (trust_.rank(id) != 1) return {};
  for (const auto& [key, peer] : peers_) {
    if (peer.log == id) return peer.name;
  }
  return {};
}

void Engine::refresh_trust(Now now) {
  const TrustChange change = recompute_trust(now);
  // In this order: a log that the store takes for admitted is not forgotten to be asked for.
  if (!change.added.empty()) remember_asks(change.added);
  for (const LogId& id : change.added) enter_policy(now, id);
  for (const LogId& id : change.removed) leave_policy(now, id);
  if (!change.removed.empty()) forget_outside_asks();
}

// The rows of these logs may have passed every cursor as refused: each peer is asked by name, and until it
// has answered that is remembered.
void Engine::remember_asks(const std::vector<LogId>& logs) {
  CommitAsks intent;
  for (const auto& [key, peer] : peers_) {
    for (const LogId& log : logs) {
      if (log != own_log_ && asks_[key].insert(log).second) intent.asks.emplace_back(key, log);
    }
  }
  if (!intent.asks.empty()) issue(std::move(intent), [](Now, const Result<Answer>&) {});
  for (auto& [id, session] : sessions_) {
    if (session->hello_received) ask_for(*session, logs);
  }
}

// What left the policy is asked for anew if it comes back. Else the asks of a peer that is away would grow
// with all that others ever vouched for.
void Engine::forget_outside_asks() {
  CommitAsks intent{{}, false};
  for (auto& [key, logs] : asks_) {
    std::erase_if(logs, [&, peer = key](const LogId& log) {
      if (trust_.admits(log)) return false;
      intent.asks.emplace_back(peer, log);
      return true;
    });
  }
  if (!intent.asks.empty()) issue(std::move(intent), [](Now, const Result<Answer>&) {});
}

// The peer has answered about a log, and what it offered is settled.
void Engine::ask_settled(const NodeKey& peer, const LogId& log) {
  const auto it = asks_.find(peer);
  if (it == asks_.end() || it->second.erase(log) == 0) return;
  issue(CommitAsks{{{peer, log}}, false}, [](Now, const Result<Answer>&) {});
}

void Engine::enter_policy(Now, const LogId& id) {
  emit({Event::Kind::kTrusted, {}, id, {}, {}});
  outside_.erase(id);
  const auto it = logs_.find(id);
  if (it == logs_.end()) return refile(id);
  Log& log = *it->second;
  log.read_again();
  refile(id);
  // Behind a removal that is under way there is nothing to readmit: its answer asks for all of it anew.
  if (log.state.out_since && !log.removing) readmit(log);
}

void Engine::readmit(Log& log) {
  const LogId id = log.state.id;
  log.state.out_since.reset();
  log.state.out_lived = {};
  // A new row: peers whose cursors have passed the old one while we told nothing of it hear of it again.
  issue(CommitReadmission{id}, [this, id, commit = begin_commit()](Now then, const Result<Answer>& answer) {
    const JournalSeq row = answer.ok() ? std::get<RunStored>(*answer).journal_seq : JournalSeq(0);
    end_commit(then, commit, id, row);
    if (!answer.ok()) on_store_failed(then, *logs_.at(id), 0, answer.error());
  });
}

// Nothing more is taken or given of it; what is held stays readable for the grace time.
void Engine::leave_policy(Now now, const LogId& id) {
  emit({Event::Kind::kDistrusted, {}, id, {}, {}});
  const auto it = logs_.find(id);
  if (it == logs_.end()) return refile(id);
  Log& log = *it->second;
  abandon_fetch(now, log, false);
  settle_offers(now, log);
  log.forget_missing();
  log.read_again();
  refile(id);
  if (log.state.range.size().value == 0 && log.commits == 0) return;
  outside_.insert(id);
  const bool fell_out_before = log.state.out_since.has_value();
  if (!fell_out_before) {
    log.state.out_since = now.wall;
    log.state.out_lived = lived(now);
  }
  const auto left = std::max(log.state.out_lived + grace() - lived(now), std::chrono::milliseconds(1));
  next_trust_refresh_ = std::min<MonoTime>(next_trust_refresh_, now.mono + left);
  if (fell_out_before) return;
  // Before what counts from it: with less stored, the next start would count from less.
  if (lived_saved_ != log.state.out_lived) save_lived(now);
  issue(CommitOutOfPolicy{id, now.wall, log.state.out_lived}, [](Now, const Result<Answer>&) {});
}

// How long this node has run, over all its starts. A clock that jumps, and time in which nobody ran, who
// could have looked after the log or vouched for it again, do not count.
std::chrono::milliseconds Engine::lived(Now now) const {
  return lived_before_ + std::chrono::duration_cast<std::chrono::milliseconds>(now.mono - started_);
}

// A crash loses what came since, which only makes the grace longer.
void Engine::save_lived(Now now) {
  lived_saved_ = lived(now);
  issue(CommitLived{lived_saved_}, [](Now, const Result<Answer>&) {});
}

std::chrono::milliseconds Engine::grace() const {
  return config_.grace.count() == 0 ? std::chrono::milliseconds(limits::kGrace) : config_.grace;
}

void Engine::remove_expired(Now now) {
  for (const LogId& id : std::set<LogId>(outside_)) {
    Log& log = *logs_.at(id);
    if (!log.state.out_since || log.removing || log.commits > 0 || log.filtering) continue;
    if (lived(now) - log.state.out_lived >= grace()) remove_log(now, log);
  }
}

// The log stays known by its identity alone, so that answers under way still find it.
void Engine::remove_log(Now now, Log& log) {
  log.removing = true;
  issue(CommitRemoval{log.state.id, now.wall},
        [this, id = log.state.id](Now then, const Result<Answer>& answer) {
          Log& gone = *logs_.at(id);
          gone.removing = false;
          if (!answer.ok()) {
            if (trust_.admits(id)) readmit(gone);
            return on_store_failed(then, gone, 0, answer.error());
          }
          emit({Event::Kind::kRemoved, {}, id, gone.state.range.size(), {}});
          journal_.erase(gone.state.journal_seq.value);
          LogState empty;
          empty.id = id;
          empty.identity = gone.state.identity;
          empty.frozen = gone.state.frozen;
          gone.state = std::move(empty);
          gone.over_quota = gone.pending_marks = false;
          gone.forget_missing();
          gone.read_again();
          refile(id);
          gone.bytes_order = next_generation_++;  // what was given to the store before counts no more
          outside_.erase(id);
          end_files_of(then, id, std::nullopt);
          trust_.forget_voucher(id);
          if (!trust_.admits(id)) return;
          remember_asks({id});
          schedule_fetch(then, id);
        });
}

void Engine::on_blocked(Now now, const LogId& log, bool blocked) {
  trust_.set_blocked(log, blocked);
  refresh_trust(now);
}

LogStanding Engine::standing(const LogId& id) const {
  LogStanding out = standing(id, std::nullopt);
  const auto it = logs_.find(id);
  if (it == logs_.end()) return out;
  for (const auto& [index, body] : it->second->missing) tell_missing(out, index, body);
  return out;
}

LogStanding Engine::standing(const LogId& id, std::optional<EntryIndex> body) const {
  LogStanding out;
  const auto it = logs_.find(id);
  if (it == logs_.end()) return out;
  const Log& log = *it->second;
  out.frozen = log.state.frozen;
  out.over_quota = log.over_quota;
  out.bytes = log.state.bytes;
  out.bytes_allowed = id == own_log_ ? 0 : log_bytes_quota(id);
  out.resting = log.rests_until.has_value();
  out.fetching = log.fetch.has_value();
  for (const auto& [session, offer] : log.offers) {
    if (const auto live = sessions_.find(session); live != sessions_.end())
      out.offered_by.push_back(live->second->peer);
  }
  for (const auto& [number, session] : sessions_) {
    const auto known = session->known.find(id);
    if (known != session->known.end() && known->second.value > 0)
      out.held_by.emplace_back(session->peer, known->second);
  }
  if (const auto missing = body ? log.missing.find(*body) : log.missing.end(); missing != log.missing.end())
    tell_missing(out, missing->first, missing->second);
  return out;
}

void Engine::tell_missing(LogStanding& out, EntryIndex index, const MissingBody& body) const {
  if (body.transit) return;
  auto& peers = out.missing[index];
  for (const auto& [session, round] : body.tried) {
    if (const auto live = sessions_.find(session); live != sessions_.end())
      peers.push_back(live->second->peer);
  }
  for (const auto& [peer, times] : body.false_haves) {
    if (times >= limits::kFalseHaves) out.disbelieved[index].push_back(peer);
  }
}

// --- our own filter ---

void Engine::set_filter(Now now, BodyFilter filter) {
  filter.self = own_log_;
  if (filter.same_topics(config_.filter)) return;
  config_.filter = std::move(filter);
  ++filter_number_;
  filter_changed_ = true;
  for (const auto& [id, log] : logs_) refile(id);
  for (auto& [id, session] : sessions_) {
    if (!session->hello_received) continue;
    v1::Frame frame;
    *frame.mutable_set_filter()->mutable_filter() = config_.filter.message();
    send(*session, frame);
  }
  apply_filters(now);
}

void Engine::apply_filters(Now now) {
  while (filters_running_ < kFiltersAtOnce && !unfiltered_.empty())
    apply_filter(now, *logs_.at(*unfiltered_.begin()));
  if (filters_running_ == 0 && std::exchange(filter_changed_, false))
    emit({Event::Kind::kFilterApplied, {}, {}, {}, {}});
}

void Engine::apply_filter(Now now, Log& log) {
  if (log.state.range.size().value == 0 && log.commits == 0) {
    log.filter_number = filter_number_;
    return refile(log.state.id);
  }
  log.filtering = true;
  log.filter_again = false;
  ++filters_running_;
  // What the filter before wanted is not taken while this one passes over the log.
  log.forget_missing();
  log.read_again();
  refile(log.state.id);
  apply_filter_from(now, log, EntryIndex(0));
}

// A piece at a time: what others write, our own notes first of all, comes in between.
void Engine::apply_filter_from(Now now, Log& log, EntryIndex from) {
  issue(CommitFilter{log.state.id, config_.filter, now.wall, from, limits::kFilteredAtOnce},
        [this, id = log.state.id, number = filter_number_, order = next_generation_++](
            Now then, const Result<Answer>& answer) {
          Log& done = *logs_.at(id);
          std::optional<EntryIndex> next;
          if (answer.ok()) {
            next = std::get<FilterApplied>(*answer).next;
            note_bytes(done, order, std::get<FilterApplied>(*answer).bytes);
          }
          // Of a filter that has changed again the rest is left out: the next one passes over all.
          if (next && number == filter_number_) return apply_filter_from(then, done, *next);
          done.filtering = false;
          --filters_running_;
          refile(id);
          if (!answer.ok() && answer.error().code != Code::kNotFound) {
            return on_store_failed(then, done, 0, answer.error());
          }
          if (!done.filter_again) done.filter_number = number;
          done.forget_missing();
          done.read_again();
          refile(id);
          look_for_bodies(then, id);
          apply_filters(then);
        });
}

}  // namespace koinon
