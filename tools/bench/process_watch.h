// What the kernel says of another process (proc(5)): its memory, its threads and how often they wake up, its
// descriptors. To be watched costs that process nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <boost/json/object.hpp>
#include <sys/types.h>

#include "proto/base/result.h"

namespace koinon {

// In bytes. Resident memory is that of nobody else (anonymous) and that of files: program, libraries, and the
// index of a write-ahead log.
struct ProcessMemory {
  std::uint64_t resident = 0;
  std::uint64_t anonymous = 0;
  std::uint64_t files = 0;
  // What others have too counts in parts. Only root may read it of a koinond, which guards its memory.
  std::optional<std::uint64_t> proportional;
};
// kUnavailable: there is no such process.
Result<ProcessMemory> memory_of(pid_t process);
boost::json::object memory_figures(const ProcessMemory& memory);

// Of a program that runs to its end, as it is about to end. The program may say what it likes; nobody reads
// it. It is stopped there by ptrace(2), as by a debugger; kUnavailable: that is forbidden here, or it could
// not be run.
Result<ProcessMemory> memory_at_end(const std::filesystem::path& program, const std::string& argument);

struct ThreadTurns {
  std::string name;
  std::uint64_t waited = 0;     // how often it had nothing to do, and so woke up later
  std::uint64_t displaced = 0;  // how often another thread took its place
};

struct ProcessSample {
  ProcessMemory memory;
  std::map<pid_t, ThreadTurns> threads;
  std::optional<std::uint64_t> descriptors;  // as with `proportional`
  double cpu_ms = 0;                         // since its start, in user and kernel; in steps of a clock tick
};
Result<ProcessSample> sample_of(pid_t process);

}  // namespace koinon
