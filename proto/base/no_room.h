// Which of the system's errors say that there is no room.
#pragma once

#include <cerrno>

namespace koinon {

// `number` is one of errno: the disk has no bytes or no inodes left, or a quota or a limit on the size of
// files is reached. What failed may be done once there is room.
constexpr bool is_no_room(int number) { return number == ENOSPC || number == EDQUOT || number == EFBIG; }

}  // namespace koinon
