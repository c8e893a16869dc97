// Find: the newest notes, a search with its facets, what cities like ours do; and the language of the pages.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class FindPages {
 public:
  FindPages(PageFrame& frame, const Areas& areas)
      : frame_(frame), search_(areas.search), story_(areas.story) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> find(Visit visit);
  boost::asio::awaitable<HttpResponse> like_us(Visit visit);
  boost::asio::awaitable<HttpResponse> choose_language(Visit visit);

  PageFrame& frame_;
  SearchApi& search_;
  StoryApi& story_;
};

}  // namespace koinon
