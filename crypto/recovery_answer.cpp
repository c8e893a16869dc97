#include "crypto/recovery_answer.h"

#include <algorithm>

#include "crypto/identity.h"
#include "crypto/proof.h"
#include "crypto/words_change.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

// Anybody may have made a log with this recovery key: its public half is known.
Error several_logs(const v1::RecoveryAnswer& answer) {
  if (static_cast<std::size_t>(answer.logs_size()) > limits::kRecoveryLogs)
    return fail(Code::kTooLarge, "it names too many logs", "logs");
  std::string names;
  for (const v1::Identity& one : answer.logs()) {
    const auto log = read_identity(one);
    if (!log.ok()) return log.error();
    names += (names.empty() ? "" : ", ") + log->name + " (" + to_text(log->log_id()) + ")";
  }
  return fail(Code::kConflict,
              "several logs have this recovery key: " + names +
                  "; say which is yours, with the id that stands on the paper: --log ID",
              "log");
}

Result<KeyHistory> read_keys_of(const v1::Head& head, const PublicKey& recovery_key,
                                const std::optional<LogId>& asked) {
  if (head.log_id().size() != LogId::kSize) return fail(Code::kMalformed, "it has not 32 bytes", "log_id");
  if (asked && head.log_id() != asked->view())
    return fail(Code::kRefused, "it is another log than the one that was asked for", "log_id");
  KOINON_ASSIGN(LogIdentity identity, read_identity(head.identity(), LogId::from(head.log_id())));
  KeyHistory keys(std::move(identity));
  for (const auto& statement : head.statements()) KOINON_TRY(keys.add(statement));
  if (const auto statement = replaced_by(keys, recovery_key))
    return fail(Code::kConflict, replaced_words_text(keys.identity().name, *statement), "recovery words");
  if (keys.recovery_key() != recovery_key)
    return fail(Code::kRefused, "the log that was shown has another recovery key", "log_id");
  return keys;
}

// The newest head, or what the last recovery kept.
Status read_head(const v1::Head& head, ShownLog& out) {
  const auto& changes = out.keys.changes();
  if (head.checkpoint().empty()) {
    if (changes.empty() || !changes.back().is_recovery)
      return fail(Code::kMalformed, "there is no head", "checkpoint");
    out.size = changes.back().statement.size;
    out.root = changes.back().statement.root;
    return {};
  }
  if (head.checkpoint().size() > limits::kHeadNoteBytes)
    return fail(Code::kTooLarge, "a head has at most 32 KiB", "checkpoint");
  // A key that a thief has rotated to may have signed it, or one that was replaced: people see what it says.
  KOINON_ASSIGN(const KeyHistory::Head opened, out.keys.open_any_head(head.checkpoint()));
  if (opened.recoveries < out.keys.recoveries())
    return fail(Code::kRefused, "the head that was shown is of before the last recovery", "checkpoint");
  if (opened.checkpoint.size.value > limits::kMaxLogSize)
    return fail(Code::kTooLarge, "the log is larger than a log may be", "checkpoint");
  out.size = opened.checkpoint.size;
  out.root = opened.checkpoint.root;
  return {};
}

// They are the last ones below `at`, without a gap.
Status read_latest(const v1::RecoveryAnswer& answer, ShownLog& out) {
  const auto count = static_cast<std::size_t>(answer.latest_size());
  if (count > limits::kRecoveryLatest || count > out.at.value)
    return fail(Code::kMalformed, "there are more entries than were asked for", "latest");
  std::uint64_t expected = out.at.value;
  std::vector<Hash> leaves;
  for (const v1::LatestEntry& one : answer.latest()) {
    --expected;
    if (one.index() != expected)
      return fail(Code::kMalformed, "the entries are not the last ones", "latest.index");
    if (one.entry().size() > limits::kLeafBytes || one.title().size() > limits::kRecoveryTitleBytes)
      return fail(Code::kTooLarge, "an entry or a title is too long", "latest");
    out.latest.push_back({EntryIndex(one.index()), one.entry(), is_utf8(one.title()) ? one.title() : ""});
    leaves.push_back(leaf_hash(one.entry()));
  }
  if (leaves.empty()) return {};
  std::reverse(leaves.begin(), leaves.end());
  KOINON_ASSIGN(std::vector<Hash> before, unpack_hashes(answer.before(), "before"));
  const auto run =
      verify_run(EntryIndex(expected), leaves, out.at, RunProof{std::move(before), {}}, out.root_at);
  return run.ok() ? Status() : Status(run.error());
}

// Whether an entry states it, as that of a rotation does. Nothing else is read from it.
bool states(BytesView entry, const Statement& statement) {
  if (entry.size() > limits::kStatingEntryBytes) return false;
  const auto read = parse_entry(entry);
  if (!read.ok() || read->kind() != v1::KIND_ROTATION) return false;
  const auto note = parse_note(read->control().rotation_statement());
  return note.ok() && note->text == statement.text();
}

