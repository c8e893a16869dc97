#include "node/engine/brought_answers.h"

namespace koinon::engine {

Status BroughtAnswers::check(const BroughtAnswer& answer) const {
  if (!logs_.own() || logs_.find(*logs_.own()) == nullptr)
    return fail(Code::kRefused, "an observer has no log, and asks nobody about it", "question");
  if (peers_.find(answer.peer) == nullptr)
    return fail(Code::kNotFound, "no peer here has the node key that signed the answer", "peer");
  if (answer.question != question())
    return fail(Code::kRefused, "this answers another question than the one that is asked now", "question");
  if (standing_.has_heard(answer.peer))
    return fail(Code::kRefused, "this peer has answered in a session", "peer");
  const auto kept = kept_.find(answer.peer);
  if (kept == kept_.end() || kept->second.question != answer.question || !kept->second.head) return {};
  // The largest that a peer ever saw does not shrink.
  if (!answer.head || answer.head->size < kept->second.head->size)
    return fail(Code::kRefused, "a newer answer of this peer was brought before", "head");
  return {};
}

Status BroughtAnswers::take(const BroughtAnswer& answer) {
  KOINON_TRY(check(answer));
  Kept& kept = kept_.insert_or_assign(answer.peer, Kept{answer.question, answer.head}).first->second;
  consider(answer.peer, kept);
  if (!answer.caught_up)
    return fail(Code::kRefused,
                "this peer had not heard from all others when it answered: it is to be asked again",
                "caught_up");
  standing_.take_brought(answer.peer, answer.head);
  return {};
}

void BroughtAnswers::consider(const NodeKey& peer, Kept& kept) {
  Log& own = logs_.at(*logs_.own());
  if (!kept.head || kept.head->size.value == 0 || own.state().frozen) return;
  const Offer offer = offer_of(*kept.head);
  if (forks_.freeze_if_forked(own, offer)) return;
  standing_.note_head(peer, *kept.head);
  kept.compared = kept.head->size <= own.held();
  if (kept.compared) forks_.check_old_head(offer);
}

void BroughtAnswers::compare() {
  const Log& own = logs_.at(*logs_.own());
  for (auto& [peer, kept] : kept_) {
    if (!kept.head || kept.compared || kept.head->size > own.held()) continue;
    kept.compared = true;
    forks_.check_old_head(offer_of(*kept.head));
  }
}

// No session shows it, and it is no row of a journal.
Offer BroughtAnswers::offer_of(const StoredHead& head) const {
  const LogId own = *logs_.own();
  return {own, logs_.at(own).state().identity, head, SessionId(0), JournalSeq(0)};
}

}  // namespace koinon::engine
