// What is wrong with a log, as an audit found it.
#pragma once

#include <string>
#include <string_view>

#include "crypto/merkle.h"
#include "proto/base/types.h"

namespace koinon::audit {

enum class FaultKind : unsigned char {
  kSignature,     // the head that it shows is not signed by a key of the log
  kShrunken,      // it shows a smaller head than it did
  kForked,        // two heads of one size have two roots
  kRewritten,     // a larger head does not go on from one before it
  kTiles,         // its tiles do not lead to the root that it signed, or are none
  kEntries,       // its entries are not those that it signed, or its bundles are none
  kCosignatures,  // its heads lack the cosignatures that the policy asks for
  kKeys,          // its keys signed two histories of themselves
};
// "rewritten": names files, and stands in JSON.
std::string_view fault_name(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kTiles;
  std::string sentence;  // for people
  Bytes first;           // the signed head that was believed; empty: there was none
  Bytes second;          // what the log shows now
  // Serialised koinon.v1.Evidence, for `koinon verify-evidence`; empty: the log's identity is not known, or
  // the two heads prove no fork.
  Bytes evidence;
};

}  // namespace koinon::audit
