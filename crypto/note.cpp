#include "crypto/note.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kDash = "\u2014 ";

Result<NoteSignature> parse_signature_line(std::string_view line) {
  const Error error = fail(Code::kMalformed, "a signature line does not parse", "note");
  if (line.substr(0, kDash.size()) != kDash) return error;
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return error;
  NoteSignature out;
  out.name = line.substr(0, space);
  const auto bytes = from_base64(line.substr(space + 1));
  if (!is_key_name(out.name) || !bytes.ok() || bytes->size() < 5) return error;
  out.key_id = get_u32(*bytes);
  out.signature = bytes->substr(4);
  return out;
}

}  // namespace

std::string NoteSignature::line() const {
  Bytes bytes;
  put_u32(bytes, key_id);
  bytes += signature;
  return std::string(kDash) + name + " " + to_base64(bytes) + "\n";
}

std::string SignedNote::encode() const {
  std::string out = text + "\n";
  for (const auto& signature : signatures) out += signature.line();
  return out;
}

std::vector<const NoteSignature*> SignedNote::by(const VKey& vkey) const {
  std::vector<const NoteSignature*> out;
  const std::uint32_t id = vkey.id();
  for (const auto& signature : signatures) {
    if (signature.name == vkey.name && signature.key_id == id) out.push_back(&signature);
  }
  return out;
}

DividedNote divide_note(SignedNote note, std::string_view name) {
  DividedNote out{{std::move(note.text), {}}, {}};
  for (NoteSignature& line : note.signatures)
    (line.name == name ? out.own.signatures : out.others).push_back(std::move(line));
  return out;
}

Result<SignedNote> parse_note(BytesView bytes) {
  const auto error = [](std::string_view why) { return fail(Code::kMalformed, std::string(why), "note"); };
  if (bytes.size() > limits::kNoteBytes) return fail(Code::kTooLarge, "a note has at most 64 KiB", "note");
  if (!is_utf8(bytes)) return error("a note is UTF-8");
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return error("a note has no control characters");
  }
  const auto blank = bytes.rfind("\n\n");
  if (blank == BytesView::npos) return error("a note has an empty line before its signatures");
  SignedNote note;
  note.text = bytes.substr(0, blank + 1);
  BytesView rest = bytes.substr(blank + 2);
  if (rest.empty() || rest.back() != '\n') return error("a note ends in signature lines");
  while (!rest.empty()) {
    if (note.signatures.size() == limits::kNoteSignatures) {
      return fail(Code::kTooLarge, "a note has at most 64 signatures", "note");
    }
    const auto end = rest.find('\n');
    KOINON_ASSIGN(NoteSignature signature, parse_signature_line(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

Status verify_note(const SignedNote& note, const VKey& vkey) {
  const auto signatures = note.by(vkey);
  if (signatures.empty()) {
    return fail(Code::kBadSignature, "the note is not signed by " + vkey.name, "signature");
  }
  for (const auto* signature : signatures) {
    if (!verify_signature(vkey.key, note.text, signature->signature)) {
      return fail(Code::kBadSignature, "the signature of " + vkey.name + " does not verify", "signature");
    }
  }
  return {};
}

NoteSignature sign_note(std::string_view text, std::string_view key_name, const SigningKey& key) {
  return {std::string(key_name), key_id(key_name, SignatureType::kEd25519, key.public_key()), key.sign(text)};
}

}  // namespace koinon
