#include "node/pages/note_content.h"

namespace koinon {

using google::protobuf::FieldDescriptor;

const google::protobuf::Message& content_of(const std::optional<v1::Body>& body) {
  if (!body) return v1::NodeNotice::default_instance();
  switch (body->content_case()) {
    case v1::Body::kPractice:
      return body->practice();
    case v1::Body::kAdoption:
      return body->adoption();
    case v1::Body::kQuestion:
      return body->question();
    case v1::Body::kAnswer:
      return body->answer();
    case v1::Body::kProfile:
      return body->profile();
    default:
      return body->node_notice();
  }
}

std::string text_of(const google::protobuf::Message& content, const std::string& field) {
  const FieldDescriptor* found = content.GetDescriptor()->FindFieldByName(field);
  const bool is_text =
      found != nullptr && !found->is_repeated() && found->type() == FieldDescriptor::TYPE_STRING;
  return is_text ? content.GetReflection()->GetString(content, found) : std::string();
}

const google::protobuf::RepeatedPtrField<v1::Source>& sources_of(const std::optional<v1::Body>& body) {
  if (body && body->has_adoption()) return body->adoption().sources();
  if (body && body->has_question()) return body->question().sources();
  if (body && body->has_answer()) return body->answer().sources();
  return body ? body->practice().sources() : v1::Practice::default_instance().sources();
}

std::string title_of(const RecordView& record) {
  const v1::Body& body = record.body ? *record.body : v1::Body::default_instance();
  for (const std::string* title :
       {&body.practice().title(), &body.question().title(), &body.adoption().title()}) {
    if (!title->empty()) return *title;
  }
  return record.ref;
}

}  // namespace koinon
