// The mapping of proto3 to JSON, against protobuf's own.
#include "node/api/message_json.h"

#include <boost/json.hpp>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "koinon/v1/record.pb.h"

namespace koinon::test::message_json_test {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

json::value by_protobuf(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return json::parse(text);
}

std::string any_text(bool bytes) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "<b>", "\"", "\\", "\n", "\x01", "\u2028", "서울", "\U0001F3D9", ""));
  std::string out;
  for (const auto& part : parts) out += part;
  if (bytes) out += static_cast<char>(*rc::gen::inRange(0, 256));
  return out;
}

void set_any(Message& message, const FieldDescriptor* field, int depth);

void fill(Message& message, int depth) {
  const auto* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const int times = type->field(i)->is_repeated() ? *rc::gen::inRange(0, 3) : *rc::gen::inRange(0, 2);
    for (int j = 0; j < times; ++j) set_any(message, type->field(i), depth);
  }
}

void set_any(Message& message, const FieldDescriptor* field, int depth) {
  const auto& of = *message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto value = *rc::gen::arbitrary<std::uint32_t>();
      return many ? of.AddUInt32(&message, field, value) : of.SetUInt32(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value = *rc::gen::arbitrary<std::int64_t>();
      return many ? of.AddInt64(&message, field, value) : of.SetInt64(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      const auto value = *rc::gen::arbitrary<std::uint64_t>();
      return many ? of.AddUInt64(&message, field, value) : of.SetUInt64(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto value = *rc::gen::element(0.0, 1.0, -2.5, 21000000.0, 37.5665, 1e300, -1e-300, 0.1);
      return many ? of.AddDouble(&message, field, value) : of.SetDouble(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = *rc::gen::arbitrary<bool>();
      return many ? of.AddBool(&message, field, value) : of.SetBool(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = *rc::gen::inRange(0, 20);
      return many ? of.AddEnumValue(&message, field, value) : of.SetEnumValue(&message, field, value);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = any_text(field->type() == FieldDescriptor::TYPE_BYTES);
      return many ? of.AddString(&message, field, std::move(value))
                  : of.SetString(&message, field, std::move(value));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (depth == 0) return;
      return fill(many ? *of.AddMessage(&message, field) : *of.MutableMessage(&message, field), depth - 1);
    default:
      FAIL() << field->full_name() << " is of a type that no test sets";
  }
}

RC_GTEST_PROP(MessageJson, IsWhatProtobufWrites, ()) {
  v1::Body body;
  fill(body, 4);
  RC_ASSERT(json::value(message_json(body)) == by_protobuf(body));
  v1::Entry entry;
  fill(entry, 4);
  RC_ASSERT(json::value(message_json(entry)) == by_protobuf(entry));
}

}  // namespace
}  // namespace koinon::test::message_json_test
