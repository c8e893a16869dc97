#include "tools/answers.h"

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;

const json::value* member_of(const json::value& answer, std::string_view key) {
  const auto* object = answer.if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

std::string text_of(const json::value& answer, std::string_view key) {
  const auto* value = member_of(answer, key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_of(const json::value& answer, std::string_view key) {
  const auto* value = member_of(answer, key);
  if (value == nullptr) return 0;
  if (value->is_double()) return static_cast<std::int64_t>(value->as_double());
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  return error ? 0 : number;
}

bool flag_of(const json::value& answer, std::string_view key) {
  const auto* value = member_of(answer, key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

const json::array& list_of(const json::value& answer, std::string_view key) {
  static const json::array kNone;
  const auto* value = member_of(answer, key);
  return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

}  // namespace koinon
