// Whether this node's time is in doubt. ClockWatch finds out, and operators see it in many places.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

enum class ClockDoubt : unsigned char {
  kOwnEntry,  // our time is before the newest entry of our own log
  kPeers,     // the connected peers have another time
  kJump,      // the machine's clock has just jumped, and is not believed yet
};
// The API's words: own-entry, peers, jump.
std::string_view clock_doubt_text(ClockDoubt doubt);

struct ClockStanding {
  std::vector<ClockDoubt> because;  // the strongest reason first; empty: our clock is not in doubt
  std::chrono::milliseconds behind{
      0};                      // how far our clock is behind, by the first reason; negative: it is ahead
  bool signing_waits = false;  // notes wait until the operator confirms the clock, or it is set
  bool off() const { return !because.empty(); }
};

inline constexpr const char* kClockWord = "clock_word";  // the setting that keeps the operator's word

// The API asks ClockWatch by these functions. Any thread.
struct ClockQuestions {
  std::function<ClockStanding()> standing;
  // The operator says that the machine's clock is right. Returns the text to keep in the store; it counts
  // once it is given back.
  std::function<std::string()> word;
  std::function<void(const std::string& word)> believe;
};

}  // namespace koinon
