#include "tools/bench/cosignatures_bench.h"

#include <algorithm>

#include <boost/json.hpp>
#include <malloc.h>

#include "proto/base/limits.h"
#include "storage/store/sqlite_store.h"
#include "tools/bench/fill.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::uint64_t kAtOnce = 1000;
constexpr std::size_t kCosignatureBytes = 72;      // seconds and an Ed25519 signature
constexpr std::int64_t kNow = 1'800'000'000'000;   // Unix milliseconds
constexpr std::uint64_t kSeconds = 1'800'000'000;  // Unix seconds

struct CosignedLog {
  LogId log;
  std::string origin;
  StoredHead head;
};

Result<std::vector<CosignedLog>> add_logs(Store& store, std::uint64_t count) {
  std::vector<CosignedLog> out;
  while (out.size() < count) {
    KOINON_TRY(store.begin(false));
    for (std::uint64_t i = 0; i < kAtOnce && out.size() < count; ++i) {
      const MadeCity city = make_city(out.size(), {kNow});
      KOINON_TRY(store.append_run(city.run));
      out.push_back({city.run.log, city.identity.origin(), city.run.head});
    }
    KOINON_TRY(store.commit());
  }
  return out;
}

// Signatures are not looked at by the store: these have the size of real ones.
CosignedHead cosigned_head(const std::vector<CosignedLog>& logs, std::size_t of, std::size_t lines) {
  CosignedHead out{0, logs[of].head, {kNow}, {}};
  for (std::size_t i = 1; i <= std::min(lines, logs.size() - 1); ++i) {
    const CosignedLog& city = logs[(of + i) % logs.size()];
    NoteSignature signature{city.origin, static_cast<std::uint32_t>(i), Bytes(kCosignatureBytes, 's')};
    out.lines.push_back({city.log, std::move(signature), kSeconds, static_cast<unsigned>(i % 3)});
  }
  return out;
}

Status keep_all(Store& store, const std::vector<CosignedLog>& logs, std::size_t lines) {
  for (std::size_t begin = 0; begin < logs.size(); begin += kAtOnce) {
    KOINON_TRY(store.begin(false));
    for (std::size_t i = begin; i < std::min<std::size_t>(logs.size(), begin + kAtOnce); ++i) {
      KOINON_TRY(store.keep_cosigned(logs[i].log, cosigned_head(logs, i, lines), {kNow}));
      KOINON_TRY(store.note_cosigned(logs[i].log, {0, logs[i].head.size, logs[i].head.root}));
    }
    KOINON_TRY(store.commit());
  }
  return {};
}

std::uint64_t allocated_bytes() { return ::mallinfo2().uordblks; }

// The pages that a start reads stay in the connection's cache: it is read once before.
Result<json::object> measure_start(Store& store) {
  KOINON_TRY(store.load_state());
  const std::uint64_t before = allocated_bytes();
  const auto begin = std::chrono::steady_clock::now();
  KOINON_ASSIGN(StoreState state, store.load_state());
  const double seconds = seconds_since(begin);
  const std::vector<LogCosigned> cosigned = std::move(state.cosigned);
  state = StoreState();
  const std::uint64_t after = allocated_bytes();
  const std::uint64_t bytes = after - std::min(after, before);
  return json::object{{"seconds", seconds},
                      {"logs", cosigned.size()},
                      {"memory_bytes", bytes},
                      {"memory_bytes_per_log", bytes / std::max<std::size_t>(cosigned.size(), 1)}};
}

}  // namespace

Result<json::object> measure_cosignatures(const CosignaturesBenchOptions& options) {
  if (options.logs == 0 || options.lines > limits::kCosignatures)
    return fail(Code::kInvalidArgument, "at least one log, and at most 15 lines", "lines");
  const Workplace place;
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(place.path() / "store.db", with_epochs(unkeyed_epochs())));
  KOINON_ASSIGN(const auto logs, add_logs(*store, options.logs));
  KOINON_ASSIGN(const StoreCounts before, store->counts());
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(keep_all(*store, logs, options.lines));
  const double seconds = seconds_since(begin);
  KOINON_ASSIGN(const StoreCounts after, store->counts());
  const std::uint64_t disk = after.bytes - std::min(after.bytes, before.bytes);
  KOINON_ASSIGN(json::object start, measure_start(*store));
  const std::uint64_t rows = options.logs * options.lines;
  const std::size_t row_bytes = logs.front().origin.size() + kCosignatureBytes;
  KOINON_ASSIGN(const double limit,
                raw_batch_insert_rate(place.path(), std::max<std::uint64_t>(rows, 1), row_bytes, 0));
  return json::object{{"logs", options.logs},
                      {"lines_per_log", options.lines},
                      {"lines_per_second", static_cast<double>(rows) / seconds},
                      {"limit_rows_per_second", limit},
                      {"disk_bytes", disk},
                      {"disk_bytes_per_log", disk / options.logs},
                      {"start", std::move(start)}};
}

}  // namespace koinon
