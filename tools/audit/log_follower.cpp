#include "tools/audit/log_follower.h"

#include <algorithm>

#include "crypto/evidence.h"
#include "crypto/key_history_text.h"
#include "node/log_files/tiles.h"
#include "proto/base/limits.h"

namespace koinon::audit {
namespace {

constexpr const char* kAskForKey =
    " If its city has changed its key or taken its log back, ask it, on a number that you have from "
    "elsewhere, for the new vkey, and give both: --vkey OLD --vkey NEW. Until then believe nothing that this "
    "address shows.";

std::string entries_in_words(TreeSize size) {
  return std::to_string(size.value) + (size.value == 1 ? " entry" : " entries");
}

// What is no signed checkpoint at all: a page of somebody between us and the log says nothing of the log.
bool is_no_checkpoint(const Error& error) {
  return error.code == Code::kMalformed || error.code == Code::kTooLarge;
}

}  // namespace

std::string_view fault_name(FaultKind kind) {
  switch (kind) {
    case FaultKind::kSignature:
      return "signature";
    case FaultKind::kShrunken:
      return "shrunken";
    case FaultKind::kForked:
      return "forked";
    case FaultKind::kRewritten:
      return "rewritten";
    case FaultKind::kTiles:
      return "tiles";
    case FaultKind::kEntries:
      return "entries";
    case FaultKind::kCosignatures:
      return "cosignatures";
    case FaultKind::kKeys:
      return "keys";
  }
  return "unknown";
}

Result<AuditReport> LogFollower::pass(std::uint64_t unix_seconds) {
  report_ = AuditReport();
  shown_.clear();
  const Status done = run(unix_seconds);
  // An error beside a fault is only how the pass ended.
  if (!done.ok() && !report_.fault) return done.error();
  return std::move(report_);
}

Error LogFollower::blame(FaultKind kind, std::string sentence, Bytes evidence) {
  report_.fault = Fault{kind, sentence, state_.checkpoint, shown_, std::move(evidence)};
  return fail(Code::kConflict, std::move(sentence), "log");
}

Status LogFollower::blame_tiles(FaultKind kind, const Error& why) {
  if (why.code != Code::kBadProof) return why;
  return blame(kind, why.message);
}

Status LogFollower::run(std::uint64_t now) {
  if (!state_.keys.empty() && !keys_.history()) KOINON_TRY(keys_.restore(state_.keys));
  KOINON_TRY(seen_head());  // before the log is asked
  KOINON_ASSIGN(const LogKeys::Head head, head_that_grew());
  KOINON_ASSIGN(const std::optional<LogKeys::Head> seen, seen_head());
  const bool is_same = seen && seen->checkpoint == head.checkpoint;
  TileReader tiles(parts_.source, folder_, head.checkpoint);
  // Two heads of one size prove it alone, whatever tiles the log shows or keeps back.
  const bool is_forked = seen && !is_same && head.recoveries == seen->recoveries &&
                         head.checkpoint.size == seen->checkpoint.size;
  if (is_forked) return look_at_growth(*seen, head, tiles);
  const bool reads = !is_same || state_.read != head.checkpoint.size;
  if (reads) {
    if (const Status opened = tiles.open(); !opened.ok())
      return blame_tiles(FaultKind::kTiles, opened.error());
  }
  if (seen && !is_same) KOINON_TRY(look_at_growth(*seen, head, tiles));
  report_.added =
      head.checkpoint.size.value - (seen ? std::min(seen->checkpoint.size, head.checkpoint.size).value : 0);
  report_.head = head.checkpoint;
  // A head that differs in its cosignatures alone is kept as well: it says more.
  if (state_.checkpoint != shown_ || (keys_.history() && state_.keys != key_history_text(*keys_.history()))) {
    state_.checkpoint = shown_;
    if (keys_.history()) state_.keys = key_history_text(*keys_.history());
    KOINON_TRY(parts_.save(state_));
  }
  if (reads) KOINON_TRY(read_entries(head.checkpoint, tiles));
  return weigh_cosignatures(head, now);
}

// The head of the state was verified when it came. By a history that has grown since, a recovery may have
// taken its key's word: it is still what the log showed.
Result<std::optional<LogKeys::Head>> LogFollower::seen_head() const {
  if (state_.checkpoint.empty()) return std::optional<LogKeys::Head>();
  if (keys_.history()) {
    KOINON_ASSIGN(SignedNote note, parse_note(state_.checkpoint));
    auto any = keys_.history()->open_any_head(state_.checkpoint);
    if (any.ok()) return std::optional(LogKeys::Head{any->checkpoint, std::move(note), any->recoveries});
  } else if (auto opened = keys_.open(state_.checkpoint); opened.ok()) {
    return std::optional(std::move(*opened));
  }
  return fail(Code::kRefused,
              "the head of the state is not signed by these keys; give those of before as well, or another "
              "--state",
              "vkey");
}

Result<bool> LogFollower::learn_keys() {
  const auto text = parts_.source.get("keys", limits::kKeyHistoryBytes);
  if (!text.ok()) {
    // Another system has no such file, and says so in many ways.
    if (text.error().code == Code::kUnavailable) return text.error();
    return false;
  }
  const std::string known = keys_.history() ? key_history_text(*keys_.history()) : std::string();
  switch (keys_.adopt(*text)) {
    case LogKeys::Adopted::kNothingNew:
      return false;
    case LogKeys::Adopted::kNewer:
      report_.told.push_back("the log has stated new keys, and its statements verify; now signs " +
                             keys_.history()->vkey().text());
      return true;
    case LogKeys::Adopted::kContradicts:
      break;
  }
  Bytes evidence;
  if (const auto other = parse_key_history(*text); other.ok()) {
    if (const auto made = make_evidence(*keys_.history(), *other)) evidence = made->SerializeAsString();
  }
  Error error = blame(FaultKind::kKeys,
                      "the log's keys signed two histories of themselves: nobody can say who has the key. "
                      "Call the city.",
                      std::move(evidence));
  report_.fault->first = known;
  report_.fault->second = *text;
  return error;
}

// A log that was taken back with its recovery key goes on at another address.
Result<Bytes> LogFollower::fetch_checkpoint() {
  if (keys_.history() && keys_.history()->recoveries() > 0)
    folder_ = std::to_string(keys_.history()->recoveries()) + "/";
  auto got = parts_.source.get(folder_ + "checkpoint", limits::kNoteBytes);
  if (got.ok() || got.error().code != Code::kNotFound) return got;
  KOINON_ASSIGN(const bool is_newer, learn_keys());
  const std::string before = folder_;
  folder_ = is_newer && keys_.history()->recoveries() > 0
                ? std::to_string(keys_.history()->recoveries()) + "/"
                : std::string();
  if (folder_ == before) return got;
  return parts_.source.get(folder_ + "checkpoint", limits::kNoteBytes);
}

Result<LogKeys::Head> LogFollower::believed_head() {
  KOINON_ASSIGN(shown_, fetch_checkpoint());
  auto head = keys_.open(shown_);
  if (head.ok()) return head;
  if (is_no_checkpoint(head.error()))
    return fail(Code::kUnavailable, "what came is no signed checkpoint: " + head.error().message,
                "checkpoint");
  KOINON_ASSIGN(const bool is_newer, learn_keys());
  if (is_newer) {
    // The head may have moved with the keys.
    KOINON_ASSIGN(shown_, fetch_checkpoint());
    head = keys_.open(shown_);
    if (head.ok()) return head;
  }
  return blame(FaultKind::kSignature, "the head that the log shows is not to be believed: " +
                                          head.error().message + "." + kAskForKey);
}

// A cache between us and the log may have an old head: that is asked again before it is told.
Result<LogKeys::Head> LogFollower::head_that_grew() {
  for (unsigned tries = 1;; ++tries) {
    KOINON_ASSIGN(LogKeys::Head head, believed_head());
    KOINON_ASSIGN(const std::optional<LogKeys::Head> seen, seen_head());
    if (!seen || head.recoveries > seen->recoveries) return head;
    if (head.checkpoint.origin != seen->checkpoint.origin)
      return fail(Code::kRefused,
                  "this is another log than the one of the state (" + head.checkpoint.origin + ", not " +
                      seen->checkpoint.origin + "); begin with another --state",
                  "origin");
    if (head.checkpoint.size >= seen->checkpoint.size) return head;
    if (tries < limits::kAuditAsks) {
      parts_.source.wait(tries);
      continue;
    }
    return blame(FaultKind::kShrunken,
                 "the log shows a signed head of " + entries_in_words(head.checkpoint.size) +
                     ", and had signed one of " + entries_in_words(seen->checkpoint.size) + " before");
  }
}

Status LogFollower::look_at_growth(const LogKeys::Head& seen, const LogKeys::Head& head, TileReader& tiles) {
  if (head.recoveries > seen.recoveries) return look_at_recovery(seen, head, tiles);
  if (head.checkpoint.size == seen.checkpoint.size)
    return blame(FaultKind::kForked,
                 "the log signed two heads of " + entries_in_words(head.checkpoint.size) +
                     " with different roots: two histories",
                 proof_of_fork(seen, head, tiles));
  const auto prefix = tiles.prefix(seen.checkpoint.size);
  if (!prefix.ok()) return blame_tiles(FaultKind::kTiles, prefix.error());
  if (prefix->root() == seen.checkpoint.root) return {};
  return blame(FaultKind::kRewritten,
               "the log was rewritten: the first " + entries_in_words(seen.checkpoint.size) +
                   " of its signed head of " + entries_in_words(head.checkpoint.size) +
                   " are not those that it signed before",
               proof_of_fork(seen, head, tiles));
}

// What the recovery keeps was signed by the recovery key. Where it keeps less than what was seen, the parts
// that it keeps are read anew: no root of them was seen.
Status LogFollower::look_at_recovery(const LogKeys::Head& seen, const LogKeys::Head& head,
                                     TileReader& tiles) {
  std::uint64_t count = 0;
  for (const KeyHistory::Change& change : keys_.history()->changes()) {
    if (!change.is_recovery || ++count <= seen.recoveries) continue;
    if (change.statement.size > head.checkpoint.size) continue;
    const auto kept = tiles.prefix(change.statement.size);
    if (!kept.ok()) return blame_tiles(FaultKind::kTiles, kept.error());
    if (kept->root() != change.statement.root)
      return blame(FaultKind::kRewritten, "the log does not begin with what its recovery key said it keeps");
  }
  const TreeSize kept = keys_.history()->kept_of(seen.recoveries).value_or(seen.checkpoint.size);
  if (kept >= seen.checkpoint.size) {
    const auto prefix = tiles.prefix(std::min(seen.checkpoint.size, head.checkpoint.size));
    if (!prefix.ok()) return blame_tiles(FaultKind::kTiles, prefix.error());
    if (head.checkpoint.size < seen.checkpoint.size || prefix->root() != seen.checkpoint.root)
      return blame(
          FaultKind::kRewritten,
          "the log was taken back with its recovery key, and is another one even in what that keeps");
  } else {
    state_.read = TreeSize(0);
  }
  report_.told.push_back("the log was taken back with its recovery key, which keeps " +
                         entries_in_words(kept) + "; what was behind them is void");
  return {};
}

// For `koinon verify-evidence`: as far as the log says who it is.
Bytes LogFollower::proof_of_fork(const LogKeys::Head& seen, const LogKeys::Head& head, TileReader& tiles) {
  std::optional<KeyHistory> keys = keys_.history();
  if (!keys) {
    const auto text = parts_.source.get("keys", limits::kKeyHistoryBytes);
    if (!text.ok()) return {};
    auto parsed = parse_key_history(*text);
    if (!parsed.ok()) return {};
    keys = std::move(*parsed);
  }
  RunProof proof;
  if (seen.checkpoint.size != head.checkpoint.size) {
    auto made = run_proof(EntryIndex(seen.checkpoint.size.value), 0, head.checkpoint.size,
                          [&tiles](TreeNode node) { return tiles.node(node); });
    if (!made.ok()) return {};
    proof = std::move(*made);
  }
  const auto evidence = make_evidence(*keys, seen.checkpoint.size, SignedTree{seen.note.encode(), {}},
                                      SignedTree{head.note.encode(), proof});
  // What does not verify here convinces nobody.
  return verify_evidence(evidence).ok() ? evidence.SerializeAsString() : Bytes();
}

Status LogFollower::read_entries(const Checkpoint& head, TileReader& tiles) {
  const std::uint64_t size = head.size.value;
  unsigned unsaved = 0;
  while (state_.read.value < size) {
    const std::uint64_t number = state_.read.value / kTileWidth;
    const Status checked = tiles.check_entries(number);
    if (!checked.ok()) {
      // What was read before the fault need not be read again.
      if (unsaved > 0) KOINON_TRY(parts_.save(state_));
      return blame_tiles(FaultKind::kEntries, checked.error());
    }
    const std::uint64_t end = std::min((number + 1) * kTileWidth, size);
    report_.checked += end - state_.read.value;
    state_.read = TreeSize(end);
    parts_.progress(end, size);
    if (++unsaved < limits::kAuditSaveBundles && end < size) continue;
    KOINON_TRY(parts_.save(state_));
    unsaved = 0;
  }
  return {};
}

// The newest head of a busy log is not cosigned yet. So heads may lack cosignatures for a while.
Status LogFollower::weigh_cosignatures(const LogKeys::Head& head, std::uint64_t now) {
  if (!parts_.cosignatures) return {};
  const Status enough = parts_.cosignatures(head.note);
  if (enough.ok()) {
    state_.quorum_seen = now;
    state_.quorum_missing.reset();
    return parts_.save(state_);
  }
  // From the first head that lacks them on: whoever looks seldom may have seen one long ago.
  if (!state_.quorum_missing) state_.quorum_missing = now;
  const std::uint64_t since = *state_.quorum_missing;
  KOINON_TRY(parts_.save(state_));
  if (now >= since && now - since >= parts_.quorum_wait)
    return blame(FaultKind::kCosignatures,
                 "the log's heads lack the cosignatures that the policy asks for: " + enough.error().message);
  report_.lacking = enough.error().message;
  report_.quorum_seen = state_.quorum_seen.has_value();
  return {};
}

}  // namespace koinon::audit
