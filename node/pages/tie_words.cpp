#include "node/pages/tie_words.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "node/text/topic_names.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 5> kSelects = {"country_from", "country_to", "topic", "agreement", "went"};
constexpr std::array<Outcome, 5> kTieOutcomes = {Outcome::kWorked, Outcome::kPartly, Outcome::kDidNot,
                                                 Outcome::kTooEarly, Outcome::kNone};

}  // namespace

std::string went_text(Outcome outcome) {
  return outcome == Outcome::kNone ? "none" : std::string(outcome_text(outcome));
}

std::string period_text(const Visit& visit, unsigned year_from, unsigned year_to) {
  if (year_from == 0 && year_to == 0) return {};
  const MessageArguments years{{"from", visit.words->year(year_from)}, {"to", visit.words->year(year_to)}};
  return visit.say(year_to == 0 ? "ties.since" : year_from == 0 ? "ties.until" : "ties.between", years);
}

std::string outcomes_text(const Visit& visit, const TieOutcomes& outcomes) {
  std::string out;
  for (const Outcome outcome : kTieOutcomes) {
    const std::uint32_t count = outcomes.at(static_cast<std::size_t>(outcome));
    if (count == 0 || outcome == Outcome::kNone) continue;
    out += (out.empty() ? "" : " · ") + visit.say("outcome." + went_text(outcome)) + ": " +
           visit.words->number(count);
  }
  return out;
}

json::array adoption_rows(const Visit& visit, const std::vector<AdoptionView>& items) {
  json::array out;
  for (const AdoptionView& one : items) {
    const std::string how = !one.outcome.empty() ? visit.named("outcome", one.outcome)
                            : one.stage.empty()  ? visit.say("ties.went_none")
                                                 : visit.named("stage", one.stage);
    out.push_back(
        json::object{{"ref", one.note.ref},
                     {"city", one.note.city},
                     {"of", one.of},
                     {"of_city", one.of_city},
                     {"of_title", one.of_title.empty() ? one.of : one.of_title},
                     {"of_language", language_tag(one.of_language)},
                     {"how", how},
                     {"year", one.year == 0 ? visit.say("ties.year_unclear") : visit.words->year(one.year)},
                     {"told", one.told},
                     {"told_language", language_tag(one.note.language)},
                     {"date", date_of(visit, one.note.created_at)}});
  }
  return out;
}

TieFilterWords::TieFilterWords(const Visit& visit) : visit_(visit) {
  for (const char* name : kTieFilters) {
    if (std::string value = visit.request.param(name); !value.empty()) params_[name] = std::move(value);
  }
  if (const auto topic = topic_named(param(params_, "topic"))) params_["topic"] = *topic;
}

std::string TieFilterWords::address(const std::string& page, const Params& changed) const {
  Params all = params_;
  for (const auto& [name, value] : changed) all[name] = value;
  std::string out;
  for (const auto& [name, value] : all) {
    if (!value.empty()) out += (out.empty() ? "?" : "&") + query_escaped(name) + "=" + query_escaped(value);
  }
  return page + out;
}

std::string TieFilterWords::value_name(const std::string& name, const std::string& value) const {
  if (name.starts_with("country")) return visit_.words->country_name(value);
  if (name == "topic") return topic_label(visit_, value);
  if (name == "sdg") return visit_.named("sdg", value);
  if (name == "year_from" || name == "year_to") {
    const auto year = parse_decimal(value);
    return year.ok() ? visit_.words->year(static_cast<std::int64_t>(*year)) : value;
  }
  if (name == "years") return visit_.say("ties.year_unclear");
  if (name == "went") return value == "none" ? visit_.say("ties.went_none") : visit_.named("outcome", value);
  return value;
}

// A city stands under `city`, so that the page says what it is called.
json::array TieFilterWords::chips(const std::string& page, const Params& kept) const {
  json::array out;
  for (const auto& [name, value] : params_) {
    const bool is_city = name.starts_with("city");
    Params without = kept;
    without[name].clear();
    out.push_back(json::object{{"what", visit_.say("ties.by_" + name)},
                               {"first", out.empty()},
                               {"city", is_city ? value : std::string()},
                               {"label", is_city ? std::string() : value_name(name, value)},
                               {"href", address(page, without)}});
  }
  return out;
}

json::array TieFilterWords::hidden(const Params& kept) const {
  Params all = kept;
  for (const char* name : {"city_from", "city_to", "sdg", "years"}) all[name] = param(params_, name);
  json::array out;
  for (const auto& [name, value] : all) {
    if (!value.empty()) out.push_back(json::object{{"name", name}, {"value", value}});
  }
  return out;
}

json::array TieFilterWords::choices(const std::string& name, const std::vector<TieAxisItem>* found) const {
  const std::string chosen = param(params_, name);
  std::vector<std::pair<std::string, std::string>> named;  // by what they are called
  const auto add = [&](const std::string& value) { named.emplace_back(value_name(name, value), value); };
  if (name == "went") {
    for (const Outcome outcome : kTieOutcomes) add(went_text(outcome));
  } else {
    if (found != nullptr) {
      for (const TieAxisItem& item : *found) add(item.key.name);
    }
    const auto is_chosen = [&](const auto& one) { return one.second == chosen; };
    if (!chosen.empty() && std::none_of(named.begin(), named.end(), is_chosen)) add(chosen);
    std::sort(named.begin(), named.end());
  }
  json::array out;
  for (const auto& [label, value] : named)
    out.push_back(json::object{{"value", value}, {"label", label}, {"chosen", value == chosen}});
  return out;
}

void TieFilterWords::put_fields(json::object& model, const TiesPage* figures, const Params& kept) const {
  json::array selects;
  for (const std::string name : kSelects) {
    const std::vector<TieAxisItem>* found = nullptr;
    if (figures != nullptr && name == "country_from") found = &figures->from_countries;
    if (figures != nullptr && name == "country_to") found = &figures->to_countries;
    if (figures != nullptr && name == "topic") found = &figures->topics;
    if (figures != nullptr && name == "agreement") found = &figures->agreements;
    json::array values = choices(name, found);
    if (!values.empty())
      selects.push_back(json::object{
          {"name", name}, {"label", visit_.say("ties.by_" + name)}, {"choices", std::move(values)}});
  }
  model["selects"] = std::move(selects);
  model["hidden"] = hidden(kept);
  model["year_from"] = param(params_, "year_from");
  model["year_to"] = param(params_, "year_to");
  model["first_year"] = std::to_string(kFirstYear);
}

}  // namespace koinon
