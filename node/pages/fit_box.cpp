#include "node/pages/fit_box.h"

#include <cmath>
#include <set>

#include <boost/json.hpp>

#include "node/pages/note_text.h"
#include "node/text/language.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Two digits say enough of a size, and fit on a phone.
std::string rounded(const Visit& visit, double value) {
  if (value < 100) return visit.words->number(std::round(value * 10) / 10);
  const double step = std::pow(10, std::floor(std::log10(value)) - 1);
  return visit.words->number(std::round(value / step) * step);
}

std::string times_text(const Visit& visit, double times) {
  return visit.words->number(times < 10 ? std::round(times * 10) / 10 : std::round(times));
}

bool is_class(const std::string& climate) {
  return !climate.empty() && climate.front() >= 'A' && climate.front() <= 'E';
}

// What a city states of one measure; empty: nothing. Profiles of others say what they like.
std::string value_text(const Visit& visit, const MeasureFit& one, const CityMeasures& city) {
  if (one.measure == "population") return city.population > 0 ? rounded(visit, city.population) : "";
  if (one.measure == "density") return city.density > 0 ? rounded(visit, city.density) : "";
  if (one.measure == "income")
    return city.income >= 0 ? visit.say("fit.band." + std::string(income_text(city.income))) : "";
  // The word says more than the letters do, but not where both cities have the same one.
  const bool by_group = one.verdict == FitVerdict::kOtherGroup && is_class(city.climate);
  return by_group ? visit.say("fit.group." + city.climate.substr(0, 1)) : city.climate;
}

std::string verdict_said(const Visit& visit, const MeasureFit& one) {
  if (!one.known()) return visit.say("fit.not_known");
  const std::string key = "fit." + std::string(one.measure) + "." + std::string(verdict_text(one.verdict));
  if (one.times > 0) return visit.say(key, {{"times", times_text(visit, one.times)}});
  return visit.say(key);
}

json::object measure_cell(const Visit& visit, const FitView& fit, const MeasureFit& one) {
  const std::string theirs = value_text(visit, one, fit.theirs);
  const std::string ours = value_text(visit, one, fit.ours);
  const std::string none = visit.say("fit.no_value");
  // What both have alike is said once: twice is too long for a phone.
  const std::string values = theirs == ours
                                 ? theirs
                                 : visit.say("fit.values", {{"theirs", theirs.empty() ? none : theirs},
                                                            {"ours", ours.empty() ? none : ours}});
  return {{"name", visit.say("fit.name." + std::string(one.measure))},
          {"verdict", verdict_said(visit, one)},
          {"code", one.known() ? (one.alike() ? "alike" : "other") : "unknown"},
          {"values", values}};
}

// "size, climate and income".
std::string listed(const Visit& visit, const std::vector<std::string>& words) {
  MessageArguments arguments;
  constexpr std::array<const char*, 4> kNames = {"a", "b", "c", "d"};
  for (std::size_t i = 0; i < words.size() && i < kNames.size(); ++i)
    arguments.emplace_back(kNames.at(i), words[i]);
  return words.size() == 1 ? words.front()
                           : visit.say("fit.list." + std::to_string(arguments.size()), arguments);
}

// Empty: nothing is known of either.
std::string sentence_of(const Visit& visit, const CityFit& fit) {
  std::vector<std::string> alike;
  std::vector<std::string> other;
  for (const MeasureFit& one : fit) {
    if (one.known())
      (one.alike() ? alike : other).push_back(visit.say("fit.word." + std::string(one.measure)));
  }
  if (alike.empty() && other.empty()) return {};
  if (alike.empty()) return visit.say("fit.unlike", {{"other", listed(visit, other)}});
  if (other.empty()) return visit.say("fit.alike", {{"alike", listed(visit, alike)}});
  return visit.say("fit.partly_alike", {{"alike", listed(visit, alike)}, {"other", listed(visit, other)}});
}

