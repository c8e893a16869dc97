#include "node/pages/form_faults.h"

#include <algorithm>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;
namespace {

std::string without_content(const std::string& field) {
  constexpr std::string_view kContent = "content.";
  return field.starts_with(kContent) ? field.substr(kContent.size()) : field;
}

}  // namespace

FormFaults::FormFaults(const Visit& visit, const Error& error, const FieldOf& field_of) {
  add(field_of(without_content(error.field)), visit.fault(error));
  for (const Error& other : error.also) add(field_of(without_content(other.field)), visit.fault(other));
}

FormFaults::FormFaults(const Visit& visit, const Error& error, const std::vector<KnownField>& fields)
    : FormFaults(visit, error, [&](const std::string& fault) -> std::optional<FormField> {
        for (const KnownField& field : fields) {
          if (fault == field.fault || fault.starts_with(std::string(field.fault) + "."))
            return FormField{std::string(field.name), visit.say(field.label)};
        }
        return std::nullopt;
      }) {}

void FormFaults::add(const std::optional<FormField>& field, std::string why) {
  const std::string name = field ? field->name : std::string();
  const bool known = std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
    return item.field.name == name && item.why == why;
  });
  if (!known) items_.push_back({field.value_or(FormField()), std::move(why)});
}

std::string FormFaults::at(std::string_view name) const {
  std::string out;
  for (const Item& item : items_) {
    if (item.field.name == name && !name.empty()) out += (out.empty() ? "" : " · ") + item.why;
  }
  return out;
}

std::string FormFaults::text() const {
  std::string out;
  for (const Item& item : items_) out += (out.empty() ? "" : " · ") + item.why;
  return out;
}

void FormFaults::put(json::object& model) const {
  json::array problems;
  for (const Item& item : items_)
    problems.push_back(
        json::object{{"name", item.field.name}, {"label", item.field.label}, {"why", item.why}});
  for (const Item& item : items_) {
    if (!item.field.name.empty()) model["error_" + item.field.name] = at(item.field.name);
  }
  model["has_problems"] = !problems.empty();
  model["problems"] = std::move(problems);
}

}  // namespace koinon
