#include "storage/backup/file_vault.h"

#include <limits>

#include "crypto/backup_box.h"
#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::backup {
namespace {

constexpr std::size_t kHeadBytes = 64;
// The half of the head that is written again: "settled ", a decimal number of bytes, and line ends.
constexpr std::size_t kSettledAt = 32;
constexpr std::string_view kSettled = "settled ";
constexpr char kChunk = 'C';
constexpr char kManifest = 'M';
constexpr char kSlot = 'K';
constexpr std::size_t kRecordHead = 1 + 4 + Hash::kSize;

std::size_t most_of(char kind) {
  if (kind == kChunk) return limits::kBackupChunkBytes + kClosedBoxBytes;
  if (kind == kManifest) return limits::kBackupManifestBytes;
  return kind == kSlot ? limits::kBackupSlotBytes : 0;
}

// 0: the head says nothing. A head that cannot be read says that something is lost.
std::uint64_t settled_in(BytesView head) {
  BytesView text = head.substr(kSettledAt);
  text = text.substr(0, text.find_last_not_of('\n') + 1);
  if (text.empty()) return 0;
  if (text.starts_with(kSettled)) {
    if (const auto bytes = parse_decimal(text.substr(kSettled.size())); bytes.ok()) return *bytes;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

}  // namespace

Result<std::unique_ptr<Vault>> FileVault::open_to_write(const std::filesystem::path& path,
                                                        Protection protection) {
  KOINON_TRY(make_folder(path.parent_path()));
  KOINON_ASSIGN(DiskFile file, DiskFile::open_to_change(path));
  KOINON_ASSIGN(const bool ours, file.lock());
  if (!ours) return fail(Code::kUnavailable, "another backup is being written there", path.string());
  KOINON_ASSIGN(const std::uint64_t size, file.size());
  Bytes head = vault_head(protection);
  head.resize(kHeadBytes, '\n');
  KOINON_ASSIGN(const Bytes found, file.read(0, kHeadBytes));
  if (size < kHeadBytes && head.starts_with(found)) {  // new, or cut short while it was made
    KOINON_TRY(file.write(0, head));
    KOINON_TRY(file.sync());
    KOINON_TRY(sync_folder(path.parent_path()));
  } else {
    KOINON_ASSIGN(const Protection there, read_vault_head(found, path));
    if (there != protection)
      return fail(Code::kConflict,
                  "the backup there is protected in another way; choose another file, or protect "
                  "this one as it was",
                  path.string());
  }
  std::unique_ptr<FileVault> vault(new FileVault(path, protection, std::move(file)));
  KOINON_TRY(vault->scan());
  if (!vault->has_all())
    return fail(
        Code::kMalformed,
        "the backup there is damaged behind number " + std::to_string(vault->manifests_.size()) +
            ", and newer ones may stand behind the damage; begin a new file, and keep this one (koinon "
            "restore takes from it with --number)",
        path.string());
  KOINON_TRY(vault->file_.cut(vault->end_));
  return std::unique_ptr<Vault>(std::move(vault));
}

Result<std::unique_ptr<Vault>> FileVault::open_to_read(const std::filesystem::path& path) {
  KOINON_ASSIGN(DiskFile file, DiskFile::open(path));
  KOINON_ASSIGN(const Bytes head, file.read(0, kHeadBytes));
  KOINON_ASSIGN(const Protection protection, read_vault_head(head, path));
  std::unique_ptr<FileVault> vault(new FileVault(path, protection, std::move(file)));
  KOINON_TRY(vault->scan());
  return std::unique_ptr<Vault>(std::move(vault));
}

// Nothing: no record begins there.
Result<std::optional<FileVault::Record>> FileVault::record_at(std::uint64_t at, std::uint64_t end) const {
  if (end - at < kRecordHead) return std::optional<Record>();
  KOINON_ASSIGN(const Bytes head, file_.read(at, kRecordHead));
  if (head.size() < kRecordHead) return std::optional<Record>();
  const Record record{head[0], get_u32(BytesView(head).substr(1)), Hash::from(BytesView(head).substr(5))};
  const std::size_t most = most_of(record.kind);
  const std::size_t least = record.kind == kSlot ? 1 : kOpenBoxBytes;
  if (record.bytes < least || record.bytes > most || end - at - kRecordHead < record.bytes)
    return std::optional<Record>();
  return std::optional(record);
}

// Takes a record in. `look`: only if it is whole. False: it is not.
Result<bool> FileVault::take(const Record& record, std::uint64_t at, bool look) {
  const Place place{at + kRecordHead, record.bytes};
  if (look) {
    KOINON_ASSIGN(const Bytes box, file_.read(place.at, place.bytes));
    const bool whole = record.kind == kSlot ? sha256(box) == record.name : box_is_whole(box);
    if (!whole) return false;
  }
  if (record.kind == kChunk) chunks_[record.name] = place;
  if (record.kind == kManifest) manifests_.push_back(place);
  if (record.kind == kSlot && slots_.size() < limits::kBackupSlots) slots_.push_back(place);
  return true;
}

// What stands before the last manifest was on the disk before that manifest was. What stands behind it may be
// torn, so each record is looked at.
Status FileVault::scan() {
  KOINON_ASSIGN(const std::uint64_t size, file_.size());
  KOINON_ASSIGN(const Bytes head, file_.read(0, kHeadBytes));
  if (head.size() == kHeadBytes) settled_ = settled_in(head);
  std::uint64_t last = kHeadBytes;  // behind the last manifest
  for (std::uint64_t at = kHeadBytes;;) {
    KOINON_ASSIGN(const auto record, record_at(at, size));
    if (!record) break;
    at += kRecordHead + record->bytes;
    if (record->kind == kManifest) last = at;
  }
  end_ = kHeadBytes;
  while (end_ < size) {
    KOINON_ASSIGN(const auto record, record_at(end_, size));
    if (!record) break;
    KOINON_ASSIGN(const bool taken, take(*record, end_, end_ + kRecordHead + record->bytes >= last));
    if (!taken) break;
    end_ += kRecordHead + record->bytes;
  }
  return {};
}

Status FileVault::append(char kind, const Hash& name, BytesView box) {
  Bytes record(1, kind);
  put_u32(record, static_cast<std::uint32_t>(box.size()));
  record += name.view();
  record += box;
  if (const Status written = file_.write(end_, record); !written.ok()) {
    (void)file_.cut(end_);  // a torn end says nothing, and would be cut off by the next run too
    return written;
  }
  KOINON_ASSIGN(const bool taken, take({kind, static_cast<std::uint32_t>(box.size()), name}, end_, false));
  if (!taken) return fail(Code::kInternal, "a record was not taken", path_.string());
  end_ += record.size();
  return {};
}

Result<Bytes> FileVault::read(const Place& place, std::size_t most) const {
  if (place.bytes > most) return fail(Code::kMalformed, "it is larger than it may be", path_.string());
  return file_.read(place.at, place.bytes);
}

Status FileVault::put(const Hash& name, BytesView box) { return append(kChunk, name, box); }

Result<Bytes> FileVault::get(const Hash& name, std::size_t most) {
  const auto found = chunks_.find(name);
  if (found == chunks_.end()) return fail(Code::kNotFound, "a chunk is missing", path_.string());
  return read(found->second, most);
}

Status FileVault::settle() {
  KOINON_TRY(file_.sync());
  file_.forget();
  return {};
}

Status FileVault::put_manifest(std::uint64_t number, BytesView box) {
  if (number != manifests_.size() + 1)
    return fail(Code::kInternal, "the manifest has another number", path_.string());
  KOINON_TRY(file_.sync());
  KOINON_TRY(append(kManifest, sha256(box), box));
  KOINON_TRY(file_.sync());
  return write_settled();
}

// What the head says was on the disk before the head says it.
Status FileVault::write_settled() {
  Bytes text = Bytes(kSettled) + std::to_string(end_);
  text.resize(kHeadBytes - kSettledAt, '\n');
  KOINON_TRY(file_.write(kSettledAt, text));
  settled_ = end_;
  return file_.sync();
}

Result<Bytes> FileVault::manifest(std::uint64_t number) {
  if (number == 0 || number > manifests_.size())
    return fail(Code::kNotFound, "there is no such backup", path_.string());
  return read(manifests_[number - 1], limits::kBackupManifestBytes);
}

Result<std::vector<std::uint64_t>> FileVault::manifests() {
  std::vector<std::uint64_t> out;
  for (std::uint64_t number = 1; number <= manifests_.size(); ++number) out.push_back(number);
  return out;
}

Status FileVault::put_slot(BytesView slot) {
  if (slots_.size() >= limits::kBackupSlots) return too_many_slots(path_);
  return append(kSlot, sha256(slot), slot);
}

Result<std::vector<Bytes>> FileVault::slots() {
  std::vector<Bytes> out;
  for (const Place& place : slots_) {
    KOINON_ASSIGN(Bytes slot, read(place, limits::kBackupSlotBytes));
    out.push_back(std::move(slot));
  }
  return out;
}

}  // namespace koinon::backup
