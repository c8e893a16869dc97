#include "crypto/evidence.h"

#include "proto/base/limits.h"

namespace koinon {
namespace {

Error evidence_too_large() { return fail(Code::kTooLarge, "evidence has at most 64 KiB", "evidence"); }

Result<Hash> prefix_root(const Checkpoint& head, TreeSize at, BytesView left, BytesView right) {
  if (head.size == at && left.empty() && right.empty()) return head.root;
  RunProof proof;
  KOINON_ASSIGN(proof.left, unpack_hashes(left, "left"));
  KOINON_ASSIGN(proof.right, unpack_hashes(right, "right"));
  return verify_prefix(at, head.size, proof, head.root);
}

Result<Contradiction> contradiction_of(const v1::Evidence& evidence) {
  // What a peer shows is kept as a file, so it must not be larger than one.
  if (evidence.ByteSizeLong() > limits::kEvidenceBytes) return evidence_too_large();
  if (evidence.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "log_id");
  Contradiction out;
  KOINON_ASSIGN(out.identity, read_identity(evidence.identity(), LogId::from(evidence.log_id())));
  out.at = TreeSize(evidence.at());
  if (out.at.value == 0) return fail(Code::kBadProof, "an empty prefix cannot differ", "at");
  const VKey vkey = out.identity.vkey();
  KOINON_ASSIGN(out.first, open_checkpoint(evidence.first(), vkey));
  KOINON_ASSIGN(out.second, open_checkpoint(evidence.second(), vkey));
  KOINON_ASSIGN(out.first_root,
                prefix_root(out.first, out.at, evidence.first_left(), evidence.first_right()));
  KOINON_ASSIGN(out.second_root,
                prefix_root(out.second, out.at, evidence.second_left(), evidence.second_right()));
  if (out.first_root == out.second_root)
    return fail(Code::kBadProof, "the two heads agree up to there: no fork is shown", "at");
  return out;
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

Result<Contradiction> read_evidence(BytesView file) {
  if (file.size() > limits::kEvidenceBytes) return evidence_too_large();
  v1::Evidence evidence;
  if (!evidence.ParseFromArray(file.data(), static_cast<int>(file.size())))
    return fail(Code::kMalformed, "it is not a serialised koinon.v1.Evidence", "evidence");
  return contradiction_of(evidence);
}

Status verify_evidence(const v1::Evidence& evidence) {
  KOINON_TRY(contradiction_of(evidence));
  return {};
}

}  // namespace koinon
