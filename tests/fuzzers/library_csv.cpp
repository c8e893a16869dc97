// Tables that cities bring along: text in any encoding, workbooks, JSON.
#include <cstddef>
#include <cstdint>

#include <boost/json.hpp>

#include "tools/table_rows.h"
#include "tools/xlsx_text.h"

using namespace koinon;

namespace {

void read_all(const Result<std::vector<CsvRow>>& rows) {
  if (!rows.ok()) return;
  for (const CsvRow& row : *rows) (void)request_of_row(row.cells);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_all(read_csv(bytes));
  read_all(
      read_csv("title,solution,topics,cost_amount,cost_currency,sdgs,evidence,links,commitments,further_"
               "sources,source_date,"
               "language\n" +
               bytes));
  if (auto table = read_xlsx_text(bytes); table.ok()) read_all(rows_of_table(std::move(*table)));
  boost::system::error_code error;
  const auto value = boost::json::parse(bytes, error);
  if (error || !value.is_object()) return 0;
  (void)request_of_object(value.as_object());
  (void)object_of_record(value.as_object());
  return 0;
}
