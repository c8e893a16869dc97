// What an operation needs, and whether a caller has it. Pure functions, for any thread.
#pragma once

#include "node/access/caller.h"
#include "proto/base/result.h"

namespace koinon {

enum class Need : unsigned char {
  kAnyone,     // everybody, even if not known
  kReading,    // a reader, or everybody if reading is public
  kReader,     // a caller with an account, or the Unix socket
  kPublisher,  //
  kReviewer,   //
  kOperator,   //
  kMetrics,    // an operator, or a token of the scope metrics
};

// The lowest role that is enough.
Role needed_role(Need need);
// Whether the caller's role is enough. kUnauthenticated: a login could help.
Status check_need(const Caller& caller, Need need, bool public_reading);
// Whether the caller may make or change credentials. It depends on how the caller is known: with a leaked
// token nobody must be able to make others.
Status check_person(const Caller& caller, bool takes_person);

}  // namespace koinon
