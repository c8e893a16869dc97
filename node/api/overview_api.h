// What follows from many records together: what a city gave and took, what it is to be asked about again, and
// who adopted what from whom.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

// How many months (of 30 days) after the first word on an adoption its city is asked how it went, if it has
// said nothing since: 3, 6 or 12; 0: not now.
int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now);

class OverviewApi {
 public:
  explicit OverviewApi(ApiParts& parts) : parts_(parts) {}
  void add_routes(RouteTable& routes);

 private:
  // An adoption with what it adopts.
  struct Adoption {
    IndexedRecord record;
    LogId of_log;
    EntryIndex of;
    std::string stage;
    std::string outcome;
  };
  Result<HttpResponse> impact(const ApiRequest& request);
  Result<HttpResponse> follow_ups(const ApiRequest& request);
  Result<HttpResponse> map(const ApiRequest& request);

  Result<std::optional<Adoption>> adoption(const IndexedRecord& record);
  Result<std::vector<Adoption>> adoptions(const IndexQuery& query);
  Result<boost::json::object> adoption_json(Directory& directory, const Adoption& item);
  Result<boost::json::object> city_json(Directory& directory, const LogId& log);

  ApiParts& parts_;
};

}  // namespace koinon
