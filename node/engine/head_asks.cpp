#include "node/engine/head_asks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proto/base/limits.h"

namespace koinon::engine {

HeadAsks::HeadAsks(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links,
                   const std::vector<HeadAsk>& stored)
    : effects_(effects), store_(store), peers_(peers), logs_(logs), links_(links) {
  for (const auto& [peer, log] : stored) asks_[peer].insert(log);
}

// --- what is remembered ---

void HeadAsks::add_for_all(const std::vector<LogId>& logs) {
  CommitAsks intent;
  for (const LogId& log : logs) unheld_.remove(log);
  for (const auto& [key, peer] : peers_.all()) {
    for (const LogId& log : logs) {
      if (!logs_.is_own(log) && asks_[key].insert(log).second) intent.asks.emplace_back(key, log);
    }
  }
  if (!intent.asks.empty()) save(std::move(intent));
  for (const auto& [id, link] : links_.all()) {
    if (link->ready) ask_for(*link, logs);
  }
}

void HeadAsks::add_unheld(const std::vector<LogId>& logs) {
  for (const LogId& log : logs) {
    if (!logs_.is_own(log)) unheld_.add(log);
  }
}

void HeadAsks::store_unheld(const LogId& log) {
  if (!unheld_.contains(log)) return;
  CommitAsks intent;
  for (const auto& [key, peer] : peers_.all()) {
    if (unheld_.awaits(key, log) && asks_[key].insert(log).second) intent.asks.emplace_back(key, log);
  }
  unheld_.remove(log);
  if (!intent.asks.empty()) save(std::move(intent));
}

void HeadAsks::add(const NodeKey& peer, const LogId& log) {
  if (unheld_.contains(log)) {
    unheld_.note(peer, log, false);
  } else if (asks_[peer].insert(log).second) {
    save(CommitAsks{{{peer, log}}});
  }
}

void HeadAsks::settle(const NodeKey& peer, const LogId& log) {
  unheld_.note(peer, log, true);
  const auto it = asks_.find(peer);
  if (it != asks_.end() && it->second.erase(log) > 0) save(CommitAsks{{{peer, log}}, false});
}

void HeadAsks::forget_outside(const TrustPolicy& trust) {
  CommitAsks intent{{}, false};
  for (auto& [key, logs] : asks_) {
    std::erase_if(logs, [&, peer = key](const LogId& log) {
      if (trust.admits(log)) return false;
      intent.asks.emplace_back(peer, log);
      return true;
    });
  }
  unheld_.remove_if([&trust](const LogId& log) { return !trust.admits(log); });
  if (!intent.asks.empty()) save(std::move(intent));
}

void HeadAsks::forget_peer(const NodeKey& peer) {
  asks_.erase(peer);
  unheld_.forget(peer);
}

bool HeadAsks::contains(const NodeKey& peer, const LogId& log) const {
  if (unheld_.awaits(peer, log)) return true;
  const auto asks = asks_.find(peer);
  return asks != asks_.end() && asks->second.contains(log);
}

void HeadAsks::save(CommitAsks intent) {
  std::vector<HeadAsk> asks = intent.asks;
  effects_.ask(std::move(intent), [this, asks = std::move(asks)](const Result<Done>& answer) {
    for (const HeadAsk& ask : asks) {
      if (answer.ok()) {
        unsaved_.erase(ask);
      } else {
        unsaved_.insert(ask);
      }
    }
    if (!answer.ok()) store_.note_failure(asks.front().second, answer.error());
  });
}

bool HeadAsks::has_unsaved() const {
  return std::any_of(unsaved_.begin(), unsaved_.end(), [this](const HeadAsk& ask) {
    const auto peer = asks_.find(ask.first);
    return peer != asks_.end() && peer->second.contains(ask.second);
  });
}

void HeadAsks::store_again() {
  CommitAsks stand;
  CommitAsks settled{{}, false};
  for (const HeadAsk& ask : unsaved_) {
    const auto peer = asks_.find(ask.first);
    const bool stands = peer != asks_.end() && peer->second.contains(ask.second);
    (stands ? stand : settled).asks.push_back(ask);
  }
  if (!stand.asks.empty()) save(std::move(stand));
  if (!settled.asks.empty()) save(std::move(settled));
}

// --- what is sent ---

void HeadAsks::ask_whose(Link& link, const LogId& log, std::uint32_t stated) {
  add(link.peer, log);
  const auto [asked, first] = link.asks->whose.try_emplace(log, stated);
  if (!first && asked->second >= stated) return;
  asked->second = stated;
  ask_for(link, {log});
}

void HeadAsks::ask_all(Link& link) {
  std::set<LogId> missing = asks_[link.peer];
  for (const auto& [log, place] : unheld_.all()) {
    if (unheld_.awaits(link.peer, log)) missing.insert(log);
  }
  missing.insert(logs_.not_whole().begin(), logs_.not_whole().end());
  ask_for(link, std::vector<LogId>(missing.begin(), missing.end()));
}

void HeadAsks::ask_again(const std::vector<LogId>& logs) {
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready) continue;
    std::vector<LogId> remembered;
    std::copy_if(logs.begin(), logs.end(), std::back_inserter(remembered),
                 [&](const LogId& log) { return contains(link->peer, log); });
    ask_for(*link, remembered);
  }
}

void HeadAsks::ask_for(Link& link, const std::vector<LogId>& logs) {
  link.asks->waiting.insert(logs.begin(), logs.end());
  send_requests(link);
}

void HeadAsks::send_requests(Link& link) {
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

bool HeadAsks::on_heads(Link& link, const v1::Heads& heads) {
  const auto asked = link.asks->requests.find(heads.request_id());
  if (asked == link.asks->requests.end()) return false;
  std::set<BytesView> told;
  for (const auto& head : heads.heads()) told.insert(head.log_id());
  for (const LogId& log : asked->second) {
    if (!told.contains(log.view())) settle(link.peer, log);
  }
  link.asks->requests.erase(asked);
  send_requests(link);
  return true;
}

void HeadAsks::on_refused(Link& link, std::uint64_t request_id) {
  if (link.asks->requests.erase(request_id) > 0) send_requests(link);
}

}  // namespace koinon::engine
