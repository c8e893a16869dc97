// What a node sends by itself: webhooks and mail, for operators; and the page that a mail's link opens.
//
// On the reading thread of its areas.
#pragma once

#include "node/api/sending_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

class SendingPages {
 public:
  SendingPages(PageFrame& frame, const Areas& areas) : frame_(frame), sending_(areas.sending) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> sending(Visit visit);
  boost::asio::awaitable<HttpResponse> show_sending(Visit visit, boost::json::object news,
                                                    unsigned status = 200);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  boost::asio::awaitable<HttpResponse> add(Visit visit);
  Result<NewWebhook> webhook_of(const Visit& visit) const;
  boost::asio::awaitable<HttpResponse> deliveries(Visit visit);
  boost::asio::awaitable<HttpResponse> unsubscribe_form(Visit visit);
  boost::asio::awaitable<HttpResponse> unsubscribe(Visit visit);

  PageFrame& frame_;
  SendingApi& sending_;
};

}  // namespace koinon
