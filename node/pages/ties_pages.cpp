#include "node/pages/ties_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/overview_api.h"
#include "node/api/ties_csv.h"
#include "node/pages/note_view.h"
#include "node/pages/tie_bars.h"
#include "node/pages/tie_words.h"
#include "node/text/language.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr const char* kPage = "/ties";
constexpr std::size_t kAxis = 12;       // rows and columns, unless somebody asks for all
constexpr std::size_t kPrintAxis = 10;  // on paper
constexpr std::size_t kListed = 30;
constexpr unsigned kHeats = 5;  // steps from few to many

// Links to the parts of the table. Which part it is is said where there are several.
json::array csv_parts(const Visit& visit, const TieFilterWords& filter, std::uint64_t ties) {
  const std::vector<TablePart> parts = parts_of_table(ties);
  const auto number = [&](std::uint64_t count) { return visit.words->number(static_cast<double>(count)); };
  json::array out;
  for (const TablePart& part : parts) {
    Params from;
    if (part.first > 1) from["cursor"] = std::to_string(part.first - 1);
    const std::string which = " " + number(part.first) + "–" + number(part.last);
    out.push_back(json::object{{"href", filter.address("/api/v1/ties.csv", from)},
                               {"which", parts.size() > 1 ? which : std::string()}});
  }
  return out;
}

// The page of one filter, with the grouping that stays from figure to figure.
class TiesModel {
 public:
  TiesModel(const Visit& visit, const TieFilterWords& filter, const TiesView& view)
      : visit_(visit), filter_(filter), view_(view), figures_(view.figures) {}

  json::object numbers() const {
    json::array out;
    const auto add = [&](const char* key, std::uint64_t count) {
      out.push_back(json::object{{"number", visit_.words->number(static_cast<double>(count))},
                                 {"text", visit_.say(key, {{"count", static_cast<std::int64_t>(count)}})}});
    };
    add("ties.total", figures_.total);
    add("ties.teaching", figures_.teaching);
    add("ties.learning", figures_.learning);
    add("ties.practices", figures_.practices);
    return {{"numbers", std::move(out)},
            {"list_href", address({}) + "#list"},
            {"none", figures_.total == 0},
            {"outcomes", outcomes_text(visit_, figures_.outcomes)},
            {"more", figures_.more
                         ? visit_.say("ties.more", {{"count", static_cast<std::int64_t>(limits::kTies)}})
                         : std::string()}};
  }

  json::object matrix() const {
    std::uint32_t most = 1;
    for (const auto& row : figures_.matrix.cells) {
      for (const std::uint32_t count : row) most = std::max(most, count);
    }
    json::array columns;
    for (std::size_t i = 0; i < view_.columns.size(); ++i) columns.push_back(head(i, false));
    json::array rows;
    for (std::size_t i = 0; i < view_.rows.size(); ++i) {
      json::object row = head(i, true);
      json::array cells;
      for (std::size_t j = 0; j < view_.columns.size(); ++j) cells.push_back(cell(i, j, most));
      row["cells"] = std::move(cells);
      rows.push_back(std::move(row));
    }
    const bool cut = is_cut(figures_.matrix.rows) || is_cut(figures_.matrix.columns);
    return {
        {"columns", std::move(columns)},
        {"rows", std::move(rows)},
        {"total", visit_.words->number(static_cast<double>(figures_.total))},
        {"by_many", view_.group == TieGroup::kTopic || view_.group == TieGroup::kAgreement},
        {"row_title", visit_.say("ties.row_" + std::string(group_text(view_.group)))},
        {"column_title",
         visit_.say(view_.group == TieGroup::kCity ? "ties.column_city" : "ties.column_country")},
        {"all_rows", visit_.say("ties.all_rows", {{"count", static_cast<std::int64_t>(limits::kTieAxis)}})},
        {"all_href", cut && visit_.request.param("axis").empty()
                         ? address({{"axis", std::to_string(limits::kTieAxis)}}) + "#matrix"
                         : std::string()}};
  }

