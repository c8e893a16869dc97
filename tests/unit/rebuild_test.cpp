// What a restore does with the store that it was given, and which folders are no node.
#include "node/daemon/rebuild.h"

#include <fstream>

#include "storage/office/after_rollback.h"
#include "storage/store/settings.h"
#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test::rebuild_test {
namespace {

class RestoredFolder : public NodeFolder {
 protected:
  DataFolder files() const { return DataFolder(place.path()); }
  Bytes setting(std::string_view name) const {
    const auto store = open_sqlite_store(files().store());
    const auto found = (*store)->setting(name);
    return found.ok() && *found ? **found : Bytes();
  }
};

// The backup may have been made while an earlier rollback was not answered yet. With the time of that one
// nothing would be set aside.
TEST_F(RestoredFolder, AnEarlierRollbackIsNotTakenForThisOne) {
  {
    const auto store = open_sqlite_store(files().store());
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->begin(true).ok());
    ASSERT_TRUE((*store)->set_setting(kRolledBack, "1780000000000").ok());
    ASSERT_TRUE((*store)->commit().ok());
  }
  ASSERT_FALSE(setting(kRolledBack).empty());
  ASSERT_TRUE(mark_restored(files()).ok());
  EXPECT_TRUE(setting(kRolledBack).empty());
  EXPECT_EQ(setting(kRestored), "1");
  EXPECT_EQ(setting(kCosignerLost), "1") << "what the cosigner signed last may be forgotten";
}

TEST_F(RestoredFolder, TheOfficeIsNewWithAStoreThatIsMadeAnewAndOldInABackup) {
  TemporaryFolder other;
  const DataFolder folder(other.path());
  KeyHistory keys(
      LogIdentity{"seoul.example", SigningKey::generate().public_key(), SigningKey::generate().public_key()});
  ASSERT_TRUE(make_key_folder(folder).ok());
  const auto code = make_store_anew(folder, {std::move(keys), std::nullopt, {}}, {1'780'000'000'000});
  ASSERT_TRUE(code.ok()) << code.error().text();
  {
    auto office = OfficeDb::open(folder.office());
    ASSERT_TRUE(office.ok());
    EXPECT_EQ(set_aside_after(*office, {5}, ArrivalSeq(0))->credentials, 0U);
    ASSERT_TRUE(note_made_anew(*office).ok());
  }
  ASSERT_TRUE(mark_restored(folder).ok());
  auto office = OfficeDb::open(folder.office());
  ASSERT_TRUE(office.ok());
  EXPECT_EQ(set_aside_after(*office, {6}, ArrivalSeq(0))->credentials, 1U);
}

// A forged backup may have one small file.
TEST_F(RestoredFolder, WithoutStoreOrKeysIsNoNode) {
  ASSERT_TRUE(files().check_node().ok());
  const auto aside = place.path() / "aside";
  for (const auto& lost : {files().store(), files().key("node"), files().key("signing")}) {
    std::filesystem::rename(lost, aside);
    EXPECT_EQ(files().check_node().error().code, Code::kRefused) << lost;
    std::filesystem::rename(aside, lost);
  }
  TemporaryFolder other;
  std::ofstream(other.path() / "koinond.toml") << "\n";
  EXPECT_FALSE(DataFolder(other.path()).check_node().ok());
}

}  // namespace
}  // namespace koinon::test::rebuild_test
