// Accounts, sessions, passwords, and the audit.
#pragma once

#include <boost/json/object.hpp>

#include "node/api/api.h"

namespace koinon {

class AccountsApi {
 public:
  explicit AccountsApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> log_in(ApiRequest request);
  Result<HttpResponse> log_out(const ApiRequest& request);
  Result<HttpResponse> me(const ApiRequest& request);
  boost::asio::awaitable<HttpResponse> set_password(ApiRequest request);
  boost::asio::awaitable<HttpResponse> use_link(ApiRequest request);

  Result<HttpResponse> list(const ApiRequest& request);
  Result<HttpResponse> add(const ApiRequest& request);
  Result<HttpResponse> change(const ApiRequest& request);
  Result<HttpResponse> remove(const ApiRequest& request);
  Result<HttpResponse> make_link(const ApiRequest& request);
  Result<HttpResponse> audit(const ApiRequest& request);

  Result<std::string> issue_link(UserId user, const ApiRequest& request);
  // On the pool: Argon2id takes long. kTooMany: too many wait already.
  boost::asio::awaitable<Result<bool>> check_password(std::string hash, std::string password);
  boost::asio::awaitable<Result<std::string>> hash(std::string password);
  boost::asio::awaitable<Status> take_link(std::string code, std::string password, bool end_tokens,
                                           std::string remote);
  Status put_password(UserId user, const std::string& hash, const std::optional<std::string>& before,
                      bool end_tokens);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
