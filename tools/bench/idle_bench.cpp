#include "tools/bench/idle_bench.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include <boost/json.hpp>

#include "node/daemon/idle_memory.h"
#include "tools/bench/fill.h"
#include "tools/bench/latencies.h"
#include "tools/bench/peering.h"
#include "tools/bench/process_watch.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::uint64_t kNoteBytes = 600;
constexpr std::size_t kIdlePeers = 2;
constexpr std::chrono::seconds kGlanceAtMemory{1};
// A node gives memory back at its second look, at the latest. After that it is settled once its memory has
// stayed as it is, give or take 256 KiB, from one look to the next.
constexpr std::chrono::seconds kSettledFor = 2 * IdleRule::kLook;
constexpr std::uint64_t kSteady = 256 * 1024;
constexpr std::chrono::minutes kSettleDeadline{10};

// Waits until it is settled; returns how long that took, in seconds.
Result<double> wait_until_settled(pid_t process) {
  const auto begin = std::chrono::steady_clock::now();
  auto since = begin;
  std::uint64_t then = 0;
  while (std::chrono::steady_clock::now() - begin < kSettleDeadline) {
    KOINON_ASSIGN(const ProcessMemory memory, memory_of(process));
    const std::uint64_t now = memory.resident;
    if (std::max(now, then) - std::min(now, then) > kSteady) {
      then = now;
      since = std::chrono::steady_clock::now();
    }
    if (std::chrono::steady_clock::now() - since > kSettledFor) return seconds_since(begin);
    std::this_thread::sleep_for(kGlanceAtMemory);
  }
  return fail(Code::kUnavailable, "its memory did not settle in ten minutes", std::to_string(process));
}

// Of the threads that were there at the end; each counts from its own beginning, if that was later.
json::object turns_between(const ProcessSample& before, const ProcessSample& after, double seconds) {
  std::map<std::string, double> by_name;
  double waited = 0;
  double displaced = 0;
  for (const auto& [id, turns] : after.threads) {
    const auto earlier = before.threads.find(id);
    const ThreadTurns from = earlier == before.threads.end() ? ThreadTurns() : earlier->second;
    const auto woken = static_cast<double>(turns.waited - from.waited);
    by_name[turns.name] += woken;
    waited += woken;
    displaced += static_cast<double>(turns.displaced - from.displaced);
  }
  json::object threads;
  for (const auto& [name, woken] : by_name) {
    if (woken > 0) threads[name] = woken / seconds;
  }
  return {{"threads", after.threads.size()},
          {"wake_ups_per_second", waited / seconds},
          {"wake_ups_per_second_by_thread", std::move(threads)},
          {"displaced_per_second", displaced / seconds}};
}

Result<json::object> watch_process(pid_t process, std::chrono::minutes time) {
  KOINON_ASSIGN(const double settled, wait_until_settled(process));
  KOINON_ASSIGN(const ProcessSample before, sample_of(process));
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t most = before.memory.resident;
  while (std::chrono::steady_clock::now() - begin < time) {
    std::this_thread::sleep_for(kGlanceAtMemory);
    KOINON_ASSIGN(const ProcessMemory memory, memory_of(process));
    most = std::max(most, memory.resident);
  }
  const double seconds = seconds_since(begin);
  KOINON_ASSIGN(const ProcessSample after, sample_of(process));
  json::object out{{"settled_after_s", settled}, {"watched_s", seconds}};
  for (auto& [name, value] : memory_figures(after.memory)) out[name] = value;
  out["most_resident_bytes"] = most;
  for (auto& [name, value] : turns_between(before, after, seconds)) out[name] = value;
  out["cpu_ms_per_minute"] = (after.cpu_ms - before.cpu_ms) * 60 / seconds;
  if (after.descriptors && before.descriptors) {
    out["descriptors"] = *after.descriptors;
    out["descriptors_more"] =
        static_cast<std::int64_t>(*after.descriptors) - static_cast<std::int64_t>(*before.descriptors);
  }
  return out;
}

// Each pins the other, so that both may dial.
Status connect_nodes(const NodeProcess& a, const NodeProcess& b) {
  KOINON_ASSIGN(const std::string line_of_a, peer_line(a));
  KOINON_ASSIGN(const std::string line_of_b, peer_line(b));
  KOINON_TRY(add_peer(a, line_of_b));
  return add_peer(b, line_of_a);
}

Result<json::object> watch_node(const IdleBenchOptions& options, std::size_t peers) {
  const Workplace place;
  const auto data = place.path() / "city";
  KOINON_TRY(make_node(data, "city.example"));
  KOINON_TRY(fill_store(DataFolder(data), {0, options.notes, kNoteBytes}));
  const std::vector<std::string> reading = {"--http-listen", "127.0.0.1", "--http-port", "0",
                                            "--http-public"};
  const NodeProcess node(options.koinond, data, reading);
  if (!node.started()) return fail(Code::kIo, "koinond could not be started", options.koinond.string());
  KOINON_TRY(node.wait_until_ready());
  std::vector<std::unique_ptr<NodeProcess>> others;
  for (std::size_t i = 0; i < peers; ++i) {
    const std::string name = "peer-" + std::to_string(i) + ".example";
    KOINON_TRY(make_node(place.path() / name, name));
    others.push_back(std::make_unique<NodeProcess>(options.koinond, place.path() / name));
    KOINON_TRY(connect_nodes(node, *others.back()));
  }
  KOINON_TRY(wait_for_peers(node, peers));
  const auto indexed = wait_for_index(ApiClient(data));
  if (!indexed.ok()) return indexed.error();
  return watch_process(node.process(), options.time);
}

// How much more than the least the node takes.
void compare(json::object& figures, const ProcessMemory& least) {
  const auto resident = figures.at("resident_bytes").to_number<double>();
  const auto anonymous = figures.at("anonymous_bytes").to_number<double>();
  figures["resident_ratio_to_limit"] = resident / static_cast<double>(least.resident);
  figures["anonymous_ratio_to_limit"] = anonymous / static_cast<double>(least.anonymous);
}

}  // namespace

Result<json::object> measure_idle(const IdleBenchOptions& options) {
  KOINON_ASSIGN(const ProcessMemory least, memory_at_end(options.koinond, "--version"));
  KOINON_ASSIGN(json::object alone, watch_node(options, 0));
  KOINON_ASSIGN(json::object connected, watch_node(options, kIdlePeers));
  compare(alone, least);
  compare(connected, least);
  return json::object{{"notes", options.notes},
                      {"alone", std::move(alone)},
                      {"two_peers", std::move(connected)},
                      {"limit_only_says_its_version", memory_figures(least)}};
}

}  // namespace koinon
