// Would it work here? What is asked, what follows from the answers, and the file of it.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/api/worksheets_json.h"
#include "node/pages/worksheet_markdown.h"
#include "node/reading/worksheet_view.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"

namespace koinon::worksheet_test {
namespace {

namespace json = boost::json;

WorksheetAnswers answered(std::initializer_list<NeedAnswer> needs, CoreAnswer core = CoreAnswer::kYes) {
  WorksheetAnswers out;
  for (const NeedAnswer answer : needs) out.needs.push_back({answer, ""});
  out.core = core;
  return out;
}

TEST(Worksheet, FitsWhereAllIsThereOrCanBeGot) {
  const auto proposed = propose_verdict(answered({NeedAnswer::kHave, NeedAnswer::kCanGet}));
  EXPECT_EQ(proposed.verdict, WorksheetVerdict::kFits);
  EXPECT_EQ(proposed.to_get, std::vector<std::size_t>{1});
}

TEST(Worksheet, SomethingThatIsLackingIsNamedWhateverElseIsOpen) {
  const auto lacks = propose_verdict(
      answered({NeedAnswer::kNone, NeedAnswer::kLack, NeedAnswer::kUnsure, NeedAnswer::kLack}));
  EXPECT_EQ(lacks.verdict, WorksheetVerdict::kMissing);
  EXPECT_EQ(lacks.lacking, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(lacks.open, (std::vector<std::size_t>{0, 2}));
  const auto lost = propose_verdict(answered({NeedAnswer::kHave}, CoreAnswer::kNo));
  EXPECT_EQ(lost.verdict, WorksheetVerdict::kMissing);
  EXPECT_TRUE(lost.core_lost);
}

TEST(Worksheet, ItIsTooEarlyWhileAnythingIsOpen) {
  EXPECT_EQ(propose_verdict({}).verdict, WorksheetVerdict::kTooEarly);
  EXPECT_EQ(propose_verdict(answered({NeedAnswer::kHave, NeedAnswer::kUnsure})).verdict,
            WorksheetVerdict::kTooEarly);
  const auto open = propose_verdict(answered({NeedAnswer::kHave}, CoreAnswer::kNone));
  EXPECT_EQ(open.verdict, WorksheetVerdict::kTooEarly);
  EXPECT_TRUE(open.core_open);
}

TEST(Worksheet, FitsWithChangesWhereSomethingIsOtherwise) {
  EXPECT_EQ(propose_verdict(answered({NeedAnswer::kHave}, CoreAnswer::kPartly)).verdict,
            WorksheetVerdict::kFitsWithChanges);
  WorksheetAnswers differs = answered({NeedAnswer::kHave});
  differs.context[1] = Matters::kYes;
  EXPECT_EQ(propose_verdict(differs).verdict, WorksheetVerdict::kFitsWithChanges);
  WorksheetAnswers same = answered({NeedAnswer::kHave});
  same.context = {Matters::kNo, Matters::kUnsure, Matters::kNo, Matters::kNone};
  EXPECT_EQ(propose_verdict(same).verdict, WorksheetVerdict::kFits);
  same.changes = "In tents.";
  EXPECT_EQ(propose_verdict(same).verdict, WorksheetVerdict::kFitsWithChanges);
}

TEST(Worksheet, TheWordOfPeopleStands) {
  WorksheetAnswers answers = answered({NeedAnswer::kLack});
  EXPECT_EQ(verdict_of(answers), WorksheetVerdict::kMissing);
  answers.verdict = WorksheetVerdict::kFits;
  EXPECT_EQ(verdict_of(answers), WorksheetVerdict::kFits);
  EXPECT_EQ(propose_verdict(answers).verdict, WorksheetVerdict::kMissing)
      << "and what the answers say is still told";
}

TEST(Worksheet, AsksForTheNeedsThatThePracticeNamesElseForEachKind) {
  v1::Practice practice;
  const auto general = questions_of(practice);
  EXPECT_TRUE(general.general);
  EXPECT_EQ(general.needs.size(), 6U);
  for (std::size_t i = 0; i < limits::kNeeds + 3; ++i) {
    auto* need = practice.add_needs();
    need->set_what("people");
    need->set_text("Ten\nnurses\u202e " + std::string(limits::kNeedBytes, 'x'));
  }
  practice.set_core("Nobody leaves the car.");
  const auto asked = questions_of(practice);
  EXPECT_FALSE(asked.general);
  EXPECT_EQ(asked.needs.size(), limits::kNeeds) << "what another city wrote is bounded";
  EXPECT_TRUE(asked.needs[0].text.starts_with("Ten nurses x")) << asked.needs[0].text;
  EXPECT_LE(asked.needs[0].text.size(), limits::kNeedBytes);
  EXPECT_EQ(asked.core, "Nobody leaves the car.");
}

TEST(Worksheet, AnswersComeBackFromTheirJson) {
  WorksheetAnswers answers = answered({NeedAnswer::kHave, NeedAnswer::kUnsure}, CoreAnswer::kPartly);
  answers.needs[1].remark = "ask the council";
  answers.context = {Matters::kYes, Matters::kNone, Matters::kUnsure, Matters::kNo};
  answers.changes = "Tents.";
  answers.plan = "- In May";
  answers.verdict = WorksheetVerdict::kTooEarly;
  const auto back = read_answers(answers_json(answers));
  ASSERT_TRUE(back.ok()) << back.error().text();
  EXPECT_EQ(json::serialize(answers_json(*back)), json::serialize(answers_json(answers)));
  EXPECT_TRUE(read_answers({}).ok()) << "nothing is answered yet";
}

TEST(Worksheet, AnswersThatAreNoneAreRefused) {
  for (const char* text :
       {R"({"core":"perhaps"})", R"({"needs":[{"answer":"some"}]})", R"({"needs":{}})", R"({"needs":[1]})",
        R"({"needs":[{"other":1}]})", R"({"context":{"weather":"yes"}})", R"({"context":{"climate":3}})",
        R"({"plan":1})", R"({"verdict":"good"})", R"({"title":""})",
        R"({"needs":[{},{},{},{},{},{},{},{},{},{},{},{},{}]})"}) {
    const auto read = read_answers(json::parse(text).as_object());
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::kInvalidArgument) << text;
  }
}

Visit english(const Messages& messages) {
  Visit out;
  out.words = &messages.choose("en", "");
  return out;
}

TEST(WorksheetFile, WhatAnotherCityWroteIsNoMarkInIt) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const std::string hostile =
      "<script>alert(1)</script> [press](https://evil.example) ![x](https://evil.example/p) **bold** | cell "
      "# h "
      "`code` &lt;b&gt; https://evil.example\n# heading\n| a | b |\n- item";
  WorksheetView view;
  view.ref = "la.example/3";
  view.city = "la.example";
  view.title = hostile;
  view.language = "en";
  view.questions.needs = {{hostile, hostile}};
  view.questions.core = hostile;
  view.answers = answered({NeedAnswer::kLack});
  view.answers.needs[0].remark = hostile;
  view.they.climate = hostile;
  view.proposed = propose_verdict(view.answers);
  const std::string file = worksheet_markdown(english(*messages), view, "Los <b>Angeles</b>", "Seoul");
  EXPECT_EQ(file.find("<script"), std::string::npos);
  EXPECT_EQ(file.find("<b>"), std::string::npos) << "whoever does not know what a backslash does";
  EXPECT_EQ(file.find("](https"), std::string::npos);
  const std::string html = markdown_html(file);
  for (const char* mark : {"<script", "<a ", "<img", "<code", "evil.example\">", "<h1>heading"})
    EXPECT_EQ(html.find(mark), std::string::npos) << mark << "\n" << html;
  EXPECT_NE(html.find("&lt;script&gt;alert(1)"), std::string::npos) << html;
}

TEST(WorksheetFile, HasTheAnswersAndTheOfficesOwnMarkdown) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  WorksheetView view;
  view.ref = "la.example/3";
  view.title = "Testing from the car";
  view.questions.needs = {{"people", "Ten nurses"}, {"place", ""}};
  view.answers = answered({NeedAnswer::kHave, NeedAnswer::kLack});
  view.answers.needs[1].remark = "no lot";
  view.answers.plan = "- **May**: Kim asks the council";
  view.proposed = propose_verdict(view.answers);
  const std::string html =
      markdown_html(worksheet_markdown(english(*messages), view, "Los Angeles", "Seoul"));
  for (const char* part : {"Testing from the car", "Ten nurses", "We have it", "We lack it: no lot",
                           "Something is missing", "<strong>May</strong>", "<table>"})
    EXPECT_NE(html.find(part), std::string::npos) << part << "\n" << html;
}

}  // namespace
}  // namespace koinon::worksheet_test
