// Rows of CSV, as spreadsheets read it (RFC 4180), with a guard against texts that a spreadsheet would run.
// Pure functions, for any thread.
#pragma once

#include <string>
#include <vector>

namespace koinon {

// A line with its end. A cell that a spreadsheet would take for a formula gets an apostrophe before it.
std::string csv_line(const std::vector<std::string>& cells);
// Takes that apostrophe off again.
void unmark_formula(std::string& cell);

}  // namespace koinon
