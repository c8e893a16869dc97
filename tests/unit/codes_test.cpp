// Codes of countries and languages, as people write them.
#include "node/text/codes.h"

#include <gtest/gtest.h>

namespace koinon::test::codes_test {
namespace {

std::string or_nothing(const Result<std::string>& read) { return read.ok() ? *read : std::string(); }

TEST(CountryCode, IsOfIso3166InAnyCase) {
  for (const char* typed : {"KE", "ke", " Ke\n"}) EXPECT_EQ(or_nothing(country_code(typed)), "KE") << typed;
  for (const auto& [typed, meant] :
       {std::pair{"KEN", "KE"}, {"kenya", "KE"}, {"South Korea", "KR"}, {"UK", "GB"}}) {
    const auto read = country_code(typed);
    ASSERT_FALSE(read.ok()) << typed;
    EXPECT_EQ(read.error().id, "country.meant") << typed;
    EXPECT_NE(read.error().message.find(std::string("did you mean ") + meant + "?"), std::string::npos)
        << typed;
  }
  for (const std::string typed : {"", "XX", "K", "Atlantis", "K3", "\xff\xff"}) {
    const auto read = country_code(typed);
    ASSERT_FALSE(read.ok()) << typed;
    EXPECT_EQ(read.error().id, "country.form") << typed;
    EXPECT_EQ(read.error().field, "country");
  }
}

TEST(LanguageTag, IsOfALanguageThatThereIs) {
  for (const auto& [typed, tag] : {std::pair{"en", "en"},
                                   {"KO", "ko"},
                                   {"pt-br", "pt-BR"},
                                   {"ZH-HANT-tw", "zh-Hant-TW"},
                                   {"yue", "yue"},
                                   {"sr-cyrl-rs", "sr-Cyrl-RS"},
                                   {"en-x-office", "en-x-office"},
                                   {" es-419 ", "es-419"},
                                   {"de-1901", "de-1901"}})
    EXPECT_EQ(or_nothing(language_code(typed)), tag) << typed;
  const auto english = language_code("English");
  ASSERT_FALSE(english.ok());
  EXPECT_EQ(english.error().id, "language.meant");
  EXPECT_NE(english.error().message.find("did you mean en?"), std::string::npos);
  for (const char* typed : {"xq", "en-XX", "en-Qqqq", "zh-Hant-QQ", "es-999", "en-4x"})
    EXPECT_EQ(language_code(typed).error().id, "language.unknown") << typed;
  for (const char* typed : {"", "-", "e", "en_US", "no tag"})
    EXPECT_EQ(language_code(typed).error().id, "language.form") << typed;
}

}  // namespace
}  // namespace koinon::test::codes_test
