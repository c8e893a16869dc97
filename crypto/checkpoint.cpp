#include "crypto/checkpoint.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

std::string cosigned_message(std::string_view checkpoint_text, std::uint64_t unix_seconds) {
  return "cosignature/v1\ntime " + std::to_string(unix_seconds) + "\n" + std::string(checkpoint_text);
}

// Takes one line, without its newline, off the front of text.
Result<std::string_view> take_checkpoint_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || end == 0) {
    return fail(Code::kMalformed, "a checkpoint has three lines: origin, size, root", "checkpoint");
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size.value) + "\n" + to_base64(root.view()) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  KOINON_ASSIGN(const auto origin, take_checkpoint_line(text));
  KOINON_ASSIGN(const auto size_line, take_checkpoint_line(text));
  KOINON_ASSIGN(const auto root_line, take_checkpoint_line(text));
  while (!text.empty())
    KOINON_TRY(take_checkpoint_line(text));  // extension lines may say anything, but are never empty
  const auto size = parse_decimal(size_line);
  if (!size.ok()) return fail(Code::kMalformed, "the tree size is not a decimal number", "checkpoint");
  if (*size > limits::kMaxLogSize)
    return fail(Code::kTooLarge, "the tree size is out of range", "checkpoint");
  const auto root = from_base64(root_line);
  if (!root.ok() || root->size() != Hash::kSize) {
    return fail(Code::kMalformed, "the root hash is not 32 bytes of base64", "checkpoint");
  }
  return Checkpoint{std::string(origin), TreeSize(*size), Hash::from(*root)};
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key) {
  SignedNote note;
  note.text = checkpoint.text();
  note.signatures.push_back(sign_note(note.text, checkpoint.origin, key));
  return note.encode();
}

Result<Checkpoint> open_checkpoint(BytesView bytes, const VKey& vkey) {
  KOINON_ASSIGN(const SignedNote note, parse_note(bytes));
  KOINON_TRY(verify_note(note, vkey));
  KOINON_ASSIGN(Checkpoint checkpoint, parse_checkpoint_text(note.text));
  if (checkpoint.origin != vkey.name) {
    return fail(Code::kBadSignature, "the checkpoint's origin is not the signer's name", "checkpoint");
  }
  return checkpoint;
}

NoteSignature cosign(std::string_view checkpoint_text, std::string_view cosigner_name, const SigningKey& key,
                     std::uint64_t unix_seconds) {
  NoteSignature out;
  out.name = cosigner_name;
  out.key_id = key_id(cosigner_name, SignatureType::kCosignatureV1, key.public_key());
  put_u64(out.signature, unix_seconds);
  out.signature += key.sign(cosigned_message(checkpoint_text, unix_seconds));
  return out;
}

std::optional<std::uint64_t> stated_time(const NoteSignature& cosignature) {
  if (cosignature.signature.size() != 8 + kSignatureBytes) return std::nullopt;
  const std::uint64_t seconds = get_u64(cosignature.signature);
  return seconds >> 63 == 0 ? std::optional(seconds) : std::nullopt;
}

Result<std::uint64_t> verify_cosignature(const SignedNote& note, const VKey& cosigner) {
  for (const auto* signature : note.by(cosigner)) {
    const auto seconds = stated_time(*signature);
    if (!seconds) continue;
    const auto message = cosigned_message(note.text, *seconds);
    if (verify_signature(cosigner.key, message, BytesView(signature->signature).substr(8))) return *seconds;
  }
  return fail(Code::kBadSignature, "no valid cosignature of " + cosigner.name + " is there", "cosignature");
}

}  // namespace koinon
