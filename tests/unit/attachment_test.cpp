// Files cut into chunks that prove themselves.
#include "crypto/attachment.h"

#include <random>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon::attachment_test {
namespace {

Bytes file_of(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  Bytes out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

v1::Attachment message(const AttachmentId& id) {
  v1::Attachment out;
  out.set_sha256(id.sha256.bytes());
  out.set_size(id.size);
  out.set_chunk_root(id.chunk_root.bytes());
  return out;
}

TEST(Attachment, EveryChunkOfEverySizeProvesItselfAndNothingElse) {
  ASSERT_TRUE(init_crypto().ok());
  constexpr std::size_t kChunk = limits::kAttachmentChunkBytes;
  for (const std::size_t size :
       {std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk, 5 * kChunk + 7}) {
    const Bytes file = file_of(size);
    const auto cut = cut_attachment(file);
    ASSERT_TRUE(cut.ok());
    EXPECT_EQ(cut->id.sha256, sha256(file));
    EXPECT_EQ(cut->chunks.size(), (size + kChunk - 1) / kChunk);
    Bytes joined;
    Sha256 digest;
    for (const AttachmentChunk& chunk : cut->chunks) {
      EXPECT_TRUE(verify_chunk(cut->id, chunk).ok()) << size << " " << chunk.number;
      joined += chunk.bytes;
      digest.update(chunk.bytes);
      AttachmentChunk bad = chunk;
      bad.bytes[bad.bytes.size() / 2] ^= 1;
      EXPECT_EQ(verify_chunk(cut->id, bad).error().code, Code::kBadProof);
      bad = chunk;
      bad.number += 1;
      EXPECT_FALSE(verify_chunk(cut->id, bad).ok());
      bad = chunk;
      bad.bytes.pop_back();
      EXPECT_FALSE(verify_chunk(cut->id, bad).ok());
      bad = chunk;
      bad.proof += Bytes(32, 'x');
      EXPECT_FALSE(verify_chunk(cut->id, bad).ok());
    }
    EXPECT_EQ(joined, file);
    EXPECT_EQ(digest.finish(), cut->id.sha256);
  }
}

// The root is that of RFC 6962 over the chunks: of one chunk its leaf hash, of three as §2.1 has it.
TEST(Attachment, TheRootIsTheTreeOfRfc6962) {
  constexpr std::size_t kChunk = limits::kAttachmentChunkBytes;
  const Bytes file = file_of(2 * kChunk + 10);
  const auto leaf = [&](std::size_t i) { return leaf_hash(BytesView(file).substr(i * kChunk, kChunk)); };
  EXPECT_EQ(cut_attachment(file)->id.chunk_root, node_hash(node_hash(leaf(0), leaf(1)), leaf(2)));
  EXPECT_EQ(cut_attachment("one chunk")->id.chunk_root, leaf_hash("one chunk"));
}

TEST(Attachment, EmptyAndTooLargeFilesAreRefused) {
  EXPECT_EQ(cut_attachment("").error().code, Code::kInvalidArgument);
  EXPECT_EQ(cut_attachment(Bytes(limits::kAttachmentBytes + 1, 'x')).error().code, Code::kTooLarge);
}

TEST(Attachment, ABodyNamesItsFilesAndThoseThatBreakARuleAreLeftOut) {
  const AttachmentId id = cut_attachment("a file")->id;
  v1::Body body;
  body.set_salt(Bytes(limits::kSaltBytes, 's'));
  auto* practice = body.mutable_practice();
  *practice->add_attachments() = message(id);
  *practice->add_attachments() = message(id);  // twice is once
  v1::Attachment bad = message(cut_attachment("another")->id);
  bad.set_size(0);
  *practice->add_attachments() = bad;
  bad.set_size(limits::kAttachmentBytes + 1);
  *practice->add_attachments() = bad;
  bad.set_size(7);
  bad.set_chunk_root("short");
  *practice->add_attachments() = bad;
  const auto facts = attachments_of(EntryIndex(4), serialize(body));
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_EQ(facts[0].id, id);
  EXPECT_EQ(facts[0].index, EntryIndex(4));
  for (std::size_t i = 0; i < 2 * limits::kAttachments; ++i)
    *practice->add_attachments() = message(cut_attachment(std::to_string(i))->id);
  EXPECT_EQ(attachments_of(EntryIndex(4), serialize(body)).size(), limits::kAttachments);
  EXPECT_TRUE(attachments_of(EntryIndex(4), "\x9A\x01 not a body").empty());
  EXPECT_TRUE(attachments_of(EntryIndex(4), "").empty());
}

}  // namespace
}  // namespace koinon::attachment_test
