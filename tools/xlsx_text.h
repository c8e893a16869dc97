// The first sheet of an Excel workbook (.xlsx: ISO/IEC 29500, XML in a zip) as rows of text. Numbers have no
// separators, and dates are ISO 8601, as exact as their format shows them: nothing depends on a country. Of a
// formula the result is read that the workbook has. libzip opens it, pugixml reads the XML (it expands no
// entities of the file's own). A pure function, for any thread.
#pragma once

#include <string_view>

#include "proto/base/result.h"
#include "tools/csv_text.h"

namespace koinon {

// kMalformed: it is no such workbook. kTooLarge: it exceeds limits::kWorkbookBytes or kWorkbookColumns.
Result<CsvText> read_xlsx_text(std::string_view bytes);

}  // namespace koinon
