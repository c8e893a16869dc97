#include "node/pages/call_pages.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/admission.h"
#include "node/api/call_calendar.h"
#include "node/api/desk_api.h"
#include "node/api/file_response.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/pages/asked_cities.h"
#include "node/pages/call_model.h"
#include "node/pages/call_times.h"
#include "node/pages/conversation_form.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_content.h"
#include "node/pages/note_form.h"
#include "node/text/language.h"
#include "node/text/markdown.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kTimesAsked = 3;    // rows of the form
constexpr std::size_t kTitleBytes = 120;  // of what the text says first

std::string row_name(std::size_t row) { return "time" + std::to_string(row); }

std::chrono::minutes length_of(const Visit& visit) {
  const auto number = parse_decimal(given(visit, "minutes"));
  const bool fits = number.ok() && *number >= limits::kCallMinutesMin && *number <= limits::kCallMinutesMax;
  return fits ? std::chrono::minutes(*number) : kUsualCall;
}

FormFaults call_faults(const Visit& visit, const Error& error) {
  return {
      visit, error, [&](const std::string& field) -> std::optional<FormField> {
        if (field == "text" || field == "title") return FormField{"text", visit.say("call.text")};
        if (field == "to" || field.starts_with("to.")) return FormField{"to", visit.say("call.to")};
        if (field == "times") return FormField{"time1", visit.say("call.times")};
        if (field.starts_with("time") && field.size() == 5)
          return FormField{field, visit.say("call.time_number", {{"number", std::int64_t{field[4] - '0'}}})};
        if (field == "time_zone") return FormField{"zone", visit.say("call.our_zone")};
        if (field == "form") return FormField{"form", visit.say("call.form")};
        if (field == "colleague") return FormField{"colleague", visit.say("call.colleague")};
        if (field == "contact") return FormField{"contact", visit.say("ask.contact")};
        return std::nullopt;
      }};
}

json::array zone_choices(const Visit& visit, const std::vector<std::string>& zones,
                         const std::string& chosen) {
  json::array out;
  for (const std::string& name : zones) {
    const auto zone = TimeZone::find(name);
    if (!zone) continue;
    out.push_back(json::object{{"zone", name},
                               {"zone_name", visit.words->zone_name(*zone) + " – " + name},
                               {"chosen", name == chosen}});
  }
  return out;
}

json::array length_choices(const Visit& visit, std::chrono::minutes chosen) {
  std::vector<std::chrono::minutes> lengths = call_lengths();
  if (std::find(lengths.begin(), lengths.end(), chosen) == lengths.end()) lengths.push_back(chosen);
  std::sort(lengths.begin(), lengths.end());
  json::array out;
  for (const auto length : lengths)
    out.push_back(json::object{
        {"minutes", length.count()}, {"text", length_text(visit, length)}, {"chosen", length == chosen}});
  return out;
}

json::array times_json(const std::vector<CallTime>& times) {
  json::array out;
  for (const CallTime& time : times)
    out.push_back(
        json::object{{"start_ms", std::to_string(time.start.value)}, {"minutes", time.length.count()}});
  return out;
}

// The times of a draft, by the clocks of its zone.
void put_drafted_times(const json::object& content, std::map<std::string, std::string>& fields) {
  const auto zone = TimeZone::find(text_at(content, "time_zone")).value_or(TimeZone());
  std::size_t row = 0;
  for (const auto& item : array_at(content, "times")) {
    if (!item.is_object() || row == limits::kCallTimes) continue;
    const auto start = parse_decimal(text_at(item.get_object(), "start_ms"));
    if (!start.ok() || *start > static_cast<std::uint64_t>(limits::kLatestMs)) continue;
    fields[row_name(++row)] = zone.local_text({static_cast<std::int64_t>(*start)});
    fields["minutes"] = text_at(item.get_object(), "minutes");
  }
  fields["zone"] = zone.name();
}

