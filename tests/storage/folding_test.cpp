// What readers take for the same letter, word or sign gives the same tokens.
#include "storage/search/folding.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "storage/search/tokenizer.h"

namespace koinon::test::folding_test {
namespace {

using Words = std::vector<std::string>;

// Every token of a text as it is indexed.
Words indexed(const std::string& text) {
  Words out;
  tokenize(nfc(text), false, [&](const Token& token) {
    out.emplace_back(token.text);
    return 0;
  });
  return out;
}

// Whether a search for one finds the other, both ways.
void expect_alike(const std::string& a, const std::string& b) {
  EXPECT_EQ(query_words(nfc(a)), query_words(nfc(b))) << a << " and " << b;
  EXPECT_EQ(indexed(a), indexed(b)) << a << " and " << b;
}

TEST(Folding, LettersWithoutDecompositionAreThePlainOnes) {
  expect_alike("Đà Nẵng", "da nang");
  expect_alike("Łódź", "lodz");
  expect_alike("Tromsø", "tromso");
  expect_alike("Ħamrun", "hamrun");
  expect_alike("Guovdageaidnu ŧ ŋ", "guovdageaidnu t n");
  expect_alike("Gəncə", "gence");
  expect_alike("Ærø", "aero");
  expect_alike("Œuvre", "oeuvre");
  expect_alike("Þórshöfn, Seyðisfjörður", "thorshofn, seydisfjordur");
  expect_alike("Ɓauchi Ɗanja Ƙano Ƴar Ɛƒɔ", "bauchi danja kano yar efo");
  expect_alike("Straße", "STRASSE");
}

TEST(Folding, TurkishIsAreOneLetter) {
  for (const std::string written : {"Iğdır", "İĞDIR", "ığdır", "iğdir", "IGDIR"})
    expect_alike(written, "igdir");
}

TEST(Folding, PersianAndUrduFormsAreTheArabicOnes) {
  expect_alike("\u06A9\u062A\u0627\u0628\u06CC", "\u0643\u062A\u0627\u0628\u064A");
  expect_alike("\u06C1\u0648\u0627", "\u0647\u0648\u0627");
  expect_alike("\u06F1\u06F2\u06F3 \u0661\u0662\u0663 \u0967\u0968\u0969", "123 123 123");
  expect_alike("\u0645\u0640\u0640\u062F\u0631\u0633\u0629", "\u0645\u062F\u0631\u0633\u0629");
}

TEST(Folding, CompatibilityFormsAreUnified) {
  expect_alike("\uFF7A\uFF90\uFF6D\uFF86\uFF83\uFF68\uFF8A\uFF9E\uFF7D",
               "\u30B3\u30DF\u30E5\u30CB\u30C6\u30A3\u30D0\u30B9");
  expect_alike("\uFF83\uFF9E\uFF70\uFF80\u6D3B\u7528", "\u30C7\u30FC\u30BF\u6D3B\u7528");
  expect_alike("\uFF23\uFF2F\u2082", "co2");
  expect_alike("\uFB01re", "fire");
  EXPECT_EQ(query_words("\uFF8A\uFF9E\uFF7D"), Words{"\u30D0\u30B9"});
}

TEST(Folding, FormatCharactersAreNotThere) {
  expect_alike("Starkregen\u00ADgefahren\u00ADkarte", "Starkregengefahrenkarte");
  expect_alike("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
               "\u0645\u06CC\u062E\u0648\u0627\u0647\u0645");
  expect_alike("sc\u200Dho\u2060ol\uFEFF", "school");
  expect_alike("\u200Fcity\u200E \u2066plan\u2069", "city plan");
  expect_alike("\u845B\U000E0100\u98FE", "\u845B\u98FE");
  expect_alike("\u0E15\u0E23\u200B\u0E27\u0E08", "\u0E15\u0E23\u0E27\u0E08");
  EXPECT_EQ(query_words("one\u200Btwo"), (Words{"one", "two"})) << "a space without width separates words";
}

TEST(Folding, ApostrophesOfEveryKindJoinThePartsOfAWord) {
  for (const std::string sign :
       {"'", "\u2019", "\u2018", "\u02BC", "\u02BB", "\u0060", "\u00B4", "\u2032", "\uFF07"}) {
    EXPECT_EQ(query_words("Hawai" + sign + "i"), (Words{"hawai", "i"})) << sign;
    EXPECT_EQ(indexed("Hawai" + sign + "i"), (Words{"hawai", "hawaii", "i"})) << sign;
  }
  EXPECT_EQ(indexed("paral\u00B7lel"), (Words{"paral", "parallel", "lel"}));
  EXPECT_EQ(indexed("'quoted'"), Words{"quoted"});
  EXPECT_EQ(indexed("rock ' roll"), (Words{"rock", "roll"}));
  const Words many = indexed("a'a'a'a'a'a'a'a'a'a");
  for (const auto& word : many) EXPECT_LE(word.size(), 6U);
}

TEST(Folding, AnEmojiIsOneWordAndItself) {
  EXPECT_EQ(query_words("\U0001F525"), Words{"\U0001F525"});
  EXPECT_NE(query_words("\U0001F6B2"), query_words("\U0001F333"));
  expect_alike("\u2744\uFE0F", "\u2744");
  expect_alike("\U0001F44D\U0001F3FD", "\U0001F44D");
  EXPECT_EQ(query_words("\U0001F1F0\U0001F1F7\U0001F1EB\U0001F1F7").size(), 2U) << "two flags";
  EXPECT_EQ(query_words("\U0001F468\u200D\U0001F469\u200D\U0001F467").size(), 1U) << "a family";
  EXPECT_EQ(query_words("\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F").size(), 1U);
  expect_alike("1\uFE0F\u20E3", "1\u20E3");
  EXPECT_NE(query_words("1\uFE0F\u20E3"), query_words("2\uFE0F\u20E3"));
  EXPECT_EQ(query_words("heat\U0001F525wave"), (Words{"heat", "\U0001F525", "wave"}));
  EXPECT_EQ(query_words("a \u2192 b \u00A9 \u2122"), (Words{"a", "b", "tm"}));
}

TEST(Folding, PlacesAreThoseOfTheSource) {
  const std::string text = "Xx \uFF8A\uFF9E\uFF7D \u0141\u00F3d\u017A \U0001F6B2.";
  int last = 0;
  tokenize(text, false, [&](const Token& token) {
    EXPECT_GE(token.begin, 0);
    EXPECT_GT(token.end, token.begin);
    EXPECT_LE(static_cast<std::size_t>(token.end), text.size());
    if (!token.same_place) {
      EXPECT_GE(token.begin, last) << token.text;
      last = token.begin;
    }
    return 0;
  });
}

TEST(Folding, MarksWithoutEndAreReadInPieces) {
  std::string text = "\uFF8A";
  for (int i = 0; i < 50'000; ++i) text += "\u0301\u200D";
  std::size_t tokens = 0;
  tokenize(text, false, [&](const Token&) { return ++tokens < 100'000 ? 0 : 1; });
  EXPECT_LE(tokens, 1U);
}

TEST(Folding, WhereAWordMayBeginIsMarked) {
  const std::string mark(kBeginning);
  const auto has = [](const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  EXPECT_TRUE(has(indexed("京都の寺"), mark + "京都"));
  EXPECT_TRUE(has(indexed("古い京都"), mark + "京都")) << "behind Hiragana";
  EXPECT_FALSE(has(indexed("東京都"), mark + "京都"));
  EXPECT_TRUE(has(indexed("東京都"), "京都"));
  EXPECT_EQ(query_words(mark + "京都"), Words{mark + "京都"});
  EXPECT_EQ(query_words(mark + "京都市"), (Words{mark + "京都", "都市"}));
  EXPECT_EQ(indexed("a" + mark + "b"), (Words{"a", "b"})) << "in a text it is a separator";
}

}  // namespace
}  // namespace koinon::test::folding_test
