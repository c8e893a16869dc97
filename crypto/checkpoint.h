// Checkpoints (C2SP tlog-checkpoint) and their cosignatures (C2SP tlog-cosignature, Ed25519 type).
#pragma once

#include <optional>

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
// Parses a signed note. Checks its signature, and that the origin is the vkey's name.
Result<Checkpoint> open_checkpoint(BytesView note, const VKey& vkey);

// States, with a time, that the cosigner saw this checkpoint, and that the checkpoint extends all that it saw
// before. The time is in Unix seconds, as C2SP says.
NoteSignature cosign(std::string_view checkpoint_text, std::string_view cosigner_name, const SigningKey& key,
                     std::uint64_t unix_seconds);
// The time that a cosignature states, in Unix seconds; nothing: it is of another form. It is not verified.
std::optional<std::uint64_t> stated_time(const NoteSignature& cosignature);
// Verifies a cosignature and returns its time in Unix seconds.
Result<std::uint64_t> verify_cosignature(const SignedNote& note, const VKey& cosigner);

}  // namespace koinon
