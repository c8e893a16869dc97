#include "crypto/tlog_proof.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";

Error malformed(std::string_view why) { return fail(Code::kMalformed, std::string(why), "proof"); }

Result<std::string_view> take_proof_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return malformed("the proof is cut off");
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool take_prefix(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string TlogProof::encode() const {
  std::string out(kFirstLine);
  out += '\n';
  if (extra) out += "extra " + to_base64(*extra) + "\n";
  out += "index " + std::to_string(index.value) + "\n";
  for (const Hash& hash : path) out += to_base64(hash.view()) + "\n";
  return out + "\n" + checkpoint;
}

Result<TlogProof> parse_tlog_proof(BytesView text) {
  if (text.size() > limits::kProofFileBytes)
    return fail(Code::kTooLarge, "a proof has at most 256 KiB", "proof");
  TlogProof proof;
  KOINON_ASSIGN(auto line, take_proof_line(text));
  if (line != kFirstLine) return malformed("its first line is not c2sp.org/tlog-proof@v1");
  KOINON_ASSIGN(line, take_proof_line(text));
  if (take_prefix(line, "extra ")) {
    const auto extra = from_base64(line);
    if (!extra.ok()) return malformed("its extra line is not base64");
    proof.extra = *extra;
    KOINON_ASSIGN(line, take_proof_line(text));
  }
  if (!take_prefix(line, "index ")) return malformed("its index line is missing");
  const auto index = parse_decimal(line);
  if (!index.ok()) return malformed("its index is not a decimal number");
  proof.index = EntryIndex(*index);
  while (true) {
    KOINON_ASSIGN(line, take_proof_line(text));
    if (line.empty()) break;
    if (proof.path.size() == limits::kProofHashes) return malformed("it has more than 64 hashes");
    const auto hash = from_base64(line);
    if (!hash.ok() || hash->size() != Hash::kSize) return malformed("one of its hashes is not 32 bytes");
    proof.path.push_back(Hash::from(*hash));
  }
  proof.checkpoint = text;
  return proof;
}

Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, const VKey& vkey) {
  if (!proof.extra) return fail(Code::kBadProof, "the proof carries no entry", "extra");
  KOINON_ASSIGN(Checkpoint checkpoint, open_checkpoint(proof.checkpoint, vkey));
  KOINON_TRY(
      verify_inclusion(proof.index, checkpoint.size, leaf_hash(*proof.extra), proof.path, checkpoint.root));
  return checkpoint;
}

Result<KeyHistory::Head> verify_tlog_proof(const TlogProof& proof, const KeyHistory& keys) {
  if (!proof.extra) return fail(Code::kBadProof, "the proof carries no entry", "extra");
  KOINON_ASSIGN(KeyHistory::Head head, keys.open_any_head(proof.checkpoint));
  if (!head.had_word) return fail(Code::kRefused, "its key had no word at that size", "checkpoint");
  KOINON_TRY(verify_inclusion(proof.index, head.checkpoint.size, leaf_hash(*proof.extra), proof.path,
                              head.checkpoint.root));
  return head;
}

}  // namespace koinon
