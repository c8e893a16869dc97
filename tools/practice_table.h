// Practices as rows of a table. Cities import and export their libraries in this form.
//
// Columns have the names of the proto's fields, without levels: title, summary, core, adaptable, challenge,
// solution, results, went_wrong, not_again, lessons, conditions, needs (needs_cell.h), language, topics,
// status, period, cost_amount, cost_currency, cost_note, staff, time_to_launch, people_reached, evidence,
// sdgs, partners, links, commitments, contact, licence, office, person; and, if somebody outside the network
// did it first: on_behalf_of, source_title, source_url, source_date, and further_sources for more than one.
// How lists stand in a cell: list_cell.h. Numbers and dates: cell_values.h.
//
// Pure functions, for any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"
#include "tools/cell_values.h"

namespace koinon {

using TableRow = std::map<std::string, std::string>;  // by column

const std::vector<std::string>& practice_columns();
// The columns that an export has besides: whose practice it is, and where it stands.
const std::vector<std::string>& origin_columns();
// The column that somebody named so, with other capitals, spaces or hyphens. Empty: there is none.
// `sources` is further_sources.
std::string column_named(std::string_view name);

struct RowRequest {
  boost::json::object request;  // to publish; without the cells at fault
  std::vector<Error> faults;    // all of the row; each names its column
};
// `order`: of dates whose first two numbers could both be the month.
RowRequest request_of_row(const TableRow& row, DayOrder order = DayOrder::kUnknown);
// The inverse, from a record as the API gives it, with plain texts.
TableRow row_of_record(const boost::json::object& record);

// The same as JSON, with types: numbers, lists, and objects for links, commitments and sources. All sources
// stand in `sources`.
boost::json::object object_of_record(const boost::json::object& record);
// Takes what object_of_record makes, and the texts of a table as well.
RowRequest request_of_object(const boost::json::object& object);

// The column from which a field of a publish request came.
std::string column_of_field(const std::string& field);

}  // namespace koinon
