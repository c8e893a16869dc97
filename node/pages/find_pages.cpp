#include "node/pages/find_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/search_api.h"
#include "node/api/story_api.h"
#include "node/pages/note_view.h"
#include "node/pages/story_model.h"
#include "node/text/topic_names.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 9> kFilters = {"topic",    "city", "country", "language", "kind",
                                                 "evidence", "cost", "sdg",     "outcome"};
constexpr std::size_t kValuesOfFacet = 8;

using Query = Params;

std::string address(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (!value.empty()) out += (out.empty() ? "?" : "&") + query_escaped(name) + "=" + query_escaped(value);
  }
  return "/" + out;
}

// The form of a question to all cities, with what was looked for filled in.
std::string ask_all_address(const Query& query) {
  std::string out = "/ask";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += (out == "/ask" ? "?" : "&") + std::string(name) + "=" + query_escaped(value);
  };
  add("title", param(query, "q"));
  add("topics", param(query, "topic"));
  return out;
}

// What did not work and what was stopped, by what cities say of it.
std::string failures_address(const std::string& words, const std::string& topic) {
  return address(
      {{"kind", "adoption"}, {"outcome", std::string(kNoSuccess)}, {"q", words}, {"topic", topic}});
}

// What a value of a facet is called.
std::string label_of(const Visit& visit, const std::string& facet, const std::string& value) {
  if (facet == "topic") return topic_label(visit, value);
  if (facet == "country") return visit.words->country_name(value);
  if (facet == "language") return visit.words->language_name(value);
  if (facet == "sdg") return visit.named("sdg", value);
  if (facet == "evidence" || facet == "cost" || facet == "outcome" || facet == "kind")
    return visit.named(facet, value);
  return value;
}

