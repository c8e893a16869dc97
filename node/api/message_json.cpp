#include "node/api/message_json.h"

#include <cmath>
#include <vector>

#include <boost/json.hpp>

#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

json::value number_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  constexpr double kExact = 9007199254740992;  // 2^53
  // 21000000, not 2.1E7: scripts and people read it.
  if (std::abs(value) < kExact && std::trunc(value) == value && !(value == 0 && std::signbit(value)))
    return static_cast<std::int64_t>(value);
  return value;
}

json::value text_json(const FieldDescriptor& field, const std::string& value) {
  if (field.type() == FieldDescriptor::TYPE_BYTES) return json::string(to_base64(BytesView(value)));
  return json::string(value);
}

json::value enum_json(const FieldDescriptor& field, int number) {
  const auto* known = field.enum_type()->FindValueByNumber(number);
  return known == nullptr ? json::value(number) : json::value(known->name());
}

// 64 bits as text: a number of JavaScript has 53.
json::value single_json(const Message& message, const Reflection& of, const FieldDescriptor& field) {
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return of.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return of.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return json::value(std::to_string(of.GetInt64(message, &field)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return json::value(std::to_string(of.GetUInt64(message, &field)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number_json(of.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number_json(static_cast<double>(of.GetFloat(message, &field)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return of.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return enum_json(field, of.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return text_json(field, of.GetStringReference(message, &field, &scratch));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return message_json(of.GetMessage(message, &field));
  }
  return nullptr;
}

json::value item_json(const Message& message, const Reflection& of, const FieldDescriptor& field, int at) {
  std::string scratch;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return of.GetRepeatedInt32(message, &field, at);
    case FieldDescriptor::CPPTYPE_UINT32:
      return of.GetRepeatedUInt32(message, &field, at);
    case FieldDescriptor::CPPTYPE_INT64:
      return json::value(std::to_string(of.GetRepeatedInt64(message, &field, at)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return json::value(std::to_string(of.GetRepeatedUInt64(message, &field, at)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return number_json(of.GetRepeatedDouble(message, &field, at));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return number_json(static_cast<double>(of.GetRepeatedFloat(message, &field, at)));
    case FieldDescriptor::CPPTYPE_BOOL:
      return of.GetRepeatedBool(message, &field, at);
    case FieldDescriptor::CPPTYPE_ENUM:
      return enum_json(field, of.GetRepeatedEnumValue(message, &field, at));
    case FieldDescriptor::CPPTYPE_STRING:
      return text_json(field, of.GetRepeatedStringReference(message, &field, at, &scratch));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return message_json(of.GetRepeatedMessage(message, &field, at));
  }
  return nullptr;
}

}  // namespace

json::object message_json(const Message& message) {
  const Reflection& of = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  of.ListFields(message, &fields);
  json::object out;
  out.reserve(fields.size());
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      out.emplace(field->name(), single_json(message, of, *field));
      continue;
    }
    json::array items;
    const int count = of.FieldSize(message, field);
    items.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) items.push_back(item_json(message, of, *field, i));
    out.emplace(field->name(), std::move(items));
  }
  return out;
}

}  // namespace koinon
