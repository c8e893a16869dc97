// What an operation needs, and whether a caller has it. Pure functions, for any thread.
#pragma once

#include "node/access/caller.h"
#include "proto/base/result.h"

namespace koinon {

enum class Need : unsigned char {
  kAnyone,     // also who is not known
  kReading,    // a reader; anyone where reading is public
  kReader,     // somebody with an account, or the Unix socket
  kPublisher,  //
  kReviewer,   //
  kOperator,   //
};

// The least that one must be.
Role needed_role(Need need);
// Whether they may, by what they are; kUnauthenticated where logging in could help.
Status check_need(const Caller& caller, Need need, bool public_reading);
// Whether they may, by how they are known, what makes or changes credentials: a token that leaks must not
// make others of its kind.
Status check_person(const Caller& caller, bool takes_person);

}  // namespace koinon
