#include "storage/store/room.h"

#include <algorithm>
#include <limits>

#include "proto/base/limits.h"

namespace koinon {

std::uint64_t room_for_others(const Room& room, std::uint64_t reserve) {
  if (reserve == 0) return std::numeric_limits<std::uint64_t>::max();
  // The index and the messages to send also need room for each record that is taken. They stop when less than
  // half of the reserve is free. So nothing is taken then, and they do not fall behind.
  if (room.disk < reserve / 2) return 0;
  const auto above = [](std::uint64_t left, std::uint64_t kept) { return left > kept ? left - kept : 0; };
  const std::uint64_t disk = above(room.disk + room.unused, reserve);
  if (room.quota == 0) return disk;
  return std::min(disk, above(room.quota_left, std::min(reserve, room.quota / 4)));
}

Error kept_for_own(std::string field) {
  return fail(Code::kDiskFull,
              Sentence{"disk.kept_for_own",
                       "the room that is left on the disk is kept for this city's own notes; make room, or "
                       "lower disk.reserve_bytes"},
              std::move(field));
}

std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least) {
  return std::max(quota / limits::kLogShare, std::min(quota, least));
}

}  // namespace koinon
