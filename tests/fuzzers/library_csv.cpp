// Tables that cities bring along.
#include <cstddef>
#include <cstdint>

#include "tools/practice_table.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto rows = read_csv("title,solution,topics,cost_amount,cost_currency,sdgs,evidence\n" +
                             std::string(reinterpret_cast<const char*>(data), size));
  if (!rows.ok()) return 0;
  for (const CsvRow& row : *rows) (void)request_of_row(row.cells);
  return 0;
}
