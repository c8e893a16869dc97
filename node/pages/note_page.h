// Read: a note in its sections, its translations and lineage, who adopted it and how it went, questions and
// answers, files, and the proof in plain words.
#pragma once

#include "node/pages/page_frame.h"

namespace koinon {

class NotePage {
 public:
  explicit NotePage(PageFrame& frame) : frame_(frame) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> read(Visit visit);
  boost::asio::awaitable<HttpResponse> watch(Visit visit);
  boost::asio::awaitable<HttpResponse> fetch(Visit visit);
  boost::asio::awaitable<HttpResponse> withdraw_page(Visit visit);
  boost::asio::awaitable<HttpResponse> withdraw(Visit visit);
  // The records that refer to one, each with its own text; and what is said to a question.
  boost::asio::awaitable<boost::json::array> others(Visit visit, boost::json::array referring,
                                                    std::string role);
  boost::asio::awaitable<boost::json::object> other(Visit visit, std::string ref, bool with_answers);
  // The cities, its author left out, that hold the record as far as this node knows now: itself, and those
  // that it is connected with.
  boost::asio::awaitable<boost::json::array> seen_by(Visit visit, std::string city, std::int64_t index);

  PageFrame& frame_;
};

}  // namespace koinon
