// What an index and a store cost: how fast the index is made when nothing else runs, and what both take on
// disk.
#include <chrono>

#include "tools/bench/benchmark.h"
#include "tools/bench/filled_logs.h"
#include "tools/bench/latencies.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kIndexed = 1'000'000;
constexpr std::uint64_t kQuicklyIndexed = 30'000;

const FigureKind kIndexRate{"index_records_per_second", "records/s", Better::kHigher,
                            Wanted{Wanted::Of::kMedian, 30'000}};
const FigureKind kIndexSize{"index_to_store_bytes", "times the store", Better::kLower,
                            Wanted{Wanted::Of::kMedian, 0.9}};
const FigureKind kStoreSize{"store_to_record_bytes", "times entry and body", Better::kLower,
                            Wanted{Wanted::Of::kMedian, 1.15}};

// The database itself: what stands in the write-ahead log is on its way there.
double database_bytes(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : static_cast<double>(size);
}

Result<FilledBytes> filled_node(const BenchSetting& setting, const fs::path& data, std::uint64_t records) {
  KOINON_TRY(make_node(data, "city.example"));
  setting.progress("records are made");
  return fill_logs(DataFolder(data), {records, setting.cities, setting.texts, setting.body_bytes});
}

}  // namespace

Status bench_index(const BenchSetting& setting, Figures& out) {
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    const auto data = setting.folder / ("city-" + std::to_string(round));
    KOINON_ASSIGN(const FilledBytes made,
                  filled_node(setting, data, setting.records_or(kQuicklyIndexed, kIndexed)));
    out.note("records", made.records);
    setting.progress("the index is made");
    const auto begin = std::chrono::steady_clock::now();
    {
      const NodeProcess node(setting.koinond, data);
      if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
      KOINON_TRY(node.wait_until_ready());
      KOINON_TRY(wait_for_index(ApiClient(data)));
      out.add(kIndexRate, static_cast<double>(made.records) / seconds_since(begin));
    }
    const DataFolder folder(data);
    out.add(kIndexSize, database_bytes(folder.index()) / database_bytes(folder.store()));
    setting.progress("the same rows, inserted alone");
    KOINON_ASSIGN(const double raw,
                  raw_batch_insert_rate(setting.folder, made.records, made.entries / made.records,
                                        made.bodies / made.records));
    out.limit(kIndexRate.name, "raw batch insert of such rows", raw);
  }
  return {};
}

Status bench_disk(const BenchSetting& setting, Figures& out) {
  const auto data = setting.folder / "city";
  KOINON_ASSIGN(const FilledBytes made,
                filled_node(setting, data, setting.records_or(kQuicklyIndexed, kIndexed)));
  out.note("records", made.records);
  out.add(kStoreSize,
          database_bytes(DataFolder(data).store()) / static_cast<double>(made.entries + made.bodies));
  return {};
}

}  // namespace koinon
