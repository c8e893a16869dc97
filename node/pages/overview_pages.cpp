#include "node/pages/overview_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/overview_api.h"
#include "node/pages/map_picture.h"
#include "node/pages/tie_words.h"
#include "node/text/language.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// A figure that leads to the ties behind it.
json::object number_of(const Visit& visit, const char* key, std::uint64_t count, const std::string& href) {
  return {{"number", visit.words->number(static_cast<double>(count))},
          {"text", visit.say(key, {{"count", static_cast<std::int64_t>(count)}})},
          {"href", href}};
}

json::object served_row(const Visit& visit, const std::string& name, const ServedFigures& served,
                        const std::string& href) {
  return {{"name", name},
          {"practices", visit.words->number(served.practices)},
          {"adoptions", visit.words->number(served.ties)},
          {"href", served.ties > 0 ? href : std::string()},
          {"outcomes", outcomes_text(visit, served.outcomes)}};
}

// People reached on one side: the sum of the notes whose number is clear, and what the others say.
// None where no note says anything of it.
void add_reached(const Visit& visit, const char* key, const PeopleReached& reached,
                 const std::vector<ReachedWords>& words, json::array& out) {
  if (reached.notes + reached.in_words == 0) return;
  json::array said;
  for (const ReachedWords& one : words)
    said.push_back(json::object{{"ref", one.ref},
                                {"city", one.city},
                                {"title", one.title},
                                {"text", one.text},
                                {"language", language_tag(one.language)}});
  out.push_back(json::object{
      {"name", visit.say(key)},
      {"summed", reached.notes > 0},
      {"people", visit.words->number(static_cast<double>(reached.people))},
      {"notes", visit.say("impact.people_notes", {{"count", static_cast<std::int64_t>(reached.notes)}})},
      {"in_words", reached.in_words > 0 ? visit.say("impact.people_in_words",
                                                    {{"count", static_cast<std::int64_t>(reached.in_words)}})
                                        : std::string()},
      {"said", std::move(said)}});
}

// The addresses of the ties behind the figures of a period.
class ImpactLinks {
 public:
  ImpactLinks(const Visit& visit, std::string own) : own_(std::move(own)) {
    for (const char* year : {"year_from", "year_to"}) years_[year] = visit.request.param(year);
  }
  std::string given(Params more = {}) const {
    more["city_from"] = own_;
    return address(std::move(more));
  }
  std::string taken() const { return address({{"city_to", own_}}); }

 private:
  std::string address(Params all) const {
    all.insert(years_.begin(), years_.end());
    std::string out;
    for (const auto& [name, value] : all) {
      if (!value.empty()) out += (out.empty() ? "?" : "&") + query_escaped(name) + "=" + query_escaped(value);
    }
    return "/ties" + out + "#list";
  }

  std::string own_;
  Params years_;
};

void put_goals(const Visit& visit, const ImpactFigures& figures, const ImpactLinks& links,
               json::object& model) {
  json::array goals;
  for (const auto& [number, served] : figures.goals) {
    const std::string goal = std::to_string(number);
    json::object row = served_row(visit, visit.named("sdg", goal), served, links.given({{"sdg", goal}}));
    row["goal"] = goal;
    goals.push_back(std::move(row));
  }
  json::array commitments;
  for (const auto& [agreement, served] : figures.agreements)
    commitments.push_back(served_row(visit, agreement, served, links.given({{"agreement", agreement}})));
  model["has_goals"] = !goals.empty();
  model["goals"] = std::move(goals);
  model["has_commitments"] = !commitments.empty();
  model["commitments"] = std::move(commitments);
}

}  // namespace

void OverviewPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/impact", Need::kReading, "showImpact", "What our city gave and took",
             [this](Visit visit) { return impact(std::move(visit)); }, {"year_from", "year_to"});
  std::vector<std::string> of_map(kTieFilters.begin(), kTieFilters.end());
  of_map.emplace_back("region");
  frame_.get(
      routes, "/map", Need::kReading, "showMap", "Who adopted what from whom, in the world or a part of it",
      [this](Visit visit) { return map(std::move(visit)); }, std::move(of_map));
}

