// Stores full of records, for measurements and tests.
#pragma once

#include <cstdint>

#include "crypto/log_state.h"
#include "node/daemon/data_folder.h"

namespace koinon {

struct FillOptions {
  std::uint64_t logs =
      0;  // further cities with one Genesis each; the node vouches for them (limits::kVouches of them count)
  std::uint64_t records = 0;  // practices in the node's own log
  std::uint64_t body_bytes = 600;
  std::uint64_t replies = 0;  // replies of one paragraph to the practice in the middle of the log
  std::uint64_t vouchers =
      0;  // the first so many of `logs` vouch for the others in equal shares; 0: the node does
  std::uint64_t cosignatures = 0;  // of so many of these cities on each one's head; limits::kCosignatures
};

// A city with nothing but a Genesis. Its keys are computed from its number.
struct MadeCity {
  LogIdentity identity;
  SigningKey signing;
  SigningKey cosigner;
  RunCommit run;
};
MadeCity make_city(std::uint64_t number, UnixMillis now);

// Writes into the store of a node that is not running and whose keys are not sealed.
Status fill_store(const DataFolder& folder, const FillOptions& options);

}  // namespace koinon
