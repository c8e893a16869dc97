// Statements that change a log's keys. A rotation is signed by the key that it replaces, a recovery by the
// log's recovery key. Each is a C2SP signed note, and stands in the log as an entry. PROTOCOL.md
// "Statements".
//
// Pure functions, for any thread.
#pragma once

#include <optional>

#include "crypto/identity.h"
#include "crypto/note.h"

namespace koinon {

struct Statement {
  LogId log;
  std::uint64_t sequence = 1;  // from 1; at most limits::kStatements
  Hash before;                 // digest of the statement before it; of the first, the log id
  TreeSize size;               // a rotation: the head that the old key signed last; a recovery: what it keeps
  Hash root;                   // of the log at that size
  VKey key;                    // that signs from here on, under the origin from here on
  std::optional<PublicKey> recovery_key;  // a new one, which a recovery alone may name

  std::string text() const;  // what is signed: seven lines, or eight
  Hash digest() const;       // SHA-256 of the text
  bool operator==(const Statement&) const = default;
};

// Checks the form alone. Whether it may follow what a log has stated says KeyHistory.
Result<Statement> parse_statement_text(std::string_view text);

// The signed note. The signer's key has the name of the origin before the statement.
std::string sign_statement(const Statement& statement, std::string_view origin_before, const SigningKey& key);

}  // namespace koinon
