#include "node/daemon/key_change_guard.h"

namespace koinon {

Status KeyChangeGuard::begin() {
  if (!under_way_.exchange(true)) return {};
  return fail(Code::kConflict, Sentence{"key.under_way", "a key is being changed already"});
}

}  // namespace koinon
