// Signed notes, C2SP signed-note. Text, an empty line, signature lines.
#pragma once

#include <vector>

#include "crypto/ed25519.h"
#include "crypto/vkey.h"

namespace koinon {

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // what follows the key ID

  std::string line() const;  // with its newline
};

struct SignedNote {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;

  std::string encode() const;
  // The signatures whose name and key ID are the vkey's.
  std::vector<const NoteSignature*> by(const VKey& vkey) const;
};

// Parses without trusting: at most limits::kNoteBytes, limits::kNoteSignatures, strict base64.
Result<SignedNote> parse_note(BytesView bytes);

// At least one signature by the vkey (type Ed25519) is there, and every such one verifies.
Status verify_note(const SignedNote& note, const VKey& vkey);

NoteSignature sign_note(std::string_view text, std::string_view key_name, const SigningKey& key);

}  // namespace koinon
