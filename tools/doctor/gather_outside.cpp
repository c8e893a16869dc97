// How this node looks from outside: koinond asks connected peers to dial it.
#include <future>
#include <memory>
#include <thread>

#include <boost/json.hpp>

#include "tools/answers.h"
#include "tools/api_client.h"
#include "tools/doctor/gather.h"

namespace koinon::doctor {
namespace json = boost::json;
namespace {

// koinond waits half a minute for its peers.
constexpr std::chrono::seconds kPatience{45};

FromOutside::Found found_of(const std::string& outcome) {
  using enum FromOutside::Found;
  if (outcome == "reached") return kUs;
  if (outcome == "other-key") return kOther;
  if (outcome == "no-node") return kNoNode;
  if (outcome == "refused") return kRefused;
  if (outcome == "silent") return kSilent;
  return outcome == "not-looked-up" ? kNotLookedUp : kNothing;
}

// One that hangs is not waited for: its thread ends with this process.
std::optional<Result<json::value>> ask(const std::filesystem::path& data) {
  auto promise = std::make_shared<std::promise<Result<json::value>>>();
  auto answer = promise->get_future();
  std::thread([promise, data] {
    promise->set_value(ApiClient(data).post_json("/api/v1/reaches", json::object()));
  }).detach();
  if (answer.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

}  // namespace

void gather_outside(const Wish& wish, Facts& facts) {
  if (!facts.ports || facts.ports->address.empty() || facts.ports->peers_connected == 0) return;
  const auto answer = ask(wish.data);
  if (!answer || !answer->ok()) {
    facts.unlooked.push_back("how this node looks from outside: " +
                             (answer ? answer->error().text() : "koinond does not answer in time") + ".");
    return;
  }
  bool tells = false;
  for (const json::value& item : list_of(**answer, "items")) {
    FromOutside one{text_of(item, "name"), text_of(item, "dialled"), found_of(text_of(item, "outcome"))};
    tells = tells || one.found != FromOutside::Found::kNothing;
    facts.ports->outside.push_back(std::move(one));
  }
  if (!tells)
    facts.unlooked.emplace_back(
        "how this node looks from outside: no connected peer could be asked; their version is older, or they "
        "were asked often just now.");
}

}  // namespace koinon::doctor
