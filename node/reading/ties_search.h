// What somebody asks of ties, as an address says it. Pure but for the look-up of cities.
#pragma once

#include "node/reading/directory.h"
#include "node/text/params.h"
#include "storage/search/ties.h"

namespace koinon {

struct TiesSearch {
  std::string city_from;  // refs of cities, as people write them; empty: any
  std::string city_to;
  std::string row;  // keys as key_text; empty: any
  std::string column;
  TiesQuery query;   // the rest of it
  bool told = true;  // with the sentences of the practices that were taken most; of a map, with cities' names
};

// The parameters of read_ties_search that filter, for whoever makes addresses of them.
inline constexpr std::array<const char*, 11> kTieFilters = {
    "city_from", "city_to", "country_from", "country_to", "topic", "agreement",
    "sdg",       "went",    "year_from",    "year_to",    "years"};

// Reads these, `group` (country, city, topic, agreement), `axis`, `row`, `column`, `limit` and `cursor`.
// `went` is an outcome of an adoption, or none: it states none. `years` is `unclear`, or empty.
Result<TiesSearch> read_ties_search(const Params& params, std::size_t limit, std::size_t limit_most);
// Those that a map has.
Result<TiesSearch> read_map_search(const Params& params);
// The two years of a period; 0: open.
Status read_years(const Params& params, std::uint16_t& from, std::uint16_t& to);

// With the cities found and the years that the clock allows. kNotFound: no such city is held.
Result<TiesQuery> find_ties_query(Directory& directory, const TiesSearch& search, UnixMillis now);
// The last year that is clear: next year, since an author's clock may be ahead a little.
std::uint16_t last_clear_year(UnixMillis now);

// A key as addresses have it: a city's name, a country, a topic, an agreement; ~none; ~others.
std::string key_text(Directory& directory, TieGroup group, const TieKey& key);
std::string_view group_text(TieGroup group);

}  // namespace koinon
