// Files of spreadsheets as rows with the columns of a practice. Pure functions, for any thread.
#pragma once

#include <string>
#include <vector>

#include "proto/base/result.h"
#include "tools/csv_text.h"
#include "tools/practice_table.h"

namespace koinon {

struct CsvRow {
  std::size_t number = 0;  // as spreadsheets count: the first row of the file is row 1
  TableRow cells;
  std::vector<Error> faults;  // why it cannot be read
  std::string code_page;      // in which it was read, if the file is not Unicode
};

// Rows without any text are left out. kInvalidArgument: the header has unknown columns; the error names all.
Result<std::vector<CsvRow>> read_csv(std::string bytes);
// The same, of cells that are read already.
Result<std::vector<CsvRow>> rows_of_table(CsvText table);

}  // namespace koinon
