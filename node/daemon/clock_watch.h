// Who contradicts our clock, and whether signing waits until the operator has looked.
//
// The clock is off where it lies behind the newest entry of our own log, or differs from the median of the
// connected peers, by more than kClockOff; that is an alarm. Peers are others: what they say is never enough
// to stop us. Signing waits where our own evidence agrees: our own entry, or peers and a kernel that says
// that nothing sets its clock. The operator's word ends that for what it was given on, also over a restart,
// and until then for whatever peers say while our clock runs on evenly.
//
// A node that starts long after its newest entry, on a clock that nothing sets, hears its peers before it
// signs, for kClockHearing at most: else what waits to be signed would be signed before anybody could say the
// time.
//
// Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "node/daemon/steady_wall.h"
#include "node/publishing/clock_standing.h"
#include "storage/store/store.h"

namespace koinon {

// The newest entry of our own log.
struct OwnNewest {
  EntryIndex index;
  UnixMillis created_at;
};
// None: the log is empty, or its newest entry is not here.
Result<std::optional<OwnNewest>> newest_own_entry(StoreReader& store, const LogId& own);

// What the operator looked at when they said that the clock is right.
struct ClockWord {
  std::uint64_t entries = 0;         // of our own log that may lie ahead of the clock: the first so many
  std::chrono::milliseconds lag{0};  // of our clock behind those of the peers
  bool covers(const OwnNewest& newest) const { return newest.index.value < entries; }
};
std::string clock_word_text(const ClockWord& word);
// What `clock_word_text` wrote; anything else is no word.
std::optional<ClockWord> parse_clock_word(std::string_view text);

// Whether the kernel says that something sets its clock (adjtimex); none: it may not be asked.
std::optional<bool> kernel_is_synchronised();

class ClockWatch {
 public:
  struct Parts {
    std::shared_ptr<SteadyWall> wall;
    std::function<std::optional<bool>()> kernel_is_synchronised;
    std::function<MonoTime()> boot = boot_time;
    bool signs = true;                // no observer
    bool has_peers = false;           // that may be heard
    std::optional<OwnNewest> newest;  // of our own log, before anything is signed
    std::optional<ClockWord> word;    // that was given before
  };
  explicit ClockWatch(Parts parts);

  // How far the clocks of the connected peers are ahead of ours at this moment, in milliseconds.
  void peers_say(std::vector<std::int64_t> ahead);
  void newest_own(const OwnNewest& newest);

  ClockStanding standing();
  // Why nothing is signed now; kUnavailable, so that what is held waits on.
  std::optional<Error> signing_waits();

  // The operator says that the machine's clock is right. `word` is what is kept of it before it is believed.
  ClockWord word();
  void believe(const ClockWord& word);

 private:
  bool own_entry_contradicts(UnixMillis now) const;
  bool peers_contradict() const;
  bool waits_for_peers(UnixMillis now) const;
  // How far our clock is ahead of the time since the machine's start, in milliseconds.
  std::int64_t less_boot(UnixMillis now) const;
  bool hears_peers_first() const;

  std::mutex mutex_;  // guards all of this
  Parts parts_;
  MonoTime began_;                     // on the clock `boot`
  bool starts_late_;                   // long after our newest entry
  std::optional<std::int64_t> right_;  // less_boot, when the operator gave their word in this run
  // Of our clock behind the median of the peers; none: nobody says.
  std::optional<std::chrono::milliseconds> lag_;
};

}  // namespace koinon
