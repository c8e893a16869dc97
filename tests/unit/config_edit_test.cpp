// One key of a configuration is set, and all else in it stays as it was written.
#include "node/daemon/config_edit.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "node/daemon/config_text.h"
#include "tests/temporary_folder.h"

namespace koinon::test::config_edit_test {
namespace {

const std::string kUrl = "postgresql://koinon@db.example/koinon";
const std::string kLine = "store.url = \"" + kUrl + "\"\n";

const ConfigKey& key() { return *find_config_key("store.url"); }

std::string with(const std::string& text, const std::string& url = kUrl) {
  const auto changed = with_config_value(text, key(), url);
  return changed.ok() ? *changed : "refused: " + changed.error().text();
}

TEST(ConfigEdit, TheLineComesBeforeTablesAndStandsOnce) {
  EXPECT_EQ(with(""), kLine);
  EXPECT_EQ(with("http.port = 80\n"), "http.port = 80\n" + kLine);
  EXPECT_EQ(with("http.port = 80"), "http.port = 80\n" + kLine);
  EXPECT_EQ(with("# ours\n[http]\nport = 80\n"), "# ours\n" + kLine + "[http]\nport = 80\n");
  EXPECT_EQ(with("  store.url=\"postgresql:///old\"\nhttp.port = 80\n"), kLine + "http.port = 80\n");
  EXPECT_EQ(with(with("http.port = 80\n")), "http.port = 80\n" + kLine);
}

TEST(ConfigEdit, InAFileWithAllKeysItComesBelowItsOwn) {
  const std::string text = with(default_config_text());
  EXPECT_NE(text.find("#store.url = \"\"\n" + kLine), std::string::npos);
  EXPECT_EQ(with(text, ""), default_config_text());
}

TEST(ConfigEdit, TakenAwayTheRestStays) {
  EXPECT_EQ(with("http.port = 80\n" + kLine + "# ours\n", ""), "http.port = 80\n# ours\n");
  EXPECT_EQ(with("http.port = 80\n", ""), "http.port = 80\n");
}

TEST(ConfigEdit, WhatAPersonMustSeeToIsLeftToOne) {
  EXPECT_TRUE(with("[store]\nurl = \"postgresql:///old\"\n").starts_with("refused")) << "it is in a table";
  EXPECT_TRUE(with("[store]\nurl = \"postgresql:///old\"\n", "").starts_with("refused"));
  EXPECT_TRUE(with("mail.from = '''\nstore.url = '''\n").starts_with("refused")) << "it is within a text";
}

class ConfigFile : public testing::Test {
 protected:
  std::string text() const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "koinond.toml";
};

TEST_F(ConfigFile, IsMadeWhereItIsMissingAndKeepsItsMode) {
  ASSERT_TRUE(write_config_value(file, key(), "").ok());
  EXPECT_FALSE(std::filesystem::exists(file)) << "nothing is to be said";
  ASSERT_TRUE(write_config_value(file, key(), kUrl).ok());
  EXPECT_EQ(text(), kLine);
  using std::filesystem::perms;
  const auto mode = perms::owner_read | perms::owner_write | perms::group_read;
  std::filesystem::permissions(file, mode);
  ASSERT_TRUE(write_config_value(file, key(), "").ok());
  EXPECT_EQ(text(), "");
  EXPECT_EQ(std::filesystem::status(file).permissions(), mode);
}

TEST_F(ConfigFile, ALinkIsNotReplaced) {
  const auto real = folder.path() / "real.toml";
  std::ofstream(real) << "http.port = 80\n";
  std::filesystem::create_symlink(real, file);
  EXPECT_EQ(write_config_value(file, key(), kUrl).error().code, Code::kRefused);
  EXPECT_TRUE(std::filesystem::is_symlink(file));
  EXPECT_EQ(text(), "http.port = 80\n");
}

}  // namespace
}  // namespace koinon::test::config_edit_test
