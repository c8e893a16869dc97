// Notes that people publish: how many a second are signed and durable, and how soon they are seen elsewhere.
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/bench/benchmark.h"
#include "tools/bench/latencies.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/peering.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

using NoteClock = std::chrono::steady_clock;

constexpr double kNotesPerSecond = 50;
constexpr std::size_t kPublished = 500;
constexpr std::size_t kQuicklyPublished = 100;
constexpr std::size_t kWarmNotes = 10;
constexpr std::size_t kManyClients = 16;
constexpr std::size_t kNodesInChain = 4;
constexpr std::chrono::seconds kSeenDeadline{30};

const FigureKind kOneClient{"publish_one_client_per_second", "notes/s", Better::kHigher,
                            Wanted{Wanted::Of::kRatio, 0.8}};
const FigureKind kManyToOne{"publish_16_clients_to_one", "times one client", Better::kHigher,
                            Wanted{Wanted::Of::kMedian, 5}};
const FigureKind kLiveMedian{"live_p50_ms", "ms", Better::kLower, Wanted{Wanted::Of::kMedian, 5}};
const FigureKind kLiveMost{"live_p99_ms", "ms", Better::kLower, Wanted{Wanted::Of::kMedian, 25}};
const FigureKind kHop{"hop_p50_ms", "ms", Better::kLower, Wanted{Wanted::Of::kMedian, 3}};

json::object question(std::size_t client, std::size_t number) {
  const std::string name = std::to_string(client) + "-" + std::to_string(number);
  return {{"kind", "question"},
          {"language", "en"},
          {"topics", json::array{"health/testing"}},
          {"content", json::object{{"title", "Question " + name},
                                   {"text", "How did others do this in their districts? " + name}}}};
}

// The number of the entry that was made.
Result<std::uint64_t> publish(const ApiClient& client, const json::object& question) {
  KOINON_ASSIGN(const auto made, client.post_json("/api/v1/records", question));
  const std::string ref(made.at("ref").as_string());
  return static_cast<std::uint64_t>(std::stoull(ref.substr(ref.rfind('/') + 1)));
}

Result<double> rate_of_clients(const NodeProcess& node, std::size_t clients, std::size_t each,
                               std::size_t salt) {
  std::vector<std::thread> threads;
  std::vector<Status> results(clients);
  const auto begin = NoteClock::now();
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      const ApiClient client(node.data());
      for (std::size_t number = 0; number < each && results[i].ok(); ++number) {
        const auto made = publish(client, question(salt + i, number));
        if (!made.ok()) results[i] = made.error();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = seconds_since(begin);
  for (const Status& result : results) KOINON_TRY(result);
  return static_cast<double>(clients * each) / seconds;
}

// Notes when each record of one city was shown by a node's event stream.
class ShownTimes {
 public:
  ShownTimes(const NodeProcess& node, std::string city) : city_(std::move(city)), client_(node.data()) {
    thread_ = std::thread([this] { run(); });
  }
  ~ShownTimes() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    if (thread_.joinable()) thread_.detach();  // its stream ends with the node
  }
  ShownTimes(const ShownTimes&) = delete;
  ShownTimes& operator=(const ShownTimes&) = delete;

  // Nothing: it was not shown in time.
  std::optional<NoteClock::time_point> when(std::uint64_t index) {
    std::unique_lock lock(mutex_);
    const bool there = changed_.wait_for(lock, kSeenDeadline, [&] { return times_.contains(index); });
    return there ? std::optional(times_.at(index)) : std::nullopt;
  }

 private:
  void run() {
    const std::string before = "\"ref\":\"" + city_ + "/";
    (void)client_.stream("/api/v1/events", [&](std::string_view line) {
      const auto now = NoteClock::now();
      const auto at = line.find(before);
      const std::lock_guard lock(mutex_);
      if (at != std::string_view::npos) {
        times_.emplace(std::strtoull(line.data() + at + before.size(), nullptr, 10), now);
        changed_.notify_all();
      }
      return !over_;
    });
  }

  std::string city_;
  ApiClient client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, NoteClock::time_point> times_;
  bool over_ = false;
  std::thread thread_;
};

// Nodes in a row, each of which knows the one before it.
Result<std::vector<std::unique_ptr<NodeProcess>>> chain(const BenchSetting& setting, std::size_t count,
                                                        std::uint64_t round) {
  std::vector<std::unique_ptr<NodeProcess>> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "node" + std::to_string(i) + ".example";
    const auto data = setting.folder / (std::to_string(round) + "-" + name);
    KOINON_TRY(make_node(data, name));
    out.push_back(std::make_unique<NodeProcess>(
        setting.koinond, data, std::vector<std::string>{"--trust-hops", std::to_string(count)}));
    if (!out.back()->started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
    KOINON_TRY(out.back()->wait_until_ready());
    if (i == 0) continue;
    KOINON_ASSIGN(const std::string line, peer_line(*out[i - 1]));
    KOINON_ASSIGN(const std::string back, peer_line_without_address(*out[i]));
    KOINON_TRY(add_peer(*out[i - 1], back, true));
    KOINON_TRY(add_peer(*out[i], line, true));
  }
  for (std::size_t i = 0; i < count; ++i)
    KOINON_TRY(wait_for_peers(*out[i], i == 0 || i + 1 == count ? 1 : 2));
  return out;
}

