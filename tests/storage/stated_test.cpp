// What notes state of themselves, as figures count it: agreements, years, people reached.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/search/people_number.h"
#include "storage/search/stated_facts.h"
#include "tests/storage/tie_library.h"

namespace koinon::test::stated_test {
namespace {

TEST(Agreements, AreNamedOnOneLineAndBounded) {
  EXPECT_EQ(agreement_name("  Paris\n\tAgreement "), "Paris Agreement");
  EXPECT_EQ(agreement_name(" \n "), "");
  EXPECT_LE(agreement_name(std::string(1000, 'x')).size(), limits::kAgreementBytes);
}

TEST(Years, AreThoseOfACalendarFrom1990) {
  EXPECT_EQ(note_year(july(1989)), 0);
  EXPECT_EQ(note_year({631152000000 - 1}), 0);
  EXPECT_EQ(note_year({631152000000}), 1990);
  EXPECT_EQ(note_year(july(2020)), 2020);
  EXPECT_EQ(note_year({INT64_MAX}), 0);
  EXPECT_EQ(note_year({INT64_MIN}), 0);
}

TEST(People, AreCountedOnlyWhereNobodyCouldReadItOtherwise) {
  const auto clear = [](const char* text, const char* language) {
    return people_number(text, language).value_or(0);
  };
  EXPECT_EQ(clear("70,000 volunteers", "en"), 70'000U);
  EXPECT_EQ(clear("1.2 million people in 2021", "en-GB"), 1'200'000U);
  EXPECT_EQ(clear("3800", "en"), 3800U);
  EXPECT_EQ(clear("70.000 personas", "es"), 70'000U);
  EXPECT_EQ(clear("2 millones de personas", "es"), 2'000'000U);
  EXPECT_EQ(clear("12 500 habitants", "fr"), 12'500U);
  EXPECT_EQ(clear("1,2 million d'habitants", "fr"), 1'200'000U);
  EXPECT_EQ(clear("3 mila persone", "it"), 3000U);
  EXPECT_EQ(clear("120만 명", "ko"), 1'200'000U);
  EXPECT_EQ(clear("1,200명", "ko"), 1200U);
  EXPECT_EQ(clear("٧٠٬٠٠٠ شخص", "ar"), 70'000U);
  EXPECT_EQ(clear("1,200,000", "pt"), 1'200'000U);
  for (const char* text : {"",
                           "about 500 people",
                           "1,621 municipalities",
                           "279 ward beds",
                           "A city of some 12 million",
                           "10-20 people",
                           "10 to 20 people",
                           "5% of people",
                           "1.200 people",
                           "3 of 5 people",
                           "500 people a day",
                           "200 people in each district",
                           "More than 100 tests a day",
                           "-5 people",
                           "007 people",
                           "40+",
                           "99999999999999999999 people",
                           "12 people/day",
                           "1 2 3",
                           "12,000 households",
                           "5 million homes"})
    EXPECT_FALSE(people_number(text, "en").has_value()) << text;
  EXPECT_FALSE(people_number("1,200 personas", "es").has_value());
  EXPECT_FALSE(people_number("1.200 personnes", "fr").has_value());
  EXPECT_FALSE(people_number("1만 2천 명", "ko").has_value());
  EXPECT_FALSE(people_number("70.000 mensen", "nl").has_value())
      << "no word for people of this language is known";
}

}  // namespace
}  // namespace koinon::test::stated_test
