// Backups of a made-up node into a folder.
#pragma once

#include <fstream>

#include <gtest/gtest.h>

#include "storage/backup/backup_reader.h"
#include "storage/backup/backup_writer.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class BackupFixture : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  void close_to_owner() {
    closing.protection = backup::Protection::kPublicKey;
    closing.to = owner.public_key();
    closing.naming = backup::naming_of(node_key, closing.to);
  }

  std::filesystem::path place() const { return folder.path() / "backup"; }
  static backup::SourceFile file_of(const std::string& path, const Bytes& content) {
    return {path, content.size(), [content](std::uint64_t at, std::size_t count) -> Result<Bytes> {
              return content.substr(at, count);
            }};
  }
  Result<std::unique_ptr<backup::Vault>> to_write() const {
    return backup::open_vault_to_write(place(), false, closing.protection);
  }
  // A node with this key and this store.
  Result<backup::BackupReport> write(const Bytes& store, const backup::MayGoOn& may_go_on = {}) {
    KOINON_ASSIGN(const auto vault, to_write());
    KOINON_ASSIGN(const auto keys, backup::keys_to_write(*vault, closing));
    return backup::write_backup(
        *vault, keys, {file_of("keys/node.key", node_key), file_of("store.db", store)}, {1}, {}, may_go_on);
  }
  // The store that a restore gives back.
  Result<Bytes> read(std::optional<std::uint64_t> number = {}) const {
    KOINON_ASSIGN(const auto vault, backup::open_vault_to_read(place()));
    backup::Opening opening;
    if (closing.protection == backup::Protection::kPublicKey) opening.secret = owner;
    KOINON_ASSIGN(auto keys, backup::keys_to_read(*vault, opening));
    KOINON_ASSIGN(auto reader, backup::BackupReader::open(*vault, std::move(keys), number));
    if (opening.secret) KOINON_TRY(reader.check_maker(opening.secret->public_key()));
    TemporaryFolder to;
    KOINON_TRY(reader.write_files(to.path(), {}));
    std::ifstream in(to.path() / "store.db", std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }

  TemporaryFolder folder;
  const SealingSecret owner = SealingSecret::generate();
  Bytes node_key = "secret words of the node";
  backup::Closing closing;
};

}  // namespace koinon::test
