#include "tools/bench/catch_up.h"

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/bench/fill.h"
#include "tools/bench/limits_of_machine.h"
#include "tools/bench/own_server.h"
#include "tools/bench/peering.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes kDeadline{10};
constexpr std::chrono::milliseconds kPoll{100};

// Waits until a node's status is so. `otherwise`: what is said where it is not so in ten minutes.
Status wait_for(const NodeProcess& node, const std::function<bool(const json::object&)>& is_so,
                const char* otherwise) {
  const ApiClient client(node.data());
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kDeadline) {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    if (is_so(status.as_object())) return {};
    std::this_thread::sleep_for(kPoll);
  }
  return fail(Code::kUnavailable, otherwise);
}

// The daemon itself states how many it holds.
Status wait_for_records(const NodeProcess& follower, std::uint64_t records) {
  return wait_for(
      follower,
      [records](const json::object& status) {
        return status.at("records").to_number<std::uint64_t>() >= records;
      },
      "the follower did not catch up in ten minutes");
}

// A city that others follow has its index: it does not make it while it is measured.
Status wait_for_index(const NodeProcess& node) {
  return wait_for(
      node, [](const json::object& status) { return status.at("index_lag").to_number<std::uint64_t>() == 0; },
      "the sender's index was not complete in ten minutes");
}

}  // namespace

Result<json::object> measure_catch_up(const CatchUpOptions& options) {
  const Workplace place;
  KOINON_TRY(make_node(place.path() / "seoul", "seoul.example"));
  std::unique_ptr<OwnServer> own;
  KOINON_ASSIGN(const std::string store, server_for(options.store, place.path(), own));
  KOINON_TRY(make_node(place.path() / "la", "la.example", store));
  KOINON_TRY(fill_store(DataFolder(place.path() / "seoul"), {0, options.records, options.body_bytes}));
  KOINON_ASSIGN(const double raw,
                raw_batch_insert_rate(place.path(), options.records, 80, options.body_bytes));
  double copied = 0;
  if (!store.empty()) {
    KOINON_ASSIGN(copied, raw_copy_rate(store, options.records, 80, options.body_bytes));
  }

  const NodeProcess seoul(options.koinond, place.path() / "seoul");
  const NodeProcess la(options.koinond, place.path() / "la");
  if (!seoul.started() || !la.started())
    return fail(Code::kIo, "koinond could not be run", options.koinond.string());
  KOINON_ASSIGN(const std::string seoul_line, peer_line(seoul));
  KOINON_TRY(la.wait_until_ready());
  KOINON_TRY(wait_for_index(seoul));
  // Only the follower dials.
  KOINON_ASSIGN(const std::string la_line, peer_line_without_address(la));
  KOINON_TRY(add_peer(seoul, la_line));
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(add_peer(la, seoul_line));
  // Seoul's practices, its Genesis and Profile, and the two of the follower's own log.
  KOINON_TRY(wait_for_records(la, options.records + 4));
  const double seconds = seconds_since(begin);

  const double rate = static_cast<double>(options.records) / seconds;
  json::object out;
  out["records"] = options.records;
  out["body_bytes"] = options.body_bytes;
  out["seconds"] = seconds;
  out["records_per_second"] = rate;
  out["raw_batch_inserts_per_second"] = raw;
  out["ratio_to_raw"] = rate / raw;
  if (!store.empty()) {
    out["raw_copy_rows_per_second"] = copied;
    out["ratio_to_copy"] = rate / copied;
  }
  out["hashes_per_second_one_core"] = hash_rate(options.body_bytes);
  out["sender_peak_resident_bytes"] = seoul.peak_resident_bytes();
  out["follower_peak_resident_bytes"] = la.peak_resident_bytes();
  return out;
}

}  // namespace koinon
