// What is sent to readers: webhooks, and mail.
#pragma once

#include "node/api/api.h"

namespace koinon {

class SendingApi {
 public:
  explicit SendingApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> webhooks(const ApiRequest& request);
  Result<HttpResponse> add_webhook(const ApiRequest& request);
  Result<HttpResponse> remove_webhook(const ApiRequest& request);
  Result<HttpResponse> deliveries(const ApiRequest& request);
  Result<HttpResponse> wishes(const ApiRequest& request);
  Result<HttpResponse> set_wishes(const ApiRequest& request);
  Result<HttpResponse> digests_now(const ApiRequest& request);
  Result<HttpResponse> recent_mail(const ApiRequest& request);
  Result<HttpResponse> unsubscribe(const ApiRequest& request);

  Result<User> own_account(const ApiRequest& request);
  Status check_url(const std::string& url) const;

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
