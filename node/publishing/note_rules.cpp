#include "node/publishing/note_rules.h"

#include <algorithm>
#include <cmath>

#include <boost/url/parse.hpp>
#include <google/protobuf/message.h>

#include "node/publishing/file_kinds.h"
#include "node/publishing/front_matter.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// We sign no invisible characters. Everybody who shows the text would have to remove them.
Status check_texts(const Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        KOINON_TRY(check_texts(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                    : reflection->GetMessage(message, field)));
      }
      if (field->type() != FieldDescriptor::TYPE_STRING) continue;
      const std::string text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                    : reflection->GetString(message, field);
      if (has_control(text, "\n\r\t"))
        return fail(Code::kInvalidArgument, Sentence{"text.control_character", "it has a control character"},
                    field->name());
    }
  }
  return {};
}

bool is_media_type(const std::string& text) {
  const auto slash = text.find('/');
  const auto is_token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '+' || c == '-' || c == '_';
  };
  return slash != std::string::npos && slash > 0 && slash + 1 < text.size() &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(slash), is_token) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(slash) + 1, text.end(), is_token);
}

Status check_attachment(const v1::Attachment& attachment) {
  const std::string& name = attachment.name();
  const bool is_path = name == "." || name == ".." || name.find_first_of("/\\") != std::string::npos;
  if (name.empty() || name.size() > limits::kAttachmentNameBytes || is_path || has_control(name)) {
    return fail(Code::kInvalidArgument,
                Sentence{"file.name",
                         "a file's name has 1 to {most} bytes, and no folders",
                         {{"most", std::int64_t{limits::kAttachmentNameBytes}}}},
                "attachments.name");
  }
  if (attachment.media_type().size() > limits::kMediaTypeBytes ||
      (!attachment.media_type().empty() && !is_media_type(attachment.media_type()))) {
    return fail(Code::kInvalidArgument, Sentence{"file.media_type", "it reads like application/pdf"},
                "attachments.media_type");
  }
  if (attachment.alt().size() > limits::kAltBytes)
    return fail(Code::kTooLarge,
                Sentence{"file.alt",
                         "what a picture shows is said in at most {most} bytes",
                         {{"most", std::int64_t{limits::kAltBytes}}}},
                "attachments.alt");
  return check_no_program_name(name);
}

Status check_one_of(const std::string& value, std::initializer_list<std::string_view> allowed,
                    const std::string& field) {
  std::string list;
  for (const auto word : allowed) {
    if (value.empty() || value == word) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return fail(Code::kInvalidArgument, Sentence{"field.one_of", "it is one of {list}", {{"list", list}}},
              field);
}

// Whether a reader may be sent to this address.
Status check_url(const std::string& url, const std::string& field) {
  const auto parsed = boost::urls::parse_uri(url);
  if (url.empty() || (parsed.has_value() && (parsed->scheme() == "http" || parsed->scheme() == "https") &&
                      !parsed->encoded_host().empty()))
    return {};
  return fail(Code::kInvalidArgument, Sentence{"link.address", "it is an http or https address"}, field);
}

// ISO 8601, as exact as it is known: 2020, 2020-03, 2020-03-17.
Status check_date(const std::string& date, const std::string& field) {
  constexpr std::string_view kForm = "0000-00-00";
  bool fits = date.empty() || date.size() == 4 || date.size() == 7 || date.size() == 10;
  for (std::size_t i = 0; fits && i < date.size(); ++i)
    fits = kForm[i] == '-' ? date[i] == '-' : std::isdigit(static_cast<unsigned char>(date[i])) != 0;
  if (fits) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"date.form", "it is a date such as 2020, 2020-03 or 2020-03-17"}, field);
}

Status check_cost(const v1::Cost& cost) {
  const auto& currency = cost.currency();
  const bool code = currency.size() == 3 && std::all_of(currency.begin(), currency.end(),
                                                        [](unsigned char c) { return std::isupper(c) != 0; });
  if (!currency.empty() && !code)
    return fail(Code::kInvalidArgument,
                Sentence{"cost.currency", "it is a code of ISO 4217, such as EUR or KRW"}, "cost.currency");
  if (std::isfinite(cost.amount()) && cost.amount() >= 0) return {};
  return fail(Code::kInvalidArgument, Sentence{"cost.amount", "it is a number from 0 on"}, "cost.amount");
}

