#include "node/publishing/conversation_rules.h"

#include "node/text/time_zone.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

using Slots = google::protobuf::RepeatedPtrField<v1::TimeSlot>;

Status check_slot(const v1::TimeSlot& slot, const std::string& field) {
  if (slot.start_ms() <= 0 || slot.start_ms() > limits::kLatestMs)
    return fail(Code::kInvalidArgument, Sentence{"call.time", "a time is a day and an hour"}, field);
  if (slot.minutes() >= limits::kCallMinutesMin && slot.minutes() <= limits::kCallMinutesMax) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"call.minutes",
                       "it takes {least} to {most} minutes",
                       {{"least", std::int64_t{limits::kCallMinutesMin}},
                        {"most", std::int64_t{limits::kCallMinutesMax}}}},
              field);
}

void check_slots(const Slots& slots, Faults& faults) {
  if (slots.empty() || static_cast<std::size_t>(slots.size()) > limits::kCallTimes)
    faults.take(
        fail(Code::kInvalidArgument,
             Sentence{"call.times", "offer 1 to {most} times", {{"most", std::int64_t{limits::kCallTimes}}}},
             "times"));
  for (const v1::TimeSlot& slot : slots) faults.take(check_slot(slot, "times"));
}

Status check_zone(const std::string& zone) {
  if (!zone.empty() && TimeZone::find(zone)) return {};
  return fail(Code::kInvalidArgument, Sentence{"call.zone", "name a time zone, such as America/Los_Angeles"},
              "time_zone");
}

Status check_answers(const NoteFile& note) {
  if (has_role(note, v1::REF_ROLE_ANSWERS)) return {};
  return fail(Code::kInvalidArgument, Sentence{"reply.to_what", "name the note that it answers"}, "answers");
}

Status check_present(const std::string& text, const std::string& field) {
  if (!text.empty()) return {};
  return fail(Code::kInvalidArgument, Sentence{"field.missing", "say something here"}, field);
}

}  // namespace

void check_call(const NoteFile& note, Faults& faults) {
  const v1::Call& call = note.body.call();
  faults.take(check_present(call.form(), "form"));
  faults.take(check_one_of(call.form(), {"call", "visit"}, "form"));
  faults.take(check_present(call.text(), "text"));
  faults.take(check_length(call.text(), limits::kCallTextBytes, "text"));
  faults.take(check_length(call.contact(), limits::kCallTextBytes, "contact"));
  check_slots(call.times(), faults);
  faults.take(check_zone(call.time_zone()));
  if (note.to.size() != 1)
    faults.take(fail(Code::kInvalidArgument, Sentence{"call.one_city", "a call asks one city"}, "to"));
}

void check_call_reply(const NoteFile& note, Faults& faults) {
  const v1::CallReply& reply = note.body.call_reply();
  const std::string& answer = reply.answer();
  faults.take(check_present(answer, "answer"));
  faults.take(check_one_of(answer, {"yes", "another-time", "colleague", "no", "held", "not-held"}, "answer"));
  faults.take(check_answers(note));
  faults.take(check_length(reply.text(), limits::kCallTextBytes, "text"));
  faults.take(check_length(reply.colleague(), limits::kCallTextBytes, "colleague"));
  faults.take(check_length(reply.contact(), limits::kCallTextBytes, "contact"));
  if (answer == "yes") {
    faults.take(check_slot(reply.time(), "time"));
    faults.take(check_zone(reply.time_zone()));
  }
  if (answer == "another-time") {
    check_slots(reply.times(), faults);
    faults.take(check_zone(reply.time_zone()));
  }
  if (answer == "colleague") faults.take(check_present(reply.colleague(), "colleague"));
  if (answer == "held") faults.take(check_present(reply.text(), "text"));
}

void check_proposal(const NoteFile& note, Faults& faults) {
  const v1::Proposal& proposal = note.body.proposal();
  faults.take(check_one_of(proposal.section(),
                           {"title", "summary", "core", "adaptable", "challenge", "solution", "results",
                            "went_wrong", "not_again", "lessons", "conditions"},
                           "section"));
  faults.take(check_present(proposal.text(), "text"));
  if (!has_role(note, v1::REF_ROLE_PROPOSES_TO))
    faults.take(fail(Code::kInvalidArgument,
                     Sentence{"proposal.to_what", "name the note that it would change"}, "proposes_to"));
  for (const v1::Source& source : proposal.sources()) {
    faults.take(check_url(source.url(), "sources.url"));
    faults.take(check_date(source.date(), "sources.date"));
  }
}

void check_proposal_reply(const NoteFile& note, Faults& faults) {
  const v1::ProposalReply& reply = note.body.proposal_reply();
  faults.take(check_present(reply.decision(), "decision"));
  faults.take(check_one_of(reply.decision(), {"accepted", "declined"}, "decision"));
  faults.take(check_answers(note));
  faults.take(check_length(reply.reason(), limits::kCallTextBytes, "reason"));
  if (reply.decision() == "declined") faults.take(check_present(reply.reason(), "reason"));
}

}  // namespace koinon
