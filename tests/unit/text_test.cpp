// Small rules on texts of others: fences, languages, addresses that stand by themselves.
#include <gtest/gtest.h>

#include "node/text/bare_links.h"
#include "node/text/fence.h"
#include "node/text/language.h"
#include "proto/base/limits.h"

namespace koinon::test::text_test {
namespace {

std::string lines_of(std::initializer_list<const char*> lines) {
  Fence fence;
  std::string out;
  for (const char* line : lines) out += "tocx"[static_cast<unsigned>(fence.take(line))];
  return out;
}

TEST(Fence, EndsWithAsManyOfItsOwnMarks) {
  EXPECT_EQ(lines_of({"a", "```", "b", "```", "c"}), "tocxt");
  EXPECT_EQ(lines_of({"````", "```", "## b", "````", "c"}), "occxt");
  EXPECT_EQ(lines_of({"~~~ sh", "```", "~~", "~~~~  ", "c"}), "occxt");
  EXPECT_EQ(lines_of({"```", "``` b", "    ```", "   ```"}), "occx");
  EXPECT_EQ(lines_of({"```\r\n", "b\r\n", "```\r\n", ""}), "ocxt");
}

TEST(Fence, IsNoneWithinASentenceOrFarToTheRight) {
  EXPECT_EQ(lines_of({"we run ```", "    ```", "``` a`b", "``", "\\```"}), "ttttt");
}

TEST(Language, IsWrittenAsItsScriptIs) {
  for (const char* tag : {"ar", "he", "fa", "ur", "ar-EG", "yi", "dv", "ckb", "az-Arab"})
    EXPECT_EQ(text_direction(tag), "rtl") << tag;
  for (const char* tag : {"en", "ko", "ru", "tr", "az", "ar-Latn", "zh-Hant-TW"})
    EXPECT_EQ(text_direction(tag), "ltr") << tag;
  for (const char* tag : {"", "und", "a\" onload=x", "-", "en-", "1"})
    EXPECT_EQ(text_direction(tag), "auto") << tag;
  EXPECT_EQ(language_attributes("ar"), "lang=\"ar\" dir=\"rtl\"");
  EXPECT_EQ(language_attributes("\"><script>"), "dir=\"auto\"");
  EXPECT_EQ(language_tag(std::string(36, 'a')), "");
}

TEST(BareLink, BeginsWithinAndEndsWhereItEnds) {
  const std::string text = "see https://a.example/b and www.c.example";
  const auto first = next_bare_link(text, 0, 6);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(text.substr(first->begin, first->end - first->begin), "https://a.example/b");
  const auto second = next_bare_link(text, first->end, text.size());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->url, "http://www.c.example");
  EXPECT_FALSE(next_bare_link(text, second->end, text.size()).has_value());
  EXPECT_FALSE(next_bare_link(text, 0, 4).has_value());
}

TEST(BareLink, ReadsEscapesAndEntitiesAndEndsBeforeOthers) {
  const auto url_of = [](std::string_view text) {
    const auto link = next_bare_link(text, 0, text.size());
    return link ? link->url : std::string();
  };
  EXPECT_EQ(url_of("https://a.example/b\\_c\\(d?e&amp;f"), "https://a.example/b_c(d?e&f");
  EXPECT_EQ(url_of("https://a.example/b&lt;c"), "https://a.example/b");
  EXPECT_EQ(url_of("https://a.example/b&copy=c"), "https://a.example/b&copy=c");
  EXPECT_EQ(url_of("https://a.example/b\\c"), "https://a.example/b");
  EXPECT_EQ(url_of("https://a.example/b|c"), "https://a.example/b");
  EXPECT_EQ(url_of("https://a.example/(b)(c))"), "https://a.example/(b)(c)");
  EXPECT_EQ(url_of("https://서울.example/가"), "https://서울.example/가");
  EXPECT_EQ(url_of("https://" + std::string(300, 'a') + ".example"), "");
}

}  // namespace
}  // namespace koinon::test::text_test
