#include "storage/backup/backup_reader.h"

#include <algorithm>

#include "crypto/hash.h"
#include "crypto/secret_memory.h"
#include "proto/base/limits.h"
#include "storage/backup/disk_file.h"

namespace koinon::backup {

Result<BackupReader> BackupReader::open(Vault& vault, KeyRing keys, std::optional<std::uint64_t> number) {
  BackupReader out(vault, std::move(keys));
  KOINON_ASSIGN(const auto all, vault.manifests());
  if (!vault.has_all() && !number)
    return fail(
        Code::kMalformed,
        all.empty()
            ? std::string("it is damaged before the end of its first backup; restore from another place")
            : "it is damaged behind number " + std::to_string(all.back()) +
                  ", and newer ones are lost; restore from another place, or that one with --number " +
                  std::to_string(all.back()),
        "backup");
  if (all.empty())
    return fail(Code::kNotFound, "no backup was finished there; run koinon backup again, it goes on",
                "backup");
  out.number_ = number.value_or(all.back());
  if (std::find(all.begin(), all.end(), out.number_) == all.end())
    return fail(Code::kNotFound,
                "there is no backup with this number there; the newest is " + std::to_string(all.back()),
                "backup");
  KOINON_ASSIGN(const Bytes box, vault.manifest(out.number_));
  const auto text = out.open(box, manifest_name(out.number_));
  if (!text.ok()) return again_as(text.error().code, text.error(), "manifest " + std::to_string(out.number_));
  KOINON_ASSIGN(out.manifest_, read_manifest(*text));
  return out;
}

// Who holds the place can write a box that is not encrypted without any key.
Result<Bytes> BackupReader::open(BytesView box, const Hash& name) const {
  if (vault_->protection() != Protection::kOpen && box_is_whole(box) && box_key_id(box).empty())
    return fail(Code::kMalformed, "it was changed: it is not encrypted, as all here is", "backup");
  return open_box(box, name, key_of(keys_, box));
}

// A chunk without encryption is its own name. One with it opens under no other name.
Result<Bytes> BackupReader::content(const Hash& name) {
  KOINON_ASSIGN(const Bytes box, vault_->get(name, limits::kBackupChunkBytes + kClosedBoxBytes));
  KOINON_ASSIGN(Bytes content, open(box, name));
  if (vault_->protection() == Protection::kOpen && sha256(content) != name)
    return fail(Code::kMalformed, "a chunk is damaged: it is another", "backup");
  if (!naming_.empty() && content_name(content, naming_) != name)
    return fail(Code::kMalformed, "a chunk is not what the node wrote", "backup");
  return content;
}

// Who holds the place knows the public key, and can add keys, manifests and chunks of their own. They do not
// know what stands in the files of this node, so they can name none of its chunks anew.
Status BackupReader::check_maker(const SealingKey& to) {
  const BackupFile* node = find("keys/node.key");
  const Error refused = fail(
      Code::kRefused,
      "this backup has no valid proof that your node wrote it: another program or an older Koinon wrote it; "
      "use another backup (--number) or another place",
      "manifest " + std::to_string(number_));
  if (node == nullptr || node->size > limits::kBackupKeyFileBytes || manifest_.maker.empty()) return refused;
  Bytes key;
  KOINON_TRY(read_file(*node, [&key](BytesView bytes) {
    key += bytes;
    return Status();
  }));
  Bytes naming = naming_of(key, to);
  wipe(key);
  if (maker_of(manifest_, number_, naming) != manifest_.maker) return refused;
  naming_ = std::move(naming);
  return {};
}

Status BackupReader::is_to_be_read() const {
  if (vault_->protection() == Protection::kPublicKey && naming_.empty())
    return fail(Code::kInternal, "nobody looked who made it", "backup");
  return {};
}

const BackupFile* BackupReader::find(std::string_view path) const {
  const auto& files = manifest_.files;
  const auto it =
      std::find_if(files.begin(), files.end(), [path](const BackupFile& file) { return file.path == path; });
  return it == files.end() ? nullptr : &*it;
}

Result<std::optional<Bytes>> BackupReader::small_file(std::string_view path, std::uint64_t limit) {
  KOINON_TRY(is_to_be_read());
  const BackupFile* file = find(path);
  if (file == nullptr) return std::optional<Bytes>();
  if (file->size > limit)
    return fail(Code::kTooLarge, "it has " + std::to_string(file->size) + " bytes in the backup", file->path);
  Bytes out;
  KOINON_TRY(read_file(*file, [&out](BytesView bytes) {
    out += bytes;
    return Status();
  }));
  return std::optional<Bytes>(std::move(out));
}

Status BackupReader::read_file(const BackupFile& file, const std::function<Status(BytesView)>& take) {
  std::uint64_t at = 0;
  for (const Hash& list : file.lists) {
    KOINON_ASSIGN(const Bytes names, content(list));
    const std::uint64_t chunks = std::min<std::uint64_t>(limits::kBackupListNames, chunks_of(file.size - at));
    if (names.size() != chunks * Hash::kSize)
      return fail(Code::kMalformed, "a list of chunks is damaged", "backup");
    for (std::uint64_t i = 0; i < chunks; ++i) {
      KOINON_ASSIGN(const Bytes bytes, content(Hash::from(BytesView(names).substr(i * Hash::kSize))));
      if (bytes.size() != std::min<std::uint64_t>(limits::kBackupChunkBytes, file.size - at))
        return fail(Code::kMalformed, "a chunk has another size", "backup");
      KOINON_TRY(take(bytes));
      at += bytes.size();
    }
  }
  return {};
}

Status BackupReader::write_file(const BackupFile& file, const std::filesystem::path& to,
                                const std::function<void(std::size_t)>& step) {
  KOINON_ASSIGN(DiskFile out, DiskFile::create(to, file.mode & 0700));
  std::uint64_t at = 0;
  KOINON_TRY(read_file(file, [&](BytesView bytes) -> Status {
    KOINON_TRY(out.write(at, bytes));
    at += bytes.size();
    step(bytes.size());
    return {};
  }));
  return out.sync();
}

Status BackupReader::write_files(const std::filesystem::path& folder, const Progress& progress) {
  KOINON_TRY(is_to_be_read());
  std::uint64_t done = 0;
  const std::uint64_t all = manifest_.bytes();
  for (const BackupFile& file : manifest_.files) {
    const auto to = folder / file.path;
    KOINON_TRY(make_folder(to.parent_path()));
    const Status written = write_file(file, to, [&](std::size_t bytes) {
      done += bytes;
      if (progress) progress(done, all);
    });
    if (written.ok()) continue;
    Error error = written.error();
    const bool damaged = error.code == Code::kMalformed || error.code == Code::kNotFound;
    if (!damaged) return error;
    return fail(Code::kMalformed,
                "the backup of " + file.path + " is damaged: " + error.message +
                    "; restore an older one with --number, or from another place",
                error.field);
  }
  return sync_folder(folder);
}

}  // namespace koinon::backup
