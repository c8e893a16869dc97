// What a reconnection costs: where nothing is new, and where ten records of many are missing.
#include <chrono>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/bench/benchmark.h"
#include "tools/bench/counting_relay.h"
#include "tools/bench/filled_logs.h"
#include "tools/bench/peering.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

using RestClock = std::chrono::steady_clock;

constexpr std::uint64_t kSynced = 100'000;
constexpr std::uint64_t kQuicklySynced = 10'000;
constexpr std::size_t kMissing = 10;
constexpr std::size_t kPing = 40;  // bytes: a record of TLS that has a Ping or its answer alone is smaller
constexpr std::chrono::milliseconds kRestPoll{20};
constexpr std::chrono::seconds kStill{5};  // longer than announcements and cursors wait
constexpr std::chrono::minutes kRestDeadline{5};

const FigureKind kQuiet{"resync_nothing_new_bytes", "bytes", Better::kLower,
                        Wanted{Wanted::Of::kMedian, 600}};
const FigureKind kQuietTurns{"resync_nothing_new_round_trips", "round trips", Better::kLower,
                             Wanted{Wanted::Of::kMedian, 1}};
const FigureKind kTenMissing{"resync_ten_missing_bytes", "bytes", Better::kLower,
                             Wanted{Wanted::Of::kRatio, 1}};

std::size_t bytes_passed(const std::vector<CountingRelay::Record>& records) {
  std::size_t out = 0;
  for (const auto& record : records) out += record.bytes > kPing ? record.bytes : 0;
  return out;
}

// How often the dialler spoke and was then answered.
std::size_t round_trips(const std::vector<CountingRelay::Record>& records) {
  std::size_t out = 0;
  bool asked = false;
  for (const auto& record : records) {
    if (record.bytes <= kPing) continue;
    if (!record.from_dialler && asked) ++out;
    asked = record.from_dialler;
  }
  return out;
}

Status wait_until_still(const CountingRelay& relay) {
  const auto begin = RestClock::now();
  auto since = begin;
  std::size_t before = 0;
  while (RestClock::now() - begin < kRestDeadline) {
    const std::size_t now = bytes_passed(relay.seen());
    if (now != before) since = RestClock::now();
    before = now;
    if (now > 0 && RestClock::now() - since > kStill) return {};
    std::this_thread::sleep_for(kRestPoll);
  }
  return fail(Code::kUnavailable, "the nodes did not come to rest", "resync");
}

Result<std::uint64_t> held_now(const NodeProcess& node) {
  KOINON_ASSIGN(const auto status, ApiClient(node.data()).get_json("/api/v1/status"));
  return status.at("records").to_number<std::uint64_t>();
}

Status wait_until_held(const NodeProcess& node, std::uint64_t records) {
  const auto begin = RestClock::now();
  while (RestClock::now() - begin < kRestDeadline) {
    KOINON_ASSIGN(const std::uint64_t held, held_now(node));
    if (held >= records) return {};
    std::this_thread::sleep_for(kRestPoll);
  }
  return fail(Code::kUnavailable, "the records did not arrive", "resync");
}

// The bytes of ten notes of about the size of the others, as they travel.
Result<std::size_t> publish_missing(const NodeProcess& node, std::uint64_t body_bytes) {
  const ApiClient client(node.data());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kMissing; ++i) {
    const std::string number = std::to_string(i);
    std::string text;
    while (text.size() < body_bytes) text += "words that a city might write " + number + " ";
    KOINON_ASSIGN(
        const auto made,
        client.post_json("/api/v1/records",
                         {{"kind", "question"},
                          {"language", "en"},
                          {"topics", json::array{"health/testing"}},
                          {"content", json::object{{"title", "Question " + number}, {"text", text}}}}));
    const std::string ref(made.at("ref").as_string());
    for (const char* part : {"/entry", "/body"}) {
      KOINON_ASSIGN(const std::string target, record_target(ref));
      KOINON_ASSIGN(const std::string got, client.get(target + part));
      bytes += got.size();
    }
  }
  return bytes;
}

}  // namespace

Status bench_resync(const BenchSetting& setting, Figures& out) {
  const auto hub_data = setting.folder / "hub";
  const auto reader_data = setting.folder / "reader";
  KOINON_TRY(make_node(hub_data, "hub.example"));
  KOINON_TRY(make_node(reader_data, "reader.example"));
  setting.progress("records are made");
  KOINON_ASSIGN(const FilledBytes made,
                fill_logs(DataFolder(hub_data), {setting.records_or(kQuicklySynced, kSynced), setting.cities,
                                                 setting.texts, setting.body_bytes}));
  out.note("records", made.records);
  out.note("cities", setting.cities);
  const NodeProcess hub(setting.koinond, hub_data, {"--trust-admits", "20000"});
  if (!hub.started()) return fail(Code::kIo, "koinond could not be run", setting.koinond.string());
  KOINON_ASSIGN(const std::uint16_t port, hub.wait_until_ready());
  // Its log was filled beside its mark, and nobody else has held it.
  KOINON_TRY(ApiClient(hub_data).post_json("/api/v1/signing", json::object{{"alone", true}}));
  CountingRelay relay(port);
  const auto start_reader = [&] {
    return std::make_unique<NodeProcess>(
        setting.koinond, reader_data,
        std::vector<std::string>{"--listen", "", "--trust-admits", "20000", "--trust-hops", "3"});
  };
  auto reader = start_reader();
  KOINON_TRY(reader->http_port());
  KOINON_ASSIGN(const std::string reader_line, peer_line_without_address(*reader));
  KOINON_ASSIGN(const std::string hub_line, peer_line_at(hub, relay.port()));
  KOINON_ASSIGN(const std::uint64_t own, held_now(*reader));
  KOINON_TRY(add_peer(hub, reader_line));
  KOINON_TRY(add_peer(*reader, hub_line));
  setting.progress("the reader catches up");
  KOINON_ASSIGN(const std::uint64_t held, held_now(hub));
  KOINON_TRY(wait_until_held(*reader, held + own));
  for (std::uint64_t round = 0; round < setting.repeat; ++round) {
    setting.progress("it comes back, and nothing is new");
    KOINON_TRY(wait_until_still(relay));
    reader.reset();
    relay.reset();
    reader = start_reader();
    KOINON_TRY(reader->http_port());
    KOINON_TRY(wait_for_peers(*reader, 1));
    KOINON_TRY(wait_until_still(relay));
    const auto quiet = after_handshake(relay.seen());
    out.add(kQuiet, static_cast<double>(bytes_passed(quiet)));
    out.add(kQuietTurns, static_cast<double>(round_trips(quiet)));
    setting.progress("it comes back, and ten are missing");
    reader.reset();
    KOINON_ASSIGN(const std::size_t bytes, publish_missing(hub, setting.body_bytes));
    relay.reset();
    reader = start_reader();
    KOINON_TRY(reader->http_port());
    KOINON_ASSIGN(const std::uint64_t now, held_now(hub));
    KOINON_TRY(wait_until_held(*reader, now));
    KOINON_TRY(wait_until_still(relay));
    out.add(kTenMissing, static_cast<double>(bytes_passed(after_handshake(relay.seen()))));
    out.limit(kTenMissing.name, "ten records and 600 bytes each",
              static_cast<double>(bytes + kMissing * 600));
  }
  return {};
}

}  // namespace koinon
