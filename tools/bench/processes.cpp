#include "tools/bench/processes.h"

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/daemon/init.h"
#include "node/transport/network.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds kStartPoll{2};
constexpr std::chrono::seconds kStartDeadline{30};

}  // namespace

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Workplace::Workplace() : Workplace(std::filesystem::temp_directory_path()) {}

Workplace::Workplace(const std::filesystem::path& below) {
  std::string pattern = (below / "koinon-bench-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

Workplace::~Workplace() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

NodeProcess::NodeProcess(const std::filesystem::path& program, std::filesystem::path data,
                         std::vector<std::string> more)
    : data_(std::move(data)) {
  const std::string ready = (data_ / "ready").string();
  std::error_code ignored;
  std::filesystem::remove(ready, ignored);  // of a node that ran here before
  std::vector<std::string> words = {
      program.string(), "--data", data_.string(), "--listen", "127.0.0.1",   "--peer-port", "0",
      "--http-listen",  "",       "--ready-file", ready,      "--log-level", "warning"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  started_ = ::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0;
}

NodeProcess::~NodeProcess() {
  if (!started_) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

Result<std::uint16_t> NodeProcess::port(const std::string& which) const {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kStartDeadline) {
    std::ifstream in(data_ / "ready");
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    boost::system::error_code error;
    const json::value ready = json::parse(text, error);
    if (!error && ready.is_object()) return static_cast<std::uint16_t>(ready.at(which).to_number<int>());
    std::this_thread::sleep_for(kStartPoll);
  }
  return fail(Code::kUnavailable, "koinond did not start", data_.string());
}

std::uint64_t NodeProcess::memory(const std::string& what) const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (in >> word) {
    std::uint64_t kilobytes = 0;
    if (word == what && in >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

Status make_node(const std::filesystem::path& data, const std::string& name, const std::string& store) {
  const auto made = init_node(DataFolder(data), {name, name, "en", "city", "", false, {}, "", store},
                              system_clock().wall(), [](const InitResult&) { return Status(); });
  if (!made.ok()) return made.error();
  return {};
}

}  // namespace koinon
