#include "storage/store.h"

#include "proto/base/limits.h"

namespace koinon {

Status check_pin(std::size_t pinned, bool known, bool same_city) {
  if (known && !same_city)
    return fail(Code::kConflict,
                "that node key is pinned already, as another city's; remove that peer first if it is wrong",
                "peer");
  if (!known && pinned >= limits::kPeers)
    return fail(Code::kTooLarge, "a node has at most 1024 peers", "peer");
  return {};
}

}  // namespace koinon
