// What a node costs that holds much and has nothing to do: how long its start takes, and its memory after it.
#include <chrono>
#include <thread>

#include "tools/bench/benchmark.h"
#include "tools/bench/filled_logs.h"
#include "tools/bench/latencies.h"
#include "tools/bench/process_watch.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace {

constexpr std::uint64_t kHeldRecords = 1'000'000;
constexpr std::uint64_t kFewHeldRecords = 20'000;
constexpr std::uint64_t kHeldCities = 10'000;
constexpr std::uint64_t kFewHeldCities = 500;
constexpr std::uint64_t kStartsEach = 5;  // of each repetition
constexpr std::chrono::seconds kStandsFor{3};

const FigureKind kStartTime{"start_seconds", "s", Better::kLower, Wanted{Wanted::Of::kMedian, 0.3}};
const FigureKind kHeldMemory{"memory_resident_mb", "MB", Better::kLower, Wanted{Wanted::Of::kMedian, 120}};

// A node that holds so much, with its index.
Status fill_and_index(const BenchSetting& setting, const std::filesystem::path& data, Figures& out) {
  KOINON_TRY(make_node(data, "city.example"));
  setting.progress("records are made");
  const std::uint64_t cities = setting.cities_or(kFewHeldCities, kHeldCities);
  KOINON_ASSIGN(const FilledBytes made,
                fill_logs(DataFolder(data), {setting.records_or(kFewHeldRecords, kHeldRecords), cities,
                                             setting.texts, setting.body_bytes}));
  out.note("records", made.records);
  out.note("cities", cities);
  setting.progress("the index is made");
  const NodeProcess node(setting.koinond, data, {"--trust-admits", "20000"});
  if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_TRY(node.wait_until_ready());
  KOINON_TRY(wait_for_index(ApiClient(data)));
  return {};
}

}  // namespace

Status bench_start(const BenchSetting& setting, Figures& out) {
  const auto data = setting.folder / "city";
  KOINON_TRY(fill_and_index(setting, data, out));
  setting.progress("it starts some times");
  for (std::uint64_t round = 0; round < setting.repeat * kStartsEach; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const NodeProcess node(setting.koinond, data, {"--trust-admits", "20000"});
    if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
    KOINON_TRY(node.wait_until_ready());
    out.add(kStartTime, seconds_since(begin));
    const auto begin_least = std::chrono::steady_clock::now();
    KOINON_TRY(memory_at_end(setting.koinond, "--version"));
    out.limit(kStartTime.name, "the program says its version", seconds_since(begin_least));
  }
  return {};
}

Status bench_memory(const BenchSetting& setting, Figures& out) {
  const auto data = setting.folder / "city";
  KOINON_TRY(fill_and_index(setting, data, out));
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    const NodeProcess node(setting.koinond, data, {"--trust-admits", "20000"});
    if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
    KOINON_TRY(node.wait_until_ready());
    setting.progress("it stands some seconds");
    std::this_thread::sleep_for(kStandsFor);
    KOINON_TRY(ApiClient(data).get("/api/v1/search?q=words"));
    out.add(kHeldMemory, static_cast<double>(node.resident_bytes()) / 1e6);
    KOINON_ASSIGN(const ProcessMemory least, memory_at_end(setting.koinond, "--version"));
    out.limit(kHeldMemory.name, "the program says its version", static_cast<double>(least.resident) / 1e6);
  }
  return {};
}

}  // namespace koinon
