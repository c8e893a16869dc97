#include "node/publishing/note_rules.h"

#include <algorithm>
#include <cmath>

#include <google/protobuf/message.h>

#include "node/publishing/conversation_rules.h"
#include "node/publishing/field_rules.h"
#include "node/publishing/file_kinds.h"
#include "node/publishing/fill_in.h"
#include "node/publishing/front_matter.h"
#include "node/publishing/note_sections.h"
#include "node/text/codes.h"
#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/topic_slip.h"

namespace koinon {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void make_texts_plain(Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        make_texts_plain(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                              : *reflection->MutableMessage(&message, field));
      }
      if (field->type() != FieldDescriptor::TYPE_STRING) continue;
      const std::string text = field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                                    : reflection->GetString(message, field);
      // Without what nobody sees a blank line may be left at the end, and a note file has none there.
      std::string plain = trim_blank_lines(plain_text(text));
      field->is_repeated() ? reflection->SetRepeatedString(&message, field, i, std::move(plain))
                           : reflection->SetString(&message, field, std::move(plain));
    }
  }
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

Status check_cost(const v1::Cost& cost) {
  const auto& currency = cost.currency();
  const bool code = currency.size() == 3 && std::all_of(currency.begin(), currency.end(),
                                                        [](unsigned char c) { return std::isupper(c) != 0; });
  if (!currency.empty() && !code)
    return fail(Code::kInvalidArgument,
                Sentence{"cost.currency", "it is a currency by its code, such as EUR or KRW"},
                "cost.currency");
  if (std::isfinite(cost.amount()) && cost.amount() >= 0) return {};
  return fail(Code::kInvalidArgument, Sentence{"cost.amount", "it is a number from 0 on"}, "cost.amount");
}

Status check_has_text(const v1::Practice& practice) {
  const bool has_text = !practice.core().empty() || !practice.adaptable().empty() ||
                        !practice.went_wrong().empty() || !practice.not_again().empty() ||
                        !practice.challenge().empty() || !practice.solution().empty() ||
                        !practice.results().empty() || !practice.lessons().empty() ||
                        !practice.conditions().empty() || !practice.summary().empty();
  if (has_text) return {};
  return fail(Code::kInvalidArgument, Sentence{"note.no_text", "the note has no text"}, "text");
}

Status check_evidence(const v1::Practice& practice) {
  if (practice.evidence() <= static_cast<std::uint32_t>(limits::kEvidenceLevels)) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"note.evidence",
                       "it is 1 (anecdote) to {most} (replicated trial)",
                       {{"most", std::int64_t{limits::kEvidenceLevels}}}},
              "evidence");
}

Status check_sdgs(const v1::Practice& practice) {
  const auto& sdgs = practice.sdgs();
  if (std::all_of(sdgs.begin(), sdgs.end(), [](std::uint32_t sdg) { return sdg >= 1 && sdg <= 17; }))
    return {};
  return fail(Code::kInvalidArgument, Sentence{"note.sdgs", "the SDGs are numbered 1 to 17"}, "sdgs");
}

void check_needs(const v1::Practice& practice, Faults& faults) {
  if (static_cast<std::size_t>(practice.needs_size()) > limits::kNeeds)
    faults.take(fail(Code::kTooLarge,
                     Sentence{"note.too_many_needs",
                              "a practice names at most {most} needs",
                              {{"most", std::int64_t{limits::kNeeds}}}},
                     "needs"));
  for (const v1::Need& need : practice.needs()) {
    faults.take(
        check_one_of(need.what(), {"mandate", "money", "people", "partners", "place", "data"}, "needs.what"));
    faults.take(check_length(need.text(), limits::kNeedBytes, "needs.text"));
  }
}

void check_practice(const v1::Practice& practice, Faults& faults) {
  for (const auto& attachment : practice.attachments()) faults.take(check_attachment(attachment));
  if (practice.title().size() > limits::kTitleBytes)
    faults.take(fail(Code::kTooLarge,
                     Sentence{"note.title_length",
                              "a title has at most {most} bytes",
                              {{"most", std::int64_t{limits::kTitleBytes}}}},
                     "title"));
  faults.take(check_has_text(practice));
  faults.take(check_evidence(practice));
  check_needs(practice, faults);
  faults.take(check_sdgs(practice));
  faults.take(check_one_of(practice.status(), {"planned", "pilot", "running", "ended"}, "status"));
  if (practice.has_cost()) faults.take(check_cost(practice.cost()));
  for (const auto& link : practice.links()) faults.take(check_url(link.url(), "links.url"));
  for (const auto& source : practice.sources()) {
    faults.take(check_url(source.url(), "sources.url"));
    faults.take(check_date(source.date(), "sources.date"));
  }
}

std::string title_of(const NoteFile& note) {
  switch (note.kind) {
    case v1::KIND_PRACTICE:
      return note.body.practice().title();
    case v1::KIND_QUESTION:
      return note.body.question().title();
    case v1::KIND_CALL:
      return note.body.call().title();
    case v1::KIND_PROPOSAL:
      return note.body.proposal().title();
    default:
      return "-";
  }
}