// Each facet with its values as links that add or take away the filter.
json::array facets_of(const Visit& visit, const SearchView& found, const Query& query) {
  json::array out;
  for (const std::string facet : kFilters) {
    const auto counted = found.facets.find(facet);
    if (counted == found.facets.end()) continue;
    json::array values;
    const std::string active = visit.request.param(facet);
    for (const FacetValue& item : counted->second) {
      if (values.size() == kValuesOfFacet) break;
      Query changed = query;
      changed.erase("cursor");
      changed[facet] = item.value == active ? "" : item.value;
      values.push_back(json::object{{"label", label_of(visit, facet, item.value)},
                                    {"city", facet == "city" ? item.value : std::string()},
                                    {"count", visit.words->number(static_cast<double>(item.count))},
                                    {"href", address(changed)},
                                    {"active", item.value == active}});
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
  frame_.post(
      routes, "/language", Need::kAnyone, "chooseLanguage", "Choose the language of the pages",
      [this](Visit visit) { return choose_language(std::move(visit)); }, 2 * limits::kMiB, AtReader::kYes);
}

asio::awaitable<HttpResponse> FindPages::find(Visit visit) {
  Query query;
  for (const char* name : kFilters) query[name] = visit.request.param(name);
  query["q"] = visit.request.param("q");
  if (const auto topic = topic_named(query["topic"])) query["topic"] = *topic;
  const bool filtered =
      std::any_of(query.begin(), query.end(), [](const auto& item) { return !item.second.empty(); });
  Query asked = query;
  asked["cursor"] = visit.request.param("cursor");
  auto wanted = read_note_search(asked);
  if (!wanted.ok()) co_return frame_.failed(visit, wanted.error());
  // Practices are what people look for. What cities make of them stands beside.
  wanted->query.activity_beside = query["kind"].empty();
  const auto found = co_await frame_.call(visit, search_.search, std::move(*wanted));
  if (!found.ok()) co_return frame_.failed(visit, found.error());

  PageView view{"find", visit.say("find.title"), {}, 200, visit.say("feed.search"), ""};
  json::array chips;
  json::array hidden;
  for (const char* name : kFilters) {
    const std::string value = query[name];
    if (value.empty()) continue;
    Query without = query;
    without[name].clear();
    chips.push_back(json::object{{"label", label_of(visit, name, value)},
                                 {"city", name == std::string_view("city") ? value : std::string()},
                                 {"href", address(without)}});
    hidden.push_back(json::object{{"name", name}, {"value", value}});
  }
  if (filtered) {
    const std::string search = address(query);
    view.feed_path = "/feeds/search.atom" + search.substr(1);
  }
  const auto total = static_cast<std::int64_t>(found->total);
  json::array facets = facets_of(visit, *found, query);
  view.model = {{"welcome", !filtered && visit.request.caller.role == Role::kNobody},
                {"is_newest", !filtered},
                {"newest_href", "/"},
                {"failures_href", failures_address(query["q"], query["topic"])},
                {"is_failures", query["outcome"] == kNoSuccess},
                {"has_chips", !chips.empty()},
                {"chips", std::move(chips)},
                {"hidden", std::move(hidden)},
                {"has_facets", !facets.empty()},
                {"facets", std::move(facets)},
                {"total_text", visit.say(found->total_is_at_least ? "find.total_or_more" : "find.total",
                                         {{"count", total}})},
                {"relaxed", found->some_words_missing},
                {"like_href", address({{"like", "us"}, {"q", query["q"]}, {"topic", query["topic"]}})},
                {"has_words", !param(query, "q").empty()},
                {"pictures_href",
                 query["topic"].empty() ? std::string() : "/pictures?topic=" + query_escaped(query["topic"])},
                {"ask_href", ask_all_address(query)},
                {"has_activity", asked["cursor"].empty() && !found->activity.empty()},
                {"activity", cards(visit, found->activity)},
                {"items", cards(visit, found->items)}};
  // Whoever comes for the first time sees at once what all this is good for.
  if (!filtered && asked["cursor"].empty() && visit.request.caller.role == Role::kNobody) {
    const auto told = co_await frame_.call(visit, story_.of_first_page, Nothing{});
    if (!told.ok()) co_return frame_.failed(visit, told.error());
    if (told->story) view.model["story"] = story_strip(frame_, visit, *told->story);
  }
  if (found->next) {
    Query more = query;
    more["cursor"] = std::to_string(*found->next);
    view.model["next"] = address(more);
  }
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> FindPages::like_us(Visit visit) {
  const std::string topic = visit.request.param("topic");
  const std::string words = visit.request.param("q");
  const Query query{{"q", words}, {"topic", topic}};
  auto wanted =
      read_similar_search({{"q", words}, {"topic", topic}, {"cursor", visit.request.param("cursor")}});
  if (!wanted.ok()) co_return frame_.failed(visit, wanted.error());
  const auto found = co_await frame_.call(visit, search_.similar, std::move(*wanted));
  PageView view{"find", visit.say("find.like"), {}, 200, "", ""};
  json::array chips;
  json::array hidden{json::object{{"name", "like"}, {"value", "us"}}};
  if (!topic.empty()) {
    chips.push_back(json::object{{"label", topic_label(visit, topic)},
                                 {"href", address({{"like", "us"}, {"q", words}})}});
    hidden.push_back(json::object{{"name", "topic"}, {"value", topic}});
  }
  view.model = {{"is_like", true},
                {"total_text", ""},
                {"newest_href", address(query)},
                {"failures_href", failures_address(words, topic)},
                {"like_href", address({{"like", "us"}, {"q", words}, {"topic", topic}})},
                {"has_words", !param(query, "q").empty()},
                {"ask_href", ask_all_address(query)},
                {"has_chips", !chips.empty()},
                {"chips", std::move(chips)},
                {"hidden", std::move(hidden)}};
  if (!found.ok() && found.error().code == Code::kRefused) {
    // Our own profile says too little to compare by.
    view.model["trouble"] = visit.say("find.like_needs_profile");
    view.model["needs_profile"] = frame_.works_as(visit, Role::kReviewer);
    view.model["items"] = json::array();
    co_return frame_.show(visit, std::move(view));
  }
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  json::array items;
  for (const SimilarNote& item : found->items) {
    json::object one = card(visit, item.note);
    json::array reasons;
    for (const ReasonView& reason : item.reasons) {
      const std::string outcome(reason.outcome == Outcome::kNone ? "none" : outcome_text(reason.outcome));
      reasons.push_back(json::object{
          {"text", visit.say("reason." + outcome, {{"count", static_cast<std::int64_t>(reason.count)},
                                                   {"like", visit.say("measure." + reason.measure)}})}});
    }
    one["has_reasons"] = !reasons.empty();
    one["reasons"] = std::move(reasons);
    items.push_back(std::move(one));
  }
  view.model["total_text"] = visit.say("find.total", {{"count", static_cast<std::int64_t>(found->total)}});
  view.model["explain_like"] = visit.say("find.like_explained");
  view.model["items"] = std::move(items);
  if (found->next)
    view.model["next"] =
        address({{"like", "us"}, {"q", words}, {"topic", topic}, {"cursor", std::to_string(*found->next)}});
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
