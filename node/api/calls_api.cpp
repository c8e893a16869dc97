#include "node/api/calls_api.h"

#include <boost/json.hpp>

#include "node/api/call_calendar.h"
#include "node/api/calls_json.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "node/text/country_zones.h"
#include "node/text/markdown.h"

namespace koinon {

Result<CallListQuery> read_call_list_query(const Params& params) {
  CallListQuery out;
  if (const std::string phase = param(params, "phase"); !phase.empty()) {
    out.phase = read_call_phase(phase);
    if (!out.phase) return fail(Code::kInvalidArgument, "there is no such phase of a call", "phase");
  }
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  return out;
}

CallsApi::CallsApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/calls",
            .need = Need::kReading,
            .id = "listCalls",
            .tag = "inbox",
            .summary =
                "Calls and visits that this city asks for or is asked for, newest first, and what it is "
                "to do about each; the newest two hundred are looked at",
            .query = {"phase", "limit"},
            .gives = "CallList"},
           this, &CallsApi::our_calls),
      calendar(
          {.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}/call.ics",
           .need = Need::kReading,
           .id = "getCallCalendar",
           .tag = "reading",
           .summary = "The time of a call or a visit that two cities have agreed on, or have called off, as "
                      "a calendar file (RFC 5545)",
           .gives = "text/calendar"},
          this, &CallsApi::find_calendar),
      clock(
          {.method = "GET",
           .pattern = "/api/v1/cities/{city}/clock",
           .need = Need::kReading,
           .id = "getCityClock",
           .tag = "reading",
           .summary = "In which time zone a city is, as far as it is known, and which zones its country has",
           .gives = "CityClock"},
          this, &CallsApi::city_clock),
      shared_(shared),
      parts_(shared.parts) {}

Result<std::vector<CallItem>> CallsApi::our_calls(const Asker&, const CallListQuery& query) {
  std::vector<CallItem> out;
  const auto own = parts_.facts.log();
  if (!own) return out;
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(auto calls, read_calls({directory, *parts_.store, *parts_.index}, *own, now));
  ListBudget budget;
  for (CallView& call : calls) {
    if (query.phase && call.state.phase != *query.phase) continue;
    const CallTask task = call_task(call, *own, now);
    CallItem item{std::move(call), task};
    if (out.size() == query.limit || !budget.takes(call_item_json(item))) break;
    out.push_back(std::move(item));
  }
  return out;
}

Result<CallFile> CallsApi::find_calendar(const Asker& asker, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const CallView view,
                read_call({directory, *parts_.store, *parts_.index}, found.log.id, found.index, now));
  const std::string url = shared_.access.base_url(asker.local, asker.host) + "/records/" + view.ref;
  const std::string what = view.call.form() == "visit" ? "Visit: " : "Call: ";
  KOINON_ASSIGN(std::string text,
                call_calendar(view,
                              {what + view.asker + ", " + view.asked + ": " + title_line(view.call.title()),
                               view.call.text() + "\n\n" + url, url},
                              now));
  return CallFile{std::move(text)};
}

Result<CityClockView> CallsApi::city_clock(const Asker&, const NamedCity& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const LogState log, directory.find_city(named.city));
  CityClockView out;
  out.city = directory.city(log.id);
  out.time_zone = zone_of_city(*parts_.store, *parts_.index, log.id);
  out.country = country_of(*parts_.store, *parts_.index, log.id);
  out.zones = zones_of_country(out.country);
  return out;
}

}  // namespace koinon
