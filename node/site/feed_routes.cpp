#include "node/site/feed_routes.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "node/api/admission.h"

namespace koinon {
namespace {

std::string path_text(const ApiRequest& request) {
  std::string out;
  for (const auto& segment : request.path)
    out += "/" + boost::urls::encode(segment, boost::urls::unreserved_chars);
  return out;
}

}  // namespace

void add_feed_routes(RouteTable& routes, Feeds& feeds, const Access& access) {
  using Feed = std::function<Result<HttpResponse>(const FeedRequest&, const ApiRequest&)>;
  const auto add = [&](const char* pattern, const char* id, const char* summary,
                       std::vector<std::string> query, Feed feed) {
    auto handle = [&access, feed = std::move(feed)](const ApiRequest& request) {
      return feed({base_url(access, request), path_text(request), request.query,
                   request.header("if-none-match"), request.header("if-modified-since")},
                  request);
    };
    const char* gives = std::string_view(pattern).ends_with("opml") ? "text/x-opml" : "application/atom+xml";
    routes.add({{"GET", pattern, Need::kReading, id, "feeds", summary, std::move(query), "", gives},
                at_once(std::move(handle))});
  };
  const Feed all = [&feeds](const FeedRequest& feed, const ApiRequest&) { return feeds.all(feed); };
  const Feed search = [&feeds](const FeedRequest& feed, const ApiRequest&) { return feeds.search(feed); };
  const std::vector<std::string> search_words = {"q",        "topic", "city", "country", "language", "kind",
                                                 "evidence", "cost",  "sdg",  "outcome", "cursor",   "key"};
  add("/feeds.opml", "getFeedList", "The feeds of all topics, for a reader to import", {"key"},
      [&feeds](const FeedRequest& feed, const ApiRequest&) { return feeds.opml(feed); });
  add("/feeds/all.atom", "getFeedOfAll", "Every note, as Atom", {"before", "key"}, all);
  add("/feeds/all.json", "getJsonFeedOfAll", "Every note, as JSON Feed", {"before", "key"}, all);
  add("/feeds/search.atom", "getFeedOfSearch", "What a search finds, newest first, as Atom", search_words,
      search);
  add("/feeds/search.json", "getJsonFeedOfSearch", "What a search finds, newest first, as JSON Feed",
      search_words, search);
  add("/feeds/topic/{topic...}", "getFeedOfTopic", "A topic with all below it: health/testing.atom or .json",
      {"before", "key"}, [&feeds](const FeedRequest& feed, const ApiRequest& request) {
        return feeds.topic(feed, request.arg("topic"));
      });
  add("/feeds/city/{city}", "getFeedOfCity", "A city: seoul.example.atom or .json", {"before", "key"},
      [&feeds](const FeedRequest& feed, const ApiRequest& request) {
        return feeds.city(feed, request.arg("city"));
      });
}

}  // namespace koinon
