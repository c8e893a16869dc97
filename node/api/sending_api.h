// What is sent to readers: webhooks, and mail.
#pragma once

#include "node/api/api.h"

namespace koinon {

class SendingApi {
 public:
  explicit SendingApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> webhooks(const HttpRequest& request);
  Result<HttpResponse> add_webhook(const HttpRequest& request);
  Result<HttpResponse> remove_webhook(const HttpRequest& request);
  Result<HttpResponse> deliveries(const HttpRequest& request);
  Result<HttpResponse> wishes(const HttpRequest& request);
  Result<HttpResponse> set_wishes(const HttpRequest& request);
  Result<HttpResponse> digests_now(const HttpRequest& request);
  Result<HttpResponse> recent_mail(const HttpRequest& request);
  Result<HttpResponse> unsubscribe(const HttpRequest& request);

  Result<User> own_account(const HttpRequest& request);
  Status check_url(const std::string& url) const;

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
