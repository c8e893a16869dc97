// Where a running node keeps its mark (node/replication/mark.h): a file in memory (mark_file.h), or etcd
// (etcd_mark.h). One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/replication/mark.h"

namespace koinon {

class MarkPlace {
 public:
  virtual ~MarkPlace() = default;

  // What lies there, as far as is known. Nothing: there is none that this node may believe.
  virtual std::optional<Mark> read() const = 0;
  // An error: it is not written, and the earlier one may stand there still.
  virtual Status write(const Mark& mark) = 0;
  // kConflict: it is there still, or another node has it now. That there is none is no error.
  virtual Status remove() = 0;
};

// As configured.
struct MarkSettings {
  std::string folder;             // of the file; empty: see mark_file.h
  std::vector<std::string> etcd;  // addresses, such as http://10.0.0.1:2379; none: in the file
};

// Opens the place, at the start and again. An error says why there is no mark. kConflict: an old one may lie
// there still: then nothing may be signed, as a later start could believe the old one.
using MarkOpener = std::function<Result<std::unique_ptr<MarkPlace>>()>;

}  // namespace koinon
