// What people and spreadsheets write into one cell: text, numbers, dates. A spreadsheet saves what it shows, so
// a number has the separators, and a date the order, of the person's country. What can be read in two ways is
// refused: a cost must not be wrong by a thousand. Pure functions, for any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace koinon {

// Without white space of any kind at both ends, and with Unix line ends. Spreadsheets leave no-break spaces.
std::string clean_text(std::string_view cell);

struct Amount {
  double value = 0;
  std::string currency;  // ISO 4217, if the cell has a sign or code that means one currency; else empty
};
// Reads 120000, 1,200,000, 1.200.000,50, 116 000 and "€ 99,5". kInvalidArgument: it is no number from 0 on, or
// two numbers could be meant, as in 1,200. The error has no field.
Result<Amount> read_amount(std::string_view cell);
// Digits that read_amount takes for this number and no other. Empty: it is not finite.
std::string amount_text(double value);

// Reads a whole number. A spreadsheet may show it as 3.0 or 3,0.
Result<std::uint64_t> read_whole(std::string_view cell, std::uint64_t least, std::uint64_t most);

// Turns a date as spreadsheets show it (17.03.2020, 2020/3/17, 17-Mar-20, Mar-20, 2020-03-17 00:00, or the
// number of days that stands behind it) into 2020-03-17, as exact as it was. What is no such date stays as it
// is. kInvalidArgument: day and month could be either, as in 03/04/2020. The error has no field.
Result<std::string> read_date(std::string_view cell);

}  // namespace koinon
