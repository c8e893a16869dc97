// Notes that are being written: kept, changed by one at a time, published from the desk.
#pragma once

#include "node/api/api.h"

namespace koinon {

class DraftsApi {
 public:
  DraftsApi(ApiShared& shared, DeskApi& desk) : shared_(shared), parts_(shared.parts), desk_(desk) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> list(const HttpRequest& request);
  Result<HttpResponse> add(const HttpRequest& request);
  Result<HttpResponse> get(const HttpRequest& request);
  Result<HttpResponse> change(const HttpRequest& request);
  Result<HttpResponse> remove(const HttpRequest& request);
  boost::asio::awaitable<HttpResponse> publish(HttpRequest request);
  // The one that a request names; not found where it is another's and a reviewer does not ask.
  Result<StoredDraft> own(const HttpRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
  DeskApi& desk_;
};

}  // namespace koinon
