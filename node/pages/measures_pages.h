// Three figures by which our city is compared with others: population, climate, income. Those that are known
// of a place of its name come with the program (node/text/places.h). A person checks them, and then they are
// published as part of the city's profile.
//
// On the reading thread of its areas.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

class MeasuresPages {
 public:
  MeasuresPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), desk_(areas.desk), drafts_(areas.drafts), records_(areas.records) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> form(Visit visit);
  boost::asio::awaitable<HttpResponse> submit(Visit visit);
  // The form. `typed`: what was sent and could not be published.
  HttpResponse show(const Visit& visit, const boost::json::object& profile,
                    const std::optional<std::map<std::string, std::string>>& typed,
                    const std::optional<Error>& failed);

  PageFrame& frame_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
};

}  // namespace koinon
