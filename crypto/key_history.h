// Which keys a log had, and has: its first ones, and what statements made of them. Everybody can follow it
// from the first key, which the log id commits to, whoever hands the statements over.
//
// The log's origin gets `/N` with its Nth recovery. What the keys of an earlier origin signed beyond the size
// that the recovery keeps is void. Value type; no I/O, for any thread.
#pragma once

#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/statement.h"

namespace koinon {

class KeyHistory {
 public:
  struct Change {
    Statement statement;
    bool is_recovery = false;
    std::string note;  // as it was signed
  };

  explicit KeyHistory(LogIdentity identity) : identity_(std::move(identity)) {}

  const LogIdentity& identity() const { return identity_; }
  const std::vector<Change>& changes() const { return changes_; }
  std::uint64_t recoveries() const;
  VKey vkey() const;  // that signs now; its name is the current origin
  const PublicKey& recovery_key() const;

  // What the next statement must name: log, sequence number, the statement before, and the origin that its
  // key is named after. Size, root and key are the caller's.
  Statement next(bool is_recovery) const;
  // Takes the next statement. Refused: malformed, or one of another log (kMalformed); not signed by the key
  // that it replaces or by the recovery key (kBadSignature); one that does not follow the last one, or names
  // keys or sizes that it may not (kRefused); more than limits::kStatements (kTooLarge).
  Status add(BytesView note);
  // Without what came after the first `count` statements.
  KeyHistory beginning(std::size_t count) const;

  // A head of the log: its signature is of the key that had the word at its size, in the origin that it
  // names.
  struct Head {
    Checkpoint checkpoint;
    std::uint64_t recoveries = 0;  // of its origin; fewer than all: a recovery came since
  };
  Result<Head> open_head(BytesView note) const;

 private:
  std::string origin(std::uint64_t recoveries) const;
  const VKey& key_after(std::size_t changes) const;
  Status check(const Statement& statement, bool is_recovery) const;

  LogIdentity identity_;
  std::vector<Change> changes_;
};

// How two histories of one log stand to each other.
enum class KeyOrder : unsigned char {
  kSame,
  kFirstGoesOn,        // the first says more, or has the later recovery: it is to be believed
  kSecondGoesOn,       //
  kContradict,         // a key was replaced twice in different ways: nobody knows by whom, until a recovery
  kContradictForGood,  // the recovery key has said two things
};
KeyOrder compare(const KeyHistory& first, const KeyHistory& second);

}  // namespace koinon
