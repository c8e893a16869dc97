#include "tools/bench/catch_up.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <boost/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/daemon/init.h"
#include "node/transport/network.h"
#include "tools/api_client.h"
#include "tools/bench/fill.h"
#include "tools/bench/limits_of_machine.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes kDeadline{10};
constexpr std::chrono::milliseconds kPoll{2};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A folder that goes with the measurement.
class Workplace {
 public:
  Workplace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "koinon-bench-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A koinond of ours, ended with the object.
class NodeProcess {
 public:
  NodeProcess(const std::filesystem::path& program, std::filesystem::path data) : data_(std::move(data)) {
    const std::string ready = (data_ / "ready").string();
    std::vector<std::string> words = {
        program.string(), "--data", data_.string(), "--listen", "127.0.0.1",   "--peer-port", "0",
        "--http-listen",  "",       "--ready-file", ready,      "--log-level", "warning"};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    started_ = ::posix_spawn(&pid_, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0;
  }
  ~NodeProcess() {
    if (!started_) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  const std::filesystem::path& data() const { return data_; }
  bool started() const { return started_; }

  Result<std::uint16_t> wait_until_ready() const {
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)) {
      std::ifstream in(data_ / "ready");
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      boost::system::error_code error;
      const json::value ready = json::parse(text, error);
      if (!error && ready.is_object())
        return static_cast<std::uint16_t>(ready.at("peer_port").to_number<int>());
      std::this_thread::sleep_for(kPoll);
    }
    return fail(Code::kUnavailable, "koinond did not start", data_.string());
  }
  std::uint64_t peak_resident_bytes() const {
    std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
    std::string word;
    while (in >> word) {
      std::uint64_t kilobytes = 0;
      if (word == "VmHWM:" && in >> kilobytes) return kilobytes * 1024;
    }
    return 0;
  }

 private:
  std::filesystem::path data_;
  pid_t pid_ = 0;
  bool started_ = false;
};

Result<std::string> peer_line(const NodeProcess& node, std::uint16_t port) {
  KOINON_ASSIGN(const auto id, ApiClient(node.data()).get_json("/api/v1/id"));
  std::string line(id.at("peer_line").as_string());
  return line.insert(line.rfind('#'), "@127.0.0.1:" + std::to_string(port));
}

Status add_peer(const NodeProcess& node, const std::string& line) {
  const auto added =
      ApiClient(node.data()).post_json("/api/v1/peers", json::object{{"line", line}, {"vouch", false}});
  if (!added.ok()) return added.error();
  return {};
}

Status make_node(const std::filesystem::path& data, const std::string& name) {
  const auto made =
      init_node(DataFolder(data), {name, name, "en", "city", "", false, ""}, system_clock().wall());
  if (!made.ok()) return made.error();
  return {};
}

// Until the follower's store holds so many records; what was held at once is the daemon's own word.
Result<double> wait_for_records(const NodeProcess& follower, std::uint64_t records,
                                std::chrono::steady_clock::time_point begin) {
  const ApiClient client(follower.data());
  while (std::chrono::steady_clock::now() - begin < kDeadline) {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    if (status.at("records").to_number<std::uint64_t>() >= records) return seconds_since(begin);
    std::this_thread::sleep_for(kPoll);
  }
  return fail(Code::kUnavailable, "the follower did not catch up in ten minutes");
}

}  // namespace

Result<json::object> measure_catch_up(const CatchUpOptions& options) {
  const Workplace place;
  KOINON_TRY(make_node(place.path() / "seoul", "seoul.example"));
  KOINON_TRY(make_node(place.path() / "la", "la.example"));
  KOINON_TRY(fill_store(DataFolder(place.path() / "seoul"), {0, options.records, options.body_bytes}));
  KOINON_ASSIGN(const double raw,
                raw_batch_insert_rate(place.path(), options.records, 80, options.body_bytes));

  const NodeProcess seoul(options.koinond, place.path() / "seoul");
  const NodeProcess la(options.koinond, place.path() / "la");
  if (!seoul.started() || !la.started())
    return fail(Code::kIo, "koinond could not be run", options.koinond.string());
  KOINON_ASSIGN(const std::uint16_t seoul_port, seoul.wait_until_ready());
  KOINON_ASSIGN(const std::uint16_t la_port, la.wait_until_ready());
  KOINON_ASSIGN(const std::string seoul_line, peer_line(seoul, seoul_port));
  KOINON_ASSIGN(std::string la_line, peer_line(la, la_port));
  la_line.erase(la_line.find('@'), la_line.rfind('#') - la_line.find('@'));  // only the follower dials
  KOINON_TRY(add_peer(seoul, la_line));
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(add_peer(la, seoul_line));
  // Seoul's practices, its Genesis and Profile, and the follower's own two.
  KOINON_ASSIGN(const double seconds, wait_for_records(la, options.records + 4, begin));

  const double rate = static_cast<double>(options.records) / seconds;
  json::object out;
  out["records"] = options.records;
  out["body_bytes"] = options.body_bytes;
  out["seconds"] = seconds;
  out["records_per_second"] = rate;
  out["raw_batch_inserts_per_second"] = raw;
  out["ratio_to_raw"] = rate / raw;
  out["hashes_per_second_one_core"] = hash_rate(options.body_bytes);
  out["sender_peak_resident_bytes"] = seoul.peak_resident_bytes();
  out["follower_peak_resident_bytes"] = la.peak_resident_bytes();
  return out;
}

}  // namespace koinon
