#include "node/pages/city_names.h"

#include <variant>

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;

namespace {

// Of one page; where answers are remembered, of all pages that are asked for meanwhile.
std::shared_ptr<Directory> directory_of(ApiShared& shared) {
  static constexpr char kOfNames = 0;
  using Kept = std::shared_ptr<Directory>;
  AnswerMemory* memory = shared.parts.memory;
  if (memory != nullptr) {
    if (const Result<Kept>* known = memory->find<Kept>(&kOfNames, std::monostate())) return **known;
  }
  auto made =
      std::make_shared<Directory>(*shared.parts.store, shared.parts.nearness, shared.parts.index.get());
  if (memory != nullptr) memory->keep(&kOfNames, std::monostate(), Result<Kept>(made));
  return made;
}

}  // namespace

CityNames::CityNames(ApiShared& shared, std::string language)
    : directory_(directory_of(shared)), language_(std::move(language)) {}

const std::string& CityNames::of(const std::string& city) {
  const auto known = names_.find(city);
  if (known != names_.end()) return known->second;
  const auto log = directory_->find_log(city);
  return log.ok() ? of(city, *log) : names_.emplace(city, city).first->second;
}

const std::string& CityNames::of(const std::string& city, const LogId& log) {
  const auto known = names_.find(city);
  if (known != names_.end()) return known->second;
  std::string name = directory_->name_in(log, language_);
  return names_.emplace(city, name.empty() ? city : std::move(name)).first->second;
}

std::string CityNames::in_full(const std::string& city) {
  const std::string& name = of(city);
  return name == city ? city : name + " (" + city + ")";
}

void CityNames::put(json::value& model) {
  if (model.is_object()) put(model.get_object());
  if (!model.is_array()) return;
  for (json::value& item : model.get_array()) put(item);
}

void CityNames::put(json::object& model) {
  for (auto& item : model) put(item.value());
  for (const std::string member : {"city", "of_city"}) {
    const auto* city = model.if_contains(member);
    if (city != nullptr && city->is_string() && !city->as_string().empty())
      model[member + "_name"] = of(std::string(city->as_string()));
  }
}

}  // namespace koinon
