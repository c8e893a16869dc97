// Another city's practice as a template, and what is still to be filled in; what carries a practice over, in
// note files.
#include "node/publishing/note_template.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/publishing/fill_in.h"
#include "node/publishing/note_file.h"
#include "node/publishing/note_rules.h"
#include "node/reading/note_parts.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/practice_words.h"

namespace koinon::note_template_test {
namespace {

using google::protobuf::FieldDescriptor;

const TemplateOrigin kOrigin{"Seoul", "seoul.example/17", "2020-03-17",
                             "https://notes.example/records/seoul.example/17"};

v1::Practice original() {
  v1::Practice out;
  out.set_title("Drive-thru testing");
  out.set_summary("Tests in cars.");
  out.set_core("People stay in their cars.");
  out.set_adaptable("The place.");
  out.set_challenge("Full clinics.");
  out.set_solution("Car parks.");
  out.set_went_wrong("Nobody answered the phone.");
  out.set_staff("Eight a site");
  out.set_status("running");
  out.set_evidence(3);
  out.mutable_cost()->set_amount(1e6);
  out.mutable_cost()->set_currency("KRW");
  out.add_sdgs(3);
  out.add_partners("A hospital");
  out.set_contact("press@seoul.example");
  v1::Need& money = *out.add_needs();
  money.set_what("money");
  money.set_text("A million won a day");
  out.add_needs()->set_text("Sun");
  return out;
}

NoteFile note_with(const v1::Practice& practice, const std::string& language = "en") {
  NoteFile out;
  out.language = language;
  out.topics = {"health"};
  *out.body.mutable_practice() = practice;
  return out;
}

// The fields that a note is refused for.
std::vector<std::string> at_fault(const NoteFile& note) {
  const Status checked = check_note(note);
  if (checked.ok()) return {};
  std::vector<std::string> out{checked.error().field};
  for (const Error& other : checked.error().also) out.push_back(other.field);
  return out;
}

TEST(NoteTemplate, WhatMakesItThisPracticeIsKeptAndTheRestIsToBeFilledIn) {
  const v1::Practice ours = practice_of_template(original(), "en", "en", kOrigin);
  EXPECT_EQ(ours.title(), "Drive-thru testing");
  EXPECT_EQ(ours.core(), "People stay in their cars.");
  EXPECT_EQ(ours.challenge(), "⟦To fill in: Challenge⟧");
  EXPECT_EQ(ours.staff(), "⟦To fill in: Staff⟧");
  EXPECT_EQ(ours.cost().note(), "⟦To fill in: Cost⟧");
  EXPECT_EQ(ours.cost().amount(), 0) << "an amount takes no mark";
  EXPECT_EQ(ours.results(), "") << "what they do not tell is not asked";
  ASSERT_EQ(ours.needs_size(), 2);
  EXPECT_EQ(ours.needs(0).what(), "money");
  EXPECT_EQ(ours.needs(0).text(), "⟦To fill in: Money⟧");
  EXPECT_EQ(ours.needs(1).text(), "⟦To fill in: What it needs⟧");
  ASSERT_EQ(ours.sdgs_size(), 1);
  EXPECT_EQ(ours.partners_size() + ours.links_size() + ours.attachments_size(), 0);
  EXPECT_EQ(ours.contact() + ours.status(), "");
  EXPECT_EQ(ours.evidence(), 0U);
}

TEST(NoteTemplate, TheOriginalIsASourceWithItsLicence) {
  v1::Practice theirs = original();
  ASSERT_EQ(practice_of_template(theirs, "en", "en", kOrigin).sources_size(), 1);
  v1::Source source = practice_of_template(theirs, "en", "en", kOrigin).sources(0);
  EXPECT_EQ(source.publisher(), "Seoul");
  EXPECT_EQ(source.title(), "Drive-thru testing (seoul.example/17, CC-BY-4.0)");
  EXPECT_EQ(source.url(), kOrigin.address);
  EXPECT_EQ(source.date(), "2020-03-17");
  theirs.set_licence("CC-BY-SA-4.0");
  const v1::Practice ours = practice_of_template(theirs, "en", "en", kOrigin);
  EXPECT_EQ(ours.licence(), "CC-BY-SA-4.0");
  EXPECT_NE(ours.sources(0).title().find("CC-BY-SA-4.0"), std::string::npos);
}

TEST(NoteTemplate, WhereTheLanguagesDifferSomebodyMustTranslate) {
  const v1::Practice ours = practice_of_template(original(), "ko-KR", "it", kOrigin);
  EXPECT_EQ(ours.title(), "Drive-thru testing ⟦Da tradurre: Titolo⟧");
  EXPECT_EQ(ours.core(), "People stay in their cars.\n\n⟦Da tradurre: Ciò che deve restare⟧");
  EXPECT_EQ(ours.challenge(), "⟦Da completare: Sfida⟧");
  EXPECT_EQ(ours.needs(0).text(), "⟦Da completare: Denaro⟧");
  EXPECT_EQ(practice_of_template(original(), "it-CH", "it", kOrigin).title(), "Drive-thru testing");
  // In a language that has no words of ours, it says it in English.
  EXPECT_EQ(practice_of_template(original(), "en", "sw", kOrigin).challenge(), "⟦To fill in: Challenge⟧");
}

TEST(NoteTemplate, AnOldNoteGivesATemplateToo) {
  v1::Practice theirs;
  theirs.set_title("T");
  theirs.set_summary("S");
  const v1::Practice ours = practice_of_template(theirs, "en", "en", kOrigin);
  EXPECT_EQ(ours.core(), "");
  EXPECT_EQ(ours.solution(), "⟦To fill in: Solution⟧");
  EXPECT_EQ(ours.needs_size(), 0);
}

// Whatever the original says: of its own texts none is ours by accident, and nothing is signed before all is
// filled in.
RC_GTEST_PROP(NoteTemplate, NoTextOfTheirsIsSignedByAccident, ()) {
  v1::Practice theirs;
  const auto* type = v1::Practice::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated() || *rc::gen::arbitrary<bool>())
      continue;
    theirs.GetReflection()->SetString(&theirs, field, "theirs");
  }
  const v1::Practice ours = practice_of_template(theirs, "en", "en", kOrigin);
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (field->type() != FieldDescriptor::TYPE_STRING || field->is_repeated()) continue;
    const std::string text = ours.GetReflection()->GetString(ours, field);
    const std::string name(field->name());
    const bool kept = name == "title" || name == "core" || name == "licence";
    const bool right =
        kept ? text == theirs.GetReflection()->GetString(theirs, field) : text.empty() || is_fill_in(text);
    RC_ASSERT(right);
  }
  RC_ASSERT(!check_note(note_with(ours)).ok());
}

