// Changing a log's recovery words: a recovery at the size that the log has, so that nothing is void by it,
// which names another recovery key. The words themselves never come near a node. PROTOCOL.md "Statements".
//
// Pure functions, for any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/key_history.h"

namespace koinon {

// What the statement must say, but for the new recovery key. `next` signs the log from there on: the key that
// signs now has signed under the origin before. The log is our own, so its rotations stand in it; what leaves
// room for later recoveries is followed. kTooLarge: the log has all the statements that it may have.
Result<Statement> words_change(const KeyHistory& keys, TreeSize size, const Hash& root,
                               const PublicKey& next);

// The log's keys with the signed statement. `wanted`: what words_change made of them. kConflict: it says
// something else, as the log has gone on since; kInvalidArgument: it names no new recovery key, or one that
// the log had before; kBadSignature: the recovery key has not signed it.
Result<KeyHistory> change_words(const KeyHistory& keys, const Statement& wanted, BytesView note);

// The recovery keys that the log had before, in order.
struct ReplacedWords {
  PublicKey recovery_key;
  std::uint64_t statement = 0;  // the number of the one that put another in its place
};
std::vector<ReplacedWords> replaced_words(const KeyHistory& keys);
// The number of the statement that put another recovery key in the place of this one. Nothing: it is the
// current one, or none of this log.
std::optional<std::uint64_t> replaced_by(const KeyHistory& keys, const PublicKey& recovery_key);
// What whoever has such words is told. `city`: fit to be shown.
std::string replaced_words_text(const std::string& city, std::uint64_t statement);

}  // namespace koinon
