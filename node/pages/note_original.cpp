#include "node/pages/note_original.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/api/message_json.h"
#include "node/pages/form_values.h"
#include "node/pages/needs_field.h"
#include "node/publishing/fill_in.h"
#include "node/text/language.h"

namespace koinon {
namespace json = boost::json;

OriginalNote original_of(const Visit& visit, const RecordView& record) {
  OriginalNote out;
  if (!record.body || !record.body->has_practice()) return out;
  const json::object request{{"content", message_json(record.body->practice())}};
  out.values = form_of_request(request, visit.zone);
  out.needs = array_at(object_at(request, "content"), "needs");
  return out;
}

void put_original(const RecordView& record, const OriginalNote& original, json::object& model) {
  model["has_original"] = !original.values.empty();
  model["original_language"] = language_tag(record.language);
  model["original_dir"] = text_direction(record.language);
}

std::size_t fields_to_fill_in(const std::map<std::string, std::string>& form) {
  return static_cast<std::size_t>(
      std::count_if(form.begin(), form.end(), [](const auto& field) { return has_fill_in(field.second); }));
}

void leave_marks_out(std::map<std::string, std::string>& form) {
  leave_needs_out(form);
  for (auto& [name, value] : form) {
    if (is_fill_in(value)) value.clear();
  }
}

}  // namespace koinon
