#include "node/api/overview_api.h"

namespace koinon {
namespace {

// What ties can be filtered by, and more that one address takes.
std::vector<std::string> filters_and(std::vector<std::string> more) {
  std::vector<std::string> out(kTieFilters.begin(), kTieFilters.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

}  // namespace

Result<ImpactSearch> read_impact_search(const Params& params) {
  ImpactSearch out;
  KOINON_TRY(read_years(params, out.year_from, out.year_to));
  return out;
}

OverviewApi::OverviewApi(ApiParts& parts)
    : impact({.method = "GET",
              .pattern = "/api/v1/impact",
              .need = Need::kReading,
              .id = "getImpact",
              .tag = "reading",
              .summary =
                  "What others took from us and what we took, with the outcomes; people reached; questions "
                  "answered; by goal and commitment",
              .query = {"year_from", "year_to"},
              .gives = "Impact"},
             this, &OverviewApi::our_impact),
      map({.method = "GET",
           .pattern = "/api/v1/map",
           .need = Need::kReading,
           .id = "getMap",
           .tag = "reading",
           .summary = "Where cities are, and who adopted what from whom",
           .query = filters_and({}),
           .gives = "AdoptionMap"},
          this, &OverviewApi::whole_map),
      ties({.method = "GET",
            .pattern = "/api/v1/ties",
            .need = Need::kReading,
            .id = "getTies",
            .tag = "reading",
            .summary = "Who learned from whom: matrix, years, and the notes behind each figure",
            .query = filters_and({"group", "axis", "row", "column", "limit", "cursor"}),
            .gives = "Ties"},
           this, &OverviewApi::all_ties),
      ties_csv({.method = "GET",
                .pattern = "/api/v1/ties.csv",
                .need = Need::kReading,
                .id = "getTiesAsCsv",
                .tag = "reading",
                .summary = "The same as a table for spreadsheets: the notes, or the matrix",
                .query = filters_and({"group", "axis", "row", "column", "cursor", "table"}),
                .gives = "text/csv"},
               this, &OverviewApi::all_ties),
      parts_(parts) {}

Result<ImpactView> OverviewApi::our_impact(const Asker&, const ImpactSearch& search) {
  const auto own = parts_.facts.log();
  if (!own)
    return fail(Code::kNotFound, Sentence{"impact.of_observer", "an observer publishes nothing"}, "impact");
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  ImpactQuery query;
  query.own = *own;
  query.year_from = search.year_from;
  query.year_to = search.year_to;
  query.last_year = last_clear_year(parts_.clock.wall());
  return read_impact(directory, *parts_.store, *parts_.index, query);
}

Result<MapView> OverviewApi::whole_map(const Asker&, const TiesSearch& search) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const TiesQuery query, find_ties_query(directory, search, parts_.clock.wall()));
  return read_map(directory, *parts_.index, query.filter, search.told);
}

Result<TiesView> OverviewApi::all_ties(const Asker&, const TiesSearch& search) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const TiesQuery query, find_ties_query(directory, search, parts_.clock.wall()));
  return read_ties(directory, *parts_.store, *parts_.index, query, search.told);
}

}  // namespace koinon
