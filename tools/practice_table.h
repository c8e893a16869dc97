// Practices as rows of a table. Cities import and export their libraries in this form.
//
// Columns have the names of the proto's fields, without levels: title, summary, challenge, solution, results,
// lessons, conditions, language, topics, status, period, cost_amount, cost_currency, cost_note, staff,
// time_to_launch, people_reached, evidence, sdgs, partners, links, contact, licence, office, person; and, if
// somebody outside the network did it first: on_behalf_of, source_title, source_url, source_date. Items of
// lists are separated by semicolons.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

using TableRow = std::map<std::string, std::string>;  // by column

const std::vector<std::string>& practice_columns();

// Makes a publish request. Errors name the column.
Result<boost::json::object> request_of_row(const TableRow& row);
// The inverse, from a record as the API gives it.
TableRow row_of_record(const boost::json::object& record);
// The column from which a field of a publish request came.
std::string column_of_field(const std::string& field);

struct CsvRow {
  std::size_t number = 0;  // as spreadsheets count: the header is row 1
  TableRow cells;
  Error error;  // with a message: why it cannot be read
};
// Reads RFC 4180, with commas or semicolons. kInvalidArgument: the header has an unknown column.
Result<std::vector<CsvRow>> read_csv(std::string text);
// A cell that a spreadsheet would take for a formula gets an apostrophe before it. read_csv removes it.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace koinon