// The first line of what they want to talk about, as the title of the note.
std::string title_from(const std::string& text) {
  const std::string line = title_line(text.substr(0, text.find('\n')));
  const std::string_view shown = clipped_utf8(line, kTitleBytes);
  return std::string(shown) + (shown.size() < line.size() ? " …" : "");
}

// What the form of a reply says: yes to a time, other times, a colleague, no, or what came of it.
struct SaidReply {
  std::string answer;
  std::optional<CallTime> time;
};
SaidReply reply_of(const Visit& visit) {
  const std::string pressed = visit.field("do");
  constexpr std::string_view kYes = "yes ";
  if (pressed.starts_with(kYes)) return {"yes", read_time_value(pressed.substr(kYes.size()))};
  const bool is_answer = pressed == "another-time" || pressed == "colleague" || pressed == "no" ||
                         pressed == "held" || pressed == "not-held";
  return {is_answer ? pressed : visit.field("answer"), std::nullopt};
}

}  // namespace

void CallPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/call", Need::kPublisher, "showCall", "The form that asks for a call or a visit",
             [this](Visit visit) { return call_form(std::move(visit)); }, {"about", "to", "draft"});
  frame_.post(routes, "/call", Need::kPublisher, "postCall", "Ask for a call or a visit",
              [this](Visit visit) { return call(std::move(visit)); });
  frame_.get(routes, "/call-reply", Need::kPublisher, "showCallReply", "The form of a reply to a call",
             [this](Visit visit) { return reply_form(std::move(visit)); }, {"to", "answer", "draft"});
  frame_.post(routes, "/call-reply", Need::kPublisher, "postCallReply",
              "Answer a call, or say what came of it",
              [this](Visit visit) { return reply(std::move(visit)); });
  frame_.get(routes, "/records/{city}/{index}/call.ics", Need::kReading, "getCallFile",
             "The time of a call or a visit as a calendar file",
             [this](Visit visit) { return calendar(std::move(visit)); });
}

// --- asking ---

asio::awaitable<CallPages::Clocks> CallPages::clocks(Visit visit, std::string city, std::string their_zone) {
  Clocks out;
  const auto named = [](const std::string& name) {
    const auto zone = TimeZone::find(name);
    return zone && !zone->is_utc();
  };
  const auto ours = co_await frame_.call(visit, calls_.clock, NamedCity{frame_.shared().parts.facts.name});
  // Times in a form or a draft are by the clocks that stand beside them, also where those are of UTC.
  const auto typed = TimeZone::find(visit.field("zone"));
  const std::string our_zone = typed                      ? typed->name()
                               : named(visit.zone.name()) ? visit.zone.name()
                               : ours.ok()                ? ours->time_zone
                                                          : std::string();
  out.ours = TimeZone::find(our_zone).value_or(TimeZone());
  if (ours.ok() && !named(visit.zone.name())) out.our_zones = ours->zones;
  // A list without the zone that is shown would have another one chosen.
  const auto& listed = out.our_zones;
  if (!listed.empty() && std::find(listed.begin(), listed.end(), out.ours.name()) == listed.end())
    out.our_zones.insert(out.our_zones.begin(), out.ours.name());
  if (city.empty()) co_return out;
  const auto theirs = co_await frame_.call(visit, calls_.clock, NamedCity{city});
  const std::string said = theirs.ok() ? theirs->time_zone : std::string();
  // What the city itself has named goes before what somebody has chosen here.
  const std::string zone = said.empty() ? their_zone : said;
  out.theirs = TimeZone::find(zone).value_or(TimeZone());
  out.theirs_known = named(zone);
  if (theirs.ok() && said.empty()) out.their_zones = theirs->zones;
  co_return out;
}

