#include "node/engine/brought_answers.h"

#include <algorithm>

namespace koinon::engine {

namespace {

// No session shows it, and it is no row of a journal.
Offer offer_of(const Log& own, const StoredHead& head) {
  const KeyHistory& keys = own.state().keys;
  return {own.id(),         keys.identity(), head, SessionId(0), JournalSeq(0), keys.changes().size(),
          keys.recoveries()};
}

}  // namespace

std::optional<SigningQuestion> BroughtAnswers::question() const {
  if (!journal_.has_begun()) return std::nullopt;
  return SigningQuestion{journal_.epoch(), standing_.question()};
}

Status BroughtAnswers::take(const BroughtAnswer& answer) {
  if (!logs_.own() || logs_.find(*logs_.own()) == nullptr)
    return fail(Code::kRefused, "an observer has no log, and asks nobody about it", "question");
  KOINON_TRY(consider(answer));
  KOINON_TRY(check(answer));
  newest_.insert_or_assign(answer.peer,
                           Newest{answer.question, answer.head ? answer.head->size : TreeSize(0)});
  standing_.take_brought(answer.peer, answer.head);
  return {};
}

Status BroughtAnswers::check(const BroughtAnswer& answer) const {
  if (peers_.find(answer.peer) == nullptr)
    return fail(Code::kNotFound, "no peer here has the node key that signed the answer", "peer");
  if (answer.question != question())
    return fail(Code::kRefused, "this answers another question than the one that is asked now", "question");
  if (standing_.has_heard(answer.peer))
    return fail(Code::kRefused, "this peer has spoken in a session", "peer");
  if (!answer.caught_up)
    return fail(Code::kRefused,
                "this peer had not heard from all others when it answered: it is to be asked again",
                "caught_up");
  // The largest that a peer ever saw does not shrink.
  const auto newest = newest_.find(answer.peer);
  const TreeSize size = answer.head ? answer.head->size : TreeSize(0);
  if (newest != newest_.end() && newest->second.question == answer.question && size < newest->second.size)
    return fail(Code::kRefused, "a newer answer of this peer was brought before", "head");
  return {};
}

Status BroughtAnswers::consider(const BroughtAnswer& answer) {
  Log& own = logs_.at(*logs_.own());
  if (!answer.head || answer.head->size.value == 0 || own.state().frozen) return {};
  const StoredHead& head = *answer.head;
  if (std::find(waiting_.begin(), waiting_.end(), head) != waiting_.end()) return {};
  if (waiting_.size() >= limits::kCarriedHeads)
    return fail(Code::kTooLarge, "so many carried heads wait to be compared that no more are taken", "head");
  std::vector<StoredHead> others = waiting_;
  if (const auto largest = seen_.largest(own.id())) others.push_back(largest->head);
  const Offer offer = offer_of(own, head);
  if (forks_.freeze_if_forked(own, offer, others)) return {};
  standing_.note_head(answer.peer, head);
  waiting_.push_back(head);
  if (head.size <= own.held()) compare(head);
  return {};
}

void BroughtAnswers::compare() {
  const TreeSize held = logs_.at(*logs_.own()).held();
  for (const StoredHead& head : std::vector<StoredHead>(waiting_)) {
    if (head.size <= held) compare(head);
  }
}

void BroughtAnswers::compare(const StoredHead& head) {
  Log& own = logs_.at(*logs_.own());
  const Offer offer = offer_of(own, head);
  if (forks_.freeze_if_forked(own, offer)) return;
  forks_.check_old_head(offer, [this, head](bool compared) {
    if (compared) std::erase(waiting_, head);
  });
}

}  // namespace koinon::engine
