#include "proto/base/nearest_word.h"

#include <gtest/gtest.h>

namespace koinon::nearest_word_test {
namespace {

const std::vector<std::string> kCommands = {"id",     "list", "show",   "search",  "publish",
                                            "status", "peer", "invite", "invites", "evidence"};

TEST(NearestWord, FindsWhatWasMistyped) {
  EXPECT_EQ(nearest_word("lsit", kCommands), "list");
  EXPECT_EQ(nearest_word("pblish", kCommands), "publish");
  EXPECT_EQ(nearest_word("stauts", kCommands), "status");
  EXPECT_EQ(nearest_word("i", kCommands), "id");
}

TEST(NearestWord, FindsTheOnlyOneOfABeginning) {
  EXPECT_EQ(nearest_word("evid", kCommands), "evidence");
  EXPECT_EQ(nearest_word("http.prot", {"http.port", "http.proxies"}), "http.port");
}

TEST(NearestWord, NamesNothingThatIsFarAway) {
  EXPECT_EQ(nearest_word("doctor", kCommands), std::nullopt);
  EXPECT_EQ(nearest_word("xy", kCommands), std::nullopt);
  EXPECT_EQ(nearest_word("", kCommands), std::nullopt);
  EXPECT_EQ(nearest_word(std::string(1000, 'p'), kCommands), std::nullopt);
  EXPECT_EQ(nearest_word("peer", {}), std::nullopt);
}

TEST(NearestWord, TakesTheNearestAndOfEquallyNearTheFirst) {
  EXPECT_EQ(nearest_word("invitess", kCommands), "invites");
  EXPECT_EQ(nearest_word("bat", {"cat", "bar"}), "cat");
}

}  // namespace
}  // namespace koinon::nearest_word_test
