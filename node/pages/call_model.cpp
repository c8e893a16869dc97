#include "node/pages/call_model.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/pages/call_times.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kRepliesShown = 30;
constexpr std::size_t kDeskCalls = 20;
constexpr std::size_t kLineBytes = 600;  // of what a city says of a call

// Others may write a megabyte where a line is asked for.
std::string short_line(const std::string& text) {
  const std::string_view shown = clipped_utf8(text, kLineBytes);
  return title_line(shown) + (shown.size() < text.size() ? " …" : "");
}

// One of the two, by its clocks.
struct Place {
  std::string city;  // empty: the call names none
  std::string name;
  TimeZone zone;
  bool known = false;  // the zone
};

struct Places {
  Place asker;
  Place asked;
};

class CallWriter {
 public:
  CallWriter(PageFrame& frame, const Visit& visit, const CallView& call)
      : frame_(frame), visit_(visit), call_(call) {
    places_.asker = place(call.asker, call.asker_zone);
    places_.asked = place(call.asked, call.asked_zone);
  }

  json::object standing(bool may_publish) const;
  json::object talk() const;
  std::string status() const;
  std::string title() const {
    const std::string line = short_line(call_.call.title());
    return line.empty() ? call_.ref : line;
  }
  // The time that is agreed on, or was.
  const std::optional<CallTime>& time() const {
    return call_.state.agreed ? call_.state.agreed : call_.state.called_off;
  }
  json::object time_model(const CallTime& time) const;

 private:
  bool is_own(const std::string& city) const { return city == frame_.shared().parts.facts.name; }
  Place place(const std::string& city, const std::string& zone) const;
  // Where one time stands alone, it is that of our own city; others read the asking city's.
  const TimeZone& readers_zone() const {
    return is_own(call_.asked) ? places_.asked.zone : places_.asker.zone;
  }
  json::array times() const;
  json::array outcomes() const;
  json::array replies() const;
  std::string word(const v1::CallReply& reply) const;
  json::array choices() const;

  PageFrame& frame_;
  const Visit& visit_;
  const CallView& call_;
  Places places_;
};

// Our own city's clocks are those of who looks, where it has named none.
Place CallWriter::place(const std::string& city, const std::string& zone) const {
  Place out{city, city.empty() ? std::string() : frame_.city_name(visit_, city), {}, !zone.empty()};
  if (const auto found = TimeZone::find(zone)) out.zone = *found;
  if (zone.empty() && is_own(city)) {
    out.zone = visit_.zone;
    out.known = true;
  }
  return out;
}

json::object CallWriter::time_model(const CallTime& time) const {
  json::array places;
  for (const Place* one : {&places_.asker, &places_.asked}) {
    if (one->city.empty()) continue;
    places.push_back(
        json::object{{"where", one->name}, {"when", visit_.words->day_and_time(time.start, one->zone)}});
  }
  return {{"start", time_text(time.start)},
          {"places", std::move(places)},
          {"length", length_text(visit_, time.length)}};
}

// Those that matter now: the one that was agreed on, else those that are offered.
json::array CallWriter::times() const {
  json::array out;
  if (time()) {
    out.push_back(time_model(*time()));
    return out;
  }
  if (call_.state.phase == CallPhase::kNo || call_.state.phase == CallPhase::kColleague) return out;
  for (const CallTime& one : call_.state.offered) out.push_back(time_model(one));
  return out;
}

std::string CallWriter::status() const {
  const std::string& asker = places_.asker.name;
  const std::string asked = call_.asked.empty() ? visit_.say("call.nobody") : places_.asked.name;
  switch (call_.state.phase) {
    case CallPhase::kWaiting:
      return visit_.say("call.status_waiting", {{"city", asked}});
    case CallPhase::kAnotherTime:
      return visit_.say("call.status_another_time", {{"city", asked}, {"asker", asker}});
    case CallPhase::kColleague:
      return visit_.say("call.status_colleague", {{"city", asked}});
    case CallPhase::kNo:
      return visit_.say("call.status_no");
    case CallPhase::kAgreed:
      return visit_.say("call.status_agreed",
                        {{"time", visit_.words->day_and_time(call_.state.agreed->start, readers_zone())}});
    case CallPhase::kOver:
      return visit_.say("call.status_over");
    case CallPhase::kTold:
      break;
  }
  return visit_.say("call.status_told");
}

