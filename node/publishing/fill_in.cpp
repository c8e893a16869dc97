#include "node/publishing/fill_in.h"

#include <algorithm>
#include <vector>

#include <google/protobuf/message.h>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kMarkBegins = "⟦";
constexpr std::string_view kMarkEnds = "⟧";

int field_count(const Message& message, const FieldDescriptor* field) {
  return field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
}

bool has_fill_in_field(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < field_count(message, field); ++i) {
    const std::string text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                  : reflection->GetString(message, field);
    if (has_fill_in(text)) return true;
  }
  return false;
}

const Message& message_at(const Message& message, const FieldDescriptor* field, int at) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->GetRepeatedMessage(message, field, at)
                              : reflection->GetMessage(message, field);
}

// The fields that have a mark, each once.
void find_marks(const Message& message, const std::string& above, std::vector<std::string>& found) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = above + std::string(field->name());
    if (field->type() == FieldDescriptor::TYPE_STRING && has_fill_in_field(message, field)) {
      if (std::find(found.begin(), found.end(), name) == found.end()) found.push_back(name);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < field_count(message, field); ++i)
      find_marks(message_at(message, field, i), name + ".", found);
  }
}

}  // namespace

std::string fill_in_mark(std::string_view words) {
  return std::string(kMarkBegins).append(words).append(kMarkEnds);
}

bool has_fill_in(std::string_view text) {
  return text.find(kMarkBegins) != std::string_view::npos || text.find(kMarkEnds) != std::string_view::npos;
}

bool is_fill_in(std::string_view text) {
  const std::string alone = trimmed(text);
  return alone.starts_with(kMarkBegins) && alone.find(kMarkEnds) == alone.size() - kMarkEnds.size();
}

void check_filled_in(const v1::Body& body, Faults& faults) {
  const FieldDescriptor* content =
      body.GetReflection()->GetOneofFieldDescriptor(body, v1::Body::descriptor()->FindOneofByName("content"));
  if (content == nullptr) return;
  std::vector<std::string> found;
  find_marks(body.GetReflection()->GetMessage(body, content), "", found);
  for (const std::string& field : found)
    faults.take(fail(Code::kInvalidArgument,
                     Sentence{"note.to_fill_in",
                              "it is still to be filled in: write what holds for your city, or take out what "
                              "stands between ⟦ and ⟧"},
                     field));
}

}  // namespace koinon
