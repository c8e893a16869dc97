// "Make it ours": one press on another city's practice begins a draft of our own.
#pragma once

#include "node/api/templates_api.h"
#include "node/pages/page_frame.h"

namespace koinon {

class TemplatePages {
 public:
  TemplatePages(PageFrame& frame, const Areas& areas) : frame_(frame), templates_(areas.templates) {}
  void add_routes(RouteTable& routes);

 private:
  // Keeps the draft, and leads to its form; to the one that is there already, if they have pressed before.
  boost::asio::awaitable<HttpResponse> make(Visit visit);

  PageFrame& frame_;
  TemplatesApi& templates_;
};

}  // namespace koinon
