// What spreadsheets write into one cell: text, numbers, dates. A spreadsheet saves what it shows, so a number
// has the separators, and a date the order, of the person's country. node/text/written_values reads what
// people type in a form, where they see at once what was read. Nobody looks at a thousand rows like that, so
// here what can be read in two ways is refused: a cost must not be wrong by a thousand. Pure functions, for
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/text/written_values.h"
#include "proto/base/result.h"

namespace koinon {

// Plain text (node/text/plain_text.h) without white space of any kind at both ends, and with Unix line ends.
// Spreadsheets leave no-break spaces. Text that is not UTF-8 keeps its characters.
std::string clean_text(std::string_view cell);

// Reads what read_amount reads. kInvalidArgument: it is no number from 0 on, or two numbers could be meant,
// as in 1,200. Errors of this and the following have no field.
Result<WrittenAmount> cell_amount(std::string_view cell);
// Digits that cell_amount takes for this number and no other. Empty: it is not finite.
std::string amount_text(double value);

// Reads a whole number. A spreadsheet may show it as 3.0 or 3,0.
Result<std::uint64_t> cell_whole(std::string_view cell, std::uint64_t least, std::uint64_t most);

// What comes first in dates such as 03/04/2020.
enum class DayOrder : unsigned char { kUnknown, kDayFirst, kMonthFirst };
// As the other dates of a column tell, of which one number cannot be a month. A program writes all in one
// order.
DayOrder day_order_of(const std::vector<std::string>& dates);

// A date in ISO 8601, as exact as it was. Reads what read_written_date reads, and besides two digits of a
// year, a time of the day after it, and the number of days that stands behind a date. What is no date stays
// as it is. kInvalidArgument: day and month could be either, and the order is not known.
Result<std::string> cell_date(std::string_view cell, DayOrder order = DayOrder::kUnknown);

}  // namespace koinon
