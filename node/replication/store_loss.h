// When a store on a server is lost to this process, and what those are told who have asked for something.
//
// After that only what a start reads is known to be right: the daemon starts over.
#pragma once

#include "proto/base/result.h"

namespace koinon {

// The connection to the server is gone, or another process writes there now.
bool is_store_lost(const Error& error);

// Of a commit that has failed. Where the connection broke meanwhile, nobody knows whether it stands.
Error of_commit(const Error& error);
// For who has asked for something that is not done: kUnavailable, so that it may be tried again. It was not
// refused, whatever the loss is.
Error store_is_lost();
// The same of something that has failed with the loss: of a commit it says what is known.
Error told_of_loss(const Error& loss);

}  // namespace koinon
