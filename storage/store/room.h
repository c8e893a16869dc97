// What may still be written, and who may write it: pure rules, the same for every store.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// What may still be written, in bytes.
struct Room {
  std::uint64_t disk = 0;    // free on the disk
  std::uint64_t unused = 0;  // pages of the store that hold nothing any more, and are used before new ones
  std::uint64_t quota = 0;   // of the store; 0: none
  std::uint64_t quota_left = 0;  // unused pages counted
};
// How many bytes of it what other cities send may take, where `reserve` is kept for our own log. Of a quota
// at most a quarter is kept, so that a small one is no reason to take nothing.
std::uint64_t room_for_others(const Room& room, std::uint64_t reserve);
// Why what others send, or what the index makes of it, waits; the field says which.
Error kept_for_own(std::string field);

// One log's part of a quota that all share, in bytes; `least`: the largest single thing.
std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least);

}  // namespace koinon
