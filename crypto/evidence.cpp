#include "crypto/evidence.h"

#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kStatementBegins = "koinon/v1 rotation\n";

Error evidence_too_large() { return fail(Code::kTooLarge, "evidence has at most 640 KiB", "evidence"); }

struct OpenedHead {
  Checkpoint checkpoint;
  Bytes note;  // with the line that counts alone
};

Result<OpenedHead> open_head(const KeyHistory& keys, BytesView note) {
  KOINON_ASSIGN(const KeyHistory::Head head, keys.open_any_head(note));
  if (head.recoveries != keys.recoveries())
    return fail(Code::kRefused, "a recovery has voided this head", "checkpoint");
  KOINON_ASSIGN(const SignedNote parsed, parse_note(note));
  OpenedHead out{head.checkpoint, SignedNote{parsed.text, {*parsed.by(head.key).front()}}.encode()};
  if (out.note.size() > limits::kHeadNoteBytes)
    return fail(Code::kTooLarge, "a head's checkpoint has at most 32 KiB", "checkpoint");
  return out;
}

Result<Hash> prefix_root(const Checkpoint& head, TreeSize at, BytesView left, BytesView right) {
  if (head.size == at && left.empty() && right.empty()) return head.root;
  RunProof proof;
  KOINON_ASSIGN(proof.left, unpack_hashes(left, "left"));
  KOINON_ASSIGN(proof.right, unpack_hashes(right, "right"));
  return verify_prefix(at, head.size, proof, head.root);
}

void put_keys(v1::Evidence& evidence, const KeyHistory& keys) {
  evidence.set_log_id(keys.identity().log_id().bytes());
  *evidence.mutable_identity() = to_message(keys.identity());
  for (const KeyHistory::Change& change : keys.changes()) evidence.add_statements(change.note);
}

// Where the statements before the second one are others than those before the first.
void put_before(v1::Evidence& evidence, const KeyHistory& first, const KeyHistory& second) {
  if (compare(first, second) == KeyOrder::kSame) return;
  auto* before = evidence.mutable_second_before();
  for (const KeyHistory::Change& change : second.changes()) before->add_statements(change.note);
}

Result<TwoHeads> two_heads(const v1::Evidence& evidence, const KeyHistory& keys, v1::Evidence& normal) {
  TwoHeads out;
  out.at = TreeSize(evidence.at());
  if (out.at.value == 0) return fail(Code::kBadProof, "an empty prefix cannot differ", "at");
  KOINON_ASSIGN(OpenedHead first, open_head(keys, evidence.first()));
  KOINON_ASSIGN(OpenedHead second, open_head(keys, evidence.second()));
  out.first = first.checkpoint;
  out.second = second.checkpoint;
  KOINON_ASSIGN(out.first_root,
                prefix_root(out.first, out.at, evidence.first_left(), evidence.first_right()));
  KOINON_ASSIGN(out.second_root,
                prefix_root(out.second, out.at, evidence.second_left(), evidence.second_right()));
  if (out.first_root == out.second_root)
    return fail(Code::kBadProof, "the two heads agree up to there: no fork is shown", "at");
  normal.set_at(out.at.value);
  normal.set_first(std::move(first.note));
  normal.set_second(std::move(second.note));
  // A head of that size is the prefix itself.
  if (out.first.size != out.at) {
    normal.set_first_left(evidence.first_left());
    normal.set_first_right(evidence.first_right());
  }
  if (out.second.size != out.at) {
    normal.set_second_left(evidence.second_left());
    normal.set_second_right(evidence.second_right());
  }
  return out;
}

Result<TwoStatements> two_statements(const v1::Evidence& evidence, const KeyHistory& keys,
                                     v1::Evidence& normal) {
  KeyHistory first = keys;
  KeyHistory second = evidence.has_second_before() ? KeyHistory(keys.identity()) : keys;
  for (const auto& statement : evidence.second_before().statements()) KOINON_TRY(second.add(statement));
  const KeyHistory before_second = second;
  KOINON_TRY(first.add(evidence.first()));
  KOINON_TRY(second.add(evidence.second()));
  // With others behind the two there would be many evidences of one contradiction.
  const auto parting = find_parting(first, second);
  if (!parting || parting->of_first + 1 != first.changes().size() ||
      parting->of_second + 1 != second.changes().size())
    return fail(Code::kBadProof, "the two statements do not contradict each other", "second");
  const KeyHistory::Change& one = first.changes().back();
  const KeyHistory::Change& other = second.changes().back();
  if (evidence.has_second_before() && !one.is_recovery)
    return fail(Code::kBadProof, "two rotations follow the same statements", "second_before");
  normal.set_first(one.note);
  normal.set_second(other.note);
  put_before(normal, keys, before_second);
  return TwoStatements{one.statement, other.statement, one.is_recovery};
}

}  // namespace

v1::Evidence make_evidence(const KeyHistory& keys, TreeSize at, const SignedTree& first,
                           const SignedTree& second) {
  v1::Evidence evidence;
  put_keys(evidence, keys);
  evidence.set_at(at.value);
  evidence.set_first(first.note);
  evidence.set_second(second.note);
  evidence.set_first_left(pack_hashes(first.prefix.left));
  evidence.set_first_right(pack_hashes(first.prefix.right));
  evidence.set_second_left(pack_hashes(second.prefix.left));
  evidence.set_second_right(pack_hashes(second.prefix.right));
  return evidence;
}

std::optional<v1::Evidence> make_evidence(const KeyHistory& first, const KeyHistory& second) {
  const auto parting = find_parting(first, second);
  if (!parting) return std::nullopt;
  const KeyHistory before_first = first.beginning(parting->of_first);
  const KeyHistory before_second = second.beginning(parting->of_second);
  v1::Evidence evidence;
  put_keys(evidence, before_first);
  evidence.set_first(first.changes()[parting->of_first].note);
  evidence.set_second(second.changes()[parting->of_second].note);
  put_before(evidence, before_first, before_second);
  return evidence;
}

ForkKind kind_of(const Contradiction& shown) {
  const auto* said = std::get_if<TwoStatements>(&shown.said);
  if (said == nullptr) return ForkKind::kTwoHeads;
  return said->by_recovery_key ? ForkKind::kTwoRecoveries : ForkKind::kTwoKeys;
}

Result<Contradiction> read_evidence(BytesView file) {
  if (file.size() > limits::kEvidenceBytes) return evidence_too_large();
  v1::Evidence evidence;
  if (!evidence.ParseFromArray(file.data(), static_cast<int>(file.size())))
    return fail(Code::kMalformed, "it is not a serialised koinon.v1.Evidence", "evidence");
  return verify_evidence(evidence);
}

// What a peer shows is kept as a file, so it must not be larger than one.
Result<Contradiction> verify_evidence(const v1::Evidence& evidence) {
  if (evidence.ByteSizeLong() > limits::kEvidenceBytes) return evidence_too_large();
  if (evidence.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "log_id");
  KOINON_ASSIGN(LogIdentity identity, read_identity(evidence.identity(), LogId::from(evidence.log_id())));
  Contradiction out;
  out.keys = KeyHistory(std::move(identity));
  for (const auto& statement : evidence.statements()) KOINON_TRY(out.keys.add(statement));
  put_keys(out.normal, out.keys);
  if (evidence.at() == 0 && evidence.first().starts_with(kStatementBegins)) {
    KOINON_ASSIGN(out.said, two_statements(evidence, out.keys, out.normal));
  } else {
    KOINON_ASSIGN(out.said, two_heads(evidence, out.keys, out.normal));
  }
  return out;
}

}  // namespace koinon
