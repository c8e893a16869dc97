#include "storage/fsck/file_check.h"

#include "crypto/attachment.h"
#include "crypto/hash.h"
#include "proto/base/encoding.h"

namespace koinon::fsck {
namespace {

constexpr int kComplete = 1;  // `state` of a row
constexpr std::int64_t kChunkBits = 16;

struct FileRow {
  std::int64_t number = 0;
  AttachmentId id;
  std::uint32_t chunks = 0;
  int state = 0;
};

Status check_file(sql::Connection& db, const FileRow& file, Report& report) {
  ++report.files;
  const std::string place = "file " + to_hex(file.id.sha256.view());
  Sha256 whole;
  for (std::uint32_t i = 0; i < file.chunks; ++i) {
    auto select = db.prepare("SELECT bytes, proof FROM attachment_chunk WHERE id = ?");
    KOINON_ASSIGN(const bool there, select.bind((file.number << kChunkBits) + i).step());
    const bool good =
        there && i < chunk_count(file.id.size) &&
        verify_chunk(file.id, AttachmentChunk{i, Bytes(select.blob(0)), Bytes(select.blob(1))}).ok();
    if (!good) {
      report.add({place,
                  "chunk " + std::to_string(i) + (there ? " is damaged" : " is missing"),
                  Remedy::kFetchFile,
                  file.number,
                  i,
                  {}});
      return {};
    }
    whole.update(select.blob(0));
  }
  if (file.state != kComplete) return {};
  if (file.chunks == chunk_count(file.id.size) && whole.finish() == file.id.sha256) return {};
  report.add({place, "it is called whole and is not", Remedy::kFetchFile, file.number, 0, {}});
  return {};
}

}  // namespace

Status check_files(sql::Connection& db, Report& report) {
  auto select = db.prepare(
      "SELECT number, sha256, size, chunk_root, chunks, state FROM attachment WHERE state < 2 ORDER BY "
      "number");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    FileRow file;
    file.number = select.integer(0);
    if (select.blob(1).size() != Hash::kSize || select.blob(3).size() != Hash::kSize) {
      report.add({"file " + std::to_string(file.number), "its row is damaged", Remedy::kNone, 0, 0, {}});
      continue;
    }
    file.id = {Hash::from(select.blob(1)), select.number(2), Hash::from(select.blob(3))};
    file.chunks = static_cast<std::uint32_t>(select.number(4));
    file.state = static_cast<int>(select.integer(5));
    KOINON_TRY(check_file(db, file, report));
  }
}

}  // namespace koinon::fsck
