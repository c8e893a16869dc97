#include "node/reading/kept_fault.h"

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;

std::string fault_text(const Error& why) {
  if (why.id.empty()) return {};
  json::object arguments;
  for (const auto& [name, value] : why.arguments)
    std::visit([&, key = name](const auto& one) { arguments[key] = one; }, value);
  return json::serialize(json::object{{"id", why.id}, {"arguments", std::move(arguments)}});
}

Error kept_fault(std::string sentence, std::string_view fault) {
  Error out = fail(Code::kRefused, std::move(sentence));
  boost::system::error_code error;
  const json::value value = json::parse(fault, error);
  if (error || !value.is_object()) return out;
  if (const auto* id = value.get_object().if_contains("id"); id != nullptr && id->is_string())
    out.id = id->get_string();
  const auto* arguments = value.get_object().if_contains("arguments");
  if (arguments == nullptr || !arguments->is_object()) return out;
  for (const auto& item : arguments->get_object()) {
    if (item.value().is_int64()) out.arguments.emplace_back(item.key(), item.value().get_int64());
    if (item.value().is_string())
      out.arguments.emplace_back(item.key(), std::string(item.value().get_string()));
  }
  return out;
}

}  // namespace koinon
