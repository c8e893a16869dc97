// What tests ask of a policy beyond what the product does: its text anew, and all of it at once.
#pragma once

#include <string>

#include "crypto/tlog_policy.h"

namespace koinon::test {

inline std::string with_url(std::string line, const std::string& url) {
  if (!url.empty()) line += " " + url;
  return line + "\n";
}

// Without comments.
inline std::string text_of(const TlogPolicy& policy) {
  std::string out;
  for (const auto& log : policy.logs) out += with_url("log " + log.key.text(), log.url);
  for (const auto& witness : policy.witnesses)
    out += with_url("witness " + witness.name + " " + witness.key.text(), witness.url);
  for (const auto& group : policy.groups) {
    out += "group " + group.name + " " + std::to_string(group.threshold);
    for (const std::string& member : group.members) out += " " + member;
    out += "\n";
  }
  return out + "quorum " + policy.quorum + "\n";
}

// One of its logs signed, and the quorum is met.
inline Result<PolicyOutcome> check_policy(const SignedNote& note, const TlogPolicy& policy) {
  KOINON_TRY(find_policy_log(note, policy));
  return check_quorum(note, policy);
}

}  // namespace koinon::test
