#include "node/witness/add_checkpoint.h"

#include <optional>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kOld = "old ";

// Takes one line off the front, without its newline. Nothing: there is no newline.
std::optional<BytesView> next_line(BytesView& rest) {
  const auto end = rest.find('\n');
  if (end == BytesView::npos) return std::nullopt;
  const BytesView line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<TreeSize> read_old_size(BytesView line) {
  const auto size = line.starts_with(kOld) ? parse_decimal(line.substr(kOld.size()))
                                           : Result<std::uint64_t>(fail(Code::kMalformed, ""));
  if (!size.ok()) return fail(Code::kMalformed, "the first line is not `old` and a tree size", "old");
  return TreeSize(*size);
}

}  // namespace

Result<AddCheckpoint> parse_add_checkpoint(BytesView body) {
  if (body.size() > limits::kWitnessRequestBytes)
    return fail(Code::kTooLarge, "a request to witness has at most 69,632 bytes", "body");
  AddCheckpoint out;
  auto line = next_line(body);
  KOINON_ASSIGN(out.old_size, read_old_size(line.value_or(BytesView())));
  while ((line = next_line(body)) && !line->empty()) {
    if (out.proof.size() == limits::kWitnessProofHashes)
      return fail(Code::kTooLarge, "a consistency proof has at most 63 lines", "proof");
    const auto hash = from_base64(*line);
    if (!hash.ok() || hash->size() != Hash::kSize)
      return fail(Code::kMalformed, "a line of the consistency proof is not 32 bytes of base64", "proof");
    out.proof.push_back(Hash::from(*hash));
  }
  if (!line) return fail(Code::kMalformed, "no empty line stands before the checkpoint", "body");
  KOINON_ASSIGN(out.note, parse_note(body));
  KOINON_ASSIGN(out.checkpoint, parse_checkpoint_text(out.note.text));
  return out;
}

}  // namespace koinon
