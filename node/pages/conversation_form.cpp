#include "node/pages/conversation_form.h"

#include <boost/json.hpp>

#include "node/pages/drafted_form.h"
#include "node/pages/note_form.h"

namespace koinon {
namespace json = boost::json;

std::string given(const Visit& visit, const std::string& name) {
  const bool of_form = visit.request.method == "POST" || visit.form.contains(name);
  return of_form ? visit.field(name) : visit.request.param(name);
}

json::array choices(const Visit& visit, const std::string& name, std::initializer_list<const char*> keys,
                    const std::string& chosen) {
  json::array out;
  for (const std::string key : keys)
    out.push_back(json::object{{"key", key},
                               {"text", visit.say(std::string(name).append(".").append(key))},
                               {"chosen", key == chosen}});
  return out;
}

json::object form_model(const Visit& visit, const std::optional<Error>& failed) {
  json::object out{
      {"problem", failed ? visit.fault(*failed) : ""},
      {"language", given(visit, "language").empty() ? visit.words->tag() : given(visit, "language")},
      {"note_languages", note_languages(visit, given(visit, "language").empty() ? visit.words->tag()
                                                                                : given(visit, "language"))},
      {"text", given(visit, "text")},
      {"note_title", given(visit, "title")},
      {"contact", given(visit, "contact")}};
  put_draft(visit, out);
  return out;
}

unsigned status_after(const std::optional<Error>& failed) { return failed ? status_of(failed->code) : 200; }

}  // namespace koinon
