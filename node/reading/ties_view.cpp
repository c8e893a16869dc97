#include "node/reading/ties_view.h"

namespace koinon {
namespace {

std::vector<TieAxisView> axis_view(Directory& directory, TieGroup group,
                                   const std::vector<TieAxisItem>& items) {
  std::vector<TieAxisView> out;
  for (const TieAxisItem& item : items) out.push_back({key_text(directory, group, item.key), item.ties});
  return out;
}

}  // namespace

Result<TiesView> read_ties(Directory& directory, StoreReader& store, IndexReader& index,
                           const TiesQuery& query, bool told) {
  TiesView out;
  KOINON_ASSIGN(out.figures, index.ties(query));
  out.group = query.group;
  out.rows = axis_view(directory, query.group, out.figures.matrix.rows);
  out.columns = axis_view(directory, query.group == TieGroup::kCity ? query.group : TieGroup::kCountry,
                          out.figures.matrix.columns);
  for (const TiedPractice& practice : out.figures.most_taken) {
    KOINON_ASSIGN(AdoptionView telling, read_adoption_view(directory, index, practice.telling));
    if (told) read_told(store, index, telling);
    out.most_taken.push_back({std::move(telling), practice.ties, practice.outcomes});
  }
  KOINON_ASSIGN(out.ties, read_adoption_views(directory, index, out.figures.ties));
  const std::size_t end = query.offset + out.ties.size();
  if (end < out.figures.listed && !out.ties.empty()) out.next = end;
  out.figures.most_taken.clear();
  out.figures.ties.clear();
  return out;
}

Result<MapView> read_map(Directory& directory, IndexReader& index, const TieFilter& filter, bool told) {
  KOINON_ASSIGN(const TieMap found, index.tie_map(filter, limits::kMapTies));
  MapView out;
  out.total = found.total;
  out.more = found.more;
  out.lines_left_out = found.lines_left_out;
  for (const TieLine& line : found.lines)
    out.lines.push_back(
        {directory.city(line.from), directory.city(line.to), line.ties, line.stopped, line.outcomes});
  for (const TiePlace& place : found.places) {
    PlaceView view{place.log, directory.city(place.log), told ? directory.display_name(place.log) : "", {}};
    if (place.latitude != 0 || place.longitude != 0)
      view.where = Coordinates{place.latitude, place.longitude};
    out.cities.push_back(std::move(view));
  }
  KOINON_ASSIGN(out.adoptions, read_adoption_views(directory, index, found.newest));
  return out;
}

}  // namespace koinon
