// Operate: how the node is, who its peers are, invites, subscriptions, accounts, and the audit.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class OperatePages {
 public:
  OperatePages(PageFrame& frame, const Areas&) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> operate(Visit visit);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  boost::asio::awaitable<HttpResponse> accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> change_accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> audit(Visit visit);
  boost::asio::awaitable<HttpResponse> show_operate(Visit visit, boost::json::object news);
  boost::asio::awaitable<HttpResponse> show_accounts(Visit visit, boost::json::object news);

  PageFrame& frame_;
};

// A QR code as an SVG element: dark on light, four modules of quiet zone. Empty where the text is too long.
std::string qr_svg(const std::string& text);

}  // namespace koinon
