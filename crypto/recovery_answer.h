// Taking a log back, for whoever has its 24 recovery words, an invite and nothing else: what a city that
// knows the log shows of it, and the statement that follows from it. PROTOCOL.md "Taking a log back".
//
// Pure functions, for any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/evidence.h"
#include "crypto/key_history.h"
#include "koinon/v1/wire.pb.h"

namespace koinon {

// What is asked of an inviter.
struct RecoveryQuestion {
  std::optional<LogId> log;  // nothing: the one whose recovery key it is
  TreeSize size;             // how many entries might be kept; 0: all of the head
};

// A log as one city shows it: all of it is proven but the titles.
struct ShownLog {
  struct Entry {
    EntryIndex index;
    Bytes entry;
    std::string title;
  };
  KeyHistory keys;
  TreeSize size;  // of the newest head; or what the last recovery kept, where nothing was signed since
  Hash root;      // of that
  bool frozen = false;
  std::optional<Contradiction> evidence;  // of what it is frozen for; none: an older node does not show it
  TreeSize at;                            // the size that was asked for
  Hash root_at;
  std::size_t stands = 0;     // so many of its statements, from the first one on: see standing_statements
  std::vector<Entry> latest;  // of the first `at` entries, newest first
};

// So many statements of a log, from the first one on, stand in its first `at` entries: all up to the last
// recovery, and behind it the rotations whose entries state them, until one does not. Those that a recovery
// may not follow anyway are not looked at, so `entry_at` is called limits::kRecoveryNumber times at most.
using EntryAt = std::function<Result<Bytes>(EntryIndex)>;
Result<std::size_t> standing_statements(const KeyHistory& keys, TreeSize at, const EntryAt& entry_at);

// Checks an answer: that it is of the log that was asked for, that the recovery key is the current one of the
// log, that a key of the log signed the head, and that what is shown belongs to it. kConflict: the recovery
// key was the log's, and has signed that another one counts, which whoever shows it has proven; or several
// logs have it, and none was named. kMalformed, kTooLarge, kBadSignature, kBadProof, kRefused: as it should
// not be.
Result<ShownLog> read_recovery_answer(const v1::RecoveryAnswer& answer, const PublicKey& recovery_key,
                                      const RecoveryQuestion& question);

// The smallest size that a recovery may keep: that of the last recovery, at least 1. Rotations at a larger
// size are void with the rest.
TreeSize least_kept(const KeyHistory& keys);

// Whether what froze the log there is two recoveries: nothing thaws it, a further one neither.
bool for_good(const ShownLog& shown);

// Which of what several cities show is to be gone on with: the history that goes on, then the larger head.
// kConflict: they are of different logs, or the recovery key has said two things.
// Requires at least one.
Result<std::size_t> shown_best(const std::vector<ShownLog>& all);

// The log's keys once it is taken back at `shown.at`, with the key that signs from then on. kRefused: the log
// may not keep so little, or has had that key; kTooLarge: it has all the statements that it may have.
Result<KeyHistory> take_back(const ShownLog& shown, const SigningKey& recovery, const PublicKey& next);

}  // namespace koinon
