// Counts what was refused to unknown callers. It counts in memory and reports sums, so that no stranger can
// write to this node's disk. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

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
  // The sums since the last call.
  std::vector<RefusalSum> take();
  // How many since the start.
  std::uint64_t total() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, RefusalSum> sums_;  // at most one for each operation and status
  std::uint64_t total_ = 0;
};

}  // namespace koinon
