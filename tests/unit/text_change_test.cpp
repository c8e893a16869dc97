// What somebody changed in a text, found again in it.
#include "node/text/text_change.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace koinon::text_change_test {
namespace {

TEST(TextChange, IsTheLinesThatDiffer) {
  const auto made = change_between("One\n\nTwo\n\nThree", "One\n\n2\n\nThree");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->instead_of, "Two");
  EXPECT_EQ(made->text, "2");
  EXPECT_FALSE(change_between("Same", "Same"));
}

TEST(TextChange, ALineThatComesIsToldWithOneThatStands) {
  const auto made = change_between("One\n\nThree", "One\n\nTwo\n\nThree");
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->instead_of.empty());
  EXPECT_NE(made->text.find("Two"), std::string::npos);
}

TEST(TextChange, WordsThatStandTwiceAreTakenWithMoreAroundThem) {
  const std::string before = "a\nsame\nb\nsame\nc";
  const auto made = change_between(before, "a\nsame\nb\nother\nc");
  ASSERT_TRUE(made);
  EXPECT_EQ(with_change(before, *made), "a\nsame\nb\nother\nc");
}

TEST(TextChange, WordsThatOverlapThemselvesAreFound) {
  EXPECT_EQ(with_change("aab\naaab\naab c", {"aaab", "x"}), "aab\nx\naab c");
  EXPECT_EQ(with_change("x\nx\ny\nx\nx\nx\nz", {"x\nx\nz", "1"}), "x\nx\ny\nx\n1");
  EXPECT_FALSE(with_change("x\nx\nx", {"x\nx", "1"})) << "they stand there twice, one over the other";
  EXPECT_EQ(with_change("ab\nb", {"b", "1"}), "ab\n1");
}

TEST(TextChange, OfATextThatRepeatsItselfIsFoundInOneGo) {
  constexpr std::size_t kMany = 400'000;
  const std::string all_alike(kMany, 'a');
  const std::string before = all_alike + "\n" + all_alike + "b";
  const auto made = change_between(before, all_alike + "\nc");
  ASSERT_TRUE(made);
  EXPECT_EQ(with_change(before, *made), all_alike + "\nc");
  const std::string blank_lines(kMany, '\n');
  EXPECT_FALSE(with_change(blank_lines + "a", {blank_lines.substr(kMany / 2) + "b", "c"}));
}

TEST(TextChange, IsMadeOnlyWhereItsWordsStandOnce) {
  EXPECT_EQ(with_change("One\nTwo", {"Two", "2"}), "One\n2");
  EXPECT_FALSE(with_change("One", {"Two", "2"})) << "they do not stand there";
  EXPECT_FALSE(with_change("Two\nTwo", {"Two", "2"})) << "they stand there twice";
  EXPECT_FALSE(with_change("Twofold", {"Two", "2"})) << "that is another word";
  EXPECT_FALSE(with_change("One", {"", "2"})) << "nothing says where";
  EXPECT_EQ(with_change("", {"", "2"}), "2");
}

TEST(TextChange, IsMadeInATextThatHasChangedElsewhere) {
  const auto made = change_between("One\n\nTwo\n\nThree", "One\n\n2\n\nThree");
  EXPECT_EQ(with_change("1\n\nTwo\n\nThree\n\nFour", *made), "1\n\n2\n\nThree\n\nFour");
}

// Lines of few words, so that many are alike.
std::string some_text() {
  const auto lines = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (lines[i] > 0) out += std::string(static_cast<std::size_t>(lines[i]), 'x');
  }
  return out;
}

RC_GTEST_PROP(TextChange, LeadsFromTheOneTextToTheOther, ()) {
  const std::string before = some_text();
  const std::string after = some_text();
  const auto made = change_between(before, after);
  RC_ASSERT(made.has_value() == (before != after));
  if (made) RC_ASSERT(with_change(before, *made) == after);
}

}  // namespace
}  // namespace koinon::text_change_test
