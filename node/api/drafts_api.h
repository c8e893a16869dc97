// Notes that are being written: kept, changed by one at a time, published from the desk.
#pragma once

#include "node/api/api.h"

namespace koinon {

class DeskApi;

class DraftsApi {
 public:
  DraftsApi(ApiShared& shared, DeskApi& desk) : shared_(shared), parts_(shared.parts), desk_(desk) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> list(const ApiRequest& request);
  Result<HttpResponse> add(const ApiRequest& request);
  Result<HttpResponse> get(const ApiRequest& request);
  Result<HttpResponse> change(const ApiRequest& request);
  Result<HttpResponse> remove(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> publish(ApiRequest request);
  // The one that a request names; not found where it is another's and a reviewer does not ask.
  Result<StoredDraft> own(const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
  DeskApi& desk_;
};

}  // namespace koinon
