// Which configuration a node goes by: koinond and other programs find the same.
#include "node/daemon/config_place.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/temporary_folder.h"

namespace koinon::test::config_place_test {
namespace {

class ConfigPlaces : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const auto path = place.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  // koinond starts with this one on its command line.
  void start(const std::string& named) {
    ASSERT_TRUE(note_config(folder, config_for_start(folder, named)).ok());
  }
  std::string found(const std::string& named = {}) { return find_config(folder, named).file.string(); }

  TemporaryFolder place;
  DataFolder folder{place.path()};
};

TEST_F(ConfigPlaces, WithoutAWordItIsThatOfTheDataFolder) {
  EXPECT_EQ(find_config(folder, ""), (ConfigPlace{folder.config(), false}));
  start("");
  EXPECT_EQ(find_config(folder, ""), config_for_start(folder, ""));
  EXPECT_FALSE(std::filesystem::exists(folder.config_note()));
  EXPECT_TRUE(read_found_config(folder, "").ok()) << "it need not exist";
}

TEST_F(ConfigPlaces, WithWhichKoinondWasStartedLastOtherProgramsFind) {
  const std::string elsewhere = file("elsewhere.toml", "trust.hops = 3\n");
  file("koinond.toml", "trust.hops = 5\n");
  start(elsewhere);
  EXPECT_EQ(find_config(folder, ""), config_for_start(folder, elsewhere));
  EXPECT_EQ(read_found_config(folder, "")->trust_hops, 3U);
  start("");
  EXPECT_EQ(found(), folder.config().string());
  EXPECT_EQ(read_found_config(folder, "")->trust_hops, 5U);
  EXPECT_FALSE(std::filesystem::exists(folder.config_note()));
}

TEST_F(ConfigPlaces, WhoNamesOneIsRight) {
  const std::string one = file("one.toml", "trust.hops = 3\n");
  start(file("other.toml", ""));
  EXPECT_EQ(found(one), one);
  EXPECT_EQ(read_found_config(folder, one)->trust_hops, 3U);
}

TEST_F(ConfigPlaces, ANameIsNotedFromTheRootOn) {
  start("here.toml");
  EXPECT_EQ(found(), (std::filesystem::current_path() / "here.toml").string());
}

TEST_F(ConfigPlaces, OneThatIsGoneIsSaidToBe) {
  const std::string elsewhere = file("elsewhere.toml", "");
  start(elsewhere);
  std::filesystem::remove(elsewhere);
  const auto read = read_found_config(folder, "");
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().text().find("elsewhere.toml"), std::string::npos) << read.error().text();
}

TEST_F(ConfigPlaces, ANoteThatIsNoneCountsForNothing) {
  std::ofstream(folder.config_note()) << "nonsense\n";
  EXPECT_EQ(found(), folder.config().string());
}

}  // namespace
}  // namespace koinon::test::config_place_test
