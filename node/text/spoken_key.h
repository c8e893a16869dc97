// Keys as people read them out. Pure; any thread.
#pragma once

#include <string>

#include "proto/base/types.h"

namespace koinon {

// A node key to be read out on the phone: its first 128 bits in hexadecimal, in fours. Whoever wanted to make
// another key that sounds the same would have to try as many. So with other keys of 32 bytes.
std::string spoken(const NodeKey& key);
std::string spoken(BytesView key);

}  // namespace koinon
