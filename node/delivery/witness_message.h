// What goes to a witness and what it answers: add-checkpoint of C2SP tlog-witness. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/proof.h"
#include "node/delivery/transfers.h"

namespace koinon {

// A head of our log, as it goes to witnesses.
struct WitnessableHead {
  Checkpoint checkpoint;
  SignedNote note;  // with lines of the log alone
};
// kMalformed: the note is no checkpoint, or has no line of its log.
Result<WitnessableHead> witnessable(BytesView note);

// The body of the request. `proof` leads from the tree of `old_size` to the head; none for an old size of 0,
// and none where both are the same.
std::string witness_request(TreeSize old_size, const HashPath& proof, const WitnessableHead& head);

enum class WitnessSaid : unsigned char {
  kCosigned,  // 200, and one of its keys has signed the head; no line of its keys is wrong
  kOtherOld,  // 409: it has cosigned another size last
  kRefused,   // 400, 422: it does not take the request; what we believe of it may be wrong
  kUnknown,   // 403, 404: it does not know our log, or our key of it
  kFailed,    // anything else: no answer, too late, too long, a wrong line, another status
};

struct WitnessReply {
  WitnessSaid said = WitnessSaid::kFailed;
  std::vector<NoteSignature> lines;                // kCosigned: those of its keys, verified
  TreeSize size;                                   // kOtherOld
  std::optional<std::chrono::seconds> not_before;  // it asked for so long a pause
  std::string told;                                // for an operator, one sentence
};

WitnessReply read_witness_answer(const Transfers::Outcome& outcome, const WitnessableHead& sent,
                                 const std::vector<VKey>& keys);

}  // namespace koinon
