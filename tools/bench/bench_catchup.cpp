// How a new follower catches up: two processes, TLS on loopback, the index of the follower beside it.
#include <chrono>
#include <memory>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/bench/benchmark.h"
#include "tools/bench/filled_logs.h"
#include "tools/bench/latencies.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/own_server.h"
#include "tools/bench/peering.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace {

constexpr std::uint64_t kCaughtUp = 1'000'000;
constexpr std::uint64_t kQuicklyCaughtUp = 50'000;
constexpr std::chrono::minutes kCatchUpDeadline{60};
constexpr std::chrono::milliseconds kCatchUpPoll{20};

// A server's store is compared with what its COPY does.
FigureKind rate_of(const BenchSetting& setting) {
  return {"catchup_records_per_second", "records/s", Better::kHigher,
          Wanted{Wanted::Of::kRatio, setting.store.empty() ? 0.6 : 0.5}};
}

const FigureKind kFollowerPeak{"catchup_follower_peak_mb", "MB", Better::kLower,
                               Wanted{Wanted::Of::kMedian, 100}};
const FigureKind kSenderPeak{"catchup_sender_peak_mb", "MB", Better::kLower};
const FigureKind kIndexComplete{"catchup_index_complete", "times the catch-up", Better::kLower,
                                Wanted{Wanted::Of::kMedian, 3}};

Result<double> wait_to_hold(const NodeProcess& follower, std::uint64_t records) {
  const ApiClient client(follower.data());
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kCatchUpDeadline) {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    if (status.at("records").to_number<std::uint64_t>() >= records) return seconds_since(begin);
    std::this_thread::sleep_for(kCatchUpPoll);
  }
  return fail(Code::kUnavailable, "the follower did not catch up in an hour");
}

Result<std::uint64_t> held_by(const NodeProcess& node) {
  KOINON_ASSIGN(const auto status, ApiClient(node.data()).get_json("/api/v1/status"));
  return status.at("records").to_number<std::uint64_t>();
}

Status catch_up_once(const BenchSetting& setting, const NodeProcess& sender, const FilledBytes& made,
                     std::uint64_t round, Figures& out) {
  const auto data = setting.folder / ("follower-" + std::to_string(round));
  std::unique_ptr<OwnServer> own_server;
  KOINON_ASSIGN(const std::string store, server_for(setting.store, data.string() + "-server", own_server));
  KOINON_TRY(make_node(data, "follower" + std::to_string(round) + ".example", store));
  const NodeProcess follower(setting.koinond, data, {"--trust-admits", "20000", "--trust-hops", "3"});
  if (!follower.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_ASSIGN(const std::string line, peer_line(sender));
  KOINON_TRY(follower.wait_until_ready());
  KOINON_ASSIGN(const std::string follower_line, peer_line_without_address(follower));
  KOINON_ASSIGN(const std::uint64_t own, held_by(follower));
  KOINON_ASSIGN(const std::uint64_t held, held_by(sender));
  KOINON_TRY(add_peer(sender, follower_line));  // only the follower dials
  setting.progress("a follower catches up");
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(add_peer(follower, line));
  KOINON_TRY(wait_to_hold(follower, own + held));
  const double seconds = seconds_since(begin);
  setting.progress("its index goes on");
  KOINON_TRY(wait_for_index(ApiClient(data)));
  const double complete = seconds_since(begin);
  const FigureKind rate = rate_of(setting);
  out.add(rate, static_cast<double>(made.records) / seconds);
  if (!store.empty()) {
    setting.progress("the same rows, copied alone");
    KOINON_ASSIGN(const double copied, raw_copy_rate(store, made.records, made.entries / made.records,
                                                     made.bodies / made.records));
    out.limit(rate.name, "raw COPY of such rows", copied);
  }
  out.add(kIndexComplete, complete / seconds);
  out.add(kFollowerPeak, static_cast<double>(follower.peak_resident_bytes()) / 1e6);
  out.add(kSenderPeak, static_cast<double>(sender.peak_resident_bytes()) / 1e6);
  return {};
}

Status note_limit(const BenchSetting& setting, const FilledBytes& made, std::vector<double>& rates) {
  if (!setting.store.empty()) return {};
  setting.progress("the same rows, inserted alone");
  KOINON_ASSIGN(const double rate,
                raw_batch_insert_rate(setting.folder, made.records, made.entries / made.records,
                                      made.bodies / made.records));
  rates.push_back(rate);
  return {};
}

}  // namespace

Status bench_catchup(const BenchSetting& setting, Figures& out) {
  const auto data = setting.folder / "sender";
  KOINON_TRY(make_node(data, "sender.example"));
  setting.progress("the sender's records are made");
  KOINON_ASSIGN(const FilledBytes made,
                fill_logs(DataFolder(data), {setting.records_or(kQuicklyCaughtUp, kCaughtUp), setting.cities,
                                             setting.texts, setting.body_bytes}));
  out.note("records", made.records);
  out.note("cities", setting.cities);
  out.note("entry_and_body_bytes", (made.entries + made.bodies) / made.records);
  const NodeProcess sender(setting.koinond, data, {"--trust-admits", "20000"});
  if (!sender.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_TRY(sender.wait_until_ready());
  // A city that others follow has its index: it does not make it while it is measured.
  setting.progress("the sender's index is made");
  KOINON_TRY(wait_for_index(ApiClient(data)));
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    // The machine is measured before and after: what it can do may change from one minute to the next.
    std::vector<double> raw;
    KOINON_TRY(note_limit(setting, made, raw));
    KOINON_TRY(catch_up_once(setting, sender, made, round, out));
    KOINON_TRY(note_limit(setting, made, raw));
    for (const double rate : raw) out.limit(rate_of(setting).name, "raw batch insert of such rows", rate);
  }
  return {};
}

}  // namespace koinon
