// What every store is told when it is opened.
#pragma once

#include <chrono>
#include <string>

#include "proto/base/limits.h"
#include "storage/store/store.h"

namespace koinon {

struct StoreOptions {
  std::uint64_t transit_bytes = 0;     // quota of bodies held for peers; 0: limits::kTransitBytes
  std::uint64_t attachment_bytes = 0;  // quota of other cities' files; 0: limits::kAttachmentQuota
  // How long erased bodies are kept, unread; 0: not at all.
  std::chrono::milliseconds erase_grace = limits::kEraseGrace;
  std::uint64_t grace_bytes = limits::kEraseGraceBytes;  // quota of those of other cities
  // The store begins an epoch when it is opened; none: whoever opens it does, before anything makes a row.
  EpochMaker epochs;
  // The version of the program that opens it, which is noted for whoever cannot: an older one. Empty: nothing
  // is noted.
  std::string program;
};

}  // namespace koinon
