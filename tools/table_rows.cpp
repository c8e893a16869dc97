#include "tools/table_rows.h"

#include <algorithm>
#include <utility>

#include "proto/base/encoding.h"
#include "tools/cell_values.h"

namespace koinon {
namespace {

Result<std::vector<std::string>> read_header(const TextRow& row) {
  std::vector<std::string> out;
  std::string unknown;
  std::string twice;
  for (const std::string& cell : row.cells) {
    const std::string name = clean_text(cell);
    const std::string column = column_named(name);
    if (column.empty() && !name.empty()) {
      const auto shown = is_utf8(name) ? Result<std::string>(name) : from_code_page(name, "windows-1252");
      unknown += (unknown.empty() ? "" : ", ") + (shown.ok() ? *shown : std::string("?"));
    }
    if (!column.empty() && std::find(out.begin(), out.end(), column) != out.end())
      twice += (twice.empty() ? "" : ", ") + column;
    out.push_back(column);
  }
  if (!twice.empty()) return fail(Code::kInvalidArgument, "the column is there twice", twice);
  if (unknown.empty()) return out;
  std::string list;
  for (const auto& column : practice_columns()) list += (list.empty() ? "" : ", ") + column;
  return fail(Code::kInvalidArgument, "there is no such column; the columns are " + list, unknown);
}

// What every practice has. A row that ends before these is no row of a spreadsheet.
bool is_needed(const std::string& column) {
  return column == "title" || column == "language" || column == "topics" || column == "solution";
}

Error not_unicode(const std::string& column) {
  return fail(Code::kMalformed, "it is not UTF-8; save the file as \"CSV UTF-8\"", column);
}

class TableReading {
 public:
  TableReading(std::vector<std::string> header, bool is_unicode)
      : header_(std::move(header)), is_unicode_(is_unicode) {}

  CsvRow read(TextRow row) const {
    CsvRow out;
    out.number = row.number;
    std::size_t used = row.cells.size();
    while (used > header_.size() && is_empty_cell(row.cells[used - 1])) --used;
    row.cells.resize(used);
    if (used > header_.size() ||
        std::any_of(header_.begin() + static_cast<std::ptrdiff_t>(used), header_.end(), is_needed)) {
      out.faults.push_back(wrong_count(used));
      return out;
    }
    decode(row.cells, out);
    if (!out.faults.empty()) return out;
    for (std::size_t i = 0; i < used; ++i) {
      unmark_formula(row.cells[i]);
      if (!header_[i].empty()) {
        out.cells[header_[i]] = std::move(row.cells[i]);
      } else if (!clean_text(row.cells[i]).empty()) {
        out.faults.push_back(fail(Code::kInvalidArgument,
                                  "there is text in it, and it has no name in the header",
                                  std::to_string(i + 1)));
      }
    }
    return out;
  }

  Error wrong_count(std::size_t cells) const {
    return fail(Code::kMalformed,
                "it has " + std::to_string(cells) + " cells; the header has " +
                    std::to_string(header_.size()) +
                    ". A cell with a line end or a separator in it stands between quotation marks");
  }
  std::size_t columns() const { return header_.size(); }

 private:
  // Text that is not Unicode is in the code page that Windows has for the row's language.
  void decode(std::vector<std::string>& cells, CsvRow& out) const {
    const bool readable = std::all_of(cells.begin(), cells.end(), [this](const std::string& cell) {
      const bool is_ascii = std::none_of(cell.begin(), cell.end(), [](char c) { return (c & 0x80) != 0; });
      return is_ascii || (is_unicode_ && is_utf8(cell));
    });
    if (readable) return;
    const auto language = std::find(header_.begin(), header_.end(), "language");
    const auto at = static_cast<std::size_t>(language - header_.begin());
    if (!is_unicode_ && at < cells.size()) out.code_page = code_page_of(clean_text(cells[at]));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (out.code_page.empty() && is_utf8(cells[i])) continue;
      auto text = out.code_page.empty() ? Result<std::string>(not_unicode(""))
                                        : from_code_page(cells[i], out.code_page);
      if (text.ok()) {
        cells[i] = std::move(*text);
      } else {
        out.faults.push_back(not_unicode(header_[i]));
      }
    }
  }

  std::vector<std::string> header_;
  bool is_unicode_;
};

}  // namespace

Result<std::vector<CsvRow>> rows_of_table(CsvText table) {
  if (table.rows.empty())
    return fail(Code::kInvalidArgument, "the file is empty; its first row names the columns", "row 1");
  KOINON_ASSIGN(auto header, read_header(table.rows.front()));
  const TableReading reading(std::move(header), table.is_unicode);
  std::vector<CsvRow> out;
  bool was_short = false;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const std::size_t cells = table.rows[i].cells.size();
    CsvRow row = reading.read(std::move(table.rows[i]));
    // Spreadsheets leave out empty cells at the end. But a row that a line end has cut in two is no row: what
    // follows it cannot be read, and what came before it is not whole.
    const bool unreadable = !row.faults.empty() && row.faults.front().field.empty() && row.cells.empty();
    if (was_short && unreadable && out.back().faults.empty())
      out.back().faults.push_back(reading.wrong_count(out.back().cells.size()));
    was_short = cells < reading.columns();
    out.push_back(std::move(row));
  }
  return out;
}

Result<std::vector<CsvRow>> read_csv(std::string bytes) {
  KOINON_ASSIGN(CsvText table, read_csv_text(std::move(bytes), [](std::string_view name) {
                  return !column_named(name).empty();
                }));
  return rows_of_table(std::move(table));
}

}  // namespace koinon