// How it went, each outcome with its number; those of which there is none are left out.
json::array outcome_chips(const Visit& visit, const FitView& fit) {
  json::array out;
  const auto add = [&](const std::string& code, const std::string& name, std::uint64_t count) {
    if (count == 0) return;
    out.push_back(json::object{
        {"outcome_code", code}, {"text", name}, {"number", visit.words->number(static_cast<double>(count))}});
  };
  for (const Outcome outcome : {Outcome::kWorked, Outcome::kPartly, Outcome::kDidNot, Outcome::kTooEarly}) {
    const std::string code(outcome_text(outcome));
    add(code, visit.named("outcome", code), fit.outcomes.at(static_cast<std::size_t>(outcome)));
  }
  add("none", visit.say("fit.not_said"), fit.outcomes.at(static_cast<std::size_t>(Outcome::kNone)));
  add("stopped", visit.say("fit.stopped"), fit.stopped);
  return out;
}

json::array near_rows(const Visit& visit, const FitView& fit) {
  json::array out;
  for (const NearAdopter& one : fit.nearest) {
    const bool says_outcome = !one.outcome.empty();
    out.push_back(json::object{{"ref", one.ref},
                               {"city_name", one.city_name.empty() ? one.city : one.city_name},
                               {"outcome", says_outcome        ? visit.named("outcome", one.outcome)
                                           : one.stage.empty() ? std::string()
                                                               : visit.named("stage", one.stage)},
                               {"outcome_code", says_outcome ? one.outcome : "none"},
                               {"changes", one.changes},
                               {"language", language_tag(one.language)}});
  }
  return out;
}

json::array takes_rows(const Visit& visit, const FitFacts& facts) {
  json::array out;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out.push_back(json::object{{"name", visit.say(key)}, {"value", value}});
  };
  if (facts.amount > 0) add("fact.cost", rounded(visit, facts.amount) + " " + facts.currency);
  add("fact.staff", facts.staff);
  add("fact.time_to_launch", facts.time_to_launch);
  if (facts.evidence > 0) add("fact.evidence", visit.named("evidence", std::to_string(facts.evidence)));
  return out;
}

// Each kind of need once. What is needed of it the note says below.
json::array need_chips(const Visit& visit, const FitFacts& facts) {
  json::array out;
  std::set<std::string> seen;
  for (const FitNeed& need : facts.needs) {
    const std::string text = need.what.empty() ? need.text : visit.named("need", need.what);
    if (seen.insert(text).second) out.push_back(json::object{{"text", text}});
  }
  return out;
}

// What keeps the two cities from being compared; empty: nothing does.
std::string hint_of(const Visit& visit, const FitView& fit, bool may_fill) {
  if (!fit.has_city || fit.is_ours) return {};
  if (!states_any(fit.ours)) return may_fill ? "" : visit.say("fit.ours_unknown");
  return states_any(fit.theirs) ? "" : visit.say("fit.theirs_unknown");
}

}  // namespace

json::object fit_box(const Visit& visit, const FitView& fit, bool may_edit) {
  const bool compares = fit.has_city && !fit.is_ours && states_any(fit.theirs) && states_any(fit.ours);
  const bool may_fill = fit.has_city && !fit.is_ours && !states_any(fit.ours) && may_edit;
  json::array measures;
  for (const MeasureFit& one : fit.fit) {
    if (compares) measures.push_back(measure_cell(visit, fit, one));
  }
  const auto tried = static_cast<std::int64_t>(fit.tried);
  json::object out{{"title", visit.say(fit.has_city && !fit.is_ours ? "fit.title" : "fit.title_short")},
                   {"sentence", compares ? sentence_of(visit, fit.fit) : ""},
                   {"hint", hint_of(visit, fit, may_fill)},
                   {"may_fill", may_fill},
                   {"back", "/records/" + fit.ref},
                   {"tried", visit.say("fit.tried", {{"count", tried}})},
                   {"core", fit.facts.core},
                   {"core_language", language_tag(fit.language)}};
  put_list(out, "measures", std::move(measures));
  put_list(out, "outcomes", outcome_chips(visit, fit));
  json::array near = near_rows(visit, fit);
  out["more_near"] = near.size() > 1;
  put_list(out, "near", std::move(near));
  put_list(out, "takes", takes_rows(visit, fit.facts));
  put_list(out, "needs", need_chips(visit, fit.facts));
  return out;
}

}  // namespace koinon
