#include "node/engine/offers.h"

#include <algorithm>
#include <utility>

namespace koinon::engine {

void Offers::keep(Log& log, const Offer& offer) {
  const auto [it, first] = log.offers->newest.try_emplace(offer.source, offer);
  if (!first) {
    Offer& kept = it->second;
    const JournalSeq row = std::max(kept.row, offer.row);
    if (offer.row > kept.row || offer.head.size >= kept.head.size) kept = offer;
    kept.row = row;
  }
  relist(log, offer.source);
}

void Offers::drop(Log& log, SessionId source) {
  log.offers->newest.erase(source);
  relist(log, source);
}

void Offers::settle(Log& log) {
  for (const Offer& offer : take(log)) cursors_.settle(offer.source, log.id(), offer.row);
}

std::vector<Offer> Offers::take(Log& log) {
  std::vector<Offer> out;
  for (auto& [source, offer] : std::exchange(log.offers->newest, {})) {
    relist(log, source);
    out.push_back(std::move(offer));
  }
  return out;
}

std::vector<Offer> Offers::take_reached(Log& log) {
  std::vector<Offer> reached;
  for (const auto& [source, offer] : log.offers->newest) {
    if (offer.head.size <= log.state().whole->size) reached.push_back(offer);
  }
  for (const Offer& offer : reached) drop(log, offer.source);
  return reached;
}

const Offer* Offers::of(const Log& log, SessionId source) const {
  const auto it = log.offers->newest.find(source);
  return it == log.offers->newest.end() ? nullptr : &it->second;
}

const Offer* Offers::best(const Log& log) const {
  const Offer* best = nullptr;
  std::pair<bool, TreeSize> best_rank;
  for (const auto& [id, offer] : log.offers->newest) {
    const Link* link = links_.find(id);
    if (link == nullptr || offer.head.size <= log.held()) continue;
    const std::pair rank{!peers_.is_slow(link->peer), offer.head.size};
    if (best != nullptr && rank <= best_rank) continue;
    best = &offer;
    best_rank = rank;
  }
  return best;
}

std::string Offers::wrong_list(const Logs& logs) const {
  std::map<SessionId, std::set<LogId>> by_link;
  for (const auto& [id, log] : logs.all()) {
    for (const auto& [source, offer] : log->offers->newest) by_link[source].insert(id);
  }
  for (const auto& [id, link] : links_.all()) {
    if (link->offers->logs != by_link[id]) return "gives";
    by_link.erase(id);
  }
  return by_link.empty() ? "" : "a session that is gone";
}

void Offers::relist(const Log& log, SessionId source) {
  Link* link = links_.find(source);
  if (link == nullptr) return;
  if (log.offers->newest.contains(source)) {
    link->offers->logs.insert(log.id());
  } else {
    link->offers->logs.erase(log.id());
  }
}

}  // namespace koinon::engine
