// Files that belong to notes. SHA-256 names a file. A file is cut into chunks, and the chunks are the leaves
// of an RFC 6962 tree. So each chunk is verified alone when it comes, whoever sent it. Pure functions over
// bytes.
#pragma once

#include <optional>
#include <vector>

#include "crypto/proof.h"
#include "koinon/v1/record.pb.h"

namespace koinon {

// What a note says of a file. It is all that is needed to verify a chunk.
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
  Bytes proof;  // inclusion proof in the tree over all chunks: 32 bytes a hash
};

std::uint32_t chunk_count(std::uint64_t size);
// Each chunk has limits::kAttachmentChunkBytes; the last may have fewer.
std::uint64_t chunk_bytes(std::uint64_t size, std::uint32_t number);

// The files that a body names, at most limits::kAttachments. Those that break a rule are left out.
std::vector<AttachmentFact> attachments_of(EntryIndex index, BytesView body);
std::optional<AttachmentId> read_attachment(const v1::Attachment& attachment);

// kBadProof: the chunk is not the one that the file has at this number.
Status verify_chunk(const AttachmentId& id, const AttachmentChunk& chunk);

// Cuts a whole file. kTooLarge: it has more than limits::kAttachmentBytes. kInvalidArgument: it is empty.
struct CutAttachment {
  AttachmentId id;
  std::vector<AttachmentChunk> chunks;
};
Result<CutAttachment> cut_attachment(BytesView file);

}  // namespace koinon
