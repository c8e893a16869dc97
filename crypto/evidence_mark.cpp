#include "crypto/evidence_mark.h"

#include <algorithm>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"

namespace koinon {
namespace {

constexpr std::string_view kMarkLabel("koinon/v1 contradiction\0", 24);
constexpr std::string_view kOfHeads = "\x01";
constexpr std::string_view kOfStatements = "\x02";

EvidenceMark mark_of_bytes(BytesView bytes) { return {sha256(bytes), {}}; }

}  // namespace

EvidenceMark mark_of(const v1::Evidence& evidence) {
  const auto first = parse_note(evidence.first());
  const auto second = parse_note(evidence.second());
  if (!first.ok() || !second.ok()) return mark_of_bytes(evidence.SerializeAsString());
  EvidenceMark out;
  std::vector<Hash> said;
  for (const SignedNote* note : {&*first, &*second}) {
    if (evidence.at() == 0) {
      said.push_back(sha256(note->text));
      continue;
    }
    const auto head = parse_checkpoint_text(note->text);
    if (!head.ok()) return mark_of_bytes(evidence.SerializeAsString());
    out.heads.push_back({head->size, head->root});
    said.push_back(sha256(head->text()));  // without extension lines
  }
  std::sort(said.begin(), said.end());
  out.digest = sha256({kMarkLabel, evidence.log_id(), out.heads.empty() ? kOfStatements : kOfHeads,
                       said[0].view(), said[1].view()});
  return out;
}

EvidenceMark mark_of(BytesView file) {
  v1::Evidence evidence;
  if (!evidence.ParseFromArray(file.data(), static_cast<int>(file.size()))) return mark_of_bytes(file);
  return mark_of(evidence);
}

}  // namespace koinon
