#include "crypto/attachment.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

// Tag and wire type of Practice.attachments. A body without these bytes names no file, so it is not parsed.
constexpr BytesView kAttachmentsTag("\x9A\x01", 2);

}  // namespace

std::uint32_t chunk_count(std::uint64_t size) {
  return static_cast<std::uint32_t>((size + limits::kAttachmentChunkBytes - 1) /
                                    limits::kAttachmentChunkBytes);
}

std::uint64_t chunk_bytes(std::uint64_t size, std::uint32_t number) {
  const std::uint64_t begin = std::uint64_t{number} * limits::kAttachmentChunkBytes;
  return begin >= size ? 0 : std::min<std::uint64_t>(size - begin, limits::kAttachmentChunkBytes);
}

std::optional<AttachmentId> read_attachment(const v1::Attachment& attachment) {
  if (attachment.sha256().size() != Hash::kSize || attachment.chunk_root().size() != Hash::kSize ||
      attachment.size() == 0 || attachment.size() > limits::kAttachmentBytes) {
    return std::nullopt;
  }
  return AttachmentId{Hash::from(attachment.sha256()), attachment.size(),
                      Hash::from(attachment.chunk_root())};
}

std::vector<AttachmentFact> attachments_of(EntryIndex index, BytesView body) {
  std::vector<AttachmentFact> out;
  if (body.find(kAttachmentsTag) == BytesView::npos) return out;
  const auto parsed = parse_body(body);
  if (!parsed.ok()) return out;
  for (const auto& attachment : parsed->practice().attachments()) {
    if (out.size() == limits::kAttachments) break;
    const auto id = read_attachment(attachment);
    const auto same = [&](const AttachmentFact& fact) { return fact.id.sha256 == id->sha256; };
    if (id && std::none_of(out.begin(), out.end(), same)) out.push_back({index, *id});
  }
  return out;
}

Status verify_chunk(const AttachmentId& id, const AttachmentChunk& chunk) {
  const TreeSize count(chunk_count(id.size));
  if (chunk.number >= count.value || chunk.bytes.size() != chunk_bytes(id.size, chunk.number))
    return fail(Code::kBadProof, "a chunk of an attachment has the wrong length", "attachment");
  KOINON_ASSIGN(const HashPath path, unpack_hashes(chunk.proof, "attachment.proof"));
  const Status proven =
      verify_inclusion(EntryIndex(chunk.number), count, leaf_hash(chunk.bytes), path, id.chunk_root);
  if (!proven.ok())
    return fail(Code::kBadProof, "a chunk does not belong to the attachment that its note names",
                "attachment");
  return {};
}

Result<CutAttachment> cut_attachment(BytesView file) {
  if (file.empty()) return fail(Code::kInvalidArgument, "the file is empty", "attachment");
  if (file.size() > limits::kAttachmentBytes)
    return fail(Code::kTooLarge, "an attachment has at most 64 MiB; give a link to larger files",
                "attachment");
  CutAttachment out;
  out.id.sha256 = sha256(file);
  out.id.size = file.size();
  std::vector<std::vector<Hash>> levels(1);
  for (std::uint32_t i = 0; i < chunk_count(file.size()); ++i) {
    const std::size_t begin = std::size_t{i} * limits::kAttachmentChunkBytes;
    out.chunks.push_back({i, Bytes(file.substr(begin, limits::kAttachmentChunkBytes)), {}});
    levels[0].push_back(leaf_hash(out.chunks.back().bytes));
  }
  CompactRange range;
  for (const Hash& leaf : levels[0]) range.append(leaf);
  out.id.chunk_root = range.root();
  while (levels.back().size() > 1) {
    const std::vector<Hash>& below = levels.back();
    std::vector<Hash> above;
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) above.push_back(node_hash(below[i], below[i + 1]));
    levels.push_back(std::move(above));
  }
  const NodeReader nodes = [&](TreeNode node) -> Result<Hash> { return levels[node.level][node.index]; };
  for (AttachmentChunk& chunk : out.chunks) {
    KOINON_ASSIGN(const HashPath path,
                  inclusion_proof(EntryIndex(chunk.number), TreeSize(out.chunks.size()), nodes));
    chunk.proof = pack_hashes(path);
  }
  return out;
}

}  // namespace koinon
