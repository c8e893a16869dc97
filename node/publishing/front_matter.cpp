#include "node/publishing/front_matter.h"

#include <sstream>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/nearest_word.h"

namespace koinon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Error wrong_type(const std::string& key, std::string_view wanted) {
  return fail(Code::kInvalidArgument, "it should be " + std::string(wanted), key);
}

Error unknown_field(const Message& message, const std::string& key, std::vector<std::string> known) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) known.emplace_back(descriptor->field(i)->name());
  const auto near = nearest_word(ascii_lower(key), known);
  return fail(Code::kInvalidArgument,
              "the front matter has an unknown field" + (near ? "; did you mean " + *near + "?" : ""), key);
}

// Dates may be written without quotes, as TOML allows.
std::optional<std::string> text_of(const toml::node& value) {
  if (const auto text = value.value<std::string>(); value.is_string() && text) return text;
  if (!value.is_date() && !value.is_date_time()) return std::nullopt;
  std::ostringstream out;
  if (value.is_date()) out << *value.as_date();
  if (value.is_date_time()) out << *value.as_date_time();
  return out.str();
}

// Puts one value into the message, a single one or one of a list.
struct Sink {
  Message& message;
  const FieldDescriptor* field;
  const std::string& key;

  template <typename T, typename Set, typename Add>
  Status put(const T& value, Set set, Add add) const {
    const auto* reflection = message.GetReflection();
    field->is_repeated() ? (reflection->*add)(&message, field, value)
                         : (reflection->*set)(&message, field, value);
    return {};
  }

  Status number(const toml::node& value) const {
    using R = google::protobuf::Reflection;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
      const auto number = value.value<double>();
      if (!number || !value.is_number()) return wrong_type(key, "a number");
      return put(*number, &R::SetDouble, &R::AddDouble);
    }
    const auto number = value.value_exact<std::int64_t>();
    if (!number) return wrong_type(key, "a whole number");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) return put(*number, &R::SetInt64, &R::AddInt64);
    if (*number < 0) return wrong_type(key, "0 or more");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      return put(static_cast<std::uint64_t>(*number), &R::SetUInt64, &R::AddUInt64);
    }
    if (*number > UINT32_MAX) return wrong_type(key, "a smaller number");
    return put(static_cast<std::uint32_t>(*number), &R::SetUInt32, &R::AddUInt32);
  }

  Status value(const toml::node& value) const {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      auto text = text_of(value);
      if (!text) return wrong_type(key, "a text between quotes");
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        auto bytes = from_hex(*text);
        if (!bytes.ok()) return wrong_type(key, "a digest in hexadecimal");
        text = std::move(*bytes);
      }
      const auto* reflection = message.GetReflection();
      field->is_repeated() ? reflection->AddString(&message, field, std::move(*text))
                           : reflection->SetString(&message, field, std::move(*text));
      return {};
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return number(value);
    const toml::table* table = value.as_table();
    if (table == nullptr) return wrong_type(key, "a table");
    const auto* reflection = message.GetReflection();
    Message* inner = field->is_repeated() ? reflection->AddMessage(&message, field)
                                          : reflection->MutableMessage(&message, field);
    for (const auto& [inner_key, inner_value] : *table) {
      Status status = set_field(*inner, std::string(inner_key.str()), inner_value);
      if (!status.ok())
        return again_as(status.error().code, status.error(), key + "." + status.error().field);
    }
    return {};
  }
};

// Fields of type bytes are digests. People see them in hexadecimal.
std::string text_for(const FieldDescriptor* field, std::string value) {
  return field->type() == FieldDescriptor::TYPE_BYTES ? to_hex(value) : value;
}

void add_scalar(toml::array& out, const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      out.push_back(text_for(field, reflection->GetRepeatedString(message, field, index)));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      out.push_back(static_cast<std::int64_t>(reflection->GetRepeatedUInt32(message, field, index)));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      out.push_back(to_table(reflection->GetRepeatedMessage(message, field, index)));
      break;
    default:
      break;
  }
}

void add_field(toml::table& out, const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  const std::string& key = field->name();
  if (field->is_repeated()) {
    toml::array values;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) add_scalar(values, message, field, i);
    out.insert(key, std::move(values));
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      out.insert(key, text_for(field, reflection->GetString(message, field)));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      out.insert(key, reflection->GetDouble(message, field));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      out.insert(key, static_cast<std::int64_t>(reflection->GetUInt32(message, field)));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      out.insert(key, static_cast<std::int64_t>(reflection->GetUInt64(message, field)));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      out.insert(key, reflection->GetInt64(message, field));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      out.insert(key, to_table(reflection->GetMessage(message, field)));
      break;
    default:
      break;
  }
}

}  // namespace

Status set_field(Message& message, const std::string& key, const toml::node& value,
                 const std::vector<std::string>& others) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(key);
  if (field == nullptr) return unknown_field(message, key, others);
  const Sink sink{message, field, key};
  if (!field->is_repeated()) return sink.value(value);
  const toml::array* values = value.as_array();
  if (values == nullptr) return wrong_type(key, "a list between [ and ]");
  for (const toml::node& item : *values) KOINON_TRY(sink.value(item));
  return {};
}

toml::table to_table(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  toml::table out;
  for (const FieldDescriptor* field : fields) {
    add_field(out, message, field);
  }
  return out;
}

}  // namespace koinon
