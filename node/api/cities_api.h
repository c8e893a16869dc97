// The cities that are held: whom they are trusted by, whom they trust, and who holds their logs.
//
// On the reading thread that its parts belong to; what is asked of the network is answered on the network's.
#pragma once

#include "node/api/api.h"
#include "node/api/operation.h"
#include "node/reading/city_view.h"
#include "node/text/params.h"

namespace koinon {

struct CityListQuery {
  std::string part;  // of the name; empty: all
  std::size_t limit = limits::kPageSize;
  std::optional<LogId> after;  // the city that the page before ended with
};
// q, limit, cursor.
Result<CityListQuery> read_city_list_query(const Params& params);

struct CityQuery {
  std::string city;                 // its name here, or its log id
  std::uint64_t vouches_from = 0;   // of the vouches, those from there on
  std::uint64_t vouchers_from = 0;  // the same of the vouchers
  bool holders_alone = false;       // who holds its log; the rest is spared
};
// parts, vouches_from, vouchers_from.
Result<CityQuery> read_city_query(std::string city, const Params& params);

class CitiesApi {
 public:
  explicit CitiesApi(ApiParts& parts);

  const Operation<CityListQuery, CityListView> list;
  const Operation<CityQuery, CityStandingView> get;
  const Operation<Nothing, std::vector<BlockedCity>> blocks;

 private:
  boost::asio::awaitable<Result<CityListView>> list_cities(Asker asker, CityListQuery query);
  boost::asio::awaitable<Result<CityStandingView>> get_city(Asker asker, CityQuery query);
  boost::asio::awaitable<Result<std::vector<BlockedCity>>> list_blocks(Asker asker, Nothing query);
  void put_vouches(Directory& directory, const CityStanding& standing, const CityQuery& query,
                   CityStandingView& out);

  ApiParts& parts_;
};

}  // namespace koinon