  json::array most_taken() const {
    json::array out;
    std::vector<AdoptionView> telling;
    for (const TiedPracticeView& practice : view_.most_taken) telling.push_back(practice.telling);
    json::array rows = adoption_rows(visit_, telling);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      json::object& row = rows[i].get_object();
      row["taken"] =
          visit_.say("ties.taken_by", {{"count", static_cast<std::int64_t>(view_.most_taken[i].ties)}});
      row["outcomes"] = outcomes_text(visit_, view_.most_taken[i].outcomes);
      out.push_back(std::move(row));
    }
    return out;
  }

  json::object list() const {
    json::object out{
        {"ties", adoption_rows(visit_, view_.ties)},
        {"listed", visit_.say("ties.listed", {{"count", static_cast<std::int64_t>(figures_.listed)}})}};
    json::array narrowed;
    for (const char* name : {"row", "column"}) {
      const std::string key = visit_.request.param(name);
      if (key.empty()) continue;
      const bool is_row = name == std::string_view("row");
      json::object chip = label(key, is_row);
      chip["href"] =
          address({{is_row ? "column" : "row", visit_.request.param(is_row ? "column" : "row")}}) + "#list";
      chip["what"] =
          visit_.say(is_row ? "ties.row_" + std::string(group_text(view_.group))
                            : (view_.group == TieGroup::kCity ? "ties.column_city" : "ties.column_country"));
      narrowed.push_back(std::move(chip));
    }
    out["has_narrowed"] = !narrowed.empty();
    out["narrowed"] = std::move(narrowed);
    Params here{{"row", visit_.request.param("row")}, {"column", visit_.request.param("column")}};
    if (view_.next) {
      here["cursor"] = std::to_string(*view_.next);
      out["next"] = address(here) + "#list";
    }
    return out;
  }

  json::array groups() const {
    json::array out;
    for (const TieGroup group :
         {TieGroup::kCountry, TieGroup::kCity, TieGroup::kTopic, TieGroup::kAgreement}) {
      const std::string text(group_text(group));
      out.push_back(json::object{
          {"value", text}, {"label", visit_.say("ties.group_" + text)}, {"chosen", group == view_.group}});
    }
    return out;
  }

  // The grouping and the size of the matrix, where somebody has chosen them.
  Params grouping() const {
    Params out{{"axis", visit_.request.param("axis")}};
    if (view_.group != TieGroup::kCountry) out["group"] = group_text(view_.group);
    return out;
  }
  std::string address(Params changed) const {
    const Params stays = grouping();
    changed.insert(stays.begin(), stays.end());
    return filter_.address(kPage, changed);
  }

 private:
  static bool is_cut(const std::vector<TieAxisItem>& items) {
    return !items.empty() && items.back().key.kind == TieKey::Kind::kOthers;
  }
  // What a row or column is called; a city under `city`.
  json::object label(const std::string& key, bool is_row) const {
    if (key == "~none") return {{"city", ""}, {"label", visit_.say("ties.none_named")}};
    if (key == "~others") return {{"city", ""}, {"label", visit_.say("ties.others")}};
    if (view_.group == TieGroup::kCity) return {{"city", key}, {"label", ""}};
    if (!is_row || view_.group == TieGroup::kCountry)
      return {{"city", ""}, {"label", visit_.words->country_name(key)}};
    return {{"city", ""}, {"label", view_.group == TieGroup::kTopic ? topic_label(visit_, key) : key}};
  }
  json::object head(std::size_t at, bool is_row) const {
    const TieAxisView& item = is_row ? view_.rows[at] : view_.columns[at];
    json::object out = label(item.key, is_row);
    out["sum"] = visit_.words->number(item.ties);
    out["href"] = address({{is_row ? "row" : "column", item.key}}) + "#list";
    return out;
  }
  json::object cell(std::size_t row, std::size_t column, std::uint32_t most) const {
    const std::uint32_t count = figures_.matrix.cells[row][column];
    const unsigned heat = count == 0 ? 0 : 1 + (count - 1) * kHeats / most;
    return {
        {"count", visit_.words->number(count)},
        {"some", count > 0},
        {"heat", std::min(heat, kHeats)},
        {"href", address({{"row", view_.rows[row].key}, {"column", view_.columns[column].key}}) + "#list"}};
  }

  const Visit& visit_;
  const TieFilterWords& filter_;
  const TiesView& view_;
  const TiesPage& figures_;
};

// Cities by name whose notes stand behind a briefing, each once.
json::array sources_of(const TiesView& view) {
  std::set<std::string> cities;
  for (const TiedPracticeView& practice : view.most_taken) {
    cities.insert(practice.telling.of_city);
    cities.insert(practice.telling.note.city);
  }
  for (const AdoptionView& tie : view.ties) {
    cities.insert(tie.of_city);
    cities.insert(tie.note.city);
  }
  json::array out;
  for (const std::string& city : cities) out.push_back(json::object{{"city", city}});
  return out;
}

}  // namespace

void TiesPages::add_routes(RouteTable& routes) {
  std::vector<std::string> query(kTieFilters.begin(), kTieFilters.end());
  for (const char* name : {"group", "axis", "row", "column", "cursor"}) query.emplace_back(name);
  frame_.get(
      routes, kPage, Need::kReading, "showTies", "Who learned from whom",
      [this](Visit visit) { return show(std::move(visit)); }, std::move(query));
}

asio::awaitable<HttpResponse> TiesPages::show(Visit visit) {
  const TieFilterWords filter(visit);
  const bool print = visit.request.param("print") == "yes";
  Params asked = filter.params();
  for (const char* name : {"group", "axis", "row", "column", "cursor"})
    asked[name] = visit.request.param(name);
  if (param(asked, "axis").empty()) asked["axis"] = std::to_string(print ? kPrintAxis : kAxis);
  const auto search = read_ties_search(asked, kListed, kListed);
  if (!search.ok()) co_return frame_.failed(visit, search.error());
  const auto found = co_await frame_.call(visit, overview_.ties, *search);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const TiesModel model(visit, filter, *found);
  PageView view{print ? "ties_print" : "ties", visit.say("ties.title"), model.numbers(), 200, "", ""};
  view.description = visit.say("ties.lead");
  const Params group{{"group", std::string(group_text(found->group))}};
  view.model["matrix"] = model.matrix();
  view.model["years"] = year_bars(visit, filter, found->figures, {kPage, model.grouping()});
  view.model["most_taken"] = model.most_taken();
  view.model["has_most_taken"] = !found->most_taken.empty();
  view.model["list"] = model.list();
  view.model["groups"] = model.groups();
  view.model["has_groups"] = true;
  view.model["action"] = kPage;
  view.model["has_chips"] = !filter.empty();
  view.model["chips"] = filter.chips(kPage, model.grouping());
  view.model["map_href"] = filter.address("/map");
  view.model["print_href"] = model.address({{"print", "yes"}});
  view.model["back_href"] = model.address({});
  view.model["json_href"] = filter.address("/api/v1/ties", group);
  view.model["csv_parts"] = csv_parts(visit, filter, found->figures.total);
  Params matrix = group;
  matrix["table"] = "matrix";
  view.model["matrix_csv_href"] = filter.address("/api/v1/ties.csv", matrix);
  view.model["printed"] = visit.words->date(frame_.shared().parts.clock.wall());
  if (print) view.model["sources"] = sources_of(*found);
  filter.put_fields(view.model, &found->figures, {{"axis", visit.request.param("axis")}});
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
