// Runs nodes in processes of their own, for measurements.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "proto/base/result.h"

namespace koinon {

double seconds_since(std::chrono::steady_clock::time_point begin);

// A folder that is removed after the measurement.
class Workplace {
 public:
  Workplace();
  explicit Workplace(const std::filesystem::path& below);
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A koinond process. It ends with this object.
class NodeProcess {
 public:
  // `more`: further options of koinond.
  NodeProcess(const std::filesystem::path& program, std::filesystem::path data,
              std::vector<std::string> more = {});
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  const std::filesystem::path& data() const { return data_; }
  bool started() const { return started_; }
  pid_t process() const { return pid_; }  // of a node that has started
  // Waits until the node serves. Returns its port for peers.
  Result<std::uint16_t> wait_until_ready() const { return port("peer_port"); }
  Result<std::uint16_t> http_port() const { return port("http_port"); }
  std::uint64_t peak_resident_bytes() const { return memory("VmHWM:"); }
  std::uint64_t resident_bytes() const { return memory("VmRSS:"); }

 private:
  Result<std::uint16_t> port(const std::string& which) const;
  std::uint64_t memory(const std::string& what) const;

  std::filesystem::path data_;
  pid_t pid_ = 0;
  bool started_ = false;
};

// `store`: the server that has its store; empty: it is in the folder.
Status make_node(const std::filesystem::path& data, const std::string& name, const std::string& store = {});

}  // namespace koinon
