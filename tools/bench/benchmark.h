// What koinon-bench can measure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "tools/bench/figures.h"
#include "tools/bench/record_maker.h"

namespace koinon {

struct BenchSetting {
  std::filesystem::path koinond;   // the program to run
  std::filesystem::path folder;    // for what is made meanwhile; on the disk that is to be measured
  std::uint64_t records = 0;       // 0: as many as the benchmark has by itself
  std::uint64_t cities = 0;        // the same
  Texts texts = Texts::kFixed;     // of the records
  std::uint64_t body_bytes = 600;  // with Texts::kFixed
  std::uint64_t repeat = 1;        // how often each figure is measured
  bool quick = false;              // smaller than what is stated elsewhere: does it still work, about
  std::string store;               // catchup: the server of the follower's store, or "own"; empty: SQLite
  std::function<void(std::string_view)> progress;  // what is done now, for people

  std::uint64_t records_or(std::uint64_t quick_count, std::uint64_t count) const {
    return records > 0 ? records : quick ? quick_count : count;
  }
  std::uint64_t cities_or(std::uint64_t quick_count, std::uint64_t count) const {
    return cities > 0 ? cities : quick ? quick_count : count;
  }
};

struct Benchmark {
  std::string_view name;
  std::string_view what;
  std::function<Status(const BenchSetting&, Figures&)> measure;
};
// In the order in which they are run together.
const std::vector<Benchmark>& benchmarks();

Status bench_catchup(const BenchSetting& setting, Figures& out);
Status bench_resync(const BenchSetting& setting, Figures& out);
Status bench_live(const BenchSetting& setting, Figures& out);
Status bench_hops(const BenchSetting& setting, Figures& out);
Status bench_publish(const BenchSetting& setting, Figures& out);
Status bench_search(const BenchSetting& setting, Figures& out);
Status bench_index(const BenchSetting& setting, Figures& out);
Status bench_start(const BenchSetting& setting, Figures& out);
Status bench_memory(const BenchSetting& setting, Figures& out);
Status bench_disk(const BenchSetting& setting, Figures& out);
Status bench_filter(const BenchSetting& setting, Figures& out);
Status bench_http(const BenchSetting& setting, Figures& out);
Status bench_cosign(const BenchSetting& setting, Figures& out);

}  // namespace koinon
