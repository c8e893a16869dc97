#include "storage/store/recovery_rules.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

// Nothing: it cannot be read.
std::optional<std::string> origin_of(const StoredHead& head) {
  const auto note = parse_note(head.note);
  const auto checkpoint = note.ok() ? parse_checkpoint_text(note->text) : Result<Checkpoint>(note.error());
  return checkpoint.ok() ? std::optional(checkpoint->origin) : std::nullopt;
}

// By its heads, or by what was kept of them.
std::uint64_t held_under(const LogState& log) {
  const auto& head = log.seen ? log.seen : log.whole;
  if (!head) return log.held_under;
  const auto origin = origin_of(*head);
  std::uint64_t recoveries = log.keys.recoveries();
  while (recoveries > 0 && origin != log.identity().origin() + "/" + std::to_string(recoveries)) --recoveries;
  return recoveries;
}

}  // namespace

LogState without_heads(LogState log, KeyHistory keys) {
  log.held_under = held_under(log);
  log.keys = std::move(keys);
  log.whole.reset();
  log.seen.reset();
  log.seen_right.clear();
  log.frozen = false;
  log.journal_seq = JournalSeq(0);
  return log;
}

Result<TreeSize> standing_size(const LogState& log, bool anew, const RootAt& root_at) {
  const TreeSize held = log.range.size();
  const std::uint64_t recoveries = log.keys.recoveries();
  if (recoveries == 0) return held;
  const std::uint64_t under = std::min(log.held_under, recoveries - 1);
  const TreeSize first_missed = log.keys.kept_of(under).value_or(held);
  if (!anew && held < first_missed) return first_missed;
  const auto& changes = log.keys.changes();
  std::uint64_t number = recoveries;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (!change->is_recovery) continue;
    const Statement& kept = change->statement;
    const bool is_last = number-- == recoveries;
    // Nothing that the city signs contradicts what its last recovery keeps.
    const bool is_contradicted = anew && kept.size == held && !is_last;
    if (kept.size > held || is_contradicted) continue;
    KOINON_ASSIGN(const Hash root, root_at(kept.size));
    if (root == kept.root) return kept.size;
  }
  return TreeSize(0);
}

TreeSize recovered_size(const KeyHistory& keys) {
  TreeSize out(0);
  for (const KeyHistory::Change& change : keys.changes()) {
    if (change.kind() == KeyHistory::Change::Kind::kRecovery) out = change.statement.size;
  }
  return out;
}

bool has_old_heads(const LogState& log, const KeyHistory& keys) {
  for (const auto& head : {log.whole, log.seen}) {
    if (head && origin_of(*head) != keys.vkey().name) return true;
  }
  return false;
}

bool is_against_earlier(BytesView evidence, std::uint64_t recoveries) {
  const auto shown = read_evidence(evidence);
  return !shown.ok() || shown->keys.recoveries() < recoveries;
}

bool is_for_good(BytesView evidence) {
  v1::Evidence message;
  if (!message.ParseFromArray(evidence.data(), static_cast<int>(evidence.size()))) return false;
  const auto shown = verify_evidence(message);
  return shown.ok() && kind_of(*shown) == ForkKind::kTwoRecoveries;
}

bool is_for_good(const std::vector<KeptEvidence>& kept) {
  return std::any_of(kept.begin(), kept.end(),
                     [](const KeptEvidence& one) { return is_for_good(one.bytes); });
}

const KeptEvidence* freezing(const std::vector<KeptEvidence>& kept) {
  const KeptEvidence* out = nullptr;
  for (const KeptEvidence& one : kept) {
    if (is_for_good(one.bytes)) return &one;
    if (out == nullptr && !one.thawed) out = &one;
  }
  return out;
}

ForkKind kind_of_fork(const std::vector<KeptEvidence>& kept) {
  const KeptEvidence* one = freezing(kept);
  if (one == nullptr) return ForkKind::kTwoHeads;
  const auto shown = read_evidence(one->bytes);
  return shown.ok() ? kind_of(*shown) : ForkKind::kTwoHeads;
}

BodyState after_void_erasure(BytesView bytes, const BodyFilter& filter) {
  const auto entry = parse_entry(bytes);
  return entry.ok() && filter.wants(*entry) ? BodyState::kNotHeld : BodyState::kNotAsked;
}

bool stands_with_head(const RecoveryCommit& recovery, const LogState& held, TreeSize stands) {
  return !held.seen && stands == recovery.size && held.range.size() >= recovery.size && recovery.head &&
         recovery.head->size == recovery.size && recovery.head->root == recovery.root;
}

bool VoidPiece::takes(std::size_t entry, std::size_t body) {
  if (entries_ > 0 &&
      (entries_ == limits::kRecoveryStepRecords || bytes_ + entry + body > limits::kRecoveryStepBytes))
    return false;
  ++entries_;
  bytes_ += entry + body;
  held_ += bytes_held(entry, body);
  return true;
}

}  // namespace koinon
