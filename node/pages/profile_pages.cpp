#include "node/pages/profile_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/message_json.h"
#include "node/api/records_api.h"
#include "node/pages/city_profile.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_view.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

struct ProfileField {
  const char* name;   // in the form
  const char* path;   // in the content; a dot goes into an object
  const char* label;  // the message of its name
  bool number = false;
  std::string_view choices = {};  // the keys of its messages, after `choice`
  const char* choice = "";
};

constexpr std::array<ProfileField, 15> kFields = {{
    {"display_name", "display_name", "profile.display_name"},
    {"type", "type", "profile.type", false, "city region network national community", "profile.type."},
    {"country", "country", "profile.country"},
    {"website", "website", "city.website"},
    {"contact", "contact", "field.contact"},
    {"latitude", "latitude", "profile.latitude", true},
    {"longitude", "longitude", "profile.longitude", true},
    {"population", "population.value", "measure.name.population", true},
    {"population_source", "population.source", "profile.source_of_population"},
    {"density", "density.value", "profile.density", true},
    {"density_source", "density.source", "profile.source_of_density"},
    {"climate", "climate", "profile.climate"},
    {"climate_source", "climate_source", "profile.source_of_climate"},
    {"income_band", "income_band", "measure.name.income", false, "low lower-middle upper-middle high",
     "income."},
    {"income_source", "income_source", "profile.source_of_income"},
}};

std::pair<std::string, std::string> parts_of(std::string_view path) {
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return {std::string(path), ""};
  return {std::string(path.substr(0, dot)), std::string(path.substr(dot + 1))};
}

std::map<std::string, std::string> values_of(const json::object& profile) {
  std::map<std::string, std::string> out;
  for (const ProfileField& field : kFields) {
    const auto [first, second] = parts_of(field.path);
    out[field.name] = second.empty() ? text_at(profile, first) : text_at(object_at(profile, first), second);
  }
  std::string names;
  for (const auto& item : array_at(profile, "names")) {
    if (item.is_object())
      names += text_at(item.get_object(), "language") + " | " + text_at(item.get_object(), "name") + "\n";
  }
  out["names"] = names;
  std::string languages;
  for (const auto& item : array_at(profile, "languages")) {
    if (item.is_string()) languages += (languages.empty() ? "" : ", ") + std::string(item.get_string());
  }
  out["languages"] = languages;
  return out;
}

json::value value_of(const ProfileField& field, const std::string& text) {
  return field.number ? number_or_text(text) : json::value(text);
}

// What the form says over what the profile said: fields that it does not know stay.
json::object content_of(const Visit& visit, json::object profile) {
  for (const ProfileField& field : kFields) {
    const auto [first, second] = parts_of(field.path);
    const std::string text = trimmed(visit.field(field.name));
    if (second.empty()) {
      profile.erase(first);
      if (!text.empty()) profile[first] = value_of(field, text);
      continue;
    }
    json::object inner = object_at(profile, first);
    inner.erase(second);
    if (!text.empty()) inner[second] = value_of(field, text);
    profile.erase(first);
    if (inner.contains("value") || inner.contains("source")) profile[first] = std::move(inner);
  }
  json::array names = pairs_of_lines(visit.field("names"), "language", "name");
  profile.erase("names");
  if (!names.empty()) profile["names"] = std::move(names);
  json::array languages;
  for (const auto& tag : split(visit.field("languages"), ',')) languages.emplace_back(tag);
  profile.erase("languages");
  if (!languages.empty()) profile["languages"] = std::move(languages);
  return profile;
}

}  // namespace

asio::awaitable<json::object> ProfilePages::current(Visit visit) {
  const std::string ours = frame_.shared().parts.facts.name;
  const auto said = co_await profile_of(&frame_, &records_, std::move(visit), ours);
  co_return said ? message_json(*said) : json::object();
}

void ProfilePages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/profile", Need::kReviewer, "showProfile", "The form of our city's profile",
             [this](Visit visit) { return form(std::move(visit)); }, {"draft"});
  frame_.post(routes, "/profile", Need::kReviewer, "postProfile", "Publish our city's profile",
              [this](Visit visit) { return submit(std::move(visit)); });
}

HttpResponse ProfilePages::show(const Visit& visit, const std::map<std::string, std::string>& values,
                                const std::optional<Error>& failed) {
  const auto at = [&](const std::string& name) {
    const auto it = values.find(name);
    return it == values.end() ? std::string() : it->second;
  };
  PageView view{"profile", visit.say("profile.title"), {}, failed ? status_of(failed->code) : 200, "", ""};
  const std::string why = failed ? visit.fault(*failed) : "";
  json::array fields;
  bool shown = false;
  for (const ProfileField& field : kFields) {
    const bool fault = failed && (failed->field == field.path || failed->field == field.name ||
                                  failed->field == std::string("content.") + field.path);
    shown = shown || fault;
    json::array choices;
    for (const auto& choice : split(std::string(field.choices), ' '))
      choices.push_back(json::object{{"key", choice},
                                     {"text", visit.say(std::string(field.choice) + choice)},
                                     {"chosen", at(field.name) == choice}});
    fields.push_back(json::object{{"name", field.name},
                                  {"label", visit.say(field.label)},
                                  {"help", visit.say(std::string("profile.help_") + field.name)},
                                  {"value", at(field.name)},
                                  {"required", field.name == std::string("display_name")},
                                  {"error", fault ? why : ""},
                                  {"is_line", field.choices.empty() && !field.number},
                                  {"is_number", field.number},
                                  {"is_choice", !field.choices.empty()},
                                  {"choices", std::move(choices)}});
  }
  view.model = {{"problem", why},
                {"fields", std::move(fields)},
                {"names", at("names")},
                {"languages_text", at("languages")}};
  put_draft(visit, view.model);
  return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ProfilePages::form(Visit visit) {
  if (!visit.request.param("draft").empty()) {
    const auto draft = co_await named_draft(frame_, drafts_, visit);
    if (!draft.ok()) co_return frame_.failed(visit, draft.error());
    visit.form = values_of(object_at(draft->note, "content"));
    visit.form["draft"] = std::to_string(draft->id.value);
    visit.form["version"] = std::to_string(draft->version);
    visit.form["at"] = text_at(draft->note, "at");
    const auto values = visit.form;
    co_return show(visit, values, std::nullopt);
  }
  const json::object profile = co_await current(visit);
  co_return show(visit, values_of(profile), std::nullopt);
}

asio::awaitable<HttpResponse> ProfilePages::submit(Visit visit) {
  json::object content = content_of(visit, co_await current(visit));
  json::object request{{"kind", "profile"}, {"content", std::move(content)}};
  const auto done = co_await publish_form(frame_, desk_, drafts_, visit, std::move(request));
  if (!done.ok()) co_return show(visit, visit.form, done.error());
  if (done->held) co_return go_to_published(*done);
  co_return PageFrame::go("/cities/" + frame_.shared().parts.facts.name);
}

}  // namespace koinon
