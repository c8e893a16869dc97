// Attachments: what bodies say of files, chunks as peers send them, and files as they are cut.
#include "crypto/attachment.h"

#include <cstddef>
#include <cstdint>

#include "crypto/ed25519.h"
#include "koinon/v1/wire.pb.h"
#include "proto/base/limits.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = init_crypto().ok();
  if (!ready) return 0;
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto facts = attachments_of(EntryIndex(1), input);
  if (facts.size() > limits::kAttachments) __builtin_trap();
  for (const AttachmentFact& fact : facts) {
    if (fact.id.size == 0 || fact.id.size > limits::kAttachmentBytes) __builtin_trap();
    if (chunk_count(fact.id.size) == 0 || chunk_bytes(fact.id.size, chunk_count(fact.id.size)) != 0)
      __builtin_trap();
  }
  // A chunk is accepted for what it is and for nothing else.
  static const CutAttachment file = *cut_attachment(Bytes(limits::kAttachmentChunkBytes * 2 + 1, 'f'));
  v1::AttachmentChunk message;
  if (message.ParseFromArray(data, static_cast<int>(size))) {
    const AttachmentChunk chunk{message.number(), message.bytes(), message.proof()};
    if (verify_chunk(file.id, chunk).ok() &&
        (chunk.number > 2 || chunk.bytes != file.chunks[chunk.number].bytes))
      __builtin_trap();
  }
  const auto cut = cut_attachment(input);
  if (!cut.ok()) return 0;
  for (const AttachmentChunk& chunk : cut->chunks) {
    if (!verify_chunk(cut->id, chunk).ok()) __builtin_trap();
  }
  return 0;
}
