// Searches over a library, a changed filter, and cosignatures: the figures that other measurements of this
// program make, each with its goal.
#include <boost/json.hpp>

#include "tools/bench/benchmark.h"
#include "tools/bench/cosignatures_bench.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/search_bench.h"
#include "tools/bench/store_work.h"

namespace koinon {
namespace {

const FigureKind kSearchMedian{"search_p50_ms", "ms", Better::kLower};
const FigureKind kSearchMost{"search_p99_ms", "ms", Better::kLower, Wanted{Wanted::Of::kMedian, 20}};
const FigureKind kFirstSearch{"search_first_ms", "ms", Better::kLower};
const FigureKind kSimilar{"search_similar_cities_p99_ms", "ms", Better::kLower};
const FigureKind kFeedPage{"search_feed_p99_ms", "ms", Better::kLower};
const FigureKind kWebPage{"search_page_p99_ms", "ms", Better::kLower};
const FigureKind kSearchMemory{"search_peak_resident_mb", "MB", Better::kLower};
const FigureKind kFilterRate{"filter_records_per_second", "records/s", Better::kHigher};
const FigureKind kEraseTime{"erase_1000_seconds", "s", Better::kLower};
const FigureKind kCosignRate{"cosign_lines_per_second", "lines/s", Better::kHigher};
const FigureKind kCosignDisk{"cosign_disk_bytes_per_log", "bytes", Better::kLower};

}  // namespace

Status bench_search(const BenchSetting& setting, Figures& out) {
  SearchBenchOptions options;
  options.koinond = setting.koinond;
  options.contents.practices = setting.records_or(5'000, 100'000);
  options.contents.cities = setting.cities_or(50, 200);
  options.searches = setting.quick ? 200 : 1000;
  out.note("practices", options.contents.practices);
  out.note("cities", options.contents.cities);
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("a library is made and searched");
    KOINON_ASSIGN(const auto found, measure_search(options));
    const auto& searches = found.at("search_with_facets").as_object();
    out.add(kSearchMedian, searches.at("p50_ms").to_number<double>());
    out.add(kSearchMost, searches.at("p99_ms").to_number<double>());
    const auto most = [&](const char* which) {
      return found.at(which).as_object().at("p99_ms").to_number<double>();
    };
    out.add(kFirstSearch, found.at("first_search_ms").to_number<double>());
    out.add(kSimilar, most("cities_like_mine"));
    out.add(kFeedPage, most("feed_page"));
    out.add(kWebPage, most("web_page"));
    out.add(kSearchMemory, found.at("peak_resident_bytes").to_number<double>() / 1e6);
    const auto& empty = found.at("limit_empty_request").as_object();
    out.limit(kSearchMedian.name, "an empty request", empty.at("p50_ms").to_number<double>());
    out.limit(kSearchMost.name, "an empty request", empty.at("p99_ms").to_number<double>());
  }
  return {};
}

Status bench_filter(const BenchSetting& setting, Figures& out) {
  StoreWorkOptions options;
  options.records = setting.records_or(20'000, 100'000);
  options.store.clear();
  out.note("records", options.records);
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("a store is filled, erased from and filtered");
    KOINON_ASSIGN(const auto work, measure_store_work(options));
    const auto& seconds = work.at("sqlite").as_object();
    out.add(kFilterRate, static_cast<double>(options.records) / seconds.at("filter_s").to_number<double>());
    out.add(kEraseTime, seconds.at("erase_1000_s").to_number<double>());
    KOINON_ASSIGN(const double raw, raw_batch_insert_rate(setting.folder, options.records, 66, 600));
    out.limit(kFilterRate.name, "raw batch insert of such rows", raw);
  }
  return {};
}

Status bench_cosign(const BenchSetting& setting, Figures& out) {
  CosignaturesBenchOptions options;
  options.logs = setting.cities_or(1'000, 10'000);
  out.note("logs", options.logs);
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("heads are cosigned");
    KOINON_ASSIGN(const auto kept, measure_cosignatures(options));
    out.add(kCosignRate, kept.at("lines_per_second").to_number<double>());
    out.limit(kCosignRate.name, "raw batch insert of such rows",
              kept.at("limit_rows_per_second").to_number<double>());
    out.add(kCosignDisk, kept.at("disk_bytes_per_log").to_number<double>());
  }
  return {};
}

}  // namespace koinon
