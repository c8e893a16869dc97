// CSV as spreadsheets write and read it: rows of cells from bytes, and back.
//
// Reads RFC 4180, and besides: a byte order mark; UTF-16; a first line such as `sep=;`; commas, semicolons,
// tabs or bars; line ends of any kind, also inside quotation marks; the end-of-file mark of DOS. A file that
// is not Unicode is read in the code page that Windows uses for a language: code_page_of says which, for each
// row. Pure functions, for any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "node/text/csv_line.h"
#include "proto/base/result.h"

namespace koinon {

struct TextRow {
  std::size_t number = 0;  // as spreadsheets count: the first row of the file is row 1, empty ones count too
  std::vector<std::string> cells;
};

struct CsvText {
  std::vector<TextRow> rows;  // without those that have no text in any cell
  bool is_unicode = true;     // else the cells are bytes in some code page
};

// Of the separators that could be meant, the one that finds most of these names in the first row counts.
using IsName = std::function<bool(std::string_view cell)>;

// kMalformed: a quotation mark is opened and never closed, or the bytes are no text.
Result<CsvText> read_csv_text(std::string bytes, const IsName& is_name);
// Whether a cell shows nothing, in Unicode or another code page.
bool is_empty_cell(const std::string& cell);
// The code page in which Windows keeps text of a language, as ICU names it. Empty: it is not known.
std::string_view code_page_of(std::string_view language);
// Text in a code page as UTF-8. kMalformed: it has bytes that the code page does not have.
Result<std::string> from_code_page(std::string_view bytes, std::string_view code_page);

}  // namespace koinon
