#include "crypto/evidence.h"

#include "crypto/checkpoint.h"

namespace koinon {
namespace {

Result<Hash> prefix_root(BytesView note, BytesView left, BytesView right, TreeSize at, const VKey& vkey) {
  KOINON_ASSIGN(const Checkpoint checkpoint, open_checkpoint(note, vkey));
  if (checkpoint.size == at && left.empty() && right.empty()) return checkpoint.root;
  RunProof proof;
  KOINON_ASSIGN(proof.left, unpack_hashes(left, "left"));
  KOINON_ASSIGN(proof.right, unpack_hashes(right, "right"));
  return verify_prefix(at, checkpoint.size, proof, checkpoint.root);
}

}  // namespace

v1::Evidence make_evidence(const LogIdentity& identity, TreeSize at, const SignedTree& first,
                           const SignedTree& second) {
  v1::Evidence evidence;
  evidence.set_log_id(identity.log_id().bytes());
  *evidence.mutable_identity() = to_message(identity);
  evidence.set_at(at.value);
  evidence.set_first(first.note);
  evidence.set_second(second.note);
  evidence.set_first_left(pack_hashes(first.prefix.left));
  evidence.set_first_right(pack_hashes(first.prefix.right));
  evidence.set_second_left(pack_hashes(second.prefix.left));
  evidence.set_second_right(pack_hashes(second.prefix.right));
  return evidence;
}

Status verify_evidence(const v1::Evidence& evidence) {
  if (evidence.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "log_id");
  KOINON_ASSIGN(const LogIdentity identity,
                read_identity(evidence.identity(), LogId::from(evidence.log_id())));
  const TreeSize at(evidence.at());
  if (at.value == 0) return fail(Code::kBadProof, "an empty prefix cannot differ", "at");
  KOINON_ASSIGN(const Hash first, prefix_root(evidence.first(), evidence.first_left(), evidence.first_right(),
                                              at, identity.vkey()));
  KOINON_ASSIGN(const Hash second, prefix_root(evidence.second(), evidence.second_left(),
                                               evidence.second_right(), at, identity.vkey()));
  if (first == second)
    return fail(Code::kBadProof, "the two heads agree up to there: no fork is shown", "at");
  return {};
}

}  // namespace koinon
