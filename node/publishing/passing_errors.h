// Which errors of signing pass with time. The daemon and the simulator both go by it.
#pragma once

#include "proto/base/result.h"

namespace koinon {

// The node cannot sign at the moment: what is to be signed goes on waiting. Any other error is final.
inline bool passes_with_time(Code code) {
  return code == Code::kDiskFull || code == Code::kIo || code == Code::kUnavailable;
}

}  // namespace koinon
