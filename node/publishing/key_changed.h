// The signing key of our log was replaced.
#pragma once

#include "crypto/vkey.h"
#include "node/replication/drafts.h"

namespace koinon {

struct KeyChanged {
  VKey vkey;            // that signs from now on
  Published published;  // the entry with the statement
};

}  // namespace koinon
