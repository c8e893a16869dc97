#include "node/engine/admission.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proto/base/limits.h"

namespace koinon::engine {

Admission::Admission(Effects& effects, StoreHealth& store, TrustPolicy& trust, Peers& peers, Logs& logs,
                     Links& links, Journal& journal, News& news, Stored stored)
    : effects_(effects),
      store_(store),
      trust_(trust),
      peers_(peers),
      logs_(logs),
      links_(links),
      journal_(journal),
      news_(news),
      lived_{effects.now().mono, stored.lived, stored.lived} {
  for (const auto& [peer, log] : stored.asks) asks_[peer].insert(log);
}

// --- trust ---

TrustChange Admission::recompute() {
  const Now& now = effects_.now();
  std::vector<LogId> direct;
  direct.reserve(peers_.all().size());
  for (const auto& [key, peer] : peers_.all()) {
    if (peer.log) direct.push_back(*peer.log);
  }
  trust_.set_peers(std::move(direct));
  TrustChange change = trust_.refresh(now.wall);
  for (const auto* logs : {&change.added, &change.removed, &change.moved})
    claims_changed_.insert(logs->begin(), logs->end());
  next_refresh_ = now.mono + limits::kTrustRefresh;
  if (const auto expiry = trust_.next_expiry(); expiry) {
    const std::chrono::milliseconds left(std::max<std::int64_t>(expiry->value - now.wall.value, 1));
    next_refresh_ = std::min(next_refresh_, now.mono + std::min<MonoTime>(left, limits::kTrustRefresh));
  }
  if (!outside_.empty()) {
    if (lived() - lived_.saved >= limits::kLivedSaved) save_lived();
    next_refresh_ = std::min<MonoTime>(next_refresh_, now.mono + limits::kLivedSaved);
  }
  return change;
}

void Admission::add_vouches(const std::vector<VouchFact>& vouches) {
  for (const VouchFact& vouch : vouches) trust_.add_vouch(vouch);
  if (!vouches.empty()) next_refresh_ = std::min(next_refresh_, effects_.now().mono + limits::kTrustDelay);
}

void Admission::begin_admitted(const LogId& id) {
  effects_.emit({Event::Kind::kTrusted, {}, id, {}, {}});
  outside_.erase(id);
}

void Admission::readmit_if_out(Log& log) {
  if (log.state().out_since && !log.removing()) readmit(log);
}

void Admission::readmit(Log& log) {
  logs_.come_back(log);
  // A new row: peers whose cursors have passed the old one while we told nothing of it hear of it again.
  effects_.ask(CommitReadmission{log.id()},
               [this, id = log.id(), commit = journal_.begin_commit()](const Result<RunStored>& answer) {
                 news_.commit_ended(commit, id, answer.ok() ? answer->journal_seq : JournalSeq(0));
                 if (!answer.ok() && !logs_.at(id).state().frozen) store_.note_failure(id, answer.error());
               });
}

void Admission::begin_outside(const LogId& id) { effects_.emit({Event::Kind::kDistrusted, {}, id, {}, {}}); }

void Admission::keep_for_grace(Log& log) {
  if (log.held().value == 0 && log.commits() == 0) return;
  const Now& now = effects_.now();
  outside_.insert(log.id());
  const bool fell_out_before = log.state().out_since.has_value();
  if (!fell_out_before) logs_.fall_out(log, now.wall, lived());
  const std::chrono::milliseconds out = log.state().out_lived;
  const auto left = std::max(out + effects_.config().grace - lived(), std::chrono::milliseconds(1));
  next_refresh_ = std::min<MonoTime>(next_refresh_, now.mono + left);
  if (fell_out_before) return;
  // Before what counts from it: with less stored, the next start would count from less.
  if (lived_.saved != out) save_lived();
  effects_.ask(CommitOutOfPolicy{log.id(), now.wall, out});
}

// How long this node has run, over all its starts. A clock that jumps, and time in which nobody ran, who
// could have looked after the log or vouched for it again, do not count.
std::chrono::milliseconds Admission::lived() const {
  return lived_.before +
         std::chrono::duration_cast<std::chrono::milliseconds>(effects_.now().mono - lived_.started);
}

// A crash loses what came since, which only makes the grace longer.
void Admission::save_lived() {
  lived_.saved = lived();
  effects_.ask(CommitLived{lived_.saved});
}

void Admission::remove_expired() {
  for (const LogId& id : std::set<LogId>(outside_)) {
    Log& log = logs_.at(id);
    if (!log.state().out_since || log.removing() || log.commits() > 0 || log.is_filtered()) continue;
    if (lived() - log.state().out_lived >= effects_.config().grace) remove(log);
  }
}

// The log stays known by its identity alone, so that answers under way still find it.
void Admission::remove(Log& log) {
  logs_.set_removing(log, true);
  effects_.ask(CommitRemoval{log.id(), effects_.now().wall},
               [this, id = log.id()](const Result<Done>& answer) {
                 Log& gone = logs_.at(id);
                 logs_.set_removing(gone, false);
                 if (answer.ok()) return news_.log_removed(gone);
                 if (trust_.admits(id)) readmit(gone);
                 if (!gone.state().frozen) store_.note_failure(id, answer.error());
               });
}

void Admission::forget(const LogId& id) {
  outside_.erase(id);
  trust_.forget_voucher(id);
}

// --- names ---

std::vector<NameClaim> Admission::take_claims() {
  std::vector<NameClaim> out;
  for (const LogId& id : std::exchange(claims_changed_, {}))
    out.push_back({id, name_of(id), trust_.rank(id)});
  return out;
}

// What the log's first head has proven. Before that comes, a pinned peer is called what the operator was
// told, so that nobody takes its name in between. Empty: a voucher's word alone is not enough.
std::string Admission::name_of(const LogId& id) const {
  const Log* log = logs_.find(id);
  if (log != nullptr && !log->state().identity.name.empty()) return log->state().identity.name;
  if (trust_.rank(id) != 1) return {};
  for (const auto& [key, peer] : peers_.all()) {
    if (peer.log == id) return peer.name;
  }
  return {};
}

// --- heads asked for by name ---

void Admission::remember_asks(const std::vector<LogId>& logs) {
  for (const LogId& log : logs) write_asks(log);
  CommitAsks intent;
  for (const auto& [key, peer] : peers_.all()) {
    for (const LogId& log : logs) {
      if (!logs_.is_own(log) && asks_[key].insert(log).second) intent.asks.emplace_back(key, log);
    }
  }
  if (!intent.asks.empty()) save_asks(std::move(intent));
  for (const auto& [id, link] : links_.all()) {
    if (link->ready) ask_for(*link, logs);
  }
}

void Admission::remember_unheld(const std::vector<LogId>& logs) {
  std::vector<LogId> written;
  for (const LogId& log : logs) {
    if (logs_.is_own(log)) continue;
    if (std::any_of(asks_.begin(), asks_.end(),
                    [&](const auto& asks) { return asks.second.contains(log); })) {
      written.push_back(log);
      continue;
    }
    for (const auto& [key, peer] : peers_.all()) asks_[key].insert(log);
    unwritten_.insert(log);
  }
  remember_asks(written);
}

void Admission::write_asks(const LogId& log) {
  if (unwritten_.erase(log) == 0) return;
  CommitAsks intent;
  for (const auto& [peer, logs] : asks_) {
    if (logs.contains(log)) intent.asks.emplace_back(peer, log);
  }
  if (!intent.asks.empty()) save_asks(std::move(intent));
}

void Admission::forget_outside_asks() {
  CommitAsks intent{{}, false};
  for (auto& [key, logs] : asks_) {
    std::erase_if(logs, [&, peer = key](const LogId& log) {
      if (trust_.admits(log)) return false;
      if (is_written(log)) intent.asks.emplace_back(peer, log);
      return true;
    });
  }
  std::erase_if(unwritten_, [this](const LogId& log) { return !trust_.admits(log); });
  if (!intent.asks.empty()) save_asks(std::move(intent));
}

void Admission::save_asks(CommitAsks intent) {
  std::vector<HeadAsk> asks = intent.asks;
  effects_.ask(std::move(intent), [this, asks = std::move(asks)](const Result<Done>& answer) {
    for (const HeadAsk& ask : asks) {
      if (answer.ok()) {
        unsaved_asks_.erase(ask);
      } else {
        unsaved_asks_.insert(ask);
      }
    }
    if (!answer.ok()) store_.note_failure(asks.front().second, answer.error());
  });
}

bool Admission::has_unsaved_asks() const {
  return std::any_of(unsaved_asks_.begin(), unsaved_asks_.end(), [this](const HeadAsk& ask) {
    const auto peer = asks_.find(ask.first);
    return peer != asks_.end() && peer->second.contains(ask.second);
  });
}

void Admission::ask_whose(Link& link, const LogId& log) {
  if (!link.asks->whose.insert(log).second) return;
  ask_later(link.peer, log);
  ask_for(link, {log});
}

void Admission::store_again() {
  CommitAsks stand;
  CommitAsks settled{{}, false};
  for (const HeadAsk& ask : unsaved_asks_) {
    const auto peer = asks_.find(ask.first);
    const bool stands = peer != asks_.end() && peer->second.contains(ask.second);
    (stands ? stand : settled).asks.push_back(ask);
  }
  if (!stand.asks.empty()) save_asks(std::move(stand));
  if (!settled.asks.empty()) save_asks(std::move(settled));
}

void Admission::ask_later(const NodeKey& peer, const LogId& log) {
  if (asks_[peer].insert(log).second && is_written(log)) save_asks(CommitAsks{{{peer, log}}});
}

void Admission::ask_settled(const NodeKey& peer, const LogId& log) {
  const auto it = asks_.find(peer);
  if (it == asks_.end() || it->second.erase(log) == 0 || !is_written(log)) return;
  save_asks(CommitAsks{{{peer, log}}, false});
}

void Admission::ask_for(Link& link, const std::vector<LogId>& logs) {
  link.asks->waiting.insert(logs.begin(), logs.end());
  send_head_requests(link);
}

void Admission::send_head_requests(Link& link) {
  auto& waiting = link.asks->waiting;
  while (!waiting.empty() && link.asks->requests.size() < limits::kOpenRequests / 2) {
    v1::Frame frame;
    auto* request = frame.mutable_get_heads();
    request->set_request_id(effects_.next_request());
    std::vector<LogId>& asked = link.asks->requests[request->request_id()];
    while (!waiting.empty() && asked.size() < limits::kLogIdsPerRequest) {
      asked.push_back(*waiting.begin());
      waiting.erase(waiting.begin());
      request->add_log_ids(asked.back().bytes());
    }
    links_.send(link, frame);
  }
}

void Admission::ask_all(Link& link) {
  // Rows of logs that were refused when they passed the cursor are asked for by name.
  std::set<LogId> missing = asks_[link.peer];
  missing.insert(logs_.not_whole().begin(), logs_.not_whole().end());
  ask_for(link, std::vector<LogId>(missing.begin(), missing.end()));
}

void Admission::ask_again(const std::vector<LogId>& logs) {
  for (const auto& [id, link] : links_.all()) {
    const auto asks = asks_.find(link->peer);
    if (!link->ready || asks == asks_.end()) continue;
    std::vector<LogId> remembered;
    std::copy_if(logs.begin(), logs.end(), std::back_inserter(remembered),
                 [&](const LogId& log) { return asks->second.contains(log); });
    ask_for(*link, remembered);
  }
}

bool Admission::on_heads(Link& link, const v1::Heads& heads) {
  const auto asked = link.asks->requests.find(heads.request_id());
  if (asked == link.asks->requests.end()) return false;
  std::set<BytesView> told;
  for (const auto& head : heads.heads()) told.insert(head.log_id());
  for (const LogId& log : asked->second) {
    if (!told.contains(log.view())) ask_settled(link.peer, log);
  }
  link.asks->requests.erase(asked);
  send_head_requests(link);
  return true;
}

void Admission::on_refused(Link& link, std::uint64_t request_id) {
  if (link.asks->requests.erase(request_id) > 0) send_head_requests(link);
}

}  // namespace koinon::engine
