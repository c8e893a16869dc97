// Logging in and out, one-time links, and what belongs to an account: password, tokens, feed addresses.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class AccountPages {
 public:
  AccountPages(PageFrame& frame, const Areas&) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> login_form(Visit visit);
  boost::asio::awaitable<HttpResponse> log_in(Visit visit);
  boost::asio::awaitable<HttpResponse> log_out(Visit visit);
  boost::asio::awaitable<HttpResponse> welcome_form(Visit visit);
  boost::asio::awaitable<HttpResponse> welcome(Visit visit);
  boost::asio::awaitable<HttpResponse> account(Visit visit);
  boost::asio::awaitable<HttpResponse> change_account(Visit visit);
  boost::asio::awaitable<HttpResponse> show_account(Visit visit, boost::json::object news);

  PageFrame& frame_;
};

}  // namespace koinon
