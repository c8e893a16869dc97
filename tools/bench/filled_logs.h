// Stores full of records, made much faster than by publishing: whole runs of a log are signed and stored at
// once.
#pragma once

#include <cstdint>

#include "node/daemon/data_folder.h"
#include "tools/bench/record_maker.h"

namespace koinon {

struct FilledLogs {
  std::uint64_t records = 0;
  // 0: all records are in the node's own log. Else they are in the logs of so many cities for which the node
  // vouches; beyond a thousand, a hundred of them vouch for the others.
  std::uint64_t cities = 0;
  Texts texts = Texts::kFixed;
  std::uint64_t body_bytes = 600;  // with Texts::kFixed
};

struct FilledBytes {
  std::uint64_t records = 0;
  std::uint64_t entries = 0;  // bytes of all entries
  std::uint64_t bodies = 0;   // bytes of all bodies
};

// Writes into the store of a node that is not running and whose keys are not sealed.
Result<FilledBytes> fill_logs(const DataFolder& folder, const FilledLogs& options);

}  // namespace koinon
