// Cities: who is here and why they are trusted, each with its profile, its notes and whom it vouches for.
//
// On the reading thread of its areas.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class CityPages {
 public:
  CityPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        cities_(areas.cities),
        explain_(areas.explain),
        figures_(areas.figures),
        records_(areas.records),
        search_(areas.search),
        trust_(areas.trust) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> cities(Visit visit);
  boost::asio::awaitable<HttpResponse> city(Visit visit);
  boost::asio::awaitable<HttpResponse> show_city(Visit visit, std::string problem);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  boost::asio::awaitable<boost::json::array> reasons(Visit visit, std::string city);

  PageFrame& frame_;
  CitiesApi& cities_;
  ExplainApi& explain_;
  FiguresApi& figures_;
  RecordsApi& records_;
  SearchApi& search_;
  TrustApi& trust_;
};

}  // namespace koinon
