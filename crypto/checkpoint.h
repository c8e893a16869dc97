// Checkpoints (C2SP tlog-checkpoint) and their cosignatures (C2SP tlog-cosignature, Ed25519 type).
#pragma once

#include "crypto/note.h"

namespace koinon {

struct Checkpoint {
  std::string origin;
  TreeSize size;
  Hash root;

  std::string text() const;  // the note text, three lines
  auto operator<=>(const Checkpoint&) const = default;
};

Result<Checkpoint> parse_checkpoint_text(std::string_view text);

// The signed note of a checkpoint, signed under its origin.
std::string sign_checkpoint(const Checkpoint& checkpoint, const SigningKey& key);
// Parses a signed note, checks the signature and that the origin is the vkey's name.
Result<Checkpoint> open_checkpoint(BytesView note, const VKey& vkey);

// A timestamped statement that the cosigner saw this checkpoint and that it extends all it saw before.
// `unix_seconds` in seconds, as C2SP has it.
NoteSignature cosign(std::string_view checkpoint_text, std::string_view cosigner_name, const SigningKey& key,
                     std::uint64_t unix_seconds);
// The time of the cosignature, in Unix seconds, once it verifies.
Result<std::uint64_t> verify_cosignature(const SignedNote& note, const VKey& cosigner);

}  // namespace koinon
