#include "storage/search/adopters.h"

#include <algorithm>

#include "storage/search/similar.h"

namespace koinon {

Adopters find_adopters(const Columns& columns, std::uint32_t document, const AdoptersQuery& query) {
  Adopters out;
  if (document >= columns.docs().size() || columns.docs()[document].kind != v1::KIND_PRACTICE) return out;
  const std::uint32_t first_version = columns.docs()[document].first_version;
  const auto adoptions = columns.adoptions(first_version);
  out.outcomes = columns.outcomes(first_version);
  out.stopped = columns.stopped(first_version);
  out.cities = adoptions.size();
  struct Near {
    double nearness = 0;
    const AdoptionFacts* facts = nullptr;
  };
  std::vector<Near> near;
  near.reserve(adoptions.size());
  for (const AdoptionFacts& facts : adoptions) {
    const CityFacts& city = columns.cities()[facts.city];
    near.push_back({nearness(query.like, city.measures), &facts});
  }
  const std::size_t end = std::min(near.size(), query.limit);
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(end), near.end(),
                    [](const Near& a, const Near& b) {
                      return a.nearness != b.nearness ? a.nearness > b.nearness
                                                      : a.facts->city < b.facts->city;
                    });
  for (std::size_t i = 0; i < end; ++i) {
    const AdoptionFacts& facts = *near[i].facts;
    out.nearest.push_back(
        {columns.cities()[facts.city].log, EntryIndex(facts.index), facts.outcome, near[i].nearness});
  }
  return out;
}

}  // namespace koinon
