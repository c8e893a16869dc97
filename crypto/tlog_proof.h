// The text of an offline proof, C2SP tlog-proof@v1. Koinon puts the entry's bytes into `extra`.
#pragma once

#include <optional>

#include "crypto/key_history.h"
#include "crypto/proof.h"

namespace koinon {

struct TlogProof {
  std::optional<Bytes> extra;
  EntryIndex index;
  HashPath path;
  std::string checkpoint;  // the signed note, verbatim

  std::string encode() const;
};

// Takes at most limits::kProofFileBytes and limits::kProofHashes. Nothing in the result is verified yet.
Result<TlogProof> parse_tlog_proof(BytesView text);

// Checks a proof against the log's vkey, and returns its checkpoint. The proof's `extra` must be the entry.
Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, const VKey& vkey);
// The same against the keys that the log had: its head is of the key that had the word at its size.
Result<KeyHistory::Head> verify_tlog_proof(const TlogProof& proof, const KeyHistory& keys);

}  // namespace koinon
