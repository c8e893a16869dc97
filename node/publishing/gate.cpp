#include "node/publishing/gate.h"

#include <algorithm>

#include "proto/codec/entry.h"

namespace koinon {
namespace {

// The lowest role that may publish a record of this kind. For a withdrawal it depends on the record that is
// withdrawn.
Role needed_for(v1::Kind kind) {
  if (is_note(kind) || kind == v1::KIND_WITHDRAWAL) return Role::kPublisher;
  return kind == v1::KIND_PROFILE || kind == v1::KIND_NODE_NOTICE ? Role::kReviewer : Role::kOperator;
}

}  // namespace

Error observer_refusal() {
  return fail(
      Code::kRefused,
      Sentence{"publish.observer", "this node is an observer: it follows and reads, and publishes nothing"},
      "observer");
}

Result<Verdict> Gate::decide(const Caller& caller, const Wish& wish, UnixMillis now) const {
  if (!own_) return observer_refusal();
  KOINON_TRY(check_rights(caller, wish));
  Verdict out{Verdict::When::kNow, wish.at.value_or(now), SigningPermit()};
  // Decisions of an operator about trust and keys are the node's, not an office's. Nobody reviews or delays
  // them.
  if (wish.kind == v1::KIND_VOUCH || wish.kind == v1::KIND_ROTATION || wish.kind == v1::KIND_KEYS) return out;
  if (!wish.at && caller.by != Caller::By::kSocket)
    out.due.value += std::chrono::milliseconds(rules_.hold).count();
  if (rules_.review && caller.role < Role::kReviewer && !wish.approved) {
    out.when = Verdict::When::kReviewed;
  } else if (out.due > now) {
    out.when = Verdict::When::kLater;
  }
  return out;
}

Status Gate::check_rights(const Caller& caller, const Wish& wish) const {
  const Role needed = needed_for(wish.kind);
  if (caller.role < needed) {
    if (caller.role == Role::kPublisher && needed == Role::kReviewer)
      return fail(Code::kRefused,
                  Sentence{"publish.takes_reviewer", "the city's profile and notices take a reviewer"},
                  "kind");
    return fail(
        Code::kRefused,
        Sentence{"publish.takes_role",
                 "to sign this takes a {needed}; the account is a {role}",
                 {{"needed", std::string(role_text(needed))}, {"role", std::string(role_text(caller.role))}}},
        "role");
  }
  const bool for_office = caller.role < Role::kReviewer && !caller.office.empty();
  if (for_office && wish.kind != v1::KIND_WITHDRAWAL && wish.office != caller.office)
    return fail(
        Code::kRefused,
        Sentence{
            "publish.other_office", "this account publishes for {office} alone", {{"office", caller.office}}},
        "office");
  for (const EntryIndex index : wish.changes) KOINON_TRY(check_change(caller, index));
  return {};
}

// To change a record the caller needs the same role as to publish it. A publisher may change the records of
// its own office.
Status Gate::check_change(const Caller& caller, EntryIndex index) const {
  KOINON_ASSIGN(const StoredRecord record, store_.record(*own_, index));
  const auto entry = parse_entry(record.entry);
  if (caller.role < (entry.ok() ? needed_for(entry->kind()) : Role::kOperator))
    return fail(Code::kRefused,
                Sentence{"change.takes_reviewer", "what the city says as such takes a reviewer"}, "ref");
  if (caller.role >= Role::kReviewer || caller.office.empty()) return {};
  const auto body = parse_body(record.body);
  if (body.ok() && body->author().office() == caller.office) return {};
  return fail(Code::kRefused,
              Sentence{"publish.by_other_office", "another office published it; ask a reviewer"}, "ref");
}

}  // namespace koinon
