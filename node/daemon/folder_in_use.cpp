#include "node/daemon/folder_in_use.h"

#include <utility>

#include "node/daemon/folder_versions.h"
#include "proto/base/limits.h"

namespace koinon {

Result<FolderInUse> FolderInUse::open(const std::filesystem::path& path, const std::string& passphrase_file,
                                      const std::string& store_url) {
  DataFolder files(path);
  KOINON_ASSIGN(StoreSource source, StoreSource::of(files, store_url, false));
  KOINON_TRY(files.check_node(source.is_on_server()));
  KOINON_ASSIGN(FolderLock lock, FolderLock::take(files));
  KOINON_TRY(check_versions(files));
  KOINON_ASSIGN(const std::string passphrase, read_passphrase(passphrase_file));
  KOINON_ASSIGN(NodeKeys keys, read_keys(files, passphrase));
  return FolderInUse(std::move(files), std::move(source), std::move(lock), std::move(keys));
}

Status FolderInUse::settle_next_key(const KeyHistory& stated) {
  if (!keys_.city || !keys_.city->next_signing) return {};
  if (keys_.city->next_signing->public_key() != stated.vkey().key) return {};
  KOINON_TRY(put_next_key(files_, KeyFile::kSigning));
  keys_.city->signing = *keys_.city->next_signing;
  keys_.city->next_signing.reset();
  return {};
}

Status FolderInUse::settle_next_cosigner(const PublicKey& named) {
  if (!keys_.city || !keys_.city->next_cosigner) return {};
  if (keys_.city->next_cosigner->public_key() != named) return {};
  KOINON_TRY(put_next_key(files_, KeyFile::kCosigner));
  keys_.city->cosigner = *keys_.city->next_cosigner;
  keys_.city->next_cosigner.reset();
  return {};
}

Status FolderInUse::use_next_node_key() {
  KOINON_TRY(put_next_key(files_, KeyFile::kNode));
  keys_.node = *keys_.next_node;
  keys_.next_node.reset();
  return {};
}

Result<Databases> FolderInUse::open_databases(std::shared_ptr<SharedColumns> columns) const {
  return koinon::open_databases(files_, source_, std::move(columns));
}

Result<Databases> open_databases(const DataFolder& files, const StoreSource& source,
                                 std::shared_ptr<SharedColumns> columns) {
  Databases out;
  KOINON_ASSIGN(OfficeDb office, source.open_office());
  out.office = std::make_unique<OfficeDb>(std::move(office));
  KOINON_ASSIGN(out.store, source.open_reader(limits::kReaderCacheKiB));
  KOINON_ASSIGN(out.index, open_index_reader(files.index(), std::move(columns)));
  return out;
}

}  // namespace koinon
