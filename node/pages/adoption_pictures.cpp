#include "node/pages/adoption_pictures.h"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "node/drawing/bars.h"
#include "node/drawing/scatter.h"
#include "node/pages/city_names.h"
#include "node/text/language.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr MonthNumber kMonthsApart = 24;  // over more, a bar is a year
constexpr std::int32_t kYearsShown = 20;  // earlier ones stand together

struct BarGroup {
  std::string label;
  ToldCounts counts{};
};

std::string year_and_month(MonthNumber month) {
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(month / 12) + (number.size() == 1 ? "-0" : "-") + number;
}

void add_counts(ToldCounts& to, const ToldCounts& more) {
  for (std::size_t i = 0; i < kTold; ++i) to.at(i) += more.at(i);
}

std::vector<BarGroup> months_shown(const std::map<MonthNumber, ToldCounts>& months, MonthNumber until) {
  std::vector<BarGroup> out;
  for (MonthNumber month = months.begin()->first; month <= until; ++month) {
    const auto counted = months.find(month);
    out.push_back({year_and_month(month), counted == months.end() ? ToldCounts() : counted->second});
  }
  return out;
}

std::vector<BarGroup> years_shown(const Visit& visit, const std::map<MonthNumber, ToldCounts>& months,
                                  std::int32_t until) {
  const std::int32_t first = months.begin()->first / 12;
  const std::int32_t from = std::max(first, until - kYearsShown + 1);
  std::vector<BarGroup> out;
  if (first < from) out.push_back({visit.say("pictures.before", {{"year", visit.words->year(from)}}), {}});
  const std::size_t earlier = out.size();
  for (std::int32_t year = from; year <= until; ++year) out.push_back({visit.words->year(year), {}});
  for (const auto& [month, counts] : months) {
    const std::int32_t year = month / 12;
    const std::size_t place = year < from ? 0 : earlier + static_cast<std::size_t>(year - from);
    if (place < out.size()) add_counts(out[place].counts, counts);
  }
  return out;
}

// Series that nobody said are not in the picture.
std::vector<std::size_t> series_of(const std::vector<BarGroup>& groups) {
  ToldCounts all{};
  for (const BarGroup& group : groups) add_counts(all, group.counts);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < kTold; ++i) {
    if (all.at(i) > 0) out.push_back(i);
  }
  return out;
}

std::string told_sentence(const Visit& visit, const std::vector<BarGroup>& groups) {
  ToldCounts all{};
  for (const BarGroup& group : groups) add_counts(all, group.counts);
  return visit.say("pictures.told", {{"count", shown_count(total_of(all))},
                                     {"worked", shown_count(all.at(0))},
                                     {"partly", shown_count(all.at(1))},
                                     {"failed", shown_count(all.at(2))},
                                     {"stopped", shown_count(all.at(3))},
                                     {"open", shown_count(all.at(4))}});
}

void put_table(const Visit& visit, const std::string& first, const std::vector<BarGroup>& groups,
               ShownPicture& out) {
  out.head = {first};
  for (std::size_t i = 0; i < kTold; ++i) out.head.push_back(told_name(visit, static_cast<Told>(i)));
  out.head.push_back(visit.say("pictures.all"));
  for (const BarGroup& group : groups) {
    std::vector<TableCell> row{{group.label}};
    for (const std::uint32_t count : group.counts) row.push_back({visit.words->number(count)});
    row.push_back({visit.words->number(total_of(group.counts))});
    out.rows.push_back(std::move(row));
  }
}

enum class Lie : unsigned char { kUpright, kLying };

ShownPicture bars_of(const Visit& visit, std::string id, std::string title, const std::string& first,
                     const std::vector<BarGroup>& groups, Lie lie) {
  ShownPicture out;
  out.text = picture_text(visit, std::move(id), std::move(title), told_sentence(visit, groups));
  out.shape = "small";
  BarPicture bars{out.text, {}, {}};
  const std::vector<std::size_t> series = series_of(groups);
  for (const std::size_t one : series)
    bars.series.push_back(
        {std::string(told_text(static_cast<Told>(one))), told_name(visit, static_cast<Told>(one))});
  for (const BarGroup& group : groups) {
    if (lie == Lie::kLying && total_of(group.counts) == 0) continue;
    Bar bar{group.label, {}};
    for (const std::size_t one : series) bar.values.push_back(group.counts.at(one));
    bars.bars.push_back(std::move(bar));
  }
  out.svg = lie == Lie::kUpright ? draw_upright_bars(bars) : draw_lying_bars(bars);
  put_table(visit, first, groups, out);
  return out;
}

