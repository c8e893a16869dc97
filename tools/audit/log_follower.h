// Follows a log: one pass takes its signed head, proves that it goes on from the last one that was seen, and
// checks each entry that is new. What is sure is saved as it comes, so a pass that is cut goes on from there.
//
// No network, no files, no clock of its own. Work is linear in the entries that are new, memory is bounded by
// one bundle and one tile a level. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/audit/audit_state.h"
#include "tools/audit/fault.h"
#include "tools/audit/log_keys.h"
#include "tools/audit/log_source.h"
#include "tools/audit/policy_seam.h"
#include "tools/audit/tile_reader.h"

namespace koinon::audit {

struct FollowerParts {
  LogSource& source;
  CosignatureCheck cosignatures = {};
  std::uint64_t quorum_wait = 0;  // seconds for which heads may lack cosignatures
  std::function<Status(const AuditState&)> save;
  // How many entries are read, and how many there are.
  std::function<void(std::uint64_t, std::uint64_t)> progress = [](std::uint64_t, std::uint64_t) {};
};

struct AuditReport {
  std::optional<Checkpoint> head;  // nothing: none was proven
  std::uint64_t checked = 0;       // entries that this pass read
  std::uint64_t added = 0;         // by which the head grew since the last pass
  std::optional<Fault> fault;      // what is wrong with the log
  std::string lacking;             // what cosignatures the head lacks still; no fault yet
  bool quorum_seen = false;        // where `lacking`: an earlier head had them within the time
  std::vector<std::string> told;   // what changed, for people: new keys, a recovery
};

class LogFollower {
 public:
  LogFollower(FollowerParts parts, LogKeys keys, AuditState state)
      : parts_(std::move(parts)), keys_(std::move(keys)), state_(std::move(state)) {}

  // Reads all entries anew in the next pass, not only those that are new.
  void read_anew() { state_.read = TreeSize(0); }
  // kUnavailable, kNotFound and others: the log could not be checked, which says nothing against it. The
  // error of `save` as it is.
  Result<AuditReport> pass(std::uint64_t unix_seconds);
  const AuditState& state() const { return state_; }

 private:
  Status run(std::uint64_t now);
  Result<Bytes> fetch_checkpoint();
  Result<LogKeys::Head> believed_head();
  Result<LogKeys::Head> head_that_grew();
  // Asks the log for its key history. True: it says more than was known.
  Result<bool> learn_keys();
  // Of the state; nothing: none was seen. kRefused: the keys are others than in the run that saw it.
  Result<std::optional<LogKeys::Head>> seen_head() const;
  Status look_at_growth(const LogKeys::Head& seen, const LogKeys::Head& head, TileReader& tiles);
  Status look_at_recovery(const LogKeys::Head& seen, const LogKeys::Head& head, TileReader& tiles);
  Bytes proof_of_fork(const LogKeys::Head& seen, const LogKeys::Head& head, TileReader& tiles);
  Status read_entries(const Checkpoint& head, TileReader& tiles);
  Status weigh_cosignatures(const LogKeys::Head& head, std::uint64_t now);
  Status blame_tiles(FaultKind kind, const Error& why);
  // Notes the fault, and returns the error that ends the pass.
  Error blame(FaultKind kind, std::string sentence, Bytes evidence = {});

  FollowerParts parts_;
  LogKeys keys_;
  AuditState state_;
  std::string folder_;  // below the log's prefix; N/ of a log that was taken back N times
  Bytes shown_;         // the signed head that the log shows
  AuditReport report_;
};

}  // namespace koinon::audit
