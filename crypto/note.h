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
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;

  std::string encode() const;
  // The signatures with the name and the key ID of the vkey.
  std::vector<const NoteSignature*> by(const VKey& vkey) const;
};

// A note in two.
struct DividedNote {
  SignedNote own;  // with the lines under one name; it may have none
  std::vector<NoteSignature> others;
};
// By the name of whoever wrote the text: the same text is the same note then, whoever else has signed it.
DividedNote divide_note(SignedNote note, std::string_view name);

// Parses without verifying. Takes at most limits::kNoteBytes, limits::kNoteSignatures, and strict base64.
Result<SignedNote> parse_note(BytesView bytes);

// The note has at least one signature by the vkey (type Ed25519), and all of these verify.
Status verify_note(const SignedNote& note, const VKey& vkey);

NoteSignature sign_note(std::string_view text, std::string_view key_name, const SigningKey& key);

}  // namespace koinon
