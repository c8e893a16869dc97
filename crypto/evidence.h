// Evidence of a fork: two signed checkpoints of one log that cannot both be true, or two statements about its
// keys. It carries the statements that lead to the keys that signed, so anybody who has the file can verify
// it offline. PROTOCOL.md, "A head, judged" and "Offline proofs".
#pragma once

#include <optional>
#include <variant>

#include "crypto/key_history.h"
#include "crypto/proof.h"
#include "koinon/v1/wire.pb.h"

namespace koinon {

struct SignedTree {
  Bytes note;       // signed checkpoint
  RunProof prefix;  // proves the prefix [0, at); empty if `at` is the tree's size
};

v1::Evidence make_evidence(const KeyHistory& keys, TreeSize at, const SignedTree& first,
                           const SignedTree& second);
// Of two histories of one log: the first two statements in which they differ. Nothing: they do not
// contradict each other.
std::optional<v1::Evidence> make_evidence(const KeyHistory& first, const KeyHistory& second);

// Keys of the log signed both, under the origin that its statements lead to. A key that was replaced counts:
// what it has signed twice is evidence all the same.
struct TwoHeads {
  TreeSize at;  // the trees differ in their first `at` entries
  Checkpoint first;
  Checkpoint second;
  Hash first_root;   // of the first `at` entries, by the first checkpoint
  Hash second_root;  // the same, by the second one
};
// Both are signed by the key that may say what comes next. Two rotations follow the same statements, two
// recoveries may follow different rotations.
struct TwoStatements {
  Statement first;
  Statement second;
  bool by_recovery_key = false;  // nobody can say who is who, ever
};
// What evidence proves.
struct Contradiction {
  KeyHistory keys;  // of the log, as far as the evidence shows them; of two statements those before the first
  std::variant<TwoHeads, TwoStatements> said;
  // The same evidence with nothing in it that proves nothing: of each note the text and the one signature
  // line that counts, and the hashes that a proof needs. This is what is kept and passed on, so that nobody
  // fills other disks with lines that anybody can add.
  v1::Evidence normal;
};

// Who said two things. What is to be done about it depends on that.
enum class ForkKind : unsigned char {
  kTwoHeads,       // a signing key signed two histories; a recovery mends that
  kTwoKeys,        // it was replaced twice, in different ways; the same
  kTwoRecoveries,  // the recovery key said two things: nothing mends that
};
ForkKind kind_of(const Contradiction& shown);

// Checks all of a file, which is a serialised koinon.v1.Evidence of at most limits::kEvidenceBytes. Fields
// that only a later version knows are no fault. A head that is larger than others are, at most
// limits::kHeadNoteBytes with the line that counts alone, is no evidence (kTooLarge): nobody takes it.
Result<Contradiction> read_evidence(BytesView file);
// The same checks, of evidence that a peer shows.
Result<Contradiction> verify_evidence(const v1::Evidence& evidence);

}  // namespace koinon
