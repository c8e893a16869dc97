// Who refuses a path, whose it is, and what mends that.
#include "proto/base/no_permission.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/temporary_folder.h"

namespace koinon::test::no_permission_test {
namespace {

// Nothing is refused to root, so it looks as the user nobody.
class AsAUser {
 public:
  AsAUser() : was_root_(::geteuid() == 0) {
    if (was_root_) EXPECT_EQ(::seteuid(65534), 0);
  }
  ~AsAUser() {
    if (was_root_) EXPECT_EQ(::seteuid(0), 0);
  }
  AsAUser(const AsAUser&) = delete;
  AsAUser& operator=(const AsAUser&) = delete;

 private:
  bool was_root_;
};

class NoPermission : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(node() / "keys");
    std::ofstream(node() / "store.db") << "notes";
    set(folder_.path(), 0711);
  }
  void TearDown() override { set(node() / "keys", 0700); }
  static void set(const std::filesystem::path& path, unsigned mode) {
    std::filesystem::permissions(path, std::filesystem::perms{mode});
  }
  std::filesystem::path node() const { return folder_.path() / "node"; }
  TemporaryFolder folder_;
};

TEST_F(NoPermission, TheFirstFolderThatLetsNobodyThroughIsNamed) {
  set(node(), 0755);
  set(node() / "keys", 0);
  const AsAUser user;
  const auto refuser = refuser_of(node() / "keys" / "node.key");
  ASSERT_TRUE(refuser);
  EXPECT_EQ(refuser->path, node() / "keys");
  EXPECT_FALSE(refuser->lets_through);
  const std::string facts = why_refused(node() / "keys" / "node.key");
  EXPECT_NE(facts.find("keys belongs to the user " + user_name(refuser->owner) + " (mode 0000)"),
            std::string::npos)
      << facts;
  EXPECT_NE(facts.find("this runs as the user " + own_user()), std::string::npos) << facts;
}

TEST_F(NoPermission, AFileThatMayNotBeReadIsNamed) {
  set(node(), 0755);
  set(node() / "store.db", 0);
  const AsAUser user;
  ASSERT_TRUE(refuser_of(node() / "store.db"));
  EXPECT_EQ(refuser_of(node() / "store.db")->path, node() / "store.db");
  EXPECT_TRUE(may_not_read(node() / "store.db"));
}

TEST_F(NoPermission, AFolderInWhichNothingMayBeMadeIsNamed) {
  set(node(), 0555);
  {
    const AsAUser user;
    const auto refuser = refuser_of(node() / "new" / "deeper");
    ASSERT_TRUE(refuser);
    EXPECT_EQ(refuser->path, node());
    const std::string why = why_no_folder(node() / "new");
    EXPECT_NE(why.find("install -d -o " + own_user() + " -m 0700 " + (node() / "new").string()),
              std::string::npos)
        << why;
  }
  set(node(), 0755);
}

TEST_F(NoPermission, WhatNobodyForbidsHasNoRefuser) {
  set(folder_.path(), 0777);
  const AsAUser user;
  EXPECT_FALSE(refuser_of(folder_.path() / "new"));
  EXPECT_FALSE(may_not_read(folder_.path()));
}

// A parent of the node's folder is never given away: it may be anybody's.
TEST_F(NoPermission, OnlyTheNodesFolderIsToChangeItsOwner) {
  set(node(), 0700);
  const std::string own = node().string();
  const AsAUser user;
  const std::string file = why_refused_to_node(node() / "store.db", node());
  if (::getuid() == 0) {
    EXPECT_NE(file.find("chown -R " + own_user() + ": " + own), std::string::npos) << file;
    const std::string below = why_refused_to_node(node() / "keys" / "x", node() / "keys");
    EXPECT_EQ(below.find("chown"), std::string::npos) << below;
  }
}

}  // namespace
}  // namespace koinon::test::no_permission_test
