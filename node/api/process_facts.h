// What the kernel says of this process (proc(5)): the measures that Prometheus' client libraries give under
// the same names.
#pragma once

#include <cstdint>

namespace koinon {

struct ProcessFacts {
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_files = 0;  // descriptors
  std::uint64_t most_files = 0;  // RLIMIT_NOFILE, the soft one
  std::uint64_t threads = 0;
  double cpu_seconds = 0;  // of all threads, in user and kernel
};

// Any thread. What cannot be read is 0.
ProcessFacts process_facts();

}  // namespace koinon