// A proposal has words of another city's note, and an adoption its title: these are not ours to fill in.
void check_marks(const NoteFile& note, Faults& faults) {
  if (note.kind == v1::KIND_PROPOSAL) return;
  v1::Body body = note.body;
  if (body.has_adoption()) body.mutable_adoption()->clear_title();
  check_filled_in(body, faults);
}

void check_adoption(const NoteFile& note, Faults& faults) {
  const auto& adoption = note.body.adoption();
  faults.take(check_one_of(adoption.stage(), {"trying", "adopted", "adapted", "stopped"}, "stage"));
  faults.take(check_one_of(adoption.outcome(), {"worked", "partly", "did-not", "too-early"}, "outcome"));
  if (adoption.stage().empty())
    faults.take(fail(Code::kInvalidArgument,
                     Sentence{"adoption.stage", "say trying, adopted, adapted or stopped"}, "stage"));
  if (!has_role(note, v1::REF_ROLE_ADOPTS) && adoption.sources().empty()) {
    faults.take(fail(
        Code::kInvalidArgument,
        Sentence{"adoption.of_what", "an adoption names the practice that it adopts, or an outside source"},
        "adopts"));
  }
}

void check_question(const v1::Question& question, Faults& faults) {
  faults.take(check_one_of(question.urgency(), {"days", "weeks", "months"}, "urgency"));
  if (question.text().empty())
    faults.take(
        fail(Code::kInvalidArgument, Sentence{"question.no_text", "the question has no text"}, "text"));
}

void check_answer(const NoteFile& note, Faults& faults) {
  if (note.body.answer().text().empty())
    faults.take(fail(Code::kInvalidArgument, Sentence{"answer.no_text", "the answer has no text"}, "text"));
  if (!has_role(note, v1::REF_ROLE_ANSWERS))
    faults.take(fail(Code::kInvalidArgument,
                     Sentence{"answer.no_question", "name the question that it answers"}, "answers"));
}

// By such codes searches and pages find countries and languages, so that they stand in one spelling alone.
Status check_country(const std::string& country) {
  if (country.empty()) return {};
  KOINON_ASSIGN(const std::string code, country_code(country));
  if (code == country) return {};
  return fail(
      Code::kInvalidArgument,
      Sentence{
          "country.meant", "a country is two letters of ISO 3166: did you mean {code}?", {{"code", code}}},
      "country");
}

Status check_known_language(const std::string& tag, const std::string& field) {
  const auto known = language_code(tag);
  if (known.ok()) return {};
  Error why = known.error();
  why.field = field;
  return why;
}

// Of many languages that are wrong the first is told.
void check_profile(const v1::Profile& profile, Faults& faults) {
  faults.take(check_country(profile.country()));
  for (const std::string& tag : profile.languages()) {
    const Status known = check_known_language(tag, "languages");
    faults.take(known);
    if (!known.ok()) break;
  }
  for (const v1::LocalName& name : profile.names()) {
    const Status known = check_known_language(name.language(), "names.language");
    faults.take(known);
    if (!known.ok()) break;
  }
}

Status check_has_language(const NoteFile& note) {
  if (!note.language.empty()) return check_language(note.language);
  return fail(
      Code::kInvalidArgument,
      Sentence{"note.no_language", "say in which language the note is written, such as language = \"en\""},
      "language");
}

}  // namespace

void make_plain(NoteFile& note) { make_texts_plain(note.body); }

Status check_note(const NoteFile& note) {
  Faults faults;
  faults.take(check_has_language(note));
  if (title_of(note).empty())
    faults.take(fail(Code::kInvalidArgument, Sentence{"note.no_title", "the note has no title"}, "title"));
  switch (note.kind) {
    case v1::KIND_PRACTICE:
      if (note.topics.empty())
        faults.take(fail(Code::kInvalidArgument,
                         Sentence{"note.no_topic", "name at least one topic, such as health/testing"},
                         "topics"));
      check_practice(note.body.practice(), faults);
      break;
    case v1::KIND_ADOPTION:
      check_adoption(note, faults);
      break;
    case v1::KIND_QUESTION:
      check_question(note.body.question(), faults);
      break;
    case v1::KIND_ANSWER:
      check_answer(note, faults);
      break;
    case v1::KIND_CALL:
      check_call(note, faults);
      break;
    case v1::KIND_CALL_REPLY:
      check_call_reply(note, faults);
      break;
    case v1::KIND_PROPOSAL:
      check_proposal(note, faults);
      break;
    case v1::KIND_PROPOSAL_REPLY:
      check_proposal_reply(note, faults);
      break;
    case v1::KIND_PROFILE:
      check_profile(note.body.profile(), faults);
      break;
    default:
      break;
  }
  check_marks(note, faults);
  return std::move(faults).all();
}

Status check_topics_meant(const NoteFile& note) {
  std::string found;
  for (const std::string& topic : note.topics) {
    const auto meant = topic_meant(Vocabulary::builtin(), topic);
    if (!meant) continue;
    found += found.empty() ? "the vocabulary has no topic " : " It has no topic ";
    found += topic + "; did you mean " + *meant + "?";
  }
  if (found.empty()) return {};
  return fail(Code::kInvalidArgument, found + " To publish it as it is written: --any-topic", "topics");
}

}  // namespace koinon
