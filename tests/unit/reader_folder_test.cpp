// The folder of a reader: made where there is none, and nobody else's.
#include "node/daemon/reader_folder.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace koinon::test::reader_folder_test {
namespace {

namespace fs = std::filesystem;

class ReaderFolderTest : public testing::Test {
 protected:
  fs::path path() const { return folder.path() / "reader"; }
  void put(const std::string& name) {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name) << "something";
  }
  TemporaryFolder folder;
};

TEST_F(ReaderFolderTest, IsMadeForItsOwnerAlone) {
  ASSERT_TRUE(ReaderFolder::open(path()).ok());
  EXPECT_EQ(fs::status(path()).permissions() & fs::perms::all, fs::perms::owner_all);
  put("index.db");
  EXPECT_TRUE(ReaderFolder::open(path()).ok()) << "it is the same reader's later";
}

TEST_F(ReaderFolderTest, MayHaveAConfigurationBefore) {
  put("koinond.toml");
  EXPECT_TRUE(ReaderFolder::open(path()).ok());
}

TEST_F(ReaderFolderTest, IsNotThatOfANode) {
  put("keys/node.key");
  const auto opened = ReaderFolder::open(path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kRefused);
  EXPECT_FALSE(fs::exists(path() / "koinond.lock")) << "nothing is made in it";
}

TEST_F(ReaderFolderTest, IsNotSharedByTwo) {
  const auto first = ReaderFolder::open(path());
  ASSERT_TRUE(first.ok());
  const auto second = ReaderFolder::open(path());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test::reader_folder_test