template <std::size_t size>
std::vector<BarGroup> groups_of(const Visit& visit, const std::string& subject,
                                const std::array<ToldCounts, size>& counts,
                                std::string_view (*name)(std::size_t)) {
  std::vector<BarGroup> out;
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(
        {i + 1 == size ? visit.say("pictures.not_said") : visit.named(subject, name(i)), counts.at(i)});
  return out;
}

// Of a rough value, two digits are true at most.
double rough(double value) {
  if (!(value > 0)) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

std::string counted(const Visit& visit, const char* key, std::uint64_t count) {
  return count == 0 ? std::string() : visit.say(key, {{"count", shown_count(count)}});
}

}  // namespace

std::string told_name(const Visit& visit, Told told) { return visit.named("told", told_text(told)); }

json::object time_picture(const Visit& visit, std::string id, std::string title,
                          const std::map<MonthNumber, ToldCounts>& months, std::uint32_t undated,
                          UnixMillis now) {
  const MonthNumber until = month_of(now);
  std::vector<BarGroup> groups;
  const bool by_month = months.empty() || until - months.begin()->first < kMonthsApart;
  if (!months.empty())
    groups = by_month ? months_shown(months, until) : years_shown(visit, months, until / 12);
  ShownPicture out = bars_of(visit, std::move(id), std::move(title),
                             visit.say(by_month ? "pictures.month" : "pictures.year"), groups, Lie::kUpright);
  out.notes = {counted(visit, "pictures.undated", undated)};
  return picture_model(std::move(out));
}

json::array adoption_pictures(const Visit& visit, const AdoptionFigures& figures, UnixMillis now) {
  if (total_of(figures.all) == 0) return {};
  const auto by = [&](const char* id, const char* title, const std::vector<BarGroup>& groups) {
    return picture_model(
        bars_of(visit, id, visit.say(title), visit.say("pictures.group"), groups, Lie::kLying));
  };
  json::array out;
  out.push_back(
      time_picture(visit, "p-time", visit.say("pictures.over_time"), figures.months, figures.undated, now));
  out.push_back(by("p-population", "pictures.by_population",
                   groups_of(visit, "band", figures.population, population_band_text)));
  out.push_back(by("p-climate", "pictures.by_climate",
                   groups_of(visit, "climate", figures.climate, climate_group_text)));
  out.push_back(
      by("p-income", "pictures.by_income", groups_of(visit, "income", figures.income, income_group_text)));
  return out;
}

json::object cost_picture(PageFrame& frame, const Visit& visit, const FiguresView& figures) {
  CityNames names(frame.shared(), visit.words->tag());
  ShownPicture out;
  out.shape = "wide";
  out.text = picture_text(visit, "p-cost", visit.say("pictures.cost"),
                          visit.say("pictures.cost_told", {{"count", shown_count(figures.notes.size())}}));
  ScatterPicture scatter{out.text, visit.say("pictures.cost_x"), visit.say("pictures.cost_y"), {}};
  out.head = {visit.say("pictures.practice"), visit.say("pictures.city"), visit.say("pictures.dollars"),
              visit.say("pictures.population"), visit.say("pictures.per_person")};
  for (const CostNote& note : figures.notes) {
    const std::string title = note.title.empty() ? note.ref : note.title;
    const std::string city = names.of(note.city);
    const std::string dollars = visit.words->number(rough(note.dollars));
    scatter.points.push_back(
        {note.population, note.dollars, city,
         visit.say("pictures.cost_point",
                   {{"title", title}, {"city", names.in_full(note.city)}, {"dollars", dollars}}),
         "/records/" + note.ref});
    out.rows.push_back({{title, "/records/" + note.ref, language_tag(note.language)},
                        {city, "/cities/" + note.city},
                        {dollars},
                        {visit.words->number(note.population)},
                        {visit.words->number(rough(note.dollars / note.population))}});
  }
  Drawn drawn = draw_scatter(scatter);
  out.svg = std::move(drawn.svg);
  out.notes = {visit.say("pictures.cost_rough"),
               counted(visit, "pictures.cost_free", drawn.left_out),
               counted(visit, "pictures.cost_unnamed", drawn.unnamed),
               counted(visit, "pictures.cost_not_said", figures.costs.not_said),
               counted(visit, "pictures.cost_not_converted", figures.costs.not_converted),
               counted(visit, "pictures.cost_no_population", figures.costs.no_population),
               counted(visit, "pictures.cost_left_out", figures.costs.left_out)};
  return picture_model(std::move(out));
}

}  // namespace koinon
