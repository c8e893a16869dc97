// The fields of a form for what a practice needs, and the practice beside which a form is written.
#include "node/pages/needs_field.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/pages/note_form.h"
#include "node/pages/note_original.h"
#include "proto/base/limits.h"

namespace koinon::needs_field_test {
namespace {

namespace json = boost::json;
using Form = std::map<std::string, std::string>;

json::array rows_of(const Form& form, const Messages& messages) {
  Visit visit;
  visit.words = &messages.choose("en", "");
  json::object out;
  put_need_rows(visit, form, out);
  return out.at("rows").as_array();
}

TEST(NeedsField, RowsThatSaySomethingAreNeeds) {
  const Form form{{"need_what_1", "money"},
                  {"need_text_1", " 300,000 euros \r\n a year "},
                  {"need_what_2", ""},
                  {"need_text_2", "  "},
                  {"need_what_5", "data"}};
  EXPECT_EQ(needs_of_form(form),
            json::parse(R"([{"what":"money","text":"300,000 euros a year"},{"what":"data"}])"));
}

TEST(NeedsField, WhatIsPutIntoAFormComesOutOfIt) {
  const json::array needs =
      json::parse(R"([{"what":"mandate","text":"A by-law"},{"what":"time","text":"Of later"},{"text":"x"}])")
          .as_array();
  Form form;
  put_needs(needs, form);
  EXPECT_EQ(needs_of_form(form), needs);
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const json::array rows = rows_of(form, *messages);
  ASSERT_EQ(rows.size(), 3U);
  // A kind of a later version is there to be kept.
  EXPECT_EQ(rows[1].at("kinds").as_array().back().at("key"), "time");
  EXPECT_TRUE(rows[1].at("kinds").as_array().back().at("chosen").as_bool());
  EXPECT_EQ(rows[0].at("kinds").as_array().size(), 6U);
}

TEST(NeedsField, ThereAreThreeRowsMoreWhereSomebodyAsksAndNeverMoreThanANoteMayHave) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Form form;
  EXPECT_EQ(rows_of(form, *messages).size(), 3U);
  add_need_rows(form);
  EXPECT_EQ(rows_of(form, *messages).size(), 6U);
  for (int i = 0; i < 10; ++i) add_need_rows(form);
  EXPECT_EQ(rows_of(form, *messages).size(), limits::kNeeds);
  for (const char* asked : {"1", "-7", "x", "99999999999999999999"}) {
    form["need_rows"] = asked;
    EXPECT_GE(rows_of(form, *messages).size(), 3U) << asked;
    EXPECT_LE(rows_of(form, *messages).size(), limits::kNeeds) << asked;
  }
}

TEST(NeedsField, WhatIsOnlyAMarkMayBeLeftOut) {
  Form form{{"title", "T ⟦To translate: Title⟧"},
            {"challenge", "⟦To fill in: Challenge⟧"},
            {"solution", "Ours."},
            {"need_what_1", "money"},
            {"need_text_1", "⟦To fill in: Money⟧"},
            {"need_what_2", "data"},
            {"need_text_2", "Counts"}};
  EXPECT_EQ(fields_to_fill_in(form), 3U);
  leave_marks_out(form);
  EXPECT_EQ(form["challenge"], "");
  EXPECT_EQ(form["title"], "T ⟦To translate: Title⟧") << "what becomes of a text, somebody must say";
  EXPECT_EQ(needs_of_form(form), json::parse(R"([{"what":"data","text":"Counts"}])"));
  EXPECT_EQ(fields_to_fill_in(form), 1U);
}

TEST(NoteForm, AllThatCarriesOverGoesThroughTheForm) {
  const json::object content = json::parse(R"({"title":"T","core":"C","adaptable":"A","went_wrong":"W",
    "not_again":"N","needs":[{"what":"place","text":"A car park"}]})")
                                   .as_object();
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Visit visit;
  visit.words = &messages->choose("en", "");
  visit.form = form_of_request({{"content", content}}, visit.zone);
  EXPECT_EQ(request_of_form(visit).at("content"), content);
}

TEST(NoteForm, TheOriginalStandsBesideWhatSaysSomethingElse) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Visit visit;
  visit.words = &messages->choose("it", "");
  const Form values{{"title", "Same"}, {"core", "Nostro"}};
  OriginalNote original;
  original.values = {{"title", "Same"}, {"core", "Theirs"}, {"status", "running"}};
  original.needs = json::parse(R"([{"what":"money","text":"Won"}])").as_array();
  std::map<std::string, json::value> beside;
  json::array needs;
  for (const auto& group : field_groups(visit, values, {}, original)) {
    for (const auto& field : group.at("fields").as_array()) {
      const std::string name(field.at("name").as_string());
      beside[name] = field.at("original");
      if (name == "needs") needs = field.at("original_needs").as_array();
    }
  }
  EXPECT_EQ(beside["title"], json::value(false));
  EXPECT_EQ(beside["core"], json::value("Theirs"));
  EXPECT_EQ(beside["needs"], json::value(true));
  EXPECT_EQ(needs, json::parse(R"([{"what":"Denaro","text":"Won"}])"));
  EXPECT_EQ(beside["status"], json::value(visit.say("status.running")));
  EXPECT_EQ(beside["challenge"], json::value(false));
}

}  // namespace
}  // namespace koinon::needs_field_test