json::array CallWriter::outcomes() const {
  json::array out;
  const auto add = [&](const Place& place, const std::optional<CallOutcome>& said) {
    if (!said) return;
    const std::string line = short_line(said->text);
    out.push_back(json::object{{"where", place.name},
                               {"said", visit_.say(said->held ? "call.held" : "call.not_held")},
                               {"line", line}});
  };
  add(places_.asker, call_.state.asker_said);
  add(places_.asked, call_.state.asked_said);
  return out;
}

// What a reply says, in a line.
std::string CallWriter::word(const v1::CallReply& reply) const {
  const std::string& answer = reply.answer();
  if (answer == "yes" && reply.has_time()) {
    if (const auto time = call_time(reply.time()))
      return visit_.say("call.said_yes", {{"time", visit_.words->day_and_time(time->start, readers_zone())}});
  }
  return short_line(visit_.named("call.answer", answer));
}

json::array CallWriter::replies() const {
  json::array out;
  const std::size_t first = call_.words.size() - std::min(call_.words.size(), kRepliesShown);
  for (std::size_t i = first; i < call_.words.size(); ++i) {
    const CallWordView& one = call_.words[i];
    json::array offered;
    for (const v1::TimeSlot& slot : one.reply.times()) {
      if (offered.size() == limits::kCallTimes) break;
      if (const auto time = call_time(slot)) offered.push_back(time_model(*time));
    }
    out.push_back(json::object{{"city", one.city},
                               {"reply_ref", one.ref},
                               {"date", date_of(visit_, one.at)},
                               {"word", word(one.reply)},
                               {"colleague_said", short_line(one.reply.colleague())},
                               {"contact_said", short_line(one.reply.contact())},
                               {"text_said", short_line(one.reply.text())},
                               {"reply_language", language_tag(one.language)},
                               {"has_offered", !offered.empty()},
                               {"offered", std::move(offered)}});
  }
  return out;
}

// What may still be said yes to: our own time on the button, the other city's beside it.
json::array CallWriter::choices() const {
  json::array out;
  const bool ours_asks = is_own(call_.asker);
  const Place& ours = ours_asks ? places_.asker : places_.asked;
  const Place& theirs = ours_asks ? places_.asked : places_.asker;
  const UnixMillis now = frame_.shared().parts.clock.wall();
  for (const CallTime& one : call_.state.offered) {
    if (one.start <= now) continue;
    out.push_back(json::object{
        {"value", time_value(one)},
        {"label", visit_.say("call.said_yes", {{"time", visit_.words->day_and_time(one.start, ours.zone)}})},
        {"beside", place_text(visit_, theirs.name, one.start, theirs.zone)},
        {"length", length_text(visit_, one.length)}});
  }
  return out;
}

json::object CallWriter::standing(bool may_publish) const {
  const auto own = frame_.shared().parts.facts.log();
  const UnixMillis now = frame_.shared().parts.clock.wall();
  const CallTask task = may_publish && own ? call_task(call_, *own, now) : CallTask::kNone;
  const CallState& state = call_.state;
  const std::string colleague = short_line(state.colleague);
  json::array shown = times();
  json::array said = outcomes();
  json::array words = replies();
  json::array to_choose = task == CallTask::kAnswer || task == CallTask::kChoose ? choices() : json::array();
  const bool unknown = !call_.asked.empty() && !places_.asked.known && !shown.empty();
  return {{"call_ref", call_.ref},
          {"call_title", title()},
          {"call_language", language_tag(call_.language)},
          {"phase", call_phase_text(state.phase)},
          {"form_name", call_form_name(visit_, call_.call)},
          {"status_line", status()},
          {"colleague", colleague},
          {"has_times", !shown.empty()},
          {"times", std::move(shown)},
          {"zone_unknown",
           unknown ? visit_.say("call.zone_unknown", {{"city", places_.asked.name}}) : std::string()},
          {"calendar", time() ? "/records/" + call_.ref + "/call.ics" : std::string()},
          {"agreed", state.phase == CallPhase::kAgreed},
          {"cancelled", state.called_off.has_value()},
          {"has_outcomes", !said.empty()},
          {"outcomes", std::move(said)},
          {"has_replies", !words.empty()},
          {"replies", std::move(words)},
          {"may_answer", task == CallTask::kAnswer},
          {"may_say_yes", task == CallTask::kAnswer || task == CallTask::kChoose},
          {"may_tell", task == CallTask::kTell},
          {"has_choices", !to_choose.empty()},
          {"choices", std::move(to_choose)},
          {"is_form", false},
          {"our_zone", (is_own(call_.asker) ? places_.asker : places_.asked).zone.name()}};
}

