#include "node/pages/profile_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/records_api.h"
#include "node/pages/city_profile.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_faults.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_form.h"
#include "node/pages/note_view.h"
#include "node/text/codes.h"
#include "node/text/topic_names.h"
#include "node/text/written_values.h"
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

json::value value_of(const Visit& visit, const ProfileField& field, const std::string& text) {
  if (field.name == std::string_view("country")) return json::value(visit.words->country_named(text));
  const auto number = field.number ? read_plain_number(text) : std::nullopt;
  return number ? json_number(*number) : json::value(text);
}

// By the name, if that is read as the same code again; pt-BR and what is no code stand as they are.
std::string shown_language(const Visit& visit, const std::string& typed) {
  const std::string tag = visit.words->language_named(typed);
  const std::string name = visit.words->language_name(tag);
  return visit.words->language_named(name) == tag ? name : typed;
}
std::string shown_country(const Visit& visit, const std::string& typed) {
  const std::string code = visit.words->country_named(typed);
  if (code.size() != 2) return typed;
  const std::string name = visit.words->country_name(code);
  return visit.words->country_named(name) == code ? name : typed;
}

// What is no number, at its field.
std::vector<Error> unread_numbers(const Visit& visit) {
  std::vector<Error> out;
  for (const ProfileField& field : kFields) {
    const std::string text = trimmed(visit.field(field.name));
    if (field.number && !text.empty() && !read_plain_number(text))
      out.push_back(fail(Code::kInvalidArgument,
                         Sentence{"form.no_number", "“{typed}” is not read as one number", {{"typed", text}}},
                         field.path));
  }
  return out;
}

// The code of what somebody calls a language; what was typed, where there is none.
std::string typed_language(const Visit& visit, const std::string& typed) {
  const auto code = language_code(visit.words->language_named(typed));
  return code.ok() ? *code : typed;
}

// A country or a language that is none, at its field: they are found by their codes.
std::vector<Error> unknown_names(const Visit& visit) {
  std::vector<Error> out;
  const std::string country = trimmed(visit.field("country"));
  if (!country.empty() && !country_code(visit.words->country_named(country)).ok())
    out.push_back(fail(
        Code::kInvalidArgument,
        Sentence{
            "profile.no_country", "“{typed}” is no country; choose one of the list", {{"typed", country}}},
        "country"));
  const auto check_language = [&](const std::string& typed, const char* field) {
    if (language_code(visit.words->language_named(typed)).ok()) return true;
    out.push_back(fail(
        Code::kInvalidArgument,
        Sentence{"profile.no_language", "“{typed}” is no language known here", {{"typed", typed}}}, field));
    return false;
  };
  for (const auto& typed : names_of_list(visit.field("languages"))) {
    if (!check_language(typed, "languages")) break;
  }
  for (const auto& item : pairs_of_lines(visit.field("names"), "language", "name")) {
    if (text_at(item.as_object(), "name").empty()) {
      out.push_back(fail(Code::kInvalidArgument,
                         Sentence{"profile.name_line",
                                  "“{typed}” is no language and a name in it: ko | 서울",
                                  {{"typed", text_at(item.as_object(), "language")}}},
                         "names"));
      break;
    }
    if (!check_language(text_at(item.as_object(), "language"), "names")) break;
  }
  return out;
}

FormFaults profile_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& name) -> std::optional<FormField> {
            for (const ProfileField& field : kFields) {
              if (name == field.path || name == field.name)
                return FormField{field.name, visit.say(field.label)};
            }
            if (name.starts_with("names")) return FormField{"names", visit.say("profile.names")};
            if (name.starts_with("languages")) return FormField{"languages", visit.say("profile.languages")};
            return std::nullopt;
          }};
}

// What the form says over what the profile said: fields that it does not know stay.
json::object content_of(const Visit& visit, json::object profile) {
  for (const ProfileField& field : kFields) {
    const auto [first, second] = parts_of(field.path);
    const std::string text = trimmed(visit.field(field.name));
    if (second.empty()) {
      profile.erase(first);
      if (!text.empty()) profile[first] = value_of(visit, field, text);
      continue;
    }
    json::object inner = object_at(profile, first);
    inner.erase(second);
    if (!text.empty()) inner[second] = value_of(visit, field, text);
    profile.erase(first);
    if (inner.contains("value") || inner.contains("source")) profile[first] = std::move(inner);
  }
  json::array names = pairs_of_lines(visit.field("names"), "language", "name");
  for (auto& item : names)
    item.as_object()["language"] = typed_language(visit, text_at(item.as_object(), "language"));
  profile.erase("names");
  if (!names.empty()) profile["names"] = std::move(names);
  json::array languages;
  for (const auto& name : names_of_list(visit.field("languages")))
    languages.emplace_back(typed_language(visit, name));
  profile.erase("languages");
  if (!languages.empty()) profile["languages"] = std::move(languages);
  return profile;
}

}  // namespace

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
  const FormFaults faults = failed ? profile_faults(visit, *failed) : FormFaults();
  json::array fields;
  for (const ProfileField& field : kFields) {
    const bool is_country = field.name == std::string_view("country");
    json::array choices;
    if (is_country) {
      for (const auto& country : visit.words->countries())
        choices.push_back(json::object{{"text", country.second}});
    }
    for (const auto& choice : split(std::string(field.choices), ' '))
      choices.push_back(json::object{{"key", choice},
                                     {"text", visit.say(std::string(field.choice) + choice)},
                                     {"chosen", at(field.name) == choice}});
    fields.push_back(
        json::object{{"name", field.name},
                     {"label", visit.say(field.label)},
                     {"help", visit.say(std::string("profile.help_") + field.name)},
                     {"value", is_country ? shown_country(visit, at(field.name)) : at(field.name)},
                     {"required", field.name == std::string("display_name")},
                     {"error", faults.at(field.name)},
                     {"is_line", field.choices.empty() && !field.number && !is_country},
                     {"is_currency", false},
                     {"is_country", is_country},
                     {"is_number", field.number},
                     {"is_choice", !field.choices.empty()},
                     {"choices", std::move(choices)}});
  }
  std::string languages;
  for (const std::string& typed : names_of_list(at("languages")))
    languages += (languages.empty() ? "" : ", ") + shown_language(visit, typed);
  view.model = {{"fields", std::move(fields)},
                {"names", at("names")},
                {"languages_text", languages},
                {"error_names", faults.at("names")},
                {"error_languages", faults.at("languages")},
                {"note_languages", note_languages(visit, "")}};
  faults.put(view.model);
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
  const json::object profile = co_await own_profile(&frame_, &records_, visit);
  co_return show(visit, values_of(profile), std::nullopt);
}

asio::awaitable<HttpResponse> ProfilePages::submit(Visit visit) {
  std::vector<Error> faults = unread_numbers(visit);
  Visit read = visit;
  for (Error& unknown : unknown_names(visit)) {
    read.form.erase(unknown.field);
    faults.push_back(std::move(unknown));
  }
  for (const ProfileField& field : kFields) {
    const auto is_at_fault = [&](const Error& one) { return one.field == field.path; };
    if (std::any_of(faults.begin(), faults.end(), is_at_fault)) read.form.erase(field.name);
  }
  json::object content = content_of(read, co_await own_profile(&frame_, &records_, visit));
  json::object request{{"kind", "profile"}, {"content", std::move(content)}};
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return show(visit, visit.form, done.error());
  if (done->held) co_return go_to_published(*done);
  co_return PageFrame::go("/cities/" + frame_.shared().parts.facts.name);
}

}  // namespace koinon
