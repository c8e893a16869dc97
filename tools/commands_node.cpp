// Commands about a node that runs: its identity, its peers, its clock.
#include <chrono>
#include <iostream>
#include <thread>

#include <boost/json.hpp>

#include "proto/base/encoding.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/progress.h"
#include "tools/reading_client.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds kLagPoll{20};
constexpr std::chrono::minutes kStandstill{5};  // without progress for so long, a rebuild has failed

Status print(const Common& common, const Result<json::value>& value,
             std::string (*render)(const json::value&)) {
  if (!value.ok()) return value.error();
  if (common.json) {
    std::cout << json::serialize(*value) << "\n";
  } else {
    std::cout << render(*value);
  }
  return {};
}

}  // namespace

Result<json::value> read_id(const Common& common) {
  auto id = ApiClient(common.data).get_json("/api/v1/id");
  if (id.ok() || !is_not_running(id.error())) return id;
  KOINON_ASSIGN(json::object stopped, stopped_id(common.data, common.config));
  tell_it_is_stopped();
  return json::value(std::move(stopped));
}

Status run_id(const Common& common, bool vkey) {
  KOINON_ASSIGN(const auto id, read_id(common));
  if (common.json) return show_answer(common, id, {});
  if (vkey) {
    if (member(id, "vkey").empty())
      return fail(Code::kNotFound, "an observer has no log, and no key that signs one", "vkey");
    return show_answer(common, id, member(id, "vkey") + "\n");
  }
  std::cout << member(id, "peer_line") << "\n";
  std::cerr << "koinon: on the phone its node key reads " << member(id, "spoken") << "\n";
  if (member(id, "address").empty()) {
    std::cerr << "koinon: this line has no address, so only this node can dial; set address = \"HOST:PORT\" "
                 "in koinond.toml\n";
  }
  return {};
}

Status run_status(const Common& common) {
  return print(common, ApiClient(common.data).get_json("/api/v1/status"), render_status);
}

// Joins all pages into one list.
Status run_cities(const Common& common) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(json::value all, client.get_json("/api/v1/cities?limit=1000"));
  auto& items = all.as_object()["items"].as_array();
  for (std::string next = member(all, "next"); !next.empty();) {
    KOINON_ASSIGN(const json::value page, client.get_json("/api/v1/cities?limit=1000&cursor=" + next));
    const auto& more = page.at("items").as_array();
    items.insert(items.end(), more.begin(), more.end());
    next = member(page, "next");
  }
  all.as_object().erase("next");
  return print(common, all, render_cities);
}

Status run_peer_list(const Common& common) {
  return print(common, ApiClient(common.data).get_json("/api/v1/peers"), render_peers);
}

std::string render_other_node_keys(const json::value& pinned) {
  std::string out;
  const auto* keys = pinned.as_object().if_contains("other_node_keys");
  if (keys == nullptr || !keys->is_array()) return out;
  for (const auto& key : keys->get_array()) {
    if (!key.is_string()) continue;
    const std::string one = harmless(key.get_string());
    out += member(pinned, "name") + " is pinned with another node key, too: " + one +
           "\nIf this line replaces it: koinon peer remove " + one + "\n";
  }
  return out;
}

Status run_peer_add(const Common& common, const std::string& line, bool vouch) {
  KOINON_ASSIGN(
      const auto added,
      ApiClient(common.data).post_json("/api/v1/peers", json::object{{"line", line}, {"vouch", vouch}}));
  if (common.json) {
    std::cout << json::serialize(added) << "\n";
    return {};
  }
  std::cout << "Pinned " << member(added, "name")
            << ". Now the other side pins this node with the line of: koinon id\n";
  if (member(added, "vouch") == "yes")
    std::cout << "A vouch for it is published once both have connected (--no-vouch abstains)";
  if (const auto* waits = added.as_object().if_contains("signing_waits"); waits != nullptr)
    std::cout << " and this node may sign" << render_signing_waits(*waits);
  if (member(added, "vouch") == "yes") std::cout << ".\n";
  std::cout << render_other_node_keys(added);
  return {};
}

Status run_peer_remove(const Common& common, const std::string& which) {
  KOINON_ASSIGN(const auto removed, ApiClient(common.data).remove("/api/v1/peers/" + encode_segment(which)));
  std::cout << (common.json ? json::serialize(removed) : "Removed " + member(removed, "removed")) << "\n";
  if (const auto* held = removed.as_object().if_contains("held"); held != nullptr && !common.json)
    std::cout << "The vouch for its city is taken back too. " << render_kept(*held);
  return {};
}

namespace {

Status change_peer(const Common& common, const std::string& which, const json::object& change) {
  KOINON_ASSIGN(const auto peer,
                ApiClient(common.data).patch_json("/api/v1/peers/" + encode_segment(which), change));
  return show_answer(common, peer, render_peers(json::object{{"items", json::array{peer}}}));
}

}  // namespace

Status run_peer_pause(const Common& common, const std::string& which, bool paused) {
  return change_peer(common, which, {{"paused", paused}});
}

Status run_peer_address(const Common& common, const std::string& which, const std::string& address) {
  return change_peer(common, which, {{"address", address}});
}

Status run_clock(const Common& common, bool is_right) {
  const ApiClient client(common.data);
  json::value clock;
  if (is_right) {
    KOINON_ASSIGN(clock, client.put_json("/api/v1/clock", json::object{{"right", true}}));
  } else {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    clock = status.at("clock");
  }
  return print(common, clock, render_clock);
}

Status run_sign(const Common& common, const std::vector<std::string>& without, bool alone) {
  if (without.empty() && !alone)
    return fail(Code::kInvalidArgument,
                "name peers with --without, or say --alone; koinon status says who is waited for", "sign");
  const json::array peers(without.begin(), without.end());
  return print(
      common,
      ApiClient(common.data).post_json("/api/v1/signing", json::object{{"without", peers}, {"alone", alone}}),
      render_standing);
}

Status run_reindex(const Common& common) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto begun, client.post_json("/api/v1/reindex", json::object()));
  std::string lag;
  ProgressLine line("records to go");
  auto moved = std::chrono::steady_clock::now();
  while (lag != "0") {
    KOINON_ASSIGN(const auto status, client.get_json("/api/v1/status"));
    const auto now = std::chrono::steady_clock::now();
    if (member(status, "index_lag") != lag) moved = now;
    lag = member(status, "index_lag");
    if (now - moved > kStandstill) {
      return fail(Code::kUnavailable, "the index does not catch up; the log of koinond says why", "index.db");
    }
    if (const auto left = parse_decimal(lag); left.ok()) line.count(*left);
    if (lag != "0") std::this_thread::sleep_for(kLagPoll);
  }
  if (!common.json) std::cout << "The index is rebuilt.\n";
  if (common.json) std::cout << json::serialize(json::object{{"state", "rebuilt"}}) << "\n";
  return {};
}

}  // namespace koinon
