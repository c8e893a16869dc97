#include "storage/store/epoch_rules.h"

#include <algorithm>

namespace koinon {

Status check_epoch(const Epoch& epoch, std::uint32_t last, std::uint32_t handled) {
  if (counter_of(epoch) > std::max(last, handled)) return {};
  return fail(Code::kInternal, "an epoch must count above all that are known", "epoch");
}

Error no_epoch() {
  return fail(Code::kUnavailable, "no epoch was begun since the store was opened; it is tried again soon",
              "epoch");
}

}  // namespace koinon
