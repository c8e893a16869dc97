// The numbers of the journal's rows. Each is given once, whatever a crash takes back: they are reserved by
// blocks, durably, before any of them is used.
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

class JournalNumbers {
 public:
  // After a start: numbers below `reserved` may have been used, and are not used any more.
  void start(std::uint64_t reserved);
  // Whether a block is to be reserved before the next transaction.
  bool is_short() const;
  // Up to where numbers are reserved once the next block is.
  std::uint64_t next_block() const;
  void set_reserved(std::uint64_t reserved) { reserved_ = reserved; }
  std::uint64_t reserved() const { return reserved_; }
  // The number that is next. kInternal: none is reserved.
  Result<JournalSeq> next() const;
  // It was given to a row.
  void pass() { ++next_; }

 private:
  std::uint64_t next_ = 1;
  std::uint64_t reserved_ = 1;  // numbers below it may be used
};

}  // namespace koinon