// Whether a rotation stands is proven either way: nobody can leave one out, or put one in.
Status read_stating(const v1::RecoveryAnswer& answer, ShownLog& out) {
  int next = 0;
  const auto entry_at = [&](EntryIndex index) -> Result<Bytes> {
    if (next == answer.stating_size())
      return fail(Code::kMalformed, "it does not show whether a rotation stands in the log", "stating");
    const v1::StatingEntry& one = answer.stating(next++);
    if (one.entry().size() > limits::kLeafBytes)
      return fail(Code::kTooLarge, "an entry is too long", "stating.entry");
    RunProof proof;
    KOINON_ASSIGN(proof.left, unpack_hashes(one.left(), "stating.left"));
    KOINON_ASSIGN(proof.right, unpack_hashes(one.right(), "stating.right"));
    const auto run = verify_run(index, {leaf_hash(one.entry())}, out.at, proof, out.root_at);
    if (!run.ok()) return run.error();
    return one.entry();
  };
  KOINON_ASSIGN(out.stands, standing_statements(out.keys, out.at, entry_at));
  if (next < answer.stating_size())
    return fail(Code::kMalformed, "there are more entries than there are rotations to look at", "stating");
  return {};
}

Status read_frozen(const v1::RecoveryAnswer& answer, ShownLog& out) {
  out.frozen = answer.head().frozen() || answer.has_evidence();
  if (!answer.has_evidence()) return {};
  KOINON_ASSIGN(Contradiction shown, verify_evidence(answer.evidence()));
  if (shown.keys.identity() != out.keys.identity())
    return fail(Code::kRefused, "the evidence that was shown is of another log", "evidence");
  out.evidence = std::move(shown);
  return {};
}

}  // namespace

Result<std::size_t> standing_statements(const KeyHistory& keys, TreeSize at, const EntryAt& entry_at) {
  const auto& changes = keys.changes();
  std::size_t stands = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].is_recovery) stands = i + 1;
  }
  const std::size_t end = std::min(changes.size(), limits::kRecoveryNumber - 1);
  for (; stands < end && changes[stands].statement.size < at; ++stands) {
    const Statement& statement = changes[stands].statement;
    KOINON_ASSIGN(const Bytes entry, entry_at(EntryIndex(statement.size.value)));
    if (!states(entry, statement)) break;
  }
  return stands;
}

Result<ShownLog> read_recovery_answer(const v1::RecoveryAnswer& answer, const PublicKey& recovery_key,
                                      const RecoveryQuestion& question) {
  if (answer.logs_size() > 0 && !question.log) return several_logs(answer);
  ShownLog out;
  KOINON_ASSIGN(out.keys, read_keys_of(answer.head(), recovery_key, question.log));
  KOINON_TRY(read_head(answer.head(), out));
  KOINON_TRY(read_frozen(answer, out));
  out.at = question.size.value == 0 ? out.size : question.size;
  RunProof prefix;
  KOINON_ASSIGN(prefix.left, unpack_hashes(answer.left(), "left"));
  KOINON_ASSIGN(prefix.right, unpack_hashes(answer.right(), "right"));
  KOINON_ASSIGN(out.root_at, verify_prefix(out.at, out.size, prefix, out.root));
  if (const auto& changes = out.keys.changes(); !changes.empty() && changes.back().is_recovery) {
    const Statement& last = changes.back().statement;
    if (last.size == out.at && last.root != out.root_at)
      return fail(Code::kBadProof, "the log that was shown is not the one that the last recovery kept",
                  "left");
  }
  KOINON_TRY(read_latest(answer, out));
  KOINON_TRY(read_stating(answer, out));
  return out;
}

bool for_good(const ShownLog& shown) {
  return shown.evidence && kind_of(*shown.evidence) == ForkKind::kTwoRecoveries;
}

TreeSize least_kept(const KeyHistory& keys) {
  const KeyHistory::Change* last = keys.last_recovery();
  return last == nullptr ? TreeSize(1) : last->statement.size;
}

Result<std::size_t> shown_best(const std::vector<ShownLog>& all) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const ShownLog& one = all[i];
    const ShownLog& standing = all[best];
    if (one.keys.identity() != standing.keys.identity())
      return fail(Code::kConflict,
                  "the inviters know different logs with this recovery key; say which is yours, with the id "
                  "that stands on the paper: --log ID",
                  "invite");
    const KeyOrder order = compare(standing.keys, one.keys);
    if (order == KeyOrder::kContradictForGood)
      return fail(Code::kConflict,
                  "two recoveries of this log contradict each other: its words have been used twice in "
                  "different ways, and nobody can say by whom; the log is frozen for good",
                  "invite");
    const bool open = order == KeyOrder::kSame || order == KeyOrder::kContradict;
    if (order == KeyOrder::kSecondGoesOn || (open && one.size > standing.size)) best = i;
  }
  return best;
}

Result<KeyHistory> take_back(const ShownLog& shown, const SigningKey& recovery, const PublicKey& next) {
  KOINON_ASSIGN(KeyHistory keys, shown.keys.before_recovery(shown.at, shown.stands));
  Statement statement = keys.next(true);
  statement.size = shown.at;
  statement.root = shown.root_at;
  statement.key.key = next;
  KOINON_TRY(keys.add(sign_statement(statement, keys.vkey().name, recovery)));
  return keys;
}

}  // namespace koinon
