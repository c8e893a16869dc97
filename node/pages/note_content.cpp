#include "node/pages/note_content.h"

#include "node/text/markdown.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::size_t kDescriptionBytes = 300;  // as much as search engines and messengers show

}  // namespace

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
    case v1::Body::kCall:
      return body->call();
    case v1::Body::kCallReply:
      return body->call_reply();
    case v1::Body::kProposal:
      return body->proposal();
    case v1::Body::kProposalReply:
      return body->proposal_reply();
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

std::string description_of(const google::protobuf::Message& content) {
  for (const char* member :
       {"summary", "solution", "challenge", "changes", "plan", "results", "text", "reason"}) {
    // The beginning of a text has enough words for a description.
    const std::string text = text_of(content, member);
    std::string words = markdown_line(clipped_utf8(text, limits::kIndexedSummaryBytes));
    if (words.empty()) continue;
    const std::string_view shown = clipped_utf8(words, kDescriptionBytes);
    return shown.size() == words.size() ? words : std::string(shown) + " …";
  }
  return {};
}

const google::protobuf::RepeatedPtrField<v1::Source>& sources_of(const std::optional<v1::Body>& body) {
  if (body && body->has_adoption()) return body->adoption().sources();
  if (body && body->has_question()) return body->question().sources();
  if (body && body->has_answer()) return body->answer().sources();
  if (body && body->has_proposal()) return body->proposal().sources();
  return body ? body->practice().sources() : v1::Practice::default_instance().sources();
}

std::string title_of(const RecordView& record) {
  const v1::Body& body = record.body ? *record.body : v1::Body::default_instance();
  for (const std::string* title :
       {&body.practice().title(), &body.question().title(), &body.adoption().title(), &body.call().title(),
        &body.proposal().title()}) {
    if (!title->empty()) return *title;
  }
  return record.ref;
}

}  // namespace koinon
