// Files that belong to notes: named by SHA-256, cut into chunks that are the leaves of an RFC 6962 tree, so
// that each chunk is verified by itself as it comes, from whomever. Pure functions over bytes.
#pragma once

#include <optional>
#include <vector>

#include "crypto/proof.h"
#include "koinon/v1/record.pb.h"

namespace koinon {

// What a note says of a file, and all that a chunk needs to be verified.
struct AttachmentId {
  Hash sha256;  // of the whole file
  std::uint64_t size = 0;
  Hash chunk_root;
  auto operator<=>(const AttachmentId&) const = default;
};

// A record names a file.
struct AttachmentFact {
  EntryIndex index;
  AttachmentId id;
};

// A chunk as it travels and is kept.
struct AttachmentChunk {
  std::uint32_t number = 0;
  Bytes bytes;
  Bytes proof;  // inclusion proof of the chunk in the tree over all: 32 bytes a hash
};

std::uint32_t chunk_count(std::uint64_t size);
// All have limits::kAttachmentChunkBytes but the last.
std::uint64_t chunk_bytes(std::uint64_t size, std::uint32_t number);

// The files that a body names, those that break a rule left out: at most limits::kAttachments.
std::vector<AttachmentFact> attachments_of(EntryIndex index, BytesView body);
std::optional<AttachmentId> read_attachment(const v1::Attachment& attachment);

// kBadProof for a chunk that does not belong to the file at its number.
Status verify_chunk(const AttachmentId& id, const AttachmentChunk& chunk);

// A whole file, cut. kTooLarge beyond limits::kAttachmentBytes, kInvalidArgument for an empty one.
struct CutAttachment {
  AttachmentId id;
  std::vector<AttachmentChunk> chunks;
};
Result<CutAttachment> cut_attachment(BytesView file);

}  // namespace koinon