CallPages::TypedTimes CallPages::typed_times(const Visit& visit, const TimeZone& zone, UnixMillis now) {
  TypedTimes out;
  const std::chrono::minutes length = length_of(visit);
  for (std::size_t row = 1; row <= limits::kCallTimes; ++row) {
    const std::string typed = visit.field(row_name(row));
    if (typed.empty()) continue;
    const auto start = zone.read_local(typed);
    if (!start) {
      out.faults.push_back(visit.said(Code::kInvalidArgument, "call.time_unreadable", row_name(row)));
    } else if (*start <= now) {
      out.faults.push_back(visit.said(Code::kInvalidArgument, "call.time_past", row_name(row)));
    } else {
      out.times.push_back({*start, length});
    }
  }
  return out;
}

void CallPages::put_times(const Visit& visit, const Clocks& clocks, UnixMillis now, const FormFaults& faults,
                          json::object& model) {
  const std::vector<UnixMillis> suggested = suggested_times(clocks.ours, clocks.theirs, now, kTimesAsked);
  json::array rows;
  for (std::size_t row = 1; row <= limits::kCallTimes; ++row) {
    std::string typed = visit.field(row_name(row));
    const bool is_new = visit.request.method == "GET" && visit.field("draft").empty();
    if (is_new && row <= suggested.size()) typed = clocks.ours.local_text(suggested[row - 1]);
    if (row > kTimesAsked && typed.empty()) break;
    const auto start = clocks.ours.read_local(typed);
    rows.push_back(json::object{
        {"row", row},
        {"row_label", visit.say("call.time_number", {{"number", static_cast<std::int64_t>(row)}})},
        {"value", typed},
        {"here", start ? visit.words->day_and_time(*start, clocks.ours) : std::string()},
        {"there", start ? visit.words->day_and_time(*start, clocks.theirs) : std::string()},
        {"row_error", faults.at(row_name(row))}});
  }
  model["rows"] = std::move(rows);
  model["our_zone"] = clocks.ours.name();
  model["times_help"] = visit.say("call.times_help", {{"zone", visit.words->zone_name(clocks.ours)}});
  model["our_zones"] = zone_choices(visit, clocks.our_zones, clocks.ours.name());
  model["choose_ours"] = clocks.our_zones.size() > 1;
  model["their_zone"] = clocks.theirs_known ? clocks.theirs.name() : std::string();
  model["their_zone_known"] = clocks.theirs_known;
  model["their_zones"] = zone_choices(visit, clocks.their_zones, clocks.theirs.name());
  model["choose_theirs"] = clocks.their_zones.size() > 1;
  model["lengths"] = length_choices(visit, length_of(visit));
}

