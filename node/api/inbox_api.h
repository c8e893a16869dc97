// What others send an office, with who sees to it; and what its people keep watch on.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

class InboxApi {
 public:
  explicit InboxApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> inbox(const ApiRequest& request);
  Status edit_case(const boost::json::object& object, InboxCase& item);
  Result<HttpResponse> change_case(const ApiRequest& request);
  Result<boost::json::object> case_json(Directory& directory, const IndexedRecord& record,
                                        const InboxCase& item);

  Result<HttpResponse> watchlist(const ApiRequest& request);
  Result<HttpResponse> watch(const ApiRequest& request);
  Result<HttpResponse> unwatch(const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
