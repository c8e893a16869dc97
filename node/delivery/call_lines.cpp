#include "node/delivery/call_lines.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "node/text/markdown.h"
#include "node/text/time_zone.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kTextBytes = 1000;
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAnswers = {
    {{"yes", "Yes to"},
     {"another-time", "Other times for"},
     {"colleague", "A colleague for"},
     {"no", "No to"},
     {"held", "What came of"},
     {"not-held", "It did not take place"}}};
constexpr std::array<const char*, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday"};

// "Tuesday 2026-12-01 15:00 (Asia/Seoul)"
std::string local_line(UnixMillis time, const std::string& zone_name) {
  const TimeZone zone = TimeZone::find(zone_name).value_or(TimeZone());
  std::string local = zone.local_text(time);
  std::replace(local.begin(), local.end(), 'T', ' ');
  const std::chrono::milliseconds shifted = std::chrono::milliseconds(time.value) + zone.ahead(time);
  const std::chrono::weekday day(
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(shifted)));
  return std::string(kDays.at(day.c_encoding())) + " " + local + " (" + zone.name() + ")";
}

std::string time_line(const CallView& call, const CallTime& time) {
  const std::string there =
      call.asked.empty() ? std::string() : "; " + call.asked + ": " + local_line(time.start, call.asked_zone);
  return "- " + call.asker + ": " + local_line(time.start, call.asker_zone) + there + "; " +
         std::to_string(time.length.count()) + " minutes\n";
}

using Slots = google::protobuf::RepeatedPtrField<v1::TimeSlot>;

bool is_among(const CallTime& time, const Slots& slots) {
  return std::any_of(slots.begin(), slots.end(),
                     [&](const v1::TimeSlot& slot) { return call_time(slot) == time; });
}

// The asked city says yes to a time of the call, the asking city to one that the asked city has offered.
bool is_offered(const CallView& call, bool by_asked, const CallTime& time) {
  if (by_asked) return is_among(time, call.call.times());
  return std::any_of(call.words.begin(), call.words.end(), [&](const CallWordView& word) {
    return word.log == call.parties.asked && is_among(time, word.reply.times());
  });
}

bool counts(const CallView& call, const LogId& by, const v1::CallReply& reply) {
  const bool by_asked = call.parties.asked == by;
  if (!by_asked && by != call.parties.asker) return false;
  if (reply.answer() != "yes") return true;
  const auto time = reply.has_time() ? call_time(reply.time()) : std::nullopt;
  return time && is_offered(call, by_asked, *time);
}

}  // namespace

std::string reply_title(const CallView& call, const LogId& by, const v1::CallReply& reply) {
  const std::string title = title_line(call.call.title());
  if (!counts(call, by, reply)) return "Reply to: " + title;
  for (const auto& [answer, words] : kAnswers) {
    if (answer == reply.answer()) return std::string(words) + ": " + title;
  }
  return "Reply to: " + title;
}

std::string call_lines(const CallView& call, const std::string& url) {
  const CallState& state = call.state;
  std::string out;
  if (state.agreed) {
    out = std::string(state.phase == CallPhase::kAgreed ? "Agreed:" : "It was at:") + "\n\n" +
          time_line(call, *state.agreed) + "\nFor the calendar: " + url + "/records/" + call.ref +
          "/call.ics\n";
  } else if (state.phase == CallPhase::kNo) {
    out = "It will not take place.\n";
  } else if (state.phase == CallPhase::kColleague) {
    out = "Ask: " + title_line(clipped_utf8(state.colleague, kTextBytes)) + "\n";
  } else {
    out = std::string(state.phase == CallPhase::kAnotherTime ? "Other times:" : "Times:") + "\n\n";
    for (const CallTime& time : state.offered) out += time_line(call, time);
  }
  const std::string text(clipped_utf8(call.call.text(), kTextBytes));
  return out + (text.empty() ? "" : "\n" + text);
}

}  // namespace koinon
