// The gate through which every signature of our own log passes. It decides from who asks, what kind of record
// it is and what it changes: whether they may, whether a reviewer looks at it first, and whether it waits.
//
// Pure of state: a Gate may be made for each use. It belongs to the thread of its store reader.
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
  std::chrono::seconds hold{0};  // between an office's word and the signature, unless it says otherwise
  bool review = false;           // what publishers say waits for a reviewer
};

// What somebody wants to have signed.
struct Wish {
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  std::string office;               // in whose name
  std::vector<EntryIndex> changes;  // records of our own log that it revises or withdraws
  std::optional<UnixMillis> at;     // when; none: as the rules say
  bool approved = false;            // a reviewer has looked at it
};

struct Verdict {
  enum class When : unsigned char { kNow, kLater, kReviewed };
  When when = When::kNow;
  UnixMillis due;        // for kLater, and for kReviewed once a reviewer has looked
  SigningPermit permit;  // to be used for kNow alone
};

class Gate {
 public:
  // `own`: our log; none: an observer's, which signs nothing.
  Gate(StoreReader& store, std::optional<LogId> own, GateRules rules)
      : store_(store), own_(own), rules_(rules) {}

  // kRefused: they may not, and why.
  Result<Verdict> decide(const Caller& caller, const Wish& wish, UnixMillis now) const;

  // Of what the node says by itself: the vouch for a peer that an operator pinned, once its key is proven.
  static SigningPermit for_the_node_itself() { return {}; }

 private:
  Status check_rights(const Caller& caller, const Wish& wish) const;
  Status check_change(const Caller& caller, EntryIndex index) const;

  StoreReader& store_;
  std::optional<LogId> own_;
  GateRules rules_;
};

// Why a node without a log publishes nothing.
Error observer_refusal();

}  // namespace koinon
