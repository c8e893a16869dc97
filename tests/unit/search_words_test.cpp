// What the address of a list or a search may say.
#include "node/reading/search_words.h"

#include <gtest/gtest.h>

#include "node/reading/plain_pieces.h"
#include "node/reading/summary_view.h"
#include "node/text/markdown.h"
#include "node/text/numbers.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::search_words_test {
namespace {

Result<SearchQuery> read(const Params& words) {
  MemoryStore store{MemoryStore::Options{}};
  const Nearness nearness;
  Directory directory(store, nearness);
  return read_search(directory, words);
}

TEST(SearchWords, ASearchIsWhatItsWordsSay) {
  const auto query = read({{"q", "masks"},
                           {"language", "en"},
                           {"kind", "practice"},
                           {"evidence", "3"},
                           {"versions", "all"},
                           {"order", "newest"},
                           {"limit", "7"},
                           {"cursor", "14"}});
  ASSERT_TRUE(query.ok()) << query.error().text();
  EXPECT_EQ(query->words, "masks");
  EXPECT_EQ(query->language, "en");
  EXPECT_EQ(query->kind, v1::KIND_PRACTICE);
  EXPECT_EQ(query->evidence, 3U);
  EXPECT_TRUE(query->all_versions);
  EXPECT_TRUE(query->newest_first);
  EXPECT_EQ(query->limit, 7U);
  EXPECT_EQ(query->offset, 14U);
}

TEST(SearchWords, WithoutWordsAllIsMeant) {
  const auto query = read({});
  ASSERT_TRUE(query.ok()) << query.error().text();
  EXPECT_EQ(query->words, "");
  EXPECT_FALSE(query->log.has_value());
  EXPECT_EQ(query->limit, limits::kSearchPage);
  EXPECT_EQ(query->offset, 0U);
}

TEST(SearchWords, AWordThatSaysNothingIsNamed) {
  for (const auto& [name, value] : Params{{"evidence", "6"},
                                          {"sdg", "18"},
                                          {"cost", "cheap"},
                                          {"outcome", "maybe"},
                                          {"limit", "0"},
                                          {"cursor", "-1"}}) {
    const auto query = read({{name, value}});
    ASSERT_FALSE(query.ok()) << name;
    EXPECT_EQ(query.error().code, Code::kInvalidArgument) << name;
    EXPECT_EQ(query.error().field, name);
  }
  EXPECT_EQ(read({{"q", std::string(limits::kSearchBytes + 1, 'a')}}).error().code, Code::kTooLarge);
  EXPECT_EQ(read({{"q", "\xFF"}}).error().code, Code::kMalformed);
}

TEST(SearchWords, ALimitIsWithinItsBounds) {
  EXPECT_EQ(*read_limit("", 20, 100), 20U);
  EXPECT_EQ(*read_limit("100", 20, 100), 100U);
  EXPECT_FALSE(read_limit("101", 20, 100).ok());
  EXPECT_FALSE(read_limit("0", 20, 100).ok());
  EXPECT_EQ(*read_number("", "cursor", 5), 0U);
  EXPECT_EQ(*read_number("5", "cursor", 5), 5U);
  EXPECT_FALSE(read_number("6", "cursor", 5).ok());
  EXPECT_FALSE(read_number("five", "cursor", 5).ok());
}

std::string shown(const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) out += piece.match ? "<" + piece.text + ">" : piece.text;
  return out;
}

TEST(Summaries, ThatTheIndexCutHaveNoHalfLink) {
  EXPECT_EQ(summary_line("**Forty** roofs; see [the plan](https://a.example/x)."),
            "Forty roofs; see the plan.");
  const std::string start(limits::kIndexedSummaryBytes - 30, 'a');
  EXPECT_EQ(summary_line(start + " see [the plan](https://a.exam"), start + " see …");
  EXPECT_EQ(summary_line(start + " see [it](https://a.example)"), start + " see it …");
}

TEST(PlainPieces, KeepTheMatchesAndNoMarksOfMarkdown) {
  EXPECT_EQ(shown(plain_pieces({{"planted **", false},
                                {"forty", true},
                                {"** ", false},
                                {"trees", true},
                                {";\n\n## See [the plan](https://a.example/", false},
                                {"trees", true},
                                {") `x`", false}},
                               markdown_line)),
            "planted <forty> <trees>; See the plan x");
  EXPECT_EQ(shown(plain_pieces({{"2020", true}, {". A *cool* ", false}, {"year", true}}, title_line)),
            "<2020>. A cool <year>");
  EXPECT_TRUE(plain_pieces({}, markdown_line).empty());
  EXPECT_EQ(shown(plain_pieces({{"a\U0010FFFCb\U0010FFFD", false}, {"c", true}}, markdown_line)), "ab<c>")
      << "what others wrote marks nothing";
}

}  // namespace
}  // namespace koinon::test::search_words_test
