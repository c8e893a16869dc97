#include "node/access/rights.h"

namespace koinon {

Role needed_role(Need need) {
  switch (need) {
    case Need::kAnyone:
      return Role::kNobody;
    case Need::kReading:
    case Need::kReader:
      return Role::kReader;
    case Need::kPublisher:
      return Role::kPublisher;
    case Need::kReviewer:
      return Role::kReviewer;
    case Need::kOperator:
    case Need::kMetrics:
      return Role::kOperator;
  }
  return Role::kOperator;
}

Status check_person(const Caller& caller, bool takes_person) {
  const bool secret = caller.by == Caller::By::kToken || caller.by == Caller::By::kFeedKey;
  if (!takes_person || !secret) return {};
  return fail(Code::kRefused, "this takes a person who is logged in, or the Unix socket; no token opens it",
              "Authorization");
}

Status check_need(const Caller& caller, Need need, bool public_reading) {
  if (need == Need::kReading && public_reading) return {};
  const Role role = needed_role(need);
  if (caller.role >= role || (need == Need::kMetrics && caller.measures)) return {};
  if (caller.measures)
    return fail(Code::kRefused, "this token has the scope metrics, which opens GET /metrics alone",
                "Authorization");
  if (caller.role == Role::kNobody)
    return fail(Code::kUnauthenticated,
                Sentence{"login.needed", "log in, or give a token: this is not open to everyone"},
                "Authorization");
  return fail(
      Code::kRefused,
      Sentence{"login.takes_role",
               "this takes a {needed}; you are here as a {role}",
               {{"needed", std::string(role_text(role))}, {"role", std::string(role_text(caller.role))}}},
      "role");
}

}  // namespace koinon
