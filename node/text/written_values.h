// Amounts, plain numbers and dates as people write them in a form, in any of the usual ways. Pure.
//
// Where a number can be read in two ways (1.234), the way is chosen that both readings' writers use most in
// forms: one group of three digits after a single separator is thousands. The page shows what was read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace koinon {

struct WrittenAmount {
  double value = 0;  // finite
  std::string
      currency;  // ISO 4217, where a sign or a code beside the number says it without doubt; else empty
};

// "$1,200,000", "116 000", "1.5 M", "21 million €", "1.2億", "₩3억", "١٬٢٠٠", "12,5", "1'200.50",
// "12,34,567". Nothing: it is not one number. Takes at most limits::kWrittenValueBytes.
std::optional<WrittenAmount> read_amount(std::string_view text);

// A number that may be less than 0 and has no unit: a degree, a count.
std::optional<double> read_plain_number(std::string_view text);

// A date as exact as it is written, in ISO 8601: "17 March 2020", "March 2020", "2020년 3월 17일",
// "2020/3/17", "17.3.2020", "2020". Day and month that could change places (3/4/2020) and names of no month
// are no date.
std::optional<std::string> read_written_date(std::string_view text);

}  // namespace koinon
