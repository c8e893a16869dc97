// Ties as CSV, for spreadsheets. Pure functions, for any thread.
#pragma once

#include <string>
#include <vector>

#include "node/reading/ties_view.h"

namespace koinon {

// A row for each tie. With a byte order mark, by which Excel knows UTF-8.
std::string ties_csv(const TiesView& view);
// Which ties of so many a part of that table has, from 1 on: the cursor of a part is that of the tie before.
struct TablePart {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
};
// At least one part.
std::vector<TablePart> parts_of_table(std::uint64_t ties);
// The matrix: the first row names those who learned, the first column those who taught, both also with sums.
std::string matrix_csv(const TiesView& view);

}  // namespace koinon
