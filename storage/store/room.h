// How much may still be written, and by whom. Pure rules, the same for every store.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// How many bytes may still be written.
struct Room {
  std::uint64_t disk = 0;        // free on the disk
  std::uint64_t unused = 0;      // empty pages of the store, which are used before new ones
  std::uint64_t quota = 0;       // of the store; 0: none
  std::uint64_t quota_left = 0;  // unused pages included
};
// How many of these bytes records of other cities may take, while `reserve` is kept for our own log. At most
// a quarter of a quota is kept, so that a node with a small quota still takes records.
std::uint64_t room_for_others(const Room& room, std::uint64_t reserve);
// The reason why records of others, or the index, must wait. `field` says which of them.
Error kept_for_own(std::string field);

// One log's share of a quota for all logs, in bytes. It is at least `least`, the size of the largest single
// item.
std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least);

}  // namespace koinon
