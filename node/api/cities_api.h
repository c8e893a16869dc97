// The cities whose logs are held here: who trusts them, whom they trust, who holds their logs, and whether
// they signed two histories.
//
// On the reading thread of its parts; questions to the network are answered on the network's thread.
#pragma once

#include "node/api/api.h"
#include "node/api/named_city.h"
#include "node/api/operation.h"
#include "node/reading/city_view.h"
#include "node/text/params.h"

namespace koinon {

struct CityListQuery {
  std::string part;  // of the domain, or of a name in the profile, in any language; empty: all
  std::size_t limit = limits::kPageSize;
  std::optional<LogId> after;  // the last city of the page before
  bool whole = false;          // the part is all of the domain or the name
};
// Reads q, limit and cursor.
Result<CityListQuery> read_city_list_query(const Params& params);

struct CityQuery {
  std::string city;                 // its name on this node, or its log id
  std::uint64_t vouches_from = 0;   // shows vouches from this number on
  std::uint64_t vouchers_from = 0;  // shows vouchers from this number on
  bool holders_alone = false;       // only reads who holds its log
};
// Reads parts, vouches_from and vouchers_from.
Result<CityQuery> read_city_query(std::string city, const Params& params);

// Evidence that a log has forked. Whoever has the bytes can verify them: read_evidence in crypto/evidence.h.
struct EvidenceView {
  std::string name;  // of the log
  std::string bytes;
};

class CitiesApi {
 public:
  explicit CitiesApi(ApiParts& parts);

  const Operation<CityListQuery, CityListView> list;
  const Operation<CityQuery, CityStandingView> get;
  // kNotFound: no evidence is held against the city.
  const Operation<NamedCity, EvidenceView> evidence;
  const Operation<Nothing, std::vector<BlockedCity>> blocks;

 private:
  boost::asio::awaitable<Result<CityListView>> list_cities(Asker asker, CityListQuery query);
  boost::asio::awaitable<Result<CityStandingView>> get_city(Asker asker, CityQuery query);
  Result<EvidenceView> get_evidence(const Asker& asker, const NamedCity& named);
  boost::asio::awaitable<Result<std::vector<BlockedCity>>> list_blocks(Asker asker, Nothing query);
  struct NextCities {
    std::vector<LogState> states;
    bool more = false;
  };
  // The next cities behind `last` that the query may mean, by name: some hundred.
  Result<NextCities> next_cities(const CityListQuery& query, const std::optional<LogState>& last);
  void put_vouches(Directory& directory, const CityStanding& standing, const CityQuery& query,
                   CityStandingView& out);

  ApiParts& parts_;
};

}  // namespace koinon
