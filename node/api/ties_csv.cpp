#include "node/api/ties_csv.h"

#include <algorithm>

#include "node/text/csv_line.h"
#include "node/text/time_text.h"

namespace koinon {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

std::string ties_csv(const TiesView& view) {
  std::string out(kMark);
  out += csv_line({"year", "from", "to", "to_name", "practice", "practice_title", "outcome", "stage", "note",
                   "note_title", "note_date"});
  for (const AdoptionView& tie : view.ties)
    out += csv_line({tie.year == 0 ? "" : std::to_string(tie.year), tie.of_city, tie.note.city,
                     tie.note.city_name, tie.of, tie.of_title, tie.outcome, tie.stage, tie.note.ref,
                     tie.note.title, time_text(tie.note.created_at)});
  return out;
}

std::vector<TablePart> parts_of_table(std::uint64_t ties) {
  std::vector<TablePart> out{{1, std::min<std::uint64_t>(ties, limits::kTieExport)}};
  while (out.back().last < ties) {
    const std::uint64_t before = out.back().last;
    out.push_back({before + 1, std::min<std::uint64_t>(ties, before + limits::kTieExport)});
  }
  return out;
}

std::string matrix_csv(const TiesView& view) {
  std::string out(kMark);
  std::vector<std::string> line = {""};
  for (const TieAxisView& column : view.columns) line.push_back(column.key);
  line.emplace_back("sum");
  out += csv_line(line);
  for (std::size_t row = 0; row < view.rows.size(); ++row) {
    line = {view.rows[row].key};
    for (const std::uint32_t count : view.figures.matrix.cells[row]) line.push_back(std::to_string(count));
    line.push_back(std::to_string(view.rows[row].ties));
    out += csv_line(line);
  }
  line = {"sum"};
  for (const TieAxisView& column : view.columns) line.push_back(std::to_string(column.ties));
  line.push_back(std::to_string(view.figures.total));
  return out + csv_line(line);
}

}  // namespace koinon
