#include "node/reading/figures_view.h"

#include <utility>

#include "node/text/markdown.h"

namespace koinon {

Result<FiguresView> read_figures(Directory& directory, IndexReader& index, const std::string& topic,
                                 UnixMillis now) {
  FigureQuery query;
  if (!topic.empty()) query.topic = topic;
  query.now = now;
  query.costs = kCostsShown;
  KOINON_ASSIGN(Figures found, index.figures(query));
  FiguresView out{topic, std::move(found.adoptions), std::move(found.costs), {}};
  for (const CostPoint& point : std::exchange(out.costs.points, {})) {
    KOINON_ASSIGN(const auto record, index.get(point.log, point.index));
    CostNote note{directory.ref(point.log, point.index),
                  directory.city(point.log),
                  {},
                  {},
                  point.dollars,
                  point.population};
    if (record) {
      note.title = title_line(record->title);
      note.language = record->language;
    }
    out.notes.push_back(std::move(note));
  }
  return out;
}

Result<AdoptionFigures> read_adoption_figures(IndexReader& index, const Directory::Found& practice,
                                              UnixMillis now) {
  FigureQuery query;
  query.practice = {practice.log.id, practice.index};
  query.now = now;
  KOINON_ASSIGN(Figures found, index.figures(query));
  return std::move(found.adoptions);
}

}  // namespace koinon
