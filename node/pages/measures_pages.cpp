#include "node/pages/measures_pages.h"

#include <algorithm>
#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/records_api.h"
#include "node/pages/city_profile.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_faults.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/text/places.h"
#include "node/text/written_values.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kPlacesOffered = 8;
constexpr std::size_t kNamesTried = 20;  // of a profile that names its city in many languages

// The classes of Koeppen and Geiger, as Beck et al. (2018) list them.
constexpr std::array<std::string_view, 30> kClimates = {
    "Af",  "Am",  "Aw",  "BWh", "BWk", "BSh", "BSk", "Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc", "Cfa", "Cfb",
    "Cfc", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb", "Dfc", "Dfd", "ET",  "EF"};
constexpr std::array<std::string_view, 4> kIncomes = {"low", "lower-middle", "upper-middle", "high"};

// What the form needs of the profile, and of the place that is meant.
struct Offer {
  std::vector<Place> places;   // that are called so; the first is meant if none was chosen
  std::optional<Place> place;  // that is meant
  std::string income;          // of the country; empty: not known
};

std::vector<std::string> names_of(const Visit& visit, const json::object& profile,
                                  const std::string& domain) {
  if (const std::string asked = trimmed(visit.request.param("name")); !asked.empty()) return {asked};
  std::vector<std::string> out;
  if (const std::string name = text_at(profile, "display_name"); !name.empty()) out.push_back(name);
  for (const auto& item : array_at(profile, "names")) {
    if (item.is_object() && out.size() < kNamesTried) out.push_back(text_at(item.get_object(), "name"));
  }
  out.push_back(domain.substr(0, domain.find('.')));
  return out;
}

Offer offer_for(const Visit& visit, const json::object& profile, const std::string& domain,
                const std::string& chosen) {
  Offer out;
  const std::string country = ascii_upper(text_at(profile, "country"));
  for (const std::string& name : names_of(visit, profile, domain)) {
    out.places = places_called(name, country, kPlacesOffered);
    if (!out.places.empty()) break;
  }
  const auto id = parse_decimal(chosen);
  for (const Place& place : out.places) {
    if (id.ok() && place.geonames == *id) out.place = place;
  }
  if (!out.place && !out.places.empty()) out.place = out.places.front();
  const std::string income_country = out.place && country.empty() ? out.place->country : country;
  out.income = income_of_country(income_country);
  return out;
}

// "Cfa: mild; rain all year; hot summers".
std::string climate_line(const Visit& visit, std::string_view climate) {
  const std::string text(climate);
  const std::string mark = visit.say("three_figures.climate_mark");
  std::string words = visit.say("fit.group." + text.substr(0, 1)) + mark +
                      visit.say("three_figures.rain." + text.substr(1, 1));
  if (text.size() > 2) words += mark + visit.say("three_figures.heat." + text.substr(2, 1));
  return visit.say("three_figures.climate_line", {{"class", text}, {"words", words}});
}

std::string place_line(const Visit& visit, const Place& place) {
  return visit.say("three_figures.place_line",
                   {{"name", place.name},
                    {"country", visit.words->country_name(place.country)},
                    {"population", visit.words->number(static_cast<double>(place.population))}});
}

std::string offer_sources(const Place& place) {
  std::string out(kPlacesSource);
  if (!place.climate.empty()) out += "; " + std::string(kClimatesSource);
  return out;
}

json::object field(const std::string& name, const std::string& label, const std::string& help,
                   const std::string& value, const FormFaults& faults, json::array choices) {
  return {{"name", name},
          {"label", label},
          {"help", help},
          {"value", value},
          {"required", false},
          {"error", faults.at(name)},
          {"is_line", false},
          {"is_currency", false},
          {"is_country", false},
          {"is_number", choices.empty()},
          {"is_choice", !choices.empty()},
          {"choices", std::move(choices)}};
}

// What the profile says stays chosen, also where the form would not offer it.
void put_unlisted(json::array& choices, const std::string& value) {
  const auto is_chosen = [](const json::value& one) { return one.as_object().at("chosen").as_bool(); };
  if (value.empty() || std::any_of(choices.begin(), choices.end(), is_chosen)) return;
  choices.push_back(json::object{{"key", value}, {"text", value}, {"chosen", true}});
}

FormFaults faults_of(const Visit& visit, const Error& error) {
  return {visit, error,
          std::vector<KnownField>{{"population.value", "population", "measure.name.population"},
                                  {"population", "population", "measure.name.population"},
                                  {"climate", "climate", "three_figures.climate"},
                                  {"income_band", "income_band", "measure.name.income"}}};
}

// Puts a word and its source where the word is a new one. What the profile says already keeps its source.
void put_word(json::object& content, const char* member, const char* source_member, const std::string& value,
              const std::string& source) {
  if (value == text_at(content, member)) return;
  content.erase(member);
  content.erase(source_member);
  if (value.empty()) return;
  content[member] = value;
  if (!source.empty()) content[source_member] = source;
}

void put_population(json::object& content, double value, const Offer& offer) {
  const json::object before = object_at(content, "population");
  const auto number = json_number(value);
  if (before.contains("value") &&
      text_at(before, "value") == text_at(json::object{{"value", number}}, "value"))
    return;
  json::object figure{{"value", number}};
  if (offer.place && static_cast<double>(offer.place->population) == value) figure["source"] = kPlacesSource;
  content["population"] = std::move(figure);
}

// Where it lies, which the map and others ask for as well. What the profile says already stays.
void put_place(json::object& content, const Place& place) {
  if (text_at(content, "country").empty()) content["country"] = place.country;
  if (text_at(content, "geonames").empty()) content["geonames"] = std::to_string(place.geonames);
  if (content.contains("latitude") || content.contains("longitude")) return;
  content["latitude"] = place.latitude;
  content["longitude"] = place.longitude;
}

}  // namespace

void MeasuresPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/profile/measures", Need::kReviewer, "showMeasures",
             "The form of the figures by which our city is compared",
             [this](Visit visit) { return form(std::move(visit)); }, {"name", "place", "next"});
  frame_.post(routes, "/profile/measures", Need::kReviewer, "postMeasures",
              "Publish our city's profile with these figures",
              [this](Visit visit) { return submit(std::move(visit)); });
}

HttpResponse MeasuresPages::show(const Visit& visit, const json::object& profile,
                                 const std::optional<std::map<std::string, std::string>>& typed,
                                 const std::optional<Error>& failed) {
  const auto value_of = [&](const std::string& name, const std::string& said, const std::string& offered) {
    if (typed) return typed->contains(name) ? typed->at(name) : std::string();
    return said.empty() ? offered : said;
  };
  const std::string chosen = typed ? visit.field("place") : visit.request.param("place");
  const std::string next = typed ? visit.field("next") : visit.request.param("next");
  const Offer offer = offer_for(visit, profile, frame_.shared().parts.facts.name, chosen);
  const FormFaults faults = failed ? faults_of(visit, *failed) : FormFaults();
  PageView view{"measures", visit.say("three_figures.title"), {}, failed ? status_of(failed->code) : 200, "",
                ""};
  json::array places;
  for (const Place& place : offer.places) {
    const std::string id = std::to_string(place.geonames);
    places.push_back(json::object{
        {"id", id}, {"text", place_line(visit, place)}, {"chosen", offer.place->geonames == place.geonames}});
  }
  const std::string climate =
      value_of("climate", text_at(profile, "climate"), offer.place ? offer.place->climate : "");
  json::array climates;
  for (const auto& one : kClimates)
    climates.push_back(
        json::object{{"key", one}, {"text", climate_line(visit, one)}, {"chosen", climate == one}});
  put_unlisted(climates, climate);
  const std::string income = value_of("income_band", text_at(profile, "income_band"), offer.income);
  json::array incomes;
  for (const auto& one : kIncomes)
    incomes.push_back(json::object{
        {"key", one}, {"text", visit.say("income." + std::string(one))}, {"chosen", income == one}});
  put_unlisted(incomes, income);
  const std::string population =
      value_of("population", text_at(object_at(profile, "population"), "value"),
               offer.place ? std::to_string(offer.place->population) : std::string());
  view.model = {
      {"found", offer.place ? visit.say("three_figures.found", {{"place", place_line(visit, *offer.place)},
                                                                {"source", offer_sources(*offer.place)}})
                            : ""},
      {"several", places.size() > 1},
      {"places", std::move(places)},
      {"place", offer.place ? std::to_string(offer.place->geonames) : ""},
      {"name", trimmed(visit.request.param("name"))},
      {"name_escaped", query_escaped(trimmed(visit.request.param("name")))},
      {"next", is_local_path(next) ? next : ""},
      {"next_escaped", is_local_path(next) ? query_escaped(next) : ""},
      {"fields",
       json::array{field("population", visit.say("measure.name.population"),
                         visit.say("three_figures.help_population"), population, faults, {}),
                   field("climate", visit.say("three_figures.climate"),
                         visit.say("three_figures.help_climate"), climate, faults, std::move(climates)),
                   field("income_band", visit.say("measure.name.income"),
                         visit.say("profile.help_income_band"), income, faults, std::move(incomes))}}};
  faults.put(view.model);
  return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> MeasuresPages::form(Visit visit) {
  const json::object profile = co_await own_profile(&frame_, &records_, visit);
  co_return show(visit, profile, std::nullopt, std::nullopt);
}

asio::awaitable<HttpResponse> MeasuresPages::submit(Visit visit) {
  const json::object profile = co_await own_profile(&frame_, &records_, visit);
  visit.request.query["name"] = visit.field("name");
  const std::string domain = frame_.shared().parts.facts.name;
  const Offer offer = offer_for(visit, profile, domain, visit.field("place"));
  json::object content = profile;
  std::vector<Error> faults;
  const std::string typed = trimmed(visit.field("population"));
  const auto population = read_plain_number(typed);
  if (population) put_population(content, *population, offer);
  if (!typed.empty() && !population)
    faults.push_back(fail(
        Code::kInvalidArgument,
        Sentence{"form.no_number", "“{typed}” is not read as one number", {{"typed", typed}}}, "population"));
  if (typed.empty()) content.erase("population");
  const std::string climate = visit.field("climate");
  put_word(content, "climate", "climate_source", climate,
           offer.place && climate == offer.place->climate ? std::string(kClimatesSource)
                                                          : visit.say("three_figures.climate_own"));
  const std::string income = visit.field("income_band");
  put_word(content, "income_band", "income_source", income,
           income == offer.income ? std::string(kIncomesSource) : std::string());
  if (offer.place) put_place(content, *offer.place);
  if (text_at(content, "display_name").empty())
    content["display_name"] = offer.place ? offer.place->name : domain;
  json::object request{{"kind", "profile"}, {"content", std::move(content)}};
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return show(visit, profile, visit.form, done.error());
  if (done->held) co_return go_to_published(*done);
  const std::string next = visit.field("next");
  co_return PageFrame::go(is_local_path(next) ? next : "/cities/" + domain);
}

}  // namespace koinon
