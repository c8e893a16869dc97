// Counts what was refused to unknown callers, and to known ones past some lines an hour. It counts in memory
// and reports sums, so that no stranger can write to this node's disk. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

struct RefusalSum {
  std::string operation;
  unsigned status = 0;
  std::uint64_t count = 0;
  std::string last_address;
};

class Refusals {
 public:
  void count(const std::string& operation, unsigned status, const std::string& address);
  // Whether one more refusal of this account leaves an audit line: limits::kRefusalLines in an hour.
  bool may_note(const std::string& account, UnixMillis now);
  // The sums since the last call.
  std::vector<RefusalSum> take();
  // How many since the start.
  std::uint64_t total() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, RefusalSum> sums_;  // at most one for each operation and status
  std::uint64_t total_ = 0;
  std::map<std::string, unsigned> noted_;  // lines of this hour; there are as many names as accounts
  std::int64_t hour_ = 0;                  // since 1970
};

}  // namespace koinon
