// API tokens and personal feed addresses.
#pragma once

#include "node/api/api.h"

namespace koinon {

class CredentialsApi {
 public:
  explicit CredentialsApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  Result<HttpResponse> list(const ApiRequest& request);
  Result<HttpResponse> add(const ApiRequest& request);
  Result<HttpResponse> remove(const ApiRequest& request);

  ApiShared& shared_;
  ApiParts& parts_;
};

// kNotFound: there is none of that name.
Result<User> account_of(Accounts& accounts, const std::string& name);
// The account that a request names, which the caller may see to: their own, or any for an operator.
Result<User> own_account(Accounts& accounts, const ApiRequest& request);
// One line of at most 200 bytes of UTF-8.
Status check_line(const std::string& text, const std::string& field);

}  // namespace koinon
