#include "storage/store/store.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "proto/base/limits.h"

namespace koinon {

std::uint64_t room_for_others(const Room& room, std::uint64_t reserve) {
  if (reserve == 0) return std::numeric_limits<std::uint64_t>::max();
  // The index and what is to be sent need room for what was taken: below half they wait, and must not fall
  // behind.
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

std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting) {
  const std::int64_t lived = setting ? std::strtoll(setting->c_str(), nullptr, 10) : 0;
  return std::chrono::milliseconds(std::max<std::int64_t>(lived, 0));
}

std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least) {
  return std::max(quota / limits::kLogShare, std::min(quota, least));
}

Status check_pin(std::size_t pinned, bool known, bool same_city) {
  if (known && !same_city)
    return fail(Code::kConflict,
                "that node key is pinned already, as another city's; remove that peer first if it is wrong",
                "peer");
  if (!known && pinned >= limits::kPeers)
    return fail(
        Code::kTooLarge,
        Sentence{
            "peer.too_many", "a node has at most {most} peers", {{"most", std::int64_t{limits::kPeers}}}},
        "peer");
  return {};
}

}  // namespace koinon