asio::awaitable<HttpResponse> CallPages::show_call(Visit visit, std::optional<Error> failed) {
  PageView view{"call", visit.say("call.title"), {}, status_after(failed), "", ""};
  json::object& model = view.model;
  const FormFaults faults = failed ? call_faults(visit, *failed) : FormFaults();
  model["problem"] = failed ? visit.fault(*failed) : "";
  faults.put(model);
  for (const std::string field : {"text", "to", "zone", "form"}) model["error_" + field] = faults.at(field);
  const std::string about = given(visit, "about");
  std::string to = given(visit, "to");
  std::string text = given(visit, "text");
  model["about"] = about;
  model["about_title"] = "";
  if (!about.empty()) {
    const auto found = co_await frame_.call(visit, records_.get, RecordQuery{about, true});
    const RecordView record = found.ok() ? found->record : RecordView();
    model["about_title"] = title_of(record);
    model["about_language"] = language_tag(record.language);
    const bool is_new = visit.request.method == "GET" && visit.field("draft").empty();
    if (is_new && to.empty() && record.city != frame_.shared().parts.facts.name) to = record.city;
    if (is_new && found.ok()) text = visit.say("call.text_about", {{"title", title_of(record)}});
  }
  const AskedCities asked = co_await asked_cities(frame_, cities_, visit, to);
  const std::string city = asked.domains.size() == 1 ? asked.domains.front() : std::string();
  const Clocks known = co_await clocks(visit, city, visit.field("their_zone"));
  put_times(visit, known, frame_.shared().parts.clock.wall(), faults, model);
  model["to"] = city.empty() ? to : frame_.city_in_full(visit, city);
  model["their_city"] = city.empty() ? visit.say("call.other_city") : frame_.city_name(visit, city);
  model["cities"] = co_await cities_to_ask(frame_, cities_, visit);
  model["text"] = text;
  model["contact"] = given(visit, "contact");
  const std::string form = given(visit, "form").empty() ? "call" : given(visit, "form");
  json::array forms;
  for (const std::string key : {"call", "visit"})
    forms.push_back(
        json::object{{"key", key}, {"text", visit.say("call.form." + key)}, {"chosen", key == form}});
  model["forms"] = std::move(forms);
  model["note_languages"] =
      note_languages(visit, given(visit, "language").empty() ? visit.words->tag() : given(visit, "language"));
  put_draft(visit, model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<Result<Visit>> CallPages::filled(Visit visit) {
  auto out = co_await with_draft(frame_, drafts_, visit);
  if (!out.ok() || visit.request.param("draft").empty()) co_return out;
  const auto draft = co_await named_draft(frame_, drafts_, visit);
  if (!draft.ok()) co_return out;
  put_drafted_times(object_at(draft->note, "content"), out->form);
  // A reply answers one note. Whom it is for as well is found anew.
  for (const auto& item : array_at(draft->note, "refs")) {
    if (item.is_object() && text_at(item.get_object(), "role") == "answers")
      out->form["to"] = text_at(item.get_object(), "ref");
  }
  co_return out;
}

asio::awaitable<HttpResponse> CallPages::call_form(Visit visit) {
  const auto with = co_await filled(visit);
  if (!with.ok()) co_return frame_.failed(visit, with.error());
  co_return co_await show_call(*with, std::nullopt);
}

asio::awaitable<HttpResponse> CallPages::call(Visit visit) {
  if (visit.field("do") == "times") co_return co_await show_call(visit, std::nullopt);
  const auto zone = TimeZone::find(visit.field("zone"));
  TypedTimes typed = typed_times(visit, zone.value_or(visit.zone), frame_.shared().parts.clock.wall());
  const std::string text = unix_lines(visit.field("text"));
  json::object content{{"title", title_from(text)},
                       {"text", text},
                       {"form", visit.field("form")},
                       {"times", times_json(typed.times)},
                       {"time_zone", zone.value_or(visit.zone).name()}};
  if (const std::string contact = visit.field("contact"); !contact.empty()) content["contact"] = contact;
  json::object request{
      {"kind", "call"}, {"language", visit.field("language")}, {"content", std::move(content)}};
  std::vector<Error> faults = std::move(typed.faults);
  const std::vector<Error> unasked = co_await put_asked(frame_, cities_, visit, request);
  faults.insert(faults.end(), unasked.begin(), unasked.end());
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return co_await show_call(visit, done.error());
  co_return go_to_published(*done);
}

// --- replying ---

asio::awaitable<HttpResponse> CallPages::show_reply(Visit visit, std::optional<Error> failed) {
  const std::string to = given(visit, "to");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  if (!found->call) co_return frame_.failed(visit, visit.said(Code::kNotFound, "call.none", "to"));
  const CallView& asked_for = *found->call;
  PageView view{"call_reply", visit.say("call.reply_title"), {}, status_after(failed), "", ""};
  json::object& model = view.model;
  const FormFaults faults = failed ? call_faults(visit, *failed) : FormFaults();
  model["problem"] = failed ? visit.fault(*failed) : "";
  faults.put(model);
  const std::string pressed = reply_of(visit).answer;
  const std::string answer = pressed.empty() ? visit.request.param("answer") : pressed;
  model["to"] = asked_for.ref;
  model["answer"] = answer;
  for (const std::string one : {"another-time", "colleague"}) {
    std::string member = "is_" + one;
    std::replace(member.begin(), member.end(), '-', '_');
    model[member] = answer == one;
  }
  model["is_plain"] = answer != "another-time" && answer != "colleague";
  json::object call = call_model(frame_, visit, asked_for, frame_.may(visit, desk_.publish.facts));
  call["is_form"] = true;
  model["call"] = std::move(call);
  for (const std::string field : {"colleague", "text", "contact"}) {
    model["error_" + field] = faults.at(field);
    model[field] = given(visit, field);
  }
  const bool ours_asks = asked_for.asker == frame_.shared().parts.facts.name;
  const std::string& other = ours_asks ? asked_for.asked : asked_for.asker;
  const std::string& other_zone = ours_asks ? asked_for.asked_zone : asked_for.asker_zone;
  const Clocks known = co_await clocks(visit, other, other_zone);
  put_times(visit, known, frame_.shared().parts.clock.wall(), faults, model);
  model["their_city"] = other.empty() ? visit.say("call.other_city") : frame_.city_name(visit, other);
  model["note_languages"] =
      note_languages(visit, given(visit, "language").empty() ? visit.words->tag() : given(visit, "language"));
  put_draft(visit, model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> CallPages::reply_form(Visit visit) {
  const auto with = co_await filled(visit);
  if (!with.ok()) co_return frame_.failed(visit, with.error());
  co_return co_await show_reply(*with, std::nullopt);
}

asio::awaitable<HttpResponse> CallPages::reply(Visit visit) {
  if (visit.field("do") == "times") co_return co_await show_reply(visit, std::nullopt);
  const SaidReply said = reply_of(visit);
  const TimeZone zone = TimeZone::find(visit.field("zone")).value_or(visit.zone);
  json::object content{{"answer", said.answer}, {"time_zone", zone.name()}};
  std::vector<Error> faults;
  if (said.time)
    content["time"] = json::object{{"start_ms", std::to_string(said.time->start.value)},
                                   {"minutes", said.time->length.count()}};
  if (said.answer == "another-time") {
    TypedTimes typed = typed_times(visit, zone, frame_.shared().parts.clock.wall());
    content["times"] = times_json(typed.times);
    faults = std::move(typed.faults);
  }
  if (said.answer == "colleague") content["colleague"] = visit.field("colleague");
  for (const char* member : {"text", "contact"}) {
    if (const std::string text = unix_lines(visit.field(member)); !text.empty()) content[member] = text;
  }
  const std::string language = visit.field("language").empty() ? visit.words->tag() : visit.field("language");
  const std::string to = visit.field("to");
  json::object request{{"kind", "call-reply"},
                       {"language", language},
                       {"refs", json::array{json::object{{"role", "answers"}, {"ref", to}}}},
                       {"content", std::move(content)}};
  // What the asking city says to its own call must reach the other one.
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, true});
  if (found.ok() && found->call && found->call->asker == frame_.shared().parts.facts.name &&
      !found->call->asked.empty())
    request["to"] = json::array{found->call->asked};
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return co_await show_reply(visit, done.error());
  co_return go_to_published(*done, to);
}

// --- the calendar's file, in the words of the reader ---

asio::awaitable<HttpResponse> CallPages::calendar(Visit visit) {
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref_arg(visit.request), false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  if (!found->call) co_return frame_.failed(visit, visit.said(Code::kNotFound, "call.none", "ref"));
  const CallView& view = *found->call;
  const std::string url = base_url(frame_.shared().access, visit.request) + "/records/" + view.ref;
  const std::string who = frame_.city_name(visit, view.asker) + " – " + frame_.city_name(visit, view.asked);
  const auto text =
      call_calendar(view,
                    {call_form_name(visit, view.call) + ": " + who + ": " + title_line(view.call.title()),
                     view.call.text() + "\n\n" + url, url},
                    frame_.shared().parts.clock.wall());
  co_return text.ok() ? calendar_response(*text) : frame_.failed(visit, text.error());
}

}  // namespace koinon
