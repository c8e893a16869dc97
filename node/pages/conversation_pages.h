// Ask and answer: what cities say to each other about a practice.
//
// On the reading thread of its areas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/pages/page_frame.h"
#include "node/pages/practice_field.h"

namespace koinon {

class ConversationPages {
 public:
  ConversationPages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        cities_(areas.cities),
        desk_(areas.desk),
        drafts_(areas.drafts),
        records_(areas.records),
        search_(areas.search),
        practices_(frame, areas) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> questions(Visit visit);
  boost::asio::awaitable<HttpResponse> ask_form(Visit visit);
  boost::asio::awaitable<HttpResponse> ask(Visit visit);
  boost::asio::awaitable<HttpResponse> answer_form(Visit visit);
  boost::asio::awaitable<HttpResponse> answer(Visit visit);

  // A form with what was typed and, where something is wrong, what.
  boost::asio::awaitable<HttpResponse> show_ask(Visit visit, std::optional<Error> failed);
  boost::asio::awaitable<HttpResponse> show_answer(Visit visit, std::optional<Error> failed);

  PageFrame& frame_;
  CitiesApi& cities_;
  DeskApi& desk_;
  DraftsApi& drafts_;
  RecordsApi& records_;
  SearchApi& search_;
  PracticeField practices_;
};

}  // namespace koinon
