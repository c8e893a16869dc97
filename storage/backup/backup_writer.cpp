#include "storage/backup/backup_writer.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/limits.h"

namespace koinon::backup {
namespace {

class Writer {
 public:
  Writer(Vault& vault, const WritingKeys& keys, const Progress& progress, const MayGoOn& may_go_on)
      : vault_(vault), keys_(keys), progress_(progress), may_go_on_(may_go_on) {}

  Result<BackupReport> write(const std::vector<SourceFile>& files, UnixMillis made);

 private:
  Result<BackupFile> write_file(const SourceFile& file);
  Result<Hash> write_some(const SourceFile& file, std::uint64_t from, std::uint64_t end);
  Result<Hash> put(BytesView content);
  Status read_back(const Hash& name, const std::function<Result<Bytes>()>& again);
  Result<bool> is_whole(const Hash& name);
  Status step(std::uint64_t bytes);
  Status put_names(BytesView manifest);

  Vault& vault_;
  const WritingKeys& keys_;
  const Progress& progress_;
  const MayGoOn& may_go_on_;
  Bytes names_;  // of all chunks, where the vault wants them
  BackupReport report_;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

Result<Bytes> read_whole(const SourceFile& file, std::uint64_t at) {
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(limits::kBackupChunkBytes, file.size - at));
  KOINON_ASSIGN(Bytes bytes, file.read(at, wanted));
  if (bytes.size() != wanted) return fail(Code::kIo, "it became shorter while it was read", file.path);
  return bytes;
}

// Each byte is read from the node and later from the backup.
Status Writer::step(std::uint64_t bytes) {
  done_ += bytes;
  if (progress_) progress_(done_, 2 * all_);
  return may_go_on_ ? may_go_on_() : Status();
}

Result<Hash> Writer::put(BytesView content) {
  const Hash name = content_name(content, keys_.naming);
  ++report_.chunks;
  if (vault_.can_remove()) names_ += name.view();
  KOINON_ASSIGN(const bool there, vault_.has(name));
  if (there) return name;
  KOINON_TRY(vault_.put(name, make_box(keys_.box, name, content)));
  ++report_.written;
  return name;
}

// Boxes of earlier runs may have keys that only the owner of the secret key can open; then their check sum
// must do.
Result<bool> Writer::is_whole(const Hash& name) {
  const auto box = vault_.get(name, limits::kBackupChunkBytes + kClosedBoxBytes);
  if (!box.ok() && box.error().code != Code::kNotFound && box.error().code != Code::kMalformed)
    return box.error();
  if (!box.ok() || !box_is_whole(*box)) return false;
  const Bytes id = box_key_id(*box);
  if (id.empty() == keys_.box.has_value()) return false;
  if (!id.empty() && keys_.box->id() != id) return true;
  const auto content = open_box(*box, name, keys_.box);
  return content.ok() && content_name(*content, keys_.naming) == name;
}

Status Writer::read_back(const Hash& name, const std::function<Result<Bytes>()>& again) {
  KOINON_ASSIGN(const bool whole, is_whole(name));
  if (whole) return {};
  KOINON_ASSIGN(const Bytes content, again());
  KOINON_TRY(vault_.put(name, make_box(keys_.box, name, content)));
  KOINON_TRY(vault_.settle());
  KOINON_ASSIGN(const bool mended, is_whole(name));
  if (!mended)
    return fail(Code::kIo, "what was written there does not read back; use another disk", "backup");
  ++report_.mended;
  return {};
}

// The chunks of one list. Returns the list's name.
Result<Hash> Writer::write_some(const SourceFile& file, std::uint64_t from, std::uint64_t end) {
  std::vector<Hash> names;
  for (std::uint64_t at = from; at < end; at += limits::kBackupChunkBytes) {
    KOINON_ASSIGN(const Bytes content, read_whole(file, at));
    KOINON_ASSIGN(const Hash name, put(content));
    names.push_back(name);
    KOINON_TRY(step(content.size()));
  }
  Bytes list;
  for (const Hash& name : names) list += name.view();
  KOINON_ASSIGN(const Hash name, put(list));
  KOINON_TRY(vault_.settle());
  KOINON_TRY(read_back(name, [&]() -> Result<Bytes> { return list; }));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::uint64_t at = from + i * limits::kBackupChunkBytes;
    KOINON_TRY(read_back(names[i], [&] { return read_whole(file, at); }));
    KOINON_TRY(step(std::min<std::uint64_t>(limits::kBackupChunkBytes, file.size - at)));
  }
  return name;
}

Result<BackupFile> Writer::write_file(const SourceFile& file) {
  BackupFile out{file.path, 0600, file.size, {}};
  constexpr std::uint64_t kListed = limits::kBackupListNames * limits::kBackupChunkBytes;
  for (std::uint64_t from = 0; from < file.size; from += kListed) {
    KOINON_ASSIGN(const Hash list, write_some(file, from, std::min(file.size, from + kListed)));
    out.lists.push_back(list);
  }
  return out;
}

// Nobody but the owner of the secret key reads the manifests of earlier runs. So what each needs is written
// beside it; whoever holds the place sees the names of chunks anyway.
Status Writer::put_names(BytesView manifest) {
  if (!vault_.can_remove()) return {};
  const Bytes content = Bytes(sha256(manifest).view()) + names_;
  return vault_.put_names(report_.number, make_box(std::nullopt, names_name(report_.number), content));
}

Result<BackupReport> Writer::write(const std::vector<SourceFile>& files, UnixMillis made) {
  Manifest manifest;
  manifest.made = made;
  for (const SourceFile& file : files) all_ += file.size;
  report_.bytes = all_;
  for (const SourceFile& file : files) {
    KOINON_ASSIGN(BackupFile written, write_file(file));
    manifest.files.push_back(std::move(written));
  }
  KOINON_ASSIGN(const auto earlier, vault_.manifests());
  report_.number = earlier.empty() ? 1 : earlier.back() + 1;
  if (!keys_.naming.empty()) manifest.maker = maker_of(manifest, report_.number, keys_.naming);
  const Bytes text = write_manifest(manifest);
  if (text.size() + kClosedBoxBytes > limits::kBackupManifestBytes)
    return fail(Code::kTooLarge, "the node is larger than a backup may be", "manifest");
  const Hash name = manifest_name(report_.number);
  const Bytes box = make_box(keys_.box, name, text);
  KOINON_TRY(put_names(box));
  KOINON_TRY(vault_.put_manifest(report_.number, box));
  KOINON_ASSIGN(const Bytes found, vault_.manifest(report_.number));
  if (found != box) return fail(Code::kIo, "the manifest does not read back; use another disk", "backup");
  return report_;
}

}  // namespace

Result<BackupReport> write_backup(Vault& vault, const WritingKeys& keys, const std::vector<SourceFile>& files,
                                  UnixMillis made, const Progress& progress, const MayGoOn& may_go_on) {
  return Writer(vault, keys, progress, may_go_on).write(files, made);
}

}  // namespace koinon::backup
