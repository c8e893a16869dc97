// Every signature of our own log passes this gate. It looks at the caller, the kind of the record, and what
// the record changes. It decides whether the caller may do that, whether a reviewer must look at it first,
// and whether it waits.
//
// It has no state: a Gate may be made for each use. It belongs to the thread of its store reader.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "node/access/caller.h"
#include "node/replication/signing_permit.h"
#include "storage/store/store.h"

namespace koinon {

struct GateRules {
  std::chrono::seconds hold{0};  // how long a record waits for its signature, unless the office chose a time
  bool review = false;           // records of publishers wait for a reviewer
};

// A record that somebody wants to have signed.
struct Wish {
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string office;               // the office in whose name
  std::vector<EntryIndex> changes;  // records of our own log that it revises or withdraws
  std::optional<UnixMillis> at;     // when to sign; nothing: by the rules
  bool approved = false;            // a reviewer has looked at it
};

struct Verdict {
  enum class When : unsigned char { kNow, kLater, kReviewed };
  When when = When::kNow;
  UnixMillis due;        // for kLater, and for kReviewed after the review
  SigningPermit permit;  // only to be used with kNow
};

class Gate {
 public:
  // `own`: our log. Nothing: an observer, which signs nothing.
  Gate(StoreReader& store, std::optional<LogId> own, GateRules rules)
      : store_(store), own_(own), rules_(rules) {}

  // kRefused: the caller may not; the error says why.
  Result<Verdict> decide(const Caller& caller, const Wish& wish, UnixMillis now) const;

  // For what the node signs by itself: the vouch for a peer that an operator pinned, after the peer's key is
  // proven.
  static SigningPermit for_the_node_itself() { return {}; }

 private:
  Status check_rights(const Caller& caller, const Wish& wish) const;
  Status check_change(const Caller& caller, EntryIndex index) const;

  StoreReader& store_;
  std::optional<LogId> own_;
  GateRules rules_;
};

// The error of a node without a log, which publishes nothing.
Error observer_refusal();

}  // namespace koinon
