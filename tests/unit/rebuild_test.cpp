// What a restore does with the store that it was given, and which folders are no node.
#include "node/daemon/rebuild.h"

#include <fstream>

#include "storage/store/settings.h"
#include "storage/store/sqlite_store.h"
#include "tests/unit/node_folder.h"

namespace koinon::test {
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
}  // namespace koinon::test
