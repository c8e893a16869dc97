// Ties as CSV, for spreadsheets. Pure functions, for any thread.
#pragma once

#include <string>

#include "node/reading/ties_view.h"

namespace koinon {

// A row for each tie. With a byte order mark, by which Excel knows UTF-8.
std::string ties_csv(const TiesView& view);
// The matrix: the first row names those who learned, the first column those who taught, both also with sums.
std::string matrix_csv(const TiesView& view);

}  // namespace koinon
