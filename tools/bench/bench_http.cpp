// Reading: how many answers a second one core gives, and what a large upload takes of memory.
#include <boost/json.hpp>

#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/bench/benchmark.h"
#include "tools/bench/filled_logs.h"
#include "tools/bench/latencies.h"
#include "tools/bench/load_maker.h"
#include "tools/bench/processes.h"
#include "tools/bench/visitor.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::uint64_t kReadable = 1'000'000;
constexpr std::uint64_t kQuicklyReadable = 20'000;
constexpr std::size_t kUploadBytes = 64 * limits::kMiB;
constexpr int kServerCore = 0;
constexpr int kVisitorsCore = 1;
constexpr double kPagesWanted = 3'000;
constexpr double kSmallWanted = 15'000;

const FigureKind kUploadMemory{"http_upload_64_mib_memory_mb", "MB", Better::kLower,
                               Wanted{Wanted::Of::kMedian, 8.4}};

struct LoadTarget {
  const char* name;
  std::vector<std::string> targets;
  double wanted;  // answers a second; 0: nothing is wanted of it
  std::string more = {};
  unsigned status = 200;
};

FigureKind kind_of(const LoadTarget& target) {
  FigureKind out{std::string("http_") + target.name + "_per_second", "answers/s", Better::kHigher};
  if (target.wanted > 0) out.wanted = Wanted{Wanted::Of::kMedian, target.wanted};
  return out;
}

// The pages of so many notes, spread over what the city has.
std::vector<std::string> note_pages(const std::string& city, std::uint64_t records, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back("/records/" + city + "/" + std::to_string(2 + (records - 2) * i / count));
  return out;
}

Result<std::string> etag_of(std::uint16_t port, const std::string& target) {
  Visitor visitor("127.0.9.9", port);
  KOINON_ASSIGN(const auto answer, visitor.get(target));
  if (answer.etag.empty()) return fail(Code::kUnavailable, "it has no ETag", target);
  return answer.etag;
}

Result<std::vector<LoadTarget>> targets_of(const NodeProcess& node, std::uint16_t port,
                                           const std::string& city, std::uint64_t records) {
  KOINON_ASSIGN(const auto id, ApiClient(node.data()).get_json("/api/v1/id"));
  const std::string log = std::string(id.at("log_id").as_string());
  KOINON_ASSIGN(const std::string etag, etag_of(port, "/feeds/all.atom"));
  return std::vector<LoadTarget>{
      {"first_page", {"/"}, kPagesWanted},
      {"note_page", note_pages(city, records, 64), kPagesWanted},
      {"note_page_never_asked_before", note_pages(city, records, 16'384), 0},
      {"feed", {"/feeds/all.atom"}, kPagesWanted},
      {"not_modified", {"/feeds/all.atom"}, kSmallWanted, "If-None-Match: " + etag + "\r\n", 304},
      {"tile", {"/log/" + log + "/tile/0/000"}, kSmallWanted},
      {"empty_request", {"/healthz"}, 0}};
}

Status measure_load(const BenchSetting& setting, std::uint16_t port, const LoadTarget& target, Figures& out) {
  setting.progress(std::string("visitors ask: ") + target.name);
  LoadOptions load;
  load.port = port;
  load.targets = target.targets;
  load.more = target.more;
  load.status = target.status;
  load.seconds = setting.quick ? 1 : 2;
  pin_to_core(kVisitorsCore);
  const auto answered = make_load(load);
  Result<LoadResult> least = answered;
  if (answered.ok()) {
    const BareServer bare(static_cast<std::size_t>(answered->bytes_each), kServerCore);
    load.port = bare.port();
    load.status = 200;
    least = make_load(load);
  }
  pin_to_core(-1);
  if (!answered.ok()) return again_as(answered.error().code, answered.error(), target.name);
  if (!least.ok()) return least.error();
  out.add(kind_of(target), answered->per_second);
  out.limit(kind_of(target).name, "a bare loop over sockets with as many bytes", least->per_second);
  return {};
}

// Of a node of its own, which holds nothing.
Status measure_upload(const BenchSetting& setting, std::uint64_t round, Figures& out) {
  setting.progress("64 MiB are uploaded");
  const auto data = setting.folder / ("upload-" + std::to_string(round));
  KOINON_TRY(make_node(data, "city.example"));
  const NodeProcess node(setting.koinond, data);
  if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_TRY(node.wait_until_ready());
  const ApiClient client(data);
  KOINON_TRY(client.post_bytes("/api/v1/attachments", "%PDF-1.4 a small file, so that all is loaded"));
  const std::uint64_t before = node.peak_resident_bytes();
  KOINON_TRY(client.post_bytes("/api/v1/attachments", "%PDF-1.4\n" + std::string(kUploadBytes - 9, 'x')));
  out.add(kUploadMemory, static_cast<double>(node.peak_resident_bytes() - before) / 1e6);
  return {};
}

}  // namespace

Status bench_http(const BenchSetting& setting, Figures& out) {
  const auto data = setting.folder / "city";
  KOINON_TRY(make_node(data, "city.example"));
  setting.progress("records are made");
  KOINON_ASSIGN(const FilledBytes made,
                fill_logs(DataFolder(data), {setting.records_or(kQuicklyReadable, kReadable), setting.cities,
                                             setting.texts, setting.body_bytes}));
  out.note("records", made.records);
  out.note("cities", setting.cities);
  pin_to_core(kServerCore);
  const NodeProcess node(
      setting.koinond, data,
      {"--http-listen", "127.0.0.1", "--http-port", "0", "--http-public", "--trust-admits", "20000"});
  pin_to_core(-1);
  if (!node.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_ASSIGN(const std::uint16_t port, node.http_port());
  setting.progress("the index is made");
  KOINON_TRY(wait_for_index(ApiClient(data)));
  const std::string city = setting.cities == 0 ? "city.example" : "city-0.example";
  const std::uint64_t each = setting.cities == 0 ? made.records : made.records / setting.cities;
  KOINON_ASSIGN(const auto targets, targets_of(node, port, city, each));
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    for (const LoadTarget& target : targets) KOINON_TRY(measure_load(setting, port, target, out));
    KOINON_TRY(measure_upload(setting, round, out));
  }
  return {};
}

}  // namespace koinon
