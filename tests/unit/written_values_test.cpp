// Numbers, amounts and dates as people write them.
#include "node/text/written_values.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace koinon::written_values_test {
namespace {

TEST(WrittenValues, AnAmountIsReadInAllUsualWays) {
  const std::vector<std::pair<const char*, double>> amounts = {{"21000000", 21e6},
                                                               {"$1,200,000", 1.2e6},
                                                               {"116 000", 116000},
                                                               {"116\u00A0000", 116000},
                                                               {"1.5 M", 1.5e6},
                                                               {"1,5 Mio. €", 1.5e6},
                                                               {"1.200.000", 1.2e6},
                                                               {"1.200,50", 1200.5},
                                                               {"1'200.50", 1200.5},
                                                               {"1’200", 1200},
                                                               {"12,34,567", 1234567},
                                                               {"2 crore", 2e7},
                                                               {"12,5", 12.5},
                                                               {"0,125", 0.125},
                                                               {"0.125", 0.125},
                                                               {"3억원", 3e8},
                                                               {"1.2億", 1.2e8},
                                                               {"₩250만", 2.5e6},
                                                               {"١٬٢٠٠", 1200},
                                                               {"١٢٫٥", 12.5},
                                                               {"１２００", 1200},
                                                               {"EUR 40k", 40000},
                                                               {"40k euros", 40000},
                                                               {"un", -1},
                                                               {"1 million d'euros", 1e6},
                                                               {"21 millones de euros", 21e6},
                                                               {"1,200.-", 1200}};
  for (const auto& [written, value] : amounts) {
    const auto read = read_amount(written);
    if (value < 0) {
      EXPECT_FALSE(read) << written;
      continue;
    }
    ASSERT_TRUE(read) << written;
    EXPECT_DOUBLE_EQ(read->value, value) << written;
  }
}

TEST(WrittenValues, OnlyASignOfOneCurrencySaysWhich) {
  EXPECT_EQ(read_amount("1.5 M €")->currency, "EUR");
  EXPECT_EQ(read_amount("₩3억")->currency, "KRW");
  EXPECT_EQ(read_amount("US$ 12")->currency, "USD");
  EXPECT_EQ(read_amount("12 chf")->currency, "CHF");
  EXPECT_EQ(read_amount("$12")->currency, "");
  EXPECT_EQ(read_amount("¥12")->currency, "");
}

TEST(WrittenValues, WhatIsNotOneNumberIsNone) {
  for (const char* written :
       {"", "free", "5-10", "1,2,3", "1 5", "12 apples", "1..2", "-5", "1.2.3,4,5", "1,000.000.0"})
    EXPECT_FALSE(read_amount(written)) << written;
  EXPECT_FALSE(read_amount(std::string(101, '1')));
}

TEST(WrittenValues, APlainNumberMayBeLessThanZero) {
  EXPECT_DOUBLE_EQ(*read_plain_number("-33,87"), -33.87);
  EXPECT_DOUBLE_EQ(*read_plain_number("−33.87°"), -33.87);
  EXPECT_DOUBLE_EQ(*read_plain_number("9 700 000"), 9.7e6);
  EXPECT_DOUBLE_EQ(*read_plain_number("9.7 million"), 9.7e6);
  EXPECT_FALSE(read_plain_number("9 €"));
  EXPECT_FALSE(read_plain_number("north"));
}

TEST(WrittenValues, ADateIsAsExactAsItIsWritten) {
  const std::vector<std::pair<const char*, const char*>> dates = {{"2020", "2020"},
                                                                  {"2020-03", "2020-03"},
                                                                  {"2020-03-17", "2020-03-17"},
                                                                  {"2020/3/17", "2020-03-17"},
                                                                  {"17.3.2020", "2020-03-17"},
                                                                  {"17 March 2020", "2020-03-17"},
                                                                  {"March 17, 2020", "2020-03-17"},
                                                                  {"March 17th, 2020", "2020-03-17"},
                                                                  {"Mar 2020", "2020-03"},
                                                                  {"2020년 3월 17일", "2020-03-17"},
                                                                  {"2020년 3월", "2020-03"},
                                                                  {"17 de marzo de 2020", "2020-03-17"},
                                                                  {"1er mars 2020", "2020-03-01"},
                                                                  {"17/3/2020", "2020-03-17"},
                                                                  {"3/17/2020", "2020-03-17"},
                                                                  {"3.4.2020", "2020-04-03"},
                                                                  {"03/2020", "2020-03"},
                                                                  {"17 مارس 2020", "2020-03-17"},
                                                                  {"5/5/2020", "2020-05-05"}};
  for (const auto& [written, iso] : dates)
    EXPECT_EQ(read_written_date(written).value_or("-"), iso) << written;
}

TEST(WrittenValues, ADateThatMayMeanTwoDaysOrNoneIsNone) {
  for (const char* written : {"", "3/4/2020", "30 February 2020", "17 Smarch 2020", "March", "20-03-17",
                              "2020-13", "0/2020", "2020-02-30", "1 2 3 4 2020", "last spring"})
    EXPECT_FALSE(read_written_date(written)) << written;
}

RC_GTEST_PROP(WrittenValues, AnythingIsReadOrRefusedWithoutHarm, (const std::string& text)) {
  (void)read_amount(text);
  (void)read_plain_number(text);
  (void)read_written_date(text);
}

}  // namespace
}  // namespace koinon::written_values_test
