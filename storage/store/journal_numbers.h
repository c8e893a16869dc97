// The numbers of the journal's rows. Each number is given only once, even if a crash takes back its row. So
// numbers are reserved in blocks, durably, before any of them is used.
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

class JournalNumbers {
 public:
  // Called after a start. Numbers below `reserved` may have been used before, so they are not used again.
  void start(std::uint64_t reserved);
  // Whether a block must be reserved before the next transaction.
  bool is_short() const;
  // Up to which number numbers are reserved after the next block.
  std::uint64_t next_block() const;
  void set_reserved(std::uint64_t reserved) { reserved_ = reserved; }
  std::uint64_t reserved() const { return reserved_; }
  // The next number. kInternal: none is reserved.
  Result<JournalSeq> next() const;
  // The next number was given to a row.
  void pass() { ++next_; }

 private:
  std::uint64_t next_ = 1;
  std::uint64_t reserved_ = 1;  // numbers below it may be used
};

}  // namespace koinon
