// What follows from what two cities have said about a call or a visit (PROTOCOL.md, "Content of records").
// Pure functions, for any thread. Others write the words, so that all of it may be absurd: a word that says
// nothing sensible counts as none.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "proto/base/types.h"

namespace koinon {

struct CallTime {
  UnixMillis start;
  std::chrono::minutes length{0};

  UnixMillis end() const { return {start.value + std::chrono::milliseconds(length).count()}; }
  bool operator==(const CallTime&) const = default;
};
// Nothing: it is no time, or its length is none that a call may have (limits::kCallMinutesMin).
std::optional<CallTime> call_time(const v1::TimeSlot& slot);

enum class CallPhase : unsigned char {
  kWaiting,      // the asked city has not answered
  kAnotherTime,  // it offers other times; the asking city may take one
  kColleague,    // it names a colleague to ask
  kNo,           // one of the two has said no
  kAgreed,       // on a time, which is not over
  kOver,         // that time is over, and not both have said what came of it
  kTold,         // both have
};
// "waiting", "another-time", "colleague", "no", "agreed", "over", "told".
std::string_view call_phase_text(CallPhase phase);
// kInvalidArgument is for the caller to say. Nothing: it is none of these.
std::optional<CallPhase> read_call_phase(std::string_view text);

// A reply that its city has not withdrawn.
struct CallWord {
  LogId by;
  EntryIndex index;  // in that log
  v1::CallReply reply;
};

// What one of the two says came of it.
struct CallOutcome {
  bool held = false;
  std::string text;
  EntryIndex index;  // of the word in its log
};

struct CallParties {
  LogId asker;
  std::optional<LogId> asked;  // nothing: the call names no city, or several. Then nobody can answer it
};

struct CallState {
  CallPhase phase = CallPhase::kWaiting;
  // To which a yes is awaited: of the call, or, after another-time, of the asked city. Some may be over.
  std::vector<CallTime> offered;
  std::optional<CallTime> agreed;
  std::optional<CallTime> called_off;  // a time that was agreed on once, and is not any more
  std::string colleague;
  std::string text;  // what the asked city adds to its answer
  std::optional<CallOutcome> asker_said;
  std::optional<CallOutcome> asked_said;
};

// `words`: in any order; those of third cities say nothing. Of each city the latest word before the call
// counts, and the latest one afterwards; "latest" is the highest index. `withdrawn`: the asking city has
// taken the call back.
CallState call_state(const CallParties& of, const v1::Call& call, std::vector<CallWord> words, bool withdrawn,
                     UnixMillis now);

}  // namespace koinon
