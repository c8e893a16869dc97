#include "node/pages/find_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 9> kFilters = {"topic",    "city", "country", "language", "kind",
                                                 "evidence", "cost", "sdg",     "outcome"};
constexpr std::size_t kValuesOfFacet = 8;

using Query = std::map<std::string, std::string>;

std::string address(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (!value.empty()) out += (out.empty() ? "?" : "&") + query_escaped(name) + "=" + query_escaped(value);
  }
  return "/" + out;
}

// What a value of a facet is called.
std::string label_of(const Visit& visit, const std::string& facet, const std::string& value) {
  if (facet == "topic") return topic_label(visit, value);
  if (facet == "country") return visit.words->country_name(value);
  if (facet == "language") return visit.words->language_name(value);
  if (facet == "sdg") return visit.say("sdg." + value);
  if (facet == "evidence" || facet == "cost" || facet == "outcome" || facet == "kind")
    return visit.say(facet + "." + value);
  return value;
}

// Each facet with its values as links that add or take away the filter.
json::array facets_of(const Visit& visit, const json::object& counted, const Query& query) {
  json::array out;
  for (const std::string facet : kFilters) {
    json::array values;
    const std::string active = visit.request.param(facet);
    for (const auto& item : array_at(counted, facet)) {
      if (values.size() == kValuesOfFacet) break;
      const json::object& counts = item.as_object();
      const std::string value = text_at(counts, "value");
      Query changed = query;
      changed.erase("cursor");
      changed[facet] = value == active ? "" : value;
      values.push_back(
          json::object{{"label", label_of(visit, facet, value)},
                       {"count", visit.words->number(static_cast<double>(number_at(counts, "count")))},
                       {"href", address(changed)},
                       {"active", value == active}});
    }
    if (values.size() > 1 || (values.size() == 1 && !active.empty()))
      out.push_back(json::object{{"name", visit.say("facet." + facet)}, {"values", std::move(values)}});
  }
  return out;
}

}  // namespace

void FindPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/", Need::kReading, "showFind", "The newest notes, or what a search finds",
             [this](Visit visit) {
               return visit.request.param("like").empty() ? find(std::move(visit))
                                                          : like_us(std::move(visit));
             },
             {"q", "topic", "city", "country", "language", "kind", "evidence", "cost", "sdg", "outcome",
              "cursor", "like"});
  frame_.post(routes, "/language", Need::kAnyone, "chooseLanguage", "Choose the language of the pages",
              [this](Visit visit) { return choose_language(std::move(visit)); });
}

asio::awaitable<HttpResponse> FindPages::find(Visit visit) {
  Query query;
  for (const char* name : kFilters) query[name] = visit.request.param(name);
  query["q"] = visit.request.param("q");
  const bool filtered =
      std::any_of(query.begin(), query.end(), [](const auto& item) { return !item.second.empty(); });
  Query asked = query;
  asked["cursor"] = visit.request.param("cursor");
  const OperationResult found = co_await frame_.call(visit, "search", {{}, asked, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);

  PageView view{"find", visit.say("find.title"), {}, 200, visit.say("feed.search"), ""};
  json::array chips;
  json::array hidden;
  for (const char* name : kFilters) {
    const std::string value = query[name];
    if (value.empty()) continue;
    Query without = query;
    without[name].clear();
    chips.push_back(json::object{{"label", label_of(visit, name, value)}, {"href", address(without)}});
    hidden.push_back(json::object{{"name", name}, {"value", value}});
  }
  if (filtered) {
    const std::string search = address(query);
    view.feed_path = "/feeds/search.atom" + search.substr(1);
  }
  const std::int64_t total = number_at(found.body, "total");
  json::array facets = facets_of(visit, object_at(found.body, "facets"), query);
  view.model = {{"welcome", !filtered && visit.request.caller.role == Role::kNobody},
                {"is_newest", !filtered},
                {"has_chips", !chips.empty()},
                {"chips", std::move(chips)},
                {"hidden", std::move(hidden)},
                {"has_facets", !facets.empty()},
                {"facets", std::move(facets)},
                {"total_text",
                 visit.say(found.body.at("total_is_at_least").as_bool() ? "find.total_or_more" : "find.total",
                           {{"count", total}})},
                {"relaxed", found.body.at("some_words_missing").as_bool()},
                {"items", cards(visit, array_at(found.body, "items"))}};
  if (const std::string next = text_at(found.body, "next"); !next.empty()) {
    Query more = query;
    more["cursor"] = next;
    view.model["next"] = address(more);
  }
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> FindPages::like_us(Visit visit) {
  const Query asked = {{"topic", visit.request.param("topic")}, {"cursor", visit.request.param("cursor")}};
  const OperationResult found = co_await frame_.call(visit, "findSimilar", {{}, asked, {}});
  PageView view{"find", visit.say("find.like"), {}, 200, "", ""};
  view.model = {{"is_like", true}, {"total_text", ""}};
  if (found.status == 403) {
    // Our own profile says too little to compare by.
    view.model["trouble"] = visit.say("find.like_needs_profile");
    view.model["items"] = json::array();
    co_return frame_.show(visit, std::move(view));
  }
  if (!found.ok()) co_return frame_.sorry(visit, found);
  json::array items;
  for (const auto& item : array_at(found.body, "items")) {
    json::object one = card(visit, item.as_object());
    json::array reasons;
    for (const auto& reason : array_at(item.as_object(), "reasons")) {
      const json::object& said = reason.as_object();
      const std::string outcome = text_at(said, "outcome").empty() ? "none" : text_at(said, "outcome");
      const std::string measure = visit.say("measure." + text_at(said, "measure"));
      reasons.push_back(
          json::object{{"text", visit.say("reason." + outcome,
                                          {{"count", number_at(said, "count")}, {"like", measure}})}});
    }
    one["has_reasons"] = !reasons.empty();
    one["reasons"] = std::move(reasons);
    items.push_back(std::move(one));
  }
  view.model["total_text"] = visit.say("find.total", {{"count", number_at(found.body, "total")}});
  view.model["explain_like"] = visit.say("find.like_explained");
  view.model["items"] = std::move(items);
  if (const std::string next = text_at(found.body, "next"); !next.empty())
    view.model["next"] = address({{"like", "us"}, {"topic", visit.request.param("topic")}, {"cursor", next}});
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> FindPages::choose_language(Visit visit) {
  HttpResponse out = PageFrame::go(visit.field("next"));
  const std::string wanted = visit.field("language");
  for (const Catalogue& one : frame_.messages().languages()) {
    if (one.tag() == wanted)
      out.headers["Set-Cookie"] =
          "koinon_language=" + one.tag() + "; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly";
  }
  co_return out;
}

}  // namespace koinon
