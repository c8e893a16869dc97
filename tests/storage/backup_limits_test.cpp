// What a place of backups does at its limits, and with bytes in it that are no records.
#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "storage/backup/disk_file.h"
#include "tests/storage/backup_fixture.h"

namespace koinon::test::backup_limits_test {
namespace {

class BackupLimits : public BackupFixture, public testing::WithParamInterface<bool> {
 protected:
  Result<std::unique_ptr<backup::Vault>> open() const {
    return backup::open_vault_to_write(place(), GetParam(), backup::Protection::kPublicKey);
  }
};

// Each run has a key of its own. What is written beyond the limit could not be read.
TEST_P(BackupLimits, ARunWhoseKeyHasNoRoomIsRefusedBeforeItWrites) {
  const auto vault = *open();
  if (GetParam()) {
    for (std::size_t i = 0; i < limits::kBackupSlots; ++i)
      ASSERT_TRUE(vault->put_slot(std::to_string(i)).ok()) << i;
  } else {
    for (std::size_t i = 0; i < limits::kBackupSlots; ++i)
      std::ofstream(place() / "slots" / std::to_string(i)) << i;
  }
  EXPECT_EQ(vault->put_slot("one more").error().code, Code::kTooLarge);
  close_to_owner();
  EXPECT_EQ(backup::keys_to_write(*vault, closing).error().code, Code::kTooLarge);
  EXPECT_EQ(vault->slots()->size(), limits::kBackupSlots) << "all that are there are read";
}

INSTANTIATE_TEST_SUITE_P(Places, BackupLimits, testing::Bool());

// A file of them would take more memory than it has bytes.
TEST(BackupFile, RecordsWithoutABoxAreNone) {
  ASSERT_TRUE(init_crypto().ok());
  TemporaryFolder folder;
  const auto path = folder.path() / "one";
  { ASSERT_TRUE(backup::open_vault_to_write(path, true, backup::Protection::kOpen).ok()); }
  const Hash name = sha256("a chunk");
  {
    auto file = *backup::DiskFile::open_to_change(path);
    Bytes records;
    for (int i = 0; i < 3; ++i) records += "C" + Bytes(4, '\0') + Bytes(name.view());
    ASSERT_TRUE(file.write(64, records).ok());
  }
  const auto vault = backup::open_vault_to_read(path);
  ASSERT_TRUE(vault.ok());
  EXPECT_FALSE(*(*vault)->has(name));
}

}  // namespace
}  // namespace koinon::test::backup_limits_test
