// Practices as rows of a table: what a city's existing library comes as, and goes out as.
//
// Columns are named as the fields of the proto, flat: title, summary, challenge, solution, results, lessons,
// conditions, language, topics, status, period, cost_amount, cost_currency, cost_note, staff, time_to_launch,
// people_reached, evidence, sdgs, partners, links, contact, licence, office, person; and for whoever first
// did it outside the network: on_behalf_of, source_title, source_url, source_date. Lists are separated by
// semicolons.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace koinon {

using TableRow = std::map<std::string, std::string>;  // by column

const std::vector<std::string>& practice_columns();

// A publish request. Errors name the column.
Result<boost::json::object> request_of_row(const TableRow& row);
// The other way round, from a record as the API gives it.
TableRow row_of_record(const boost::json::object& record);
// The column that a field of a publish request came from.
std::string column_of_field(const std::string& field);

struct CsvRow {
  std::size_t number = 0;  // as a spreadsheet counts: the header is 1
  TableRow cells;
  Error error;  // with a message: why it is no row
};
// RFC 4180, with commas or semicolons. kInvalidArgument: the header names a column that there is not.
Result<std::vector<CsvRow>> read_csv(std::string text);
// Cells that a spreadsheet would take for a formula begin with an apostrophe, which read_csv takes off.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace koinon
