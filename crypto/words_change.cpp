#include "crypto/words_change.h"

#include "proto/base/limits.h"

namespace koinon {

Result<Statement> words_change(const KeyHistory& keys, TreeSize size, const Hash& root,
                               const PublicKey& next) {
  KOINON_ASSIGN(const KeyHistory followed, keys.before_recovery(size, keys.changes().size()));
  if (followed.changes().size() >= limits::kStatements)
    return fail(Code::kTooLarge, "a log has at most 64 statements", "statement");
  Statement out = followed.next(true);
  out.size = size;
  out.root = root;
  out.key.key = next;
  return out;
}

Result<KeyHistory> change_words(const KeyHistory& keys, const Statement& wanted, BytesView note) {
  if (note.size() > limits::kStatementBytes)
    return fail(Code::kTooLarge, "a statement has at most 8 KiB", "statement");
  KOINON_ASSIGN(const SignedNote read, parse_note(note));
  KOINON_ASSIGN(Statement said, parse_statement_text(read.text));
  const std::optional<PublicKey> words = said.recovery_key;
  said.recovery_key.reset();
  if (said != wanted)
    return fail(Code::kConflict, Sentence{"key.log_went_on", "the log has gone on since; run it again"},
                "statement");
  if (!words || *words == keys.recovery_key() || replaced_by(keys, *words))
    return fail(Code::kInvalidArgument, "it names no new recovery key", "statement");
  KOINON_ASSIGN(KeyHistory out, keys.before_recovery(wanted.size, keys.changes().size()));
  KOINON_TRY(out.add(note));
  return out;
}

std::vector<ReplacedWords> replaced_words(const KeyHistory& keys) {
  std::vector<ReplacedWords> out;
  PublicKey before = keys.identity().recovery_key;
  for (const KeyHistory::Change& change : keys.changes()) {
    if (!change.statement.recovery_key) continue;
    out.push_back({before, change.statement.sequence});
    before = *change.statement.recovery_key;
  }
  return out;
}

std::optional<std::uint64_t> replaced_by(const KeyHistory& keys, const PublicKey& recovery_key) {
  if (recovery_key == keys.recovery_key()) return std::nullopt;
  for (const ReplacedWords& words : replaced_words(keys)) {
    if (words.recovery_key == recovery_key) return words.statement;
  }
  return std::nullopt;
}

std::string replaced_words_text(const std::string& city, std::uint64_t statement) {
  return "these recovery words of " + city + " count no more: statement " + std::to_string(statement) +
         " of its log put new ones in their place; take the newer paper";
}

}  // namespace koinon
