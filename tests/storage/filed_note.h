// Notes that name files, for the tests of storage.
#pragma once

#include "proto/base/limits.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test {

// Begins with `mark`, by which its bytes are found on the disk.
inline CutAttachment file(const std::string& mark, std::size_t size = 2 * limits::kAttachmentChunkBytes) {
  Bytes bytes = mark;
  bytes.resize(size, 'z');
  return *cut_attachment(bytes);
}

inline Draft note_with(const std::string& title, const CutAttachment& cut) {
  Draft draft = note(title);
  auto* attachment = draft.body->mutable_practice()->add_attachments();
  attachment->set_sha256(cut.id.sha256.bytes());
  attachment->set_name("plan.pdf");
  attachment->set_size(cut.id.size);
  attachment->set_chunk_root(cut.id.chunk_root.bytes());
  return draft;
}

}  // namespace koinon::test
