// What an office may ask and answer of another city: calls, visits and proposals.
#include "node/publishing/conversation_rules.h"

#include <gtest/gtest.h>

#include "node/publishing/note_rules.h"
#include "proto/base/limits.h"

namespace koinon::conversation_rules_test {
namespace {

constexpr std::int64_t kSomeDay = 1893456000000;

void add_slot(google::protobuf::RepeatedPtrField<v1::TimeSlot>& slots, std::int64_t start,
              std::uint32_t minutes) {
  v1::TimeSlot* slot = slots.Add();
  slot->set_start_ms(start);
  slot->set_minutes(minutes);
}

NoteFile of_kind(v1::Kind kind) {
  NoteFile out;
  out.kind = kind;
  out.language = "en";
  return out;
}

NoteFile call() {
  NoteFile out = of_kind(v1::KIND_CALL);
  out.to = {"la.example"};
  v1::Call& said = *out.body.mutable_call();
  said.set_title("Half an hour?");
  said.set_text("About the queues.");
  said.set_form("call");
  said.set_time_zone("Asia/Seoul");
  add_slot(*said.mutable_times(), kSomeDay, 30);
  return out;
}

NoteFile reply(const std::string& answer) {
  NoteFile out = of_kind(v1::KIND_CALL_REPLY);
  out.refs = {{v1::REF_ROLE_ANSWERS, "seoul.example/4"}};
  out.body.mutable_call_reply()->set_answer(answer);
  return out;
}

NoteFile proposal() {
  NoteFile out = of_kind(v1::KIND_PROPOSAL);
  out.refs = {{v1::REF_ROLE_PROPOSES_TO, "seoul.example/4"}};
  out.body.mutable_proposal()->set_title("A slip");
  out.body.mutable_proposal()->set_text("Four");
  return out;
}

// The field of the first fault; "": there is none.
std::string fault(const NoteFile& note) {
  const Status status = check_note(note);
  return status.ok() ? "" : status.error().field;
}

TEST(ConversationRules, ACallNamesItsCityItsTimesAndItsZone) {
  EXPECT_EQ(fault(call()), "");
  const auto with = [](auto change) {
    NoteFile note = call();
    change(note, *note.body.mutable_call());
    return fault(note);
  };
  EXPECT_EQ(with([](NoteFile& note, v1::Call&) { note.to.clear(); }), "to");
  EXPECT_EQ(with([](NoteFile& note, v1::Call&) { note.to.emplace_back("milan.example"); }), "to");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.clear_title(); }), "title");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.clear_text(); }), "text");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.set_form("letter"); }), "form");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.clear_form(); }), "form");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.set_time_zone("Mars/Olympus"); }), "time_zone");
  EXPECT_EQ(with([](NoteFile&, v1::Call& said) { said.clear_times(); }), "times");
}

TEST(ConversationRules, TimesAreWithinTheirLimits) {
  const auto with = [](std::int64_t start, std::uint32_t minutes, std::size_t count) {
    NoteFile note = call();
    note.body.mutable_call()->clear_times();
    for (std::size_t i = 0; i < count; ++i)
      add_slot(*note.body.mutable_call()->mutable_times(), start, minutes);
    return fault(note);
  };
  EXPECT_EQ(with(kSomeDay, limits::kCallMinutesMin, limits::kCallTimes), "");
  EXPECT_EQ(with(limits::kLatestMs, limits::kCallMinutesMax, 1), "");
  EXPECT_EQ(with(kSomeDay, limits::kCallMinutesMin - 1, 1), "times");
  EXPECT_EQ(with(kSomeDay, limits::kCallMinutesMax + 1, 1), "times");
  EXPECT_EQ(with(0, 30, 1), "times");
  EXPECT_EQ(with(limits::kLatestMs + 1, 30, 1), "times");
  EXPECT_EQ(with(kSomeDay, 30, limits::kCallTimes + 1), "times");
}

TEST(ConversationRules, AReplySaysWhatItsAnswerNeeds) {
  EXPECT_EQ(fault(reply("no")), "");
  EXPECT_EQ(fault(reply("not-held")), "");
  EXPECT_EQ(fault(reply("perhaps")), "answer");
  EXPECT_EQ(fault(reply("")), "answer");
  EXPECT_EQ(fault(reply("yes")), "time");
  EXPECT_EQ(fault(reply("another-time")), "times");
  EXPECT_EQ(fault(reply("colleague")), "colleague");
  EXPECT_EQ(fault(reply("held")), "text");
  NoteFile to_nothing = reply("no");
  to_nothing.refs.clear();
  EXPECT_EQ(fault(to_nothing), "answers");
  NoteFile yes = reply("yes");
  yes.body.mutable_call_reply()->mutable_time()->set_start_ms(kSomeDay);
  yes.body.mutable_call_reply()->mutable_time()->set_minutes(30);
  EXPECT_EQ(fault(yes), "time_zone");
  yes.body.mutable_call_reply()->set_time_zone("America/Los_Angeles");
  EXPECT_EQ(fault(yes), "");
}

TEST(ConversationRules, AProposalNamesItsNoteAndAPartOfIt) {
  EXPECT_EQ(fault(proposal()), "");
  NoteFile note = proposal();
  note.body.mutable_proposal()->set_section("attachments");
  EXPECT_EQ(fault(note), "section");
  note.body.mutable_proposal()->set_section("not_again");
  EXPECT_EQ(fault(note), "");
  note.refs.clear();
  EXPECT_EQ(fault(note), "proposes_to");
  NoteFile empty = proposal();
  empty.body.mutable_proposal()->clear_text();
  EXPECT_EQ(fault(empty), "text");
}

TEST(ConversationRules, WhoDeclinesSaysWhy) {
  NoteFile note = of_kind(v1::KIND_PROPOSAL_REPLY);
  note.refs = {{v1::REF_ROLE_ANSWERS, "la.example/7"}};
  EXPECT_EQ(fault(note), "decision");
  note.body.mutable_proposal_reply()->set_decision("accepted");
  EXPECT_EQ(fault(note), "");
  note.body.mutable_proposal_reply()->set_decision("declined");
  EXPECT_EQ(fault(note), "reason");
  note.body.mutable_proposal_reply()->set_reason("It was five.");
  EXPECT_EQ(fault(note), "");
  note.body.mutable_proposal_reply()->set_reason(std::string(limits::kCallTextBytes + 1, 'x'));
  EXPECT_EQ(fault(note), "reason") << "longer ones decide nothing";
}

TEST(ConversationRules, NeedsHaveTheirWordsAndTheirLimit) {
  NoteFile note = of_kind(v1::KIND_PRACTICE);
  note.topics = {"health"};
  v1::Practice& practice = *note.body.mutable_practice();
  practice.set_title("T");
  practice.set_core("Nobody leaves the car.");
  for (std::size_t i = 0; i < limits::kNeeds; ++i) practice.add_needs()->set_what("mandate");
  practice.mutable_needs(0)->set_text(std::string(limits::kNeedBytes, 'a'));
  EXPECT_EQ(fault(note), "");
  practice.mutable_needs(0)->set_text(std::string(limits::kNeedBytes + 1, 'a'));
  EXPECT_EQ(fault(note), "needs.text");
  practice.mutable_needs(0)->set_text("");
  practice.mutable_needs(1)->set_what("luck");
  EXPECT_EQ(fault(note), "needs.what");
  practice.mutable_needs(1)->set_what("money");
  practice.add_needs();
  EXPECT_EQ(fault(note), "needs");
}

}  // namespace
}  // namespace koinon::conversation_rules_test
