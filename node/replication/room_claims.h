// What intents take of the disk, and what is left of it for whom: a part is kept for our own log.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "node/engine/intents.h"
#include "storage/store/store.h"

namespace koinon {

// About what an intent takes of the disk.
struct RoomClaim {
  std::uint64_t bytes = 0;
  bool own_file = false;  // else others sent it
};
// None: entries and texts of our own, what is small, or frees room.
std::optional<RoomClaim> room_claim_of(const IntentBody& body);

// What is left of the disk. The rest is kept for our own: of that, files of our own notes that come back
// leave a part, for entries are to be signed still.
class RoomLeft {
 public:
  // Where the store cannot say, writing shows it.
  RoomLeft(Store& store, std::uint64_t reserve);
  bool take(const RoomClaim& claim);
  void close_for_others() { for_others_ = 0; }

 private:
  std::uint64_t for_others_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t for_own_files_ = std::numeric_limits<std::uint64_t>::max();
};

// The answer to what others sent and does not fit beside what is kept for our own log.
Error refused_for_own();

}  // namespace koinon
