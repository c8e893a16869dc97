#include "node/reading/call_state.h"

#include <algorithm>
#include <array>

#include "proto/base/limits.h"

namespace koinon {
namespace {

using Slots = google::protobuf::RepeatedPtrField<v1::TimeSlot>;

constexpr std::array<std::string_view, 7> kPhases = {"waiting", "another-time", "colleague", "no",
                                                     "agreed",  "over",         "told"};

// Those that are times, at most as many as a city may offer.
std::vector<CallTime> times_of(const Slots& slots) {
  std::vector<CallTime> out;
  for (const v1::TimeSlot& slot : slots) {
    if (out.size() == limits::kCallTimes) break;
    if (const auto time = call_time(slot)) out.push_back(*time);
  }
  return out;
}

bool is_among(const std::optional<CallTime>& time, const std::vector<CallTime>& times) {
  return time && std::find(times.begin(), times.end(), *time) != times.end();
}

// What the two have said so far, while their words are read in their order.
class Reading {
 public:
  Reading(const v1::Call& call, UnixMillis now) : now_(now) { out_.offered = times_of(call.times()); }

  void take_asked(const v1::CallReply& reply) {
    const std::string& answer = reply.answer();
    const auto time = reply.has_time() ? call_time(reply.time()) : std::nullopt;
    std::vector<CallTime> others = times_of(reply.times());
    if (answer == "yes" && is_among(time, out_.offered)) {
      asked_ = Said{CallPhase::kAgreed, time, {}, &reply};
      was_agreed_ = time;
    } else if (answer == "another-time" && !others.empty()) {
      asked_ = Said{CallPhase::kAnotherTime, {}, std::move(others), &reply};
    } else if (answer == "colleague" && !reply.colleague().empty()) {
      asked_ = Said{CallPhase::kColleague, {}, {}, &reply};
    } else if (answer == "no") {
      asked_ = Said{CallPhase::kNo, {}, {}, &reply};
    }
  }

  // The asking city takes one of the other times, or none of them.
  void take_asker(const v1::CallReply& reply) {
    if (reply.answer() == "no") asker_ = Said{CallPhase::kNo, {}, {}, &reply};
    if (reply.answer() != "yes" || !reply.has_time()) return;
    if (const auto time = call_time(reply.time())) asker_ = Said{CallPhase::kAgreed, time, {}, &reply};
  }

  CallState decided(bool withdrawn) && {
    out_.phase = asked_.phase;
    out_.agreed = asked_.time;
    if (asked_.reply != nullptr) out_.text = asked_.reply->text();
    if (asked_.phase == CallPhase::kColleague) out_.colleague = asked_.reply->colleague();
    if (asked_.phase == CallPhase::kAnotherTime) {
      out_.offered = asked_.times;
      if (asker_.phase == CallPhase::kAgreed && is_among(asker_.time, out_.offered)) {
        out_.phase = CallPhase::kAgreed;
        out_.agreed = was_agreed_ = asker_.time;
      }
    }
    if (withdrawn || asker_.phase == CallPhase::kNo) {
      if (out_.agreed) was_agreed_ = out_.agreed;
      out_.phase = CallPhase::kNo;
      out_.agreed.reset();
    }
    if (!out_.agreed) out_.called_off = was_agreed_;
    if (out_.agreed && out_.agreed->end() <= now_) out_.phase = CallPhase::kOver;
    return std::move(out_);
  }

 private:
  // What one of the two has said last, before the call.
  struct Said {
    CallPhase phase = CallPhase::kWaiting;
    std::optional<CallTime> time = {};
    std::vector<CallTime> times = {};
    const v1::CallReply* reply = nullptr;
  };

  UnixMillis now_;
  CallState out_;
  Said asked_;
  Said asker_;
  std::optional<CallTime> was_agreed_;
};

bool is_afterwards(const v1::CallReply& reply) {
  return reply.answer() == "held" || reply.answer() == "not-held";
}

}  // namespace

std::optional<CallTime> call_time(const v1::TimeSlot& slot) {
  const bool is_time = slot.start_ms() > 0 && slot.start_ms() <= limits::kLatestMs &&
                       slot.minutes() >= limits::kCallMinutesMin && slot.minutes() <= limits::kCallMinutesMax;
  if (!is_time) return std::nullopt;
  return CallTime{{slot.start_ms()}, std::chrono::minutes(slot.minutes())};
}

std::string_view call_phase_text(CallPhase phase) { return kPhases.at(static_cast<std::size_t>(phase)); }

std::optional<CallPhase> read_call_phase(std::string_view text) {
  const auto* const it = std::find(kPhases.begin(), kPhases.end(), text);
  if (it == kPhases.end()) return std::nullopt;
  return static_cast<CallPhase>(it - kPhases.begin());
}

CallState call_state(const CallParties& of, const v1::Call& call, std::vector<CallWord> words, bool withdrawn,
                     UnixMillis now) {
  std::sort(words.begin(), words.end(),
            [](const CallWord& a, const CallWord& b) { return a.index < b.index; });
  Reading reading(call, now);
  std::optional<CallOutcome> asker_said;
  std::optional<CallOutcome> asked_said;
  for (const CallWord& word : words) {
    const bool by_asked = of.asked && word.by == *of.asked;
    if (!by_asked && word.by != of.asker) continue;
    if (is_afterwards(word.reply)) {
      auto& said = by_asked ? asked_said : asker_said;
      said = CallOutcome{word.reply.answer() == "held", word.reply.text(), word.index};
    } else if (by_asked) {
      reading.take_asked(word.reply);
    } else {
      reading.take_asker(word.reply);
    }
  }
  CallState out = std::move(reading).decided(withdrawn);
  // What is said of a call before it has begun is no report of it.
  if (!out.agreed || out.agreed->start > now) return out;
  out.asker_said = std::move(asker_said);
  out.asked_said = std::move(asked_said);
  if (out.asker_said && out.asked_said) out.phase = CallPhase::kTold;
  return out;
}

}  // namespace koinon
