// The withdrawal that erases an entry of a log.
#pragma once

#include "node/publishing/own_log.h"

namespace koinon::sim {

inline Draft erasure_draft(const LogId& log, std::uint64_t index, const std::string& reason) {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  auto* withdrawal = draft.entry.mutable_control()->mutable_withdrawal();
  withdrawal->set_index(index);
  withdrawal->set_erase(true);
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(log.bytes());
  ref->set_index(index);
  draft.body.emplace();
  draft.body->mutable_withdrawal()->set_reason(reason);
  return draft;
}

}  // namespace koinon::sim