asio::awaitable<HttpResponse> OverviewPages::impact(Visit visit) {
  const auto search = read_impact_search(visit.request.query);
  if (!search.ok()) co_return frame_.failed(visit, search.error());
  const auto found = co_await frame_.call(visit, overview_.impact, *search);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const ImpactFigures& figures = found->figures;
  const ImpactLinks links(visit, found->own);
  json::array numbers;
  numbers.push_back(number_of(visit, "impact.practices", figures.practices, ""));
  numbers.push_back(number_of(visit, "impact.given", figures.given, links.given()));
  numbers.push_back(number_of(visit, "impact.cities", figures.learning, links.given({{"group", "city"}})));
  numbers.push_back(number_of(visit, "impact.taken", figures.taken, links.taken()));
  numbers.push_back(number_of(visit, "impact.answered", figures.answered, ""));
  json::array people;
  add_reached(visit, "impact.people_at_home", figures.at_home, found->at_home, people);
  add_reached(visit, "impact.people_elsewhere", figures.elsewhere, found->elsewhere, people);
  add_reached(visit, "impact.people_by_taken", figures.by_taken, found->by_taken, people);
  PageView view{"impact", visit.say("impact.title"), {}, 200, "", ""};
  view.model = {
      {"numbers", std::move(numbers)},
      {"given", adoption_rows(visit, found->given)},
      {"given_how", outcomes_text(visit, figures.given_outcomes)},
      {"given_href", figures.given > found->given.size() ? links.given() : std::string()},
      {"taken", adoption_rows(visit, found->taken)},
      {"taken_how", outcomes_text(visit, figures.taken_outcomes)},
      {"taken_href", figures.taken > found->taken.size() ? links.taken() : std::string()},
      {"has_people", !people.empty()},
      {"people", std::move(people)},
      {"year_from", visit.request.param("year_from")},
      {"year_to", visit.request.param("year_to")},
      {"first_year", std::to_string(kFirstYear)},
      {"period", period_text(visit, search->year_from, search->year_to)},
      {"more", figures.more ? visit.say("ties.more", {{"count", static_cast<std::int64_t>(limits::kTies)}})
                            : std::string()},
      {"printed", visit.words->date(frame_.shared().parts.clock.wall())}};
  put_goals(visit, figures, links, view.model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> OverviewPages::map(Visit visit) {
  const TieFilterWords filter(visit);
  auto search = read_map_search(filter.params());
  if (!search.ok()) co_return frame_.failed(visit, search.error());
  search->told = false;  // the page names cities in the reader's language
  const auto found = co_await frame_.call(visit, overview_.map, *search);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  // What the form offers. It works without.
  TiesSearch offered = *search;
  offered.query.axis = 1;
  offered.query.limit = 0;
  const auto ties = co_await frame_.call(visit, overview_.ties, offered);
  // A part that there is not is the world: who wrote the address sees a map.
  const MapWindow* window = find_map_window(visit.request.param("region"));
  if (window == nullptr) window = &map_windows().front();
  json::array line_rows;
  for (const MapLine& line : found->lines) {
    const Params ends{{"city_from", line.from}, {"city_to", line.to}};
    line_rows.push_back(json::object{{"of_city", line.from},
                                     {"city", line.to},
                                     {"ties", visit.words->number(line.ties)},
                                     {"outcomes", outcomes_text(visit, line.outcomes)},
                                     {"href", filter.address("/ties", ends) + "#list"}});
  }
  PageView view{"map", visit.say("map.title"), {}, 200, "", ""};
  CityNames names(frame_.shared(), visit.words->tag());
  view.model = map_model(names, visit, *found, *window, filter);
  view.model["has_line_rows"] = !line_rows.empty();
  view.model["line_rows"] = std::move(line_rows);
  view.model["left_out"] = found->lines_left_out > 0
                               ? visit.say("map.left_out", {{"count", shown_count(found->lines_left_out)}})
                               : std::string();
  view.model["more"] =
      found->more ? visit.say("ties.more", {{"count", shown_count(limits::kTies)}}) : std::string();
  const Params here{{"region", visit.request.param("region")}};
  filter.put_fields(view.model, ties.ok() ? &ties->figures : nullptr, here);
  view.model["action"] = "/map";
  view.model["has_groups"] = false;
  view.model["has_chips"] = !filter.empty();
  view.model["chips"] = filter.chips("/map", here);
  view.model["ties_href"] = filter.address("/ties");
  view.model["map_href"] = filter.address("/map", here);
  view.model["rows"] = adoption_rows(visit, found->adoptions);
  co_return frame_.show(visit, std::move(view), names);
}

}  // namespace koinon