// The seconds until each node after the first showed each note.
Result<std::vector<std::vector<double>>> shown_after(const BenchSetting& setting, std::size_t nodes,
                                                     std::uint64_t round) {
  KOINON_ASSIGN(const auto row, chain(setting, nodes, round));
  std::vector<std::unique_ptr<ShownTimes>> watchers;
  for (std::size_t i = 1; i < nodes; ++i)
    watchers.push_back(std::make_unique<ShownTimes>(*row[i], "node0.example"));
  const ApiClient client(row[0]->data());
  std::vector<std::vector<double>> out(nodes - 1);
  const std::size_t notes = setting.quick ? kQuicklyPublished : kPublished;
  const auto began = NoteClock::now();
  std::vector<std::pair<std::uint64_t, NoteClock::time_point>> published;
  for (std::size_t i = 0; i < kWarmNotes + notes; ++i) {
    if (i == kWarmNotes) {  // the way is open to the last one
      for (auto& watcher : watchers) {
        if (!watcher->when(published.back().first))
          return fail(Code::kUnavailable, "a note was not shown in half a minute", "live");
      }
    }
    std::this_thread::sleep_until(
        began + std::chrono::duration_cast<NoteClock::duration>(
                    std::chrono::duration<double>(static_cast<double>(i) / kNotesPerSecond)));
    const auto at = NoteClock::now();
    KOINON_ASSIGN(const std::uint64_t index, publish(client, question(round, i)));
    published.emplace_back(index, at);
  }
  for (std::size_t i = kWarmNotes; i < published.size(); ++i) {
    for (std::size_t node = 0; node + 1 < nodes; ++node) {
      const auto seen = watchers[node]->when(published[i].first);
      if (!seen) return fail(Code::kUnavailable, "a note was not shown in half a minute", "live");
      out[node].push_back(std::chrono::duration<double>(*seen - published[i].second).count());
    }
  }
  return out;
}

}  // namespace

Status bench_publish(const BenchSetting& setting, Figures& out) {
  const std::size_t each = setting.quick ? kQuicklyPublished : kPublished;
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    const auto data = setting.folder / ("city-" + std::to_string(round));
    KOINON_TRY(make_node(data, "city.example"));
    const NodeProcess node(setting.koinond, data);
    if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
    KOINON_TRY(node.wait_until_ready());
    KOINON_TRY(ApiClient(data).post_json("/api/v1/signing", json::object{{"alone", true}}));
    setting.progress("one client publishes");
    KOINON_TRY(rate_of_clients(node, 1, kWarmNotes, 1000));
    KOINON_ASSIGN(const double one, rate_of_clients(node, 1, each, 0));
    setting.progress("16 clients publish");
    KOINON_ASSIGN(const double many, rate_of_clients(node, kManyClients, each / 4, 1));
    out.add(kOneClient, one);
    out.add(kManyToOne, many / one);
    setting.progress("the disk alone");
    KOINON_ASSIGN(const double raw, raw_fsync_rate(setting.folder));
    out.limit(kOneClient.name, "4 KiB appended and synced", raw);
  }
  return {};
}

Status bench_live(const BenchSetting& setting, Figures& out) {
  out.note("notes_per_second", kNotesPerSecond);
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("one publishes, its peer shows it");
    KOINON_ASSIGN(const auto seconds, shown_after(setting, 2, round));
    out.add(kLiveMedian, 1000 * median_of(seconds.front()));
    out.add(kLiveMost, 1000 * quantile_of(seconds.front(), 0.99));
    KOINON_ASSIGN(const double raw, raw_fsync_rate(setting.folder));
    out.limit(kLiveMedian.name, "one fsync", 1000 / raw);
  }
  return {};
}

Status bench_hops(const BenchSetting& setting, Figures& out) {
  out.note("nodes", kNodesInChain);
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("one publishes, a row of nodes passes it on");
    KOINON_ASSIGN(const auto seconds, shown_after(setting, kNodesInChain, round));
    const double first = median_of(seconds.front());
    const double last = median_of(seconds.back());
    out.add(kHop, 1000 * (last - first) / static_cast<double>(seconds.size() - 1));
  }
  return {};
}

}  // namespace koinon
