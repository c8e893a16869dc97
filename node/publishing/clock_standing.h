// Whether the time that this node goes by is in doubt: found by ClockWatch, shown wherever an operator looks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace koinon {

enum class ClockDoubt : unsigned char {
  kOwnEntry,  // it lies behind the newest entry of our own log
  kPeers,     // the connected peers have another
  kJump,      // the machine's clock has jumped just now, and is not believed yet
};
// As the API says it: own-entry, peers, jump.
std::string_view clock_doubt_text(ClockDoubt doubt);

struct ClockStanding {
  std::vector<ClockDoubt> because;      // the strongest first; empty: nothing speaks against our clock
  std::chrono::milliseconds behind{0};  // by the first of them; negative: our clock is ahead
  bool signing_waits = false;           // until the operator says that the clock is right, or it is set
  bool off() const { return !because.empty(); }
};

inline constexpr const char* kClockWord = "clock_word";  // the setting of the store that keeps the word

// What the API asks of ClockWatch. Any thread.
struct ClockQuestions {
  std::function<ClockStanding()> standing;
  // The operator says that the machine's clock is right: what is to be kept of that, and then gone by.
  std::function<std::string()> word;
  std::function<void(const std::string& word)> believe;
};

}  // namespace koinon