Status check_practice(const v1::Practice& practice) {
  for (const auto& attachment : practice.attachments()) KOINON_TRY(check_attachment(attachment));
  if (practice.title().size() > limits::kTitleBytes)
    return fail(Code::kTooLarge,
                Sentence{"note.title_length",
                         "a title has at most {most} bytes",
                         {{"most", std::int64_t{limits::kTitleBytes}}}},
                "title");
  const bool has_text = !practice.challenge().empty() || !practice.solution().empty() ||
                        !practice.results().empty() || !practice.lessons().empty() ||
                        !practice.conditions().empty() || !practice.summary().empty();
  if (!has_text)
    return fail(Code::kInvalidArgument, Sentence{"note.no_text", "the note has no text"}, "text");
  if (practice.evidence() > static_cast<std::uint32_t>(limits::kEvidenceLevels)) {
    return fail(Code::kInvalidArgument,
                Sentence{"note.evidence",
                         "it is 1 (anecdote) to {most} (replicated trial)",
                         {{"most", std::int64_t{limits::kEvidenceLevels}}}},
                "evidence");
  }
  for (const auto sdg : practice.sdgs()) {
    if (sdg < 1 || sdg > 17)
      return fail(Code::kInvalidArgument, Sentence{"note.sdgs", "the SDGs are numbered 1 to 17"}, "sdgs");
  }
  KOINON_TRY(check_one_of(practice.status(), {"planned", "pilot", "running", "ended"}, "status"));
  if (practice.has_cost()) KOINON_TRY(check_cost(practice.cost()));
  for (const auto& link : practice.links()) KOINON_TRY(check_url(link.url(), "links.url"));
  for (const auto& source : practice.sources()) {
    KOINON_TRY(check_url(source.url(), "sources.url"));
    KOINON_TRY(check_date(source.date(), "sources.date"));
  }
  return {};
}

std::string title_of(const NoteFile& note) {
  switch (note.kind) {
    case v1::KIND_PRACTICE:
      return note.body.practice().title();
    case v1::KIND_QUESTION:
      return note.body.question().title();
    default:
      return "-";
  }
}

bool has_role(const NoteFile& note, v1::RefRole role) {
  for (const auto& ref : note.refs) {
    if (ref.role == role) return true;
  }
  return false;
}

Status check_adoption(const NoteFile& note) {
  const auto& adoption = note.body.adoption();
  KOINON_TRY(check_one_of(adoption.stage(), {"trying", "adopted", "adapted", "stopped"}, "stage"));
  KOINON_TRY(check_one_of(adoption.outcome(), {"worked", "partly", "did-not", "too-early"}, "outcome"));
  if (adoption.stage().empty())
    return fail(Code::kInvalidArgument, Sentence{"adoption.stage", "say trying, adopted, adapted or stopped"},
                "stage");
  if (!has_role(note, v1::REF_ROLE_ADOPTS) && adoption.sources().empty()) {
    return fail(
        Code::kInvalidArgument,
        Sentence{"adoption.of_what", "an adoption names the practice that it adopts, or an outside source"},
        "adopts");
  }
  return {};
}

}  // namespace

Status check_note(const NoteFile& note) {
  if (note.language.empty()) {
    return fail(
        Code::kInvalidArgument,
        Sentence{"note.no_language", "say in which language the note is written, such as language = \"en\""},
        "language");
  }
  KOINON_TRY(check_language(note.language));
  KOINON_TRY(check_texts(note.body));
  if (title_of(note).empty())
    return fail(Code::kInvalidArgument, Sentence{"note.no_title", "the note has no title"}, "title");
  switch (note.kind) {
    case v1::KIND_PRACTICE:
      if (note.topics.empty())
        return fail(Code::kInvalidArgument,
                    Sentence{"note.no_topic", "name at least one topic, such as health/testing"}, "topics");
      return check_practice(note.body.practice());
    case v1::KIND_ADOPTION:
      return check_adoption(note);
    case v1::KIND_QUESTION:
      KOINON_TRY(check_one_of(note.body.question().urgency(), {"days", "weeks", "months"}, "urgency"));
      if (note.body.question().text().empty())
        return fail(Code::kInvalidArgument, Sentence{"question.no_text", "the question has no text"}, "text");
      return {};
    case v1::KIND_ANSWER:
      if (note.body.answer().text().empty())
        return fail(Code::kInvalidArgument, Sentence{"answer.no_text", "the answer has no text"}, "text");
      if (!has_role(note, v1::REF_ROLE_ANSWERS))
        return fail(Code::kInvalidArgument,
                    Sentence{"answer.no_question", "name the question that it answers"}, "answers");
      return {};
    default:
      return {};
  }
}

}  // namespace koinon
