#include "tools/bench/process_watch.h"

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace koinon {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kKilobyte = 1024;
constexpr int kNotRun = 127;  // as a shell says it

fs::path folder_of_process(pid_t process) { return "/proc/" + std::to_string(process); }

// The fields of such a file by name: `VmRSS:      1234 kB`. None: it may not be read, or is not there.
std::map<std::string, std::string> fields_of(const fs::path& file) {
  std::map<std::string, std::string> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto value = line.find_first_not_of(" \t", colon + 1);
    out[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return out;
}

std::uint64_t number_in(const std::map<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
}

std::optional<std::uint64_t> entries_of(const fs::path& folder) {
  std::error_code error;
  std::uint64_t count = 0;
  fs::directory_iterator all(folder, error);
  for (; !error && all != fs::directory_iterator(); all.increment(error)) ++count;
  return error ? std::nullopt : std::optional(count);
}

// utime and stime, the 14th and 15th field; the second is the name in brackets, which may have blanks.
double cpu_ms_of(pid_t process) {
  std::ifstream in(folder_of_process(process) / "stat");
  std::string text;
  std::getline(in, text);
  const auto bracket = text.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream rest(text.substr(bracket + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0;
  double kernel = 0;
  rest >> user >> kernel;
  return (user + kernel) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::map<pid_t, ThreadTurns> threads_of(pid_t process) {
  std::map<pid_t, ThreadTurns> out;
  std::error_code error;
  fs::directory_iterator all(folder_of_process(process) / "task", error);
  for (; !error && all != fs::directory_iterator(); all.increment(error)) {
    const auto fields = fields_of(all->path() / "status");
    const auto name = fields.find("Name");
    if (name == fields.end()) continue;  // it has ended
    out[static_cast<pid_t>(std::stol(all->path().filename().string()))] = {
        name->second, number_in(fields, "voluntary_ctxt_switches"),
        number_in(fields, "nonvoluntary_ctxt_switches")};
  }
  return out;
}

// In the child: allows its parent to trace it, and becomes the program. After a fork only what is safe in a
// handler of signals may be called.
[[noreturn]] void become(const char* program, const char* argument) {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  const std::array<const char*, 3> words = {program, argument, nullptr};
  // execv takes what it does not change as if it did.
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) ::execv(program, const_cast<char**>(words.data()));
  ::_exit(kNotRun);
}

enum class Child : unsigned char { kAtItsEnd, kStopped, kGone };

// Goes on until the program has stopped at its end.
Child run_to_end(pid_t child) {
  int state = 0;
  const auto stops = [&] { return ::waitpid(child, &state, 0) == child && WIFSTOPPED(state); };
  if (!stops()) return Child::kGone;  // else it has just become the program
  constexpr long kWatched = PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL;
  if (::ptrace(PTRACE_SETOPTIONS, child, nullptr, kWatched) != 0) return Child::kStopped;
  long signal = 0;
  while (::ptrace(PTRACE_CONT, child, nullptr, signal) == 0) {
    if (!stops()) return Child::kGone;
    if (state >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) return Child::kAtItsEnd;
    signal = WSTOPSIG(state);
  }
  return Child::kStopped;
}

}  // namespace

Result<ProcessMemory> memory_of(pid_t process) {
  const auto fields = fields_of(folder_of_process(process) / "status");
  if (!fields.contains("VmRSS"))
    return fail(Code::kUnavailable, "there is no such process", std::to_string(process));
  ProcessMemory out;
  out.resident = number_in(fields, "VmRSS") * kKilobyte;
  out.anonymous = number_in(fields, "RssAnon") * kKilobyte;
  out.files = (number_in(fields, "RssFile") + number_in(fields, "RssShmem")) * kKilobyte;
  const auto sums = fields_of(folder_of_process(process) / "smaps_rollup");
  if (sums.contains("Pss")) out.proportional = number_in(sums, "Pss") * kKilobyte;
  return out;
}

boost::json::object memory_figures(const ProcessMemory& memory) {
  boost::json::object out{{"resident_bytes", memory.resident},
                          {"anonymous_bytes", memory.anonymous},
                          {"file_bytes", memory.files}};
  if (memory.proportional) out["proportional_bytes"] = *memory.proportional;
  return out;
}

Result<ProcessMemory> memory_at_end(const fs::path& program, const std::string& argument) {
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::kUnavailable, "no process could be made", program.string());
  if (child == 0) become(program.c_str(), argument.c_str());
  Result<ProcessMemory> out = fail(Code::kUnavailable, "it could not be run and traced", program.string());
  const Child at = run_to_end(child);
  if (at == Child::kGone) return out;
  if (at == Child::kAtItsEnd) out = memory_of(child);
  // Where it ends already, a signal alone would not let it go on.
  (void)::ptrace(PTRACE_DETACH, child, nullptr, nullptr);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return out;
}

Result<ProcessSample> sample_of(pid_t process) {
  ProcessSample out;
  KOINON_ASSIGN(out.memory, memory_of(process));
  out.threads = threads_of(process);
  out.descriptors = entries_of(folder_of_process(process) / "fd");
  out.cpu_ms = cpu_ms_of(process);
  return out;
}

}  // namespace koinon