json::object CallWriter::talk() const {
  const CallState& state = call_.state;
  std::string line = status();
  std::string between = places_.asker.name + (call_.asked.empty() ? "" : " – " + places_.asked.name);
  if (state.phase == CallPhase::kOver || state.phase == CallPhase::kTold) {
    between.clear();  // the line names both
    const bool held =
        (state.asker_said && state.asker_said->held) || (state.asked_said && state.asked_said->held);
    const bool not_held = !held && (state.asker_said || state.asked_said);
    const MessageArguments arguments{
        {"asker", places_.asker.name},
        {"asked", places_.asked.name},
        {"time", visit_.words->day_and_time(state.agreed->start, readers_zone())}};
    const bool visit = call_.call.form() == "visit";
    line = visit_.say(not_held ? "call.did_not_meet" : visit ? "call.met" : "call.talked", arguments);
  }
  json::array said = outcomes();
  return {
      {"call_ref", call_.ref},      {"call_title", title()}, {"call_language", language_tag(call_.language)},
      {"talk_line", line},          {"between", between},    {"has_outcomes", !said.empty()},
      {"outcomes", std::move(said)}};
}

}  // namespace

std::string call_form_name(const Visit& visit, const v1::Call& call) {
  const std::string& form = call.form();
  return visit.say(form == "call" || form == "visit" ? "call.form." + form : "kind.call");
}

std::string length_text(const Visit& visit, std::chrono::minutes length) {
  const std::int64_t minutes = length.count();
  constexpr std::int64_t kHour = 60;
  constexpr std::int64_t kDay = 24 * kHour;
  if (minutes % kDay == 0) return visit.say("call.days", {{"count", minutes / kDay}});
  if (minutes % kHour == 0) return visit.say("call.hours", {{"count", minutes / kHour}});
  return visit.say("call.minutes", {{"count", minutes}});
}

std::string place_text(const Visit& visit, const std::string& city_name, UnixMillis time,
                       const TimeZone& zone) {
  return visit.say("call.place", {{"city", city_name}, {"time", visit.words->day_and_time(time, zone)}});
}

json::object call_model(PageFrame& frame, const Visit& visit, const CallView& call, bool may_publish) {
  return CallWriter(frame, visit, call).standing(may_publish);
}

json::object talk_model(PageFrame& frame, const Visit& visit, const CallView& call) {
  return CallWriter(frame, visit, call).talk();
}

void put_desk_calls(PageFrame& frame, const Visit& visit, const std::vector<CallItem>& calls,
                    bool may_publish, json::object& model) {
  json::array over;
  json::array next;
  for (const CallItem& item : calls) {
    const bool tells = item.task == CallTask::kTell && over.size() < kDeskCalls;
    const bool comes = item.call.state.phase == CallPhase::kAgreed && next.size() < kDeskCalls;
    if (!tells && !comes) continue;
    (tells ? over : next).push_back(call_model(frame, visit, item.call, may_publish));
  }
  model["has_calls_over"] = !over.empty();
  model["calls_over"] = std::move(over);
  model["has_calls_next"] = !next.empty();
  model["calls_next"] = std::move(next);
}

}  // namespace koinon