TEST(FillIn, EveryFieldThatHasAMarkIsNamedOnce) {
  NoteFile note = note_with(practice_of_template(original(), "ko", "en", kOrigin));
  std::vector<std::string> fields = at_fault(note);
  std::sort(fields.begin(), fields.end());
  EXPECT_EQ(fields, (std::vector<std::string>{"adaptable", "challenge", "core", "cost.note", "needs.text",
                                              "solution", "staff", "summary", "title", "went_wrong"}));
  EXPECT_EQ(check_note(note).error().id, "note.to_fill_in");
  // A half that is left is a mark too; and notes of other kinds have none either.
  v1::Practice& practice = *note.body.mutable_practice();
  practice = v1::Practice();
  practice.set_title("T");
  practice.set_solution("We did it. Challenge⟧");
  EXPECT_EQ(at_fault(note), std::vector<std::string>{"solution"});
  practice.set_solution("We did it.");
  EXPECT_TRUE(at_fault(note).empty());
  NoteFile question;
  question.kind = v1::KIND_QUESTION;
  question.language = "en";
  question.body.mutable_question()->set_title("T");
  question.body.mutable_question()->set_text(fill_in_mark("what"));
  EXPECT_EQ(at_fault(question), std::vector<std::string>{"text"});
}

// A city that puts the signs into its title could otherwise not be corrected, nor told how it goes.
TEST(FillIn, WordsOfAnotherCityAreNotOursToFillIn) {
  NoteFile proposal;
  proposal.kind = v1::KIND_PROPOSAL;
  proposal.language = "en";
  proposal.refs = {{v1::REF_ROLE_PROPOSES_TO, "la.example/7"}};
  proposal.body.mutable_proposal()->set_title("Cool ⟦roofs⟧");
  proposal.body.mutable_proposal()->set_instead_of("⟦To fill in: Results⟧");
  proposal.body.mutable_proposal()->set_text("Two degrees less.");
  EXPECT_EQ(at_fault(proposal), std::vector<std::string>());
  NoteFile adoption;
  adoption.kind = v1::KIND_ADOPTION;
  adoption.language = "en";
  adoption.refs = {{v1::REF_ROLE_ADOPTS, "la.example/7"}};
  adoption.body.mutable_adoption()->set_title("Cool ⟦roofs⟧");
  adoption.body.mutable_adoption()->set_stage("trying");
  EXPECT_EQ(at_fault(adoption), std::vector<std::string>());
  adoption.body.mutable_adoption()->set_results("⟦To fill in: Results⟧");
  EXPECT_EQ(at_fault(adoption), std::vector<std::string>{"results"});
}

