#include "node/pages/tie_bars.h"

#include <boost/json.hpp>

#include "node/drawing/bars.h"
#include "node/pages/adoption_pictures.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::array<Outcome, 5> kStacked = {Outcome::kWorked, Outcome::kPartly, Outcome::kDidNot,
                                             Outcome::kTooEarly, Outcome::kNone};

std::uint64_t sum_of(const TieOutcomes& outcomes) {
  std::uint64_t out = 0;
  for (const std::uint32_t count : outcomes) out += count;
  return out;
}

// Each year from the first to the last. Of the two last outcomes none says how it went: they are one part.
std::string drawn(const Visit& visit, const TiesPage& figures) {
  BarPicture bars{picture_text(visit, "ties-years", visit.say("ties.years"),
                               visit.say("ties.years_lead") + " " + visit.say("ties.table_beside")),
                  {},
                  {}};
  for (const Told told : {Told::kWorked, Told::kPartly, Told::kDidNot, Told::kOpen})
    bars.series.push_back({std::string(told_text(told)), told_name(visit, told)});
  std::uint16_t last = 0;
  for (const auto& [year, outcomes] : figures.years) {
    if (year == 0) continue;
    for (; last > 0 && last + 1 < year; ++last) bars.bars.push_back({visit.words->year(last + 1), {}});
    last = year;
    Bar bar{visit.words->year(year), {}};
    for (const Outcome outcome : {Outcome::kWorked, Outcome::kPartly, Outcome::kDidNot})
      bar.values.push_back(outcomes.at(static_cast<std::size_t>(outcome)));
    bar.values.push_back(outcomes.at(static_cast<std::size_t>(Outcome::kTooEarly)) +
                         outcomes.at(static_cast<std::size_t>(Outcome::kNone)));
    bars.bars.push_back(std::move(bar));
  }
  return bars.bars.empty() ? std::string() : draw_upright_bars(bars);
}

json::object row_of(const Visit& visit, const TieFilterWords& filter, const LedTo& to, std::uint16_t year,
                    const TieOutcomes& outcomes) {
  const std::string text = std::to_string(year);
  Params of_year = year == 0 ? Params{{"years", "unclear"}, {"year_from", ""}, {"year_to", ""}}
                             : Params{{"year_from", text}, {"year_to", text}};
  of_year.insert(to.kept.begin(), to.kept.end());
  json::array cells;
  for (const Outcome outcome : kStacked) {
    Params of_cell = of_year;
    of_cell["went"] = went_text(outcome);
    const std::uint32_t count = outcomes.at(static_cast<std::size_t>(outcome));
    cells.push_back(json::object{{"count", visit.words->number(count)},
                                 {"some", count > 0},
                                 {"href", filter.address(to.page, of_cell) + "#list"}});
  }
  return {{"year", year == 0 ? visit.say("ties.year_unclear") : visit.words->year(year)},
          {"cells", std::move(cells)},
          {"sum", visit.words->number(static_cast<double>(sum_of(outcomes)))},
          {"href", filter.address(to.page, of_year) + "#list"}};
}

}  // namespace

json::object year_bars(const Visit& visit, const TieFilterWords& filter, const TiesPage& figures,
                       const LedTo& to) {
  json::array rows;
  for (const auto& [year, outcomes] : figures.years)
    rows.push_back(row_of(visit, filter, to, year, outcomes));
  json::array head;
  for (const Outcome outcome : kStacked)
    head.push_back(
        json::object{{"name", outcome == Outcome::kNone ? visit.say("ties.went_none")
                                                        : visit.say("outcome." + went_text(outcome))}});
  return {{"bars_html", drawn(visit, figures)}, {"rows", std::move(rows)}, {"outcomes", std::move(head)}};
}

}  // namespace koinon
