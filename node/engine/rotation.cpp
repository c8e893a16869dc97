#include "node/engine/rotation.h"

namespace koinon::engine {

void Rotation::learn(const LogId& id, const KeyHistory& told, const NodeKey& teller) {
  Log* log = logs_.find(id);
  const KeyHistory ours = logs_.keys_of(id, told.identity());
  switch (compare(ours, told)) {
    case KeyOrder::kSame:
    case KeyOrder::kFirstGoesOn:
      return;
    case KeyOrder::kSecondGoesOn:
      break;
    case KeyOrder::kContradict:
    case KeyOrder::kContradictForGood:
      if (log != nullptr) forks_.keep_statements(*log, told);
      return;
  }
  const std::optional<TreeSize> good_until = told.good_until(ours.changes().size());
  logs_.set_keys(id, told);
  if (told.recoveries() > ours.recoveries()) {
    unkept_.erase(id);
    return recovery_.begin(id, told, teller);
  }
  if (good_until) seen_.forget_beyond(id, *good_until);
  if (good_until && log != nullptr) drop_lost_offers(*log, *good_until);
  effects_.emit({Event::Kind::kKeyReplaced, teller, id, told.changes().back().statement.size,
                 told.identity().name + " has a new signing key, by a statement of its old one"});
  if (!recovery_.take_statements(id, told)) write(id, good_until);
}

void Rotation::take(const KeyHistory& told, const NodeKey& teller) {
  const LogId id = told.identity().log_id();
  awaited_.insert(id);
  if (compare(logs_.keys_of(id, told.identity()), told) == KeyOrder::kSecondGoesOn) learn(id, told, teller);
  if (!unkept_.contains(id) && !recovery_.is_under_way(id)) note_kept(id, {});
}

void Rotation::note_kept(const LogId& id, const Status& kept) {
  if (awaited_.erase(id) == 0) return;
  effects_.emit({Event::Kind::kStatementsKept, {}, id, {}, kept.ok() ? std::string() : kept.error().text()});
}

// Their heads were verified before we knew that the key had lost the word.
void Rotation::drop_lost_offers(Log& log, TreeSize good_until) {
  const Fetch* fetch = fetcher_.current(log);
  if (fetch != nullptr && fetch->target.size > good_until) fetcher_.abandon(log);
  std::vector<Offer> lost;
  for (const auto& [source, offer] : offers_.all(log)) {
    if (offer.head.size > good_until) lost.push_back(offer);
  }
  for (const Offer& offer : lost) {
    offers_.drop(log, offer.source);
    cursors_.settle(offer.source, log.id(), offer.row);
  }
  fetcher_.schedule(log);
}

// No cursor is kept meanwhile: what it would pass is what a restart must be told again.
void Rotation::write(const LogId& id, std::optional<TreeSize> good_until) {
  Unkept& unkept = unkept_[id];
  unkept.good_until = good_until;
  const std::uint64_t number = unkept.number = ++written_;
  cursors_.hold(id, Cursors::Untaken::kStatements);
  effects_.ask(CommitStatements{id, logs_.statements_of(id), good_until},
               [this, id, number](const Result<Done>& answer) {
                 const auto it = unkept_.find(id);
                 if (!answer.ok()) store_.note_failure(id, answer.error());
                 if (it == unkept_.end() || it->second.number != number) return;  // more are being written
                 it->second.refused = !answer.ok();
                 if (!answer.ok()) return note_kept(id, answer.error());
                 unkept_.erase(it);
                 cursors_.let_go(id, Cursors::Untaken::kStatements);
                 note_kept(id, {});
               });
}

void Rotation::store_again() {
  for (const auto& [id, unkept] : std::map<LogId, Unkept>(unkept_)) {
    if (unkept.refused) write(id, unkept.good_until);
  }
}

}  // namespace koinon::engine
