#include "crypto/key_history.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {
namespace {

Error refused(std::string why) { return fail(Code::kRefused, std::move(why), "statement"); }

std::vector<const KeyHistory::Change*> recoveries_of(const KeyHistory& history) {
  std::vector<const KeyHistory::Change*> out;
  for (const auto& change : history.changes()) {
    if (change.is_recovery) out.push_back(&change);
  }
  return out;
}

}  // namespace

std::uint64_t KeyHistory::recoveries() const {
  return static_cast<std::uint64_t>(std::count_if(changes_.begin(), changes_.end(),
                                                  [](const Change& change) { return change.is_recovery; }));
}

VKey KeyHistory::vkey() const { return changes_.empty() ? identity_.vkey() : changes_.back().statement.key; }

const PublicKey& KeyHistory::recovery_key() const {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->statement.recovery_key) return *change->statement.recovery_key;
  }
  return identity_.recovery_key;
}

std::string KeyHistory::origin(std::uint64_t recoveries) const {
  return recoveries == 0 ? identity_.origin() : identity_.origin() + "/" + std::to_string(recoveries);
}

Statement KeyHistory::next(bool is_recovery) const {
  Statement out;
  out.log = identity_.log_id();
  out.sequence = changes_.size() + 1;
  out.before = changes_.empty() ? Hash::from(out.log.view()) : changes_.back().statement.digest();
  out.key.name = origin(recoveries() + (is_recovery ? 1 : 0));
  return out;
}

Status KeyHistory::add(BytesView bytes) {
  if (changes_.size() >= limits::kStatements)
    return fail(Code::kTooLarge, "a log has at most 64 statements", "statement");
  if (bytes.size() > limits::kStatementBytes)
    return fail(Code::kTooLarge, "a statement has at most 8 KiB", "statement");
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  KOINON_ASSIGN(Statement statement, parse_statement_text(note.text));
  const VKey old_key = vkey();
  const VKey recovery{old_key.name, SignatureType::kEd25519, recovery_key()};
  // Both may have signed: it is the recovery's word then.
  const bool is_recovery = !note.by(recovery).empty();
  KOINON_TRY(verify_note(note, is_recovery ? recovery : old_key));
  KOINON_TRY(check(statement, is_recovery));
  changes_.push_back({std::move(statement), is_recovery, std::string(bytes)});
  return {};
}

Status KeyHistory::check(const Statement& statement, bool is_recovery) const {
  const Statement expected = next(is_recovery);
  if (statement.log != expected.log) return refused("it is another log's");
  if (statement.sequence != expected.sequence || statement.before != expected.before)
    return refused("it does not follow the statement before it");
  if (statement.key.name != expected.key.name) return refused("its key is named after another origin");
  if (!is_recovery && statement.recovery_key)
    return refused("only the recovery key names another recovery key");
  if (!is_recovery && statement.key.key == vkey().key) return refused("it replaces a key by itself");
  const TreeSize least = changes_.empty() ? TreeSize(1) : changes_.back().statement.size;
  if (statement.size < least) return refused("it is about a smaller log than the statement before it");
  return {};
}

KeyHistory KeyHistory::beginning(std::size_t count) const {
  KeyHistory out(identity_);
  out.changes_.assign(changes_.begin(),
                      changes_.begin() + static_cast<std::ptrdiff_t>(std::min(count, changes_.size())));
  return out;
}

Result<KeyHistory::Head> KeyHistory::open_head(BytesView bytes) const {
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  KOINON_ASSIGN(Checkpoint checkpoint, parse_checkpoint_text(note.text));
  Head out;
  VKey key = identity_.vkey();
  TreeSize from;
  std::optional<Error> why;
  for (std::size_t i = 0; i <= changes_.size(); ++i) {
    const Change* ends = i < changes_.size() ? &changes_[i] : nullptr;
    const bool in_force = checkpoint.size >= from &&
                          (ends == nullptr || ends->is_recovery || checkpoint.size <= ends->statement.size);
    if (key.name == checkpoint.origin && !note.by(key).empty()) {
      if (!in_force) {
        why = fail(Code::kRefused, "its key had no word at that size", "checkpoint");
      } else if (const Status verified = verify_note(note, key); !verified.ok()) {
        why = verified.error();
      } else {
        out.checkpoint = std::move(checkpoint);
        return out;
      }
    }
    if (ends == nullptr) break;
    key = ends->statement.key;
    from = ends->statement.size;
    out.recoveries += ends->is_recovery ? 1 : 0;
  }
  return why ? *why : fail(Code::kBadSignature, "no key of the log's signed this head", "checkpoint");
}

KeyOrder compare(const KeyHistory& first, const KeyHistory& second) {
  const auto of_first = recoveries_of(first);
  const auto of_second = recoveries_of(second);
  for (std::size_t i = 0; i < std::min(of_first.size(), of_second.size()); ++i) {
    if (of_first[i]->statement != of_second[i]->statement) return KeyOrder::kContradictForGood;
  }
  if (of_first.size() != of_second.size())
    return of_first.size() > of_second.size() ? KeyOrder::kFirstGoesOn : KeyOrder::kSecondGoesOn;
  const std::size_t common = std::min(first.changes().size(), second.changes().size());
  for (std::size_t i = 0; i < common; ++i) {
    if (first.changes()[i].statement != second.changes()[i].statement) return KeyOrder::kContradict;
  }
  if (first.changes().size() == second.changes().size()) return KeyOrder::kSame;
  return first.changes().size() > common ? KeyOrder::kFirstGoesOn : KeyOrder::kSecondGoesOn;
}

}  // namespace koinon
