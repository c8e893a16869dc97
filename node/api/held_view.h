// What waits to be signed, and what became of it, as people and programs are shown it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "node/replication/signing_wait.h"
#include "proto/base/result.h"
#include "storage/office/desk.h"

namespace koinon {

// "waiting", "for-review", "signed", "cancelled", "failed", "being-signed", "set-aside"; "waits-for-signing"
// if it is kept until the node may sign.
std::string_view held_state_text(HeldState state, bool kept = false);

// A record that waits to be signed, or its outcome.
struct HeldView {
  HeldId id;
  std::string who;  // the account's name at that time
  UnixMillis made_at;
  UnixMillis due_at;
  HeldState state = HeldState::kWaiting;
  boost::json::object request;       // the request, with a chosen time; without members if it is settled
  std::string approved_by;           // the reviewer who released it; empty: none
  std::string outcome;               // the ref of the signed record, or why it was not signed
  std::optional<std::string> title;  // of the record that was signed or is to be taken back, or of a file
  std::string language;              // of the note or of that title; empty: neither is known
  std::optional<Error> fault;        // why it was not signed
  bool kept = false;                 // nothing else is waited for than that the node may sign
  std::optional<SigningWait> signing_waits;  // why that is not so now; only if it is kept
  bool waits_to_sign() const { return kept && state == HeldState::kWaiting; }
};
// Without the title of what was signed, which the index has.
HeldView held_view(const HeldNote& note);

}  // namespace koinon
