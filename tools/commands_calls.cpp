#include "tools/commands_calls.h"

#include <boost/json.hpp>

#include "node/text/time_text.h"
#include "node/text/time_zone.h"
#include "proto/base/encoding.h"
#include "tools/api_client.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kTitleBytes = 120;

Result<TimeZone> zone_of(const std::string& name) {
  if (name.empty()) return TimeZone::of_machine();
  const auto zone = TimeZone::find(name);
  if (!zone)
    return fail(Code::kInvalidArgument, "there is no such time zone; one is America/Los_Angeles", name);
  return *zone;
}

Result<json::array> times_of(const std::vector<std::string>& typed, const TimeZone& zone, int minutes) {
  json::array out;
  for (const std::string& one : typed) {
    const auto time = zone.read_local(one);
    if (!time) return fail(Code::kInvalidArgument, "a time reads like 2026-12-01T15:00", one);
    out.push_back(json::object{{"start_ms", std::to_string(time->value)}, {"minutes", minutes}});
  }
  return out;
}

Status publish(const Common& common, json::object request) {
  KOINON_ASSIGN(const auto published, ApiClient(common.data).post_json("/api/v1/records", request));
  const std::string ref = member(published, "ref");
  KOINON_TRY(show_answer(common, published, ref.empty() ? render_kept(published) : ref + "\n"));
  show_warnings(common, published);
  return {};
}

// The time of this number among those that are offered.
Result<json::object> offered(const json::value& call, int number) {
  const auto* list = call.is_object() ? call.as_object().if_contains("offered") : nullptr;
  const auto at = static_cast<std::size_t>(number - 1);
  if (list == nullptr || !list->is_array() || at >= list->as_array().size())
    return fail(Code::kNotFound, "no time of this number is offered; koinon calls lists them",
                std::to_string(number));
  const json::value& time = list->as_array().at(at);
  return json::object{{"start_ms", member(time, "start_ms")}, {"minutes", time.at("minutes")}};
}

Result<json::object> reply_content(const CallReplyArguments& arguments, const json::value& call,
                                   const TimeZone& zone) {
  json::object content{{"time_zone", zone.name()}};
  put_given(content, "text", arguments.text);
  put_given(content, "contact", arguments.contact);
  if (arguments.yes > 0) {
    content["answer"] = "yes";
    KOINON_ASSIGN(content["time"], offered(call, arguments.yes));
  } else if (!arguments.another_time.empty()) {
    content["answer"] = "another-time";
    KOINON_ASSIGN(content["times"], times_of(arguments.another_time, zone, arguments.minutes));
  } else if (!arguments.colleague.empty()) {
    content["answer"] = "colleague";
    content["colleague"] = arguments.colleague;
  } else if (!arguments.held.empty()) {
    content["answer"] = "held";
    content["text"] = arguments.held;
  } else {
    content["answer"] = arguments.not_held ? "not-held" : "no";
  }
  return content;
}

// "agreed  la.example/7  la.example -> seoul.example  2026-12-01T15:00:00Z  Staff at the sites", and below it
// the times to say yes to, by their numbers.
std::string lines_of(const json::value& item) {
  const auto* time = item.as_object().if_contains("time");
  const std::string to_do = member(item, "to_do");
  std::string out =
      harmless(member(item, "phase") + "  " + member(item, "ref") + "  " + member(item, "from") + " -> " +
               member(item, "to") + "  " + (time == nullptr ? "" : member(*time, "start") + "  ") +
               member(item, "title") + (to_do.empty() ? "" : "  (to do: " + to_do + ")")) +
      "\n";
  if (to_do != "answer" && to_do != "choose") return out;
  int number = 0;
  for (const auto& one : item.at("offered").as_array())
    out += "    --yes " + std::to_string(++number) + ": " + harmless(member(one, "start")) + ", " +
           harmless(member(one, "minutes")) + " minutes\n";
  return out;
}

}  // namespace

Status run_call(const Common& common, const CallArguments& arguments) {
  KOINON_ASSIGN(const TimeZone zone, zone_of(arguments.zone));
  KOINON_ASSIGN(json::array times, times_of(arguments.times, zone, arguments.minutes));
  const std::string line = arguments.text.substr(0, arguments.text.find('\n'));
  const std::string first(clipped_utf8(line, kTitleBytes));
  json::object content{{"title", first},
                       {"text", arguments.text},
                       {"form", arguments.visit ? "visit" : "call"},
                       {"times", std::move(times)},
                       {"time_zone", zone.name()}};
  put_given(content, "contact", arguments.contact);
  json::object request{
      {"kind", "call"}, {"to", json::array{json::string(arguments.city)}}, {"content", std::move(content)}};
  put_given(request, "language", arguments.language);
  if (!arguments.about.empty())
    request["refs"] = json::array{json::object{{"role", "about"}, {"ref", arguments.about}}};
  return publish(common, std::move(request));
}

Status run_call_reply(const Common& common, const CallReplyArguments& arguments) {
  KOINON_ASSIGN(const std::string target, record_target(arguments.ref));
  const ApiClient node(common.data);
  KOINON_ASSIGN(const auto record, node.get_json(target));
  const auto* call = record.as_object().if_contains("call");
  if (call == nullptr) return fail(Code::kInvalidArgument, "this is no call or visit", arguments.ref);
  KOINON_ASSIGN(const TimeZone zone, zone_of(arguments.zone));
  KOINON_ASSIGN(json::object content, reply_content(arguments, *call, zone));
  json::object request{{"kind", "call-reply"},
                       {"refs", json::array{json::object{{"role", "answers"}, {"ref", arguments.ref}}}},
                       {"content", std::move(content)}};
  put_given(request, "language", arguments.language);
  // What the asking city says to its own call must reach the other one.
  KOINON_ASSIGN(const auto id, read_id(common));
  const std::string asked = member(*call, "to");
  if (member(*call, "from") == member(id, "name") && !asked.empty())
    request["to"] = json::array{json::string(asked)};
  return publish(common, std::move(request));
}

Status run_calls(const Common& common, const std::string& phase) {
  KOINON_ASSIGN(const auto list,
                ApiClient(common.data).get_json(with_query("/api/v1/calls", {{"phase", phase}})));
  std::string text;
  for (const auto& item : list.at("items").as_array()) text += lines_of(item);
  return show_answer(common, list, text);
}

}  // namespace koinon
