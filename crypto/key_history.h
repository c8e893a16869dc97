// Which keys a log had, and has: its first ones, and what statements made of them. Everybody can follow it
// from the first key, which the log id commits to, whoever hands the statements over.
//
// The log's origin gets `/N` with its Nth recovery. What the keys of an earlier origin signed beyond the size
// that the recovery keeps is void. Value type; no I/O, for any thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/statement.h"

namespace koinon {

class KeyHistory {
 public:
  struct Change {
    // What it is told as. PROTOCOL.md "What a recovery does".
    enum class Kind : unsigned char { kRotation, kRecovery, kNewWords };
    // A recovery that names another recovery key has changed the recovery words, and is not known to do more.
    // `takes_back`: more than the statement shows that somebody else had the log: what the recovery voids, or
    // the keys that the log names behind it.
    Kind kind(bool takes_back = false) const;

    Statement statement;
    bool is_recovery = false;
    Bytes note;  // the text, and the one signature that counts
  };

  KeyHistory() = default;  // of no log
  explicit KeyHistory(LogIdentity identity) : identity_(std::move(identity)) {}
  // As it was kept: the signatures were verified when the statements came. kMalformed or kRefused: what was
  // kept is damaged.
  static Result<KeyHistory> kept(LogIdentity identity, const std::vector<Bytes>& notes);

  const LogIdentity& identity() const { return identity_; }
  const std::vector<Change>& changes() const { return *changes_; }
  std::vector<Bytes> notes() const;  // of the statements, in order
  std::uint64_t recoveries() const;
  // No recovery keeps less than one before it: this one says what all of them keep. Null: there was none.
  const Change* last_recovery() const;
  // After how many recoveries the entry was signed that stands at this place, or is to stand there. What was
  // signed earlier and stands behind the size that a recovery keeps is void. An entry keeps this number: what
  // a later recovery keeps, it does not change.
  std::uint64_t recoveries_before(EntryIndex index) const;
  VKey vkey() const;  // that signs now; its name is the current origin
  const PublicKey& recovery_key() const;

  // What the next statement must name: log, sequence number, the statement before, and the origin that its
  // key is named after. Size, root and key are the caller's.
  Statement next(bool is_recovery) const;
  // Takes the next statement. Refused: malformed, or one of another log (kMalformed); not signed by the key
  // that it replaces or by the recovery key (kBadSignature); one that does not follow the last one, or names
  // keys or sizes that it may not (kRefused); more than limits::kStatements (kTooLarge).
  Status add(BytesView note);
  // The statements that a recovery follows which keeps so many entries: every recovery, and of the rotations
  // behind the last one those that stand in these entries, as far as limits::kRecoveryNumber leaves room.
  // `stands`: of how many statements, from the first one on, the log itself has the entries; the size that a
  // rotation names is the word of whoever had the key. kRefused: an earlier recovery keeps more.
  Result<KeyHistory> before_recovery(TreeSize size, std::size_t stands) const;
  // Without what came after the first `count` statements.
  KeyHistory beginning(std::size_t count) const;

  // A head of the log, signed by one of its keys in the origin that it names.
  struct Head {
    Checkpoint checkpoint;
    std::uint64_t recoveries = 0;  // of its origin; fewer than all: a recovery came since
    bool had_word = false;         // the key had the word at this size
    VKey key;                      // that signed it; of several one that had the word
  };
  // kBadSignature: no key of the log signed it. kRefused: those that did had not the word at its size, or the
  // log was taken back since, and its origin is another one.
  // Anybody may add lines to a note: one that does not verify says nothing.
  Result<Head> open_head(BytesView note) const;
  // The same, whether or not the key had the word: what a key says twice is evidence all the same.
  Result<Head> open_any_head(BytesView note) const;
  // What was signed under the origin of so many recoveries and is not void: the entries below this size.
  // Nothing: all of it, no recovery came since.
  std::optional<TreeSize> kept_of(std::uint64_t recoveries) const;
  // Heads that were verified when the log had so many statements are good up to this size, whatever lines
  // they have. Nothing: all are. 0: none is, the log was taken back since.
  std::optional<TreeSize> good_until(std::size_t statements) const;

 private:
  Status take(BytesView note, bool verify);
  std::string origin(std::uint64_t recoveries) const;
  const VKey& key_after(std::size_t changes) const;
  Status check(const Statement& statement, bool is_recovery) const;
  bool knows(const VKey& key) const;
  bool is_of_before(BytesView note) const;

  LogIdentity identity_;
  // Copies share it: a head that waits for its check has one.
  std::shared_ptr<const std::vector<Change>> changes_ = std::make_shared<const std::vector<Change>>();
};

// Two statements that cannot both be true, as their places in two histories of one log.
struct Parting {
  std::size_t of_first = 0;
  std::size_t of_second = 0;
};
// Nothing: the histories do not contradict each other. A recovery outranks every rotation, so the recoveries
// are looked at first; two of them may follow different rotations.
std::optional<Parting> find_parting(const KeyHistory& first, const KeyHistory& second);

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
