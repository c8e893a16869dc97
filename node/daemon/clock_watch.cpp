#include "node/daemon/clock_watch.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <sys/timex.h>

#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::int64_t kOffMs = std::chrono::milliseconds(limits::kClockOff).count();

// Of an even number the nearer of the two in the middle: one word against another is none.
std::int64_t median(std::vector<std::int64_t> of) {
  std::sort(of.begin(), of.end());
  const std::int64_t low = of[(of.size() - 1) / 2];
  const std::int64_t high = of[of.size() / 2];
  return std::abs(low) < std::abs(high) ? low : high;
}

// 2020-03-04 05:06, as pages write it within a sentence.
std::string minute_text(UnixMillis time) {
  const std::string text = time_text(time);
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

}  // namespace

Result<std::optional<OwnNewest>> newest_own_entry(StoreReader& store, const LogId& own) {
  const auto log = store.log_state(own);
  if (!log.ok() && log.error().code == Code::kNotFound) return std::optional<OwnNewest>();
  if (!log.ok()) return log.error();
  const std::uint64_t size = log->range.size().value;
  if (size == 0) return std::optional<OwnNewest>();
  const EntryIndex index(size - 1);
  const auto newest = store.entry(own, index);
  if (!newest.ok() && newest.error().code == Code::kNotFound) return std::optional<OwnNewest>();
  if (!newest.ok()) return newest.error();
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(*newest));
  return std::optional(OwnNewest{index, UnixMillis{entry.created_at_ms()}});
}

std::string clock_word_text(const ClockWord& word) {
  return std::to_string(word.entries) + " " + std::to_string(word.lag.count());
}

std::optional<ClockWord> parse_clock_word(std::string_view text) {
  const auto gap = text.find(' ');
  if (gap == std::string_view::npos) return std::nullopt;
  const auto entries = parse_decimal(text.substr(0, gap));
  const std::string_view rest = text.substr(gap + 1);
  std::int64_t lag = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), lag);
  if (!entries.ok() || error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  return ClockWord{*entries, std::chrono::milliseconds(lag)};
}

std::optional<bool> kernel_is_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer < 0) return std::nullopt;
  return answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

ClockWatch::ClockWatch(Parts parts)
    : parts_(std::move(parts)),
      began_(parts_.boot()),
      starts_late_(parts_.newest && parts_.wall->now().value - parts_.newest->created_at.value >
                                        std::chrono::milliseconds(limits::kClockSilence).count()) {}

bool ClockWatch::hears_peers_first() const {
  return starts_late_ && parts_.has_peers && !lag_ && parts_.boot() - began_ < limits::kClockHearing &&
         !parts_.kernel_is_synchronised().value_or(true);
}

void ClockWatch::peers_say(std::vector<std::int64_t> ahead) {
  const std::lock_guard lock(mutex_);
  lag_.reset();
  if (!ahead.empty()) lag_ = std::chrono::milliseconds(median(std::move(ahead)));
}

void ClockWatch::newest_own(const OwnNewest& newest) {
  const std::lock_guard lock(mutex_);
  parts_.newest = newest;
}

// An entry that the operator has seen and calls wrong is no evidence any more.
bool ClockWatch::own_entry_contradicts(UnixMillis now) const {
  const auto& newest = parts_.newest;
  if (!newest || newest->created_at.value - now.value <= kOffMs) return false;
  return !parts_.word || !parts_.word->covers(*newest);
}

bool ClockWatch::peers_contradict() const { return lag_ && std::abs(lag_->count()) > kOffMs; }

std::int64_t ClockWatch::less_boot(UnixMillis now) const {
  return now.value - std::chrono::duration_cast<std::chrono::milliseconds>(parts_.boot()).count();
}

// A clock that has run on evenly since the operator called it right is as right as it was, whatever peers say
// meanwhile: else one that says something new each time has it called right again and again.
bool ClockWatch::waits_for_peers(UnixMillis now) const {
  if (!peers_contradict()) return false;
  const bool runs_on = right_ && std::abs(less_boot(now) - *right_) <= kOffMs;
  const bool seen = runs_on || (parts_.word && std::abs((*lag_ - parts_.word->lag).count()) <= kOffMs);
  // A kernel that may not be asked says nothing, and peers alone are not enough.
  return !seen && !parts_.kernel_is_synchronised().value_or(true);
}

ClockStanding ClockWatch::standing() {
  const UnixMillis now = parts_.wall->now();
  const std::chrono::milliseconds jump = parts_.wall->jump();
  const std::lock_guard lock(mutex_);
  ClockStanding out;
  const auto doubt = [&](ClockDoubt because, std::chrono::milliseconds behind) {
    if (out.because.empty()) out.behind = behind;
    out.because.push_back(because);
  };
  if (own_entry_contradicts(now))
    doubt(ClockDoubt::kOwnEntry, std::chrono::milliseconds(parts_.newest->created_at.value - now.value));
  if (peers_contradict()) doubt(ClockDoubt::kPeers, *lag_);
  // The machine's clock, not the time that we go by.
  if (jump.count() != 0) doubt(ClockDoubt::kJump, -jump);
  out.signing_waits = parts_.signs && (own_entry_contradicts(now) || waits_for_peers(now));
  return out;
}

std::optional<Error> ClockWatch::signing_waits() {
  if (!parts_.signs) return std::nullopt;
  const UnixMillis now = parts_.wall->now();
  const std::lock_guard lock(mutex_);
  if (own_entry_contradicts(now))
    return fail(
        Code::kUnavailable,
        Sentence{"clock.behind_log",
                 "this clock says {now}, our newest entry says {newest}; set the clock, or say that it "
                 "is right: koinon clock --is-right",
                 {{"now", time_text(now)},
                  {"newest", time_text(parts_.newest->created_at)},
                  {"now_minute", minute_text(now)},
                  {"newest_minute", minute_text(parts_.newest->created_at)}}},
        "clock");
  if (waits_for_peers(now))
    return fail(
        Code::kUnavailable,
        Sentence{"clock.unlike_peers",
                 "this clock differs from those of the peers by {count} minutes, and nothing sets it; "
                 "set the clock, or say that it is right: koinon clock --is-right",
                 {{"count", std::int64_t{std::abs(lag_->count()) / 60'000}}}},
        "clock");
  if (hears_peers_first())
    return fail(Code::kUnavailable,
                Sentence{"clock.hears_peers",
                         "this node has just started, long after its newest entry, and hears first what time "
                         "its peers have; try again in a minute"},
                "clock");
  return std::nullopt;
}

ClockWord ClockWatch::word() {
  const UnixMillis now = parts_.wall->now();
  const std::chrono::milliseconds jump = parts_.wall->jump();
  const std::lock_guard lock(mutex_);
  ClockWord out;
  // As the clock will be once it is believed.
  const std::int64_t then = now.value + jump.count();
  if (parts_.newest && parts_.newest->created_at.value - then > kOffMs)
    out.entries = parts_.newest->index.value + 1;
  if (lag_) out.lag = *lag_ - jump;
  return out;
}

void ClockWatch::believe(const ClockWord& word) {
  const UnixMillis before = parts_.wall->now();
  parts_.wall->believe();
  const UnixMillis after = parts_.wall->now();
  const std::lock_guard lock(mutex_);
  parts_.word = word;
  right_ = less_boot(after);
  starts_late_ = false;
  // What the peers say was reckoned from the time that we went by.
  if (lag_) *lag_ -= std::chrono::milliseconds(after.value - before.value);
}

}  // namespace koinon