TEST(FillIn, AMarkAloneIsTold) {
  EXPECT_TRUE(is_fill_in(" ⟦To fill in: Cost⟧\n"));
  EXPECT_FALSE(is_fill_in("Text ⟦To fill in: Cost⟧"));
  EXPECT_FALSE(is_fill_in("⟦To fill in⟧ and more ⟦To fill in⟧"));
  EXPECT_FALSE(is_fill_in("⟦"));
  EXPECT_FALSE(is_fill_in(""));
  EXPECT_TRUE(has_fill_in("⟦"));
  EXPECT_FALSE(has_fill_in("[[a]]"));
}

TEST(PracticeWords, AKindOfNeedHasALabelInEachLanguageAndIsFoundByIt) {
  const PracticeWords& words = PracticeWords::builtin();
  for (const std::string_view kind : kNeedKinds) {
    for (const char* language : {"en", "es", "fr", "pt", "it", "ko", "ar"}) {
      const std::string label = words.need_label(kind, language);
      EXPECT_NE(label, "need." + std::string(kind));
      EXPECT_EQ(words.need_kind(label), std::string(kind)) << language;
    }
    EXPECT_EQ(words.need_kind(kind), std::string(kind));
  }
  EXPECT_EQ(words.need_label("time", "it"), "time") << "a kind of a later version";
  EXPECT_EQ(words.need_kind("colour"), std::nullopt);
  EXPECT_EQ(words.word("fill_in", "ko"), "작성할 것");
}

TEST(NoteParts, WhatIsNeededStandsBehindWhatMayBeChanged) {
  v1::Body body;
  *body.mutable_practice() = original();
  const auto parts = note_parts(body, "it");
  std::vector<std::string> names;
  for (const NotePart& part : parts) names.push_back(part.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"", "Ciò che deve restare", "Ciò che può cambiare", "Che cosa serve",
                                      "Sfida", "Soluzione", "Che cosa è andato male"}));
  EXPECT_EQ(parts[3].text, "- **Denaro**: A million won a day\n- Sun");
}

std::string any_text() {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "서울", "\n", "\n\n", "- ", "## Results\n", "```\n", "\"", "\\", "⟦x⟧", "#", "what = \"data\"\n"));
  std::string out;
  for (const auto& part : parts) out += part;
  return out;
}

// All that a form can say of a practice survives a file.
RC_GTEST_PROP(NoteFile, WhatCarriesOverIsReadBackTheSame, ()) {
  NoteFile note = note_with({}, *rc::gen::element<std::string>("en", "ko", "ar", "it"));
  v1::Practice& practice = *note.body.mutable_practice();
  practice.set_title("T");
  practice.set_core(any_text());
  practice.set_adaptable(any_text());
  practice.set_challenge(any_text());
  practice.set_went_wrong(any_text());
  practice.set_not_again(any_text());
  practice.set_conditions(any_text());
  const int count = *rc::gen::inRange(0, static_cast<int>(limits::kNeeds) + 1);
  for (int i = 0; i < count; ++i) {
    v1::Need& need = *practice.add_needs();
    need.set_what(
        *rc::gen::element<std::string>("mandate", "money", "people", "partners", "place", "data", "time"));
    need.set_text(any_text());
  }
  if (*rc::gen::arbitrary<bool>()) practice.add_sources()->set_title(any_text() + "x");
  make_plain(note);
  const auto again = parse_note_file(format_note_file(note));
  RC_ASSERT(again.ok());
  RC_ASSERT(serialize(again->body) == serialize(note.body));
}

TEST(NoteFile, NeedsAreTablesOfTheFrontMatter) {
  const auto note = parse_note_file(
      "+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n[[needs]]\nwhat = \"money\"\n"
      "text = \"300,000 euros\"\n[[needs]]\nwhat = \"people\"\n+++\nText.\n\n## What must stay\n\nCars.\n\n"
      "## What we would not do again\n\nOpen without a hotline.\n");
  ASSERT_TRUE(note.ok()) << note.error().text();
  EXPECT_TRUE(check_note(*note).ok());
  const v1::Practice& practice = note->body.practice();
  ASSERT_EQ(practice.needs_size(), 2);
  EXPECT_EQ(practice.needs(0).text(), "300,000 euros");
  EXPECT_EQ(practice.core(), "Cars.");
  EXPECT_EQ(practice.not_again(), "Open without a hotline.");
  v1::Practice wrong = practice;
  wrong.mutable_needs(0)->set_what("luck");
  wrong.mutable_needs(1)->set_text(std::string(limits::kNeedBytes + 1, 'x'));
  EXPECT_EQ(at_fault(note_with(wrong)), (std::vector<std::string>{"needs.what", "needs.text"}));
  for (std::size_t i = 0; i < limits::kNeeds; ++i) wrong.add_needs()->set_what("data");
  EXPECT_EQ(at_fault(note_with(wrong)).front(), "needs");
}

}  // namespace
}  // namespace koinon::note_template_test
