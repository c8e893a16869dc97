#include "node/engine/rotation.h"

namespace koinon::engine {

void Rotation::learn(const LogId& id, const KeyHistory& told, const NodeKey& teller) {
  Log* log = logs_.find(id);
  switch (compare(logs_.keys_of(id, told.identity()), told)) {
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
  logs_.set_keys(id, told);
  if (log != nullptr) drop_lost_offers(*log);
  effects_.emit({Event::Kind::kKeyReplaced, teller, id, told.changes().back().statement.size,
                 told.identity().name + " has a new signing key, by a statement of its old one"});
  write(id);
}

// Their heads were verified before we knew that the key had lost the word.
void Rotation::drop_lost_offers(Log& log) {
  const KeyHistory& keys = log.state().keys;
  const Fetch* fetch = fetcher_.current(log);
  if (fetch != nullptr && keys.lost_word(fetch->target.note)) fetcher_.abandon(log);
  std::vector<Offer> lost;
  for (const auto& [source, offer] : offers_.all(log)) {
    if (keys.lost_word(offer.head.note)) lost.push_back(offer);
  }
  for (const Offer& offer : lost) {
    offers_.drop(log, offer.source);
    cursors_.settle(offer.source, log.id(), offer.row);
  }
  fetcher_.schedule(log);
}

// No cursor is kept meanwhile: what it would pass is what a restart must be told again.
void Rotation::write(const LogId& id) {
  std::vector<Bytes> notes = logs_.statements_of(id);
  const std::size_t count = notes.size();
  if (unkept_.insert_or_assign(id, count).second) cursors_.hold(id, Cursors::Untaken::kStatements);
  effects_.ask(CommitStatements{id, std::move(notes)}, [this, id, count](const Result<Done>& answer) {
    if (!answer.ok()) {
      refused_.insert(id);
      return store_.note_failure(id, answer.error());
    }
    refused_.erase(id);
    if (unkept_.at(id) != count) return;  // more are being written
    unkept_.erase(id);
    cursors_.let_go(id, Cursors::Untaken::kStatements);
  });
}

void Rotation::store_again() {
  for (const LogId& id : std::exchange(refused_, {})) write(id);
}

}  // namespace koinon::engine
