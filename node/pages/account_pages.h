// Logging in and out, one-time links, and what belongs to an account: password, tokens, feed addresses.
#pragma once

#include <optional>

#include "node/pages/page_frame.h"

namespace koinon {

class AccountPages {
 public:
  AccountPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), sessions_(areas.sessions), credentials_(areas.credentials), sending_(areas.sending) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> login_form(Visit visit);
  boost::asio::awaitable<HttpResponse> log_in(Visit visit);
  boost::asio::awaitable<HttpResponse> log_out(Visit visit);
  boost::asio::awaitable<HttpResponse> welcome_form(Visit visit);
  boost::asio::awaitable<HttpResponse> welcome(Visit visit);
  boost::asio::awaitable<HttpResponse> show_welcome(Visit visit, std::optional<Error> failed);
  boost::asio::awaitable<HttpResponse> account(Visit visit);
  boost::asio::awaitable<HttpResponse> change_account(Visit visit);
  boost::asio::awaitable<HttpResponse> make_credential(Visit visit);
  // What is done and then only shown; nothing where the form asks for what there is not.
  boost::asio::awaitable<std::optional<Status>> carry_out(Visit visit);
  boost::asio::awaitable<HttpResponse> show_account(Visit visit, boost::json::object news,
                                                    unsigned status = 200);
  boost::asio::awaitable<HttpResponse> show_refused(Visit visit, Error why);

  PageFrame& frame_;
  SessionsApi& sessions_;
  CredentialsApi& credentials_;
  SendingApi& sending_;
};

}  // namespace koinon
