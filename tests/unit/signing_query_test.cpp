// What somebody asks to be signed, from a form of a page and from JSON alike.
#include "node/api/signing_query.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/api/change_request.h"
#include "node/api/drafts_json.h"
#include "node/pages/form_values.h"
#include "node/pages/note_form.h"

namespace koinon::test::signing_query_test {
namespace {

using Json = boost::json::object;

const NoteRequest& note_of(const SigningQuery& query) { return std::get<NoteRequest>(query.request); }

TEST(SigningQueries, AFormAndTheSameInJsonAskForTheSame) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Visit visit;
  visit.words = &messages->choose("en", "");
  visit.form = {{"title", "Testing in cars"},
                {"solution", "Two lanes.\r\nNo queue."},
                {"topics", "health, mobility"},
                {"language", "en"},
                {"cost_amount", "21000000"},
                {"cost_currency", "USD"},
                {"sdg_3", "on"},
                {"office", "Health"},
                {"derives_from", "seoul.example/3"}};
  const auto of_form = read_note_query(request_of_form(visit));
  ASSERT_TRUE(of_form.ok()) << of_form.error().text();
  const auto json = parse_request(R"({"kind": "practice", "language": "en", "office": "Health",
    "topics": ["health", "mobility"], "refs": [{"role": "derives_from", "ref": "seoul.example/3"}],
    "content": {"title": "Testing in cars", "solution": "Two lanes.\nNo queue.", "sdgs": [3],
                "cost": {"amount": 21000000, "currency": "USD"}}})");
  ASSERT_TRUE(json.ok());
  const auto of_json = read_note_query(*json);
  ASSERT_TRUE(of_json.ok()) << of_json.error().text();
  const NoteFile& one = note_of(*of_form).note;
  const NoteFile& other = note_of(*of_json).note;
  EXPECT_EQ(one.body.SerializeAsString(), other.body.SerializeAsString());
  EXPECT_EQ(one.kind, other.kind);
  EXPECT_EQ(one.language, other.language);
  EXPECT_EQ(one.topics, other.topics);
  ASSERT_EQ(one.refs.size(), 1U);
  ASSERT_EQ(other.refs.size(), 1U);
  EXPECT_EQ(one.refs[0].ref, other.refs[0].ref);
  EXPECT_EQ(of_form->kept, of_json->kept) << "and the same of it is kept";
}

TEST(SigningQueries, EveryKindThatPeopleWriteTakesItsContentAsJson) {
  for (const char* kind : {"profile", "practice", "adoption", "question", "answer", "call", "call-reply",
                           "proposal", "proposal-reply", "node-notice"}) {
    const auto read = read_note_query({{"kind", kind}, {"content", Json{}}});
    EXPECT_TRUE(read.ok()) << kind << ": " << read.error().text();
  }
}

TEST(SigningQueries, ThatTopicsAreLookedAtIsNoPartOfWhatIsKept) {
  const Json note{{"kind", "practice"}, {"content", {{"title", "Mine"}}}};
  Json strict = note;
  strict["strict_topics"] = true;
  const auto read = read_signing_query(strict);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(note_of(*read).strict_topics);
  EXPECT_EQ(read->kept, note) << "whoever could mend it is away when it is signed";
}

TEST(SigningQueries, WhenIsNoPartOfWhatIsKept) {
  const Json note{{"kind", "practice"}, {"content", {{"title", "Mine"}}}};
  Json timed = note;
  timed["hold"] = 60;
  timed["at"] = "2020-11-24T12:00:00Z";
  const auto read = read_signing_query(timed);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->when.hold, std::chrono::seconds(60));
  EXPECT_EQ(read->when.at, UnixMillis{1'606'219'200'000});
  EXPECT_EQ(read->kept, note);
  for (const boost::json::value& wrong : {boost::json::value(-1), boost::json::value(1.5),
                                          boost::json::value("soon"), boost::json::value(40'000'000)}) {
    timed["hold"] = wrong;
    EXPECT_EQ(read_signing_query(timed).error().field, "hold") << wrong;
  }
  timed["hold"] = 60;
  timed["at"] = "tomorrow";
  EXPECT_EQ(read_signing_query(timed).error().field, "at");
}

TEST(SigningQueries, AWithdrawalIsNoNoteAndIsKeptInAMemberOfItsOwn) {
  const auto read = read_withdrawal_query({{"ref", "seoul.example/3"}, {"erase", true}, {"hold", 5}});
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(std::get<WithdrawalRequest>(read->request).erase);
  EXPECT_EQ(read->when.hold, std::chrono::seconds(5));
  EXPECT_EQ(read->kept, (Json{{"withdraw", {{"ref", "seoul.example/3"}, {"erase", true}}}}));
  EXPECT_EQ(read_note_query(read->kept).error().field, "withdraw");
  EXPECT_EQ(read_draft(boost::json::serialize(read->kept)).error().field, "withdraw");
}

TEST(SigningQueries, WhoPublishesADraftMaySayWhen) {
  const std::string draft = R"({"kind": "practice", "content": {"title": "Mine"}, "hold": 60})";
  const auto as_it_says = read_kept_draft(draft, {});
  ASSERT_TRUE(as_it_says.ok()) << as_it_says.error().text();
  EXPECT_EQ(as_it_says->when.hold, std::chrono::seconds(60));
  const auto at_once = read_kept_draft(draft, {std::chrono::seconds(0), std::nullopt});
  ASSERT_TRUE(at_once.ok());
  EXPECT_EQ(at_once->when.hold, std::chrono::seconds(0));
  EXPECT_EQ(note_of(*at_once).note.body.practice().title(), "Mine");
  const std::string timed = R"({"kind": "practice", "at": "2030-05-07T09:00:00Z"})";
  const auto now_after_all = read_kept_draft(timed, {std::chrono::seconds(0), std::nullopt});
  ASSERT_TRUE(now_after_all.ok());
  EXPECT_EQ(now_after_all->when.at, std::nullopt) << "who says so counts before what the draft says";
  EXPECT_FALSE(read_kept_draft(R"({"withdraw": {"ref": "seoul.example/3"}})", {}).ok());
}

TEST(SigningQueries, WhatWasKeptAndCannotBeReadHasNoMembers) {
  EXPECT_EQ(kept_request(R"({"kind": "practice"})"), (Json{{"kind", "practice"}}));
  EXPECT_TRUE(kept_request("{").empty());
  EXPECT_TRUE(kept_request("[1]").empty());
}

TEST(DraftVersions, ATagNamesItsVersionAndAnythingElseNone) {
  EXPECT_EQ(version_named(""), std::nullopt) << "whichever it is now";
  EXPECT_EQ(version_named("\"v3\""), 3);
  for (const char* other : {"v3", "\"3\"", "\"v\"", "\"v03\"", "*", "\"v3\", \"v4\"", "\"v-1\"", "\""})
    EXPECT_EQ(version_named(other), 0) << other;
}

TEST(FormNumbers, AreWrittenAsPeopleWriteThemAndReadWhereTheyAreNumbers) {
  const boost::json::object request{
      {"cost", 2.1e7}, {"latitude", 37.5665}, {"evidence", 3}, {"period", "2020"}, {"links", nullptr}};
  EXPECT_EQ(text_at(request, "cost"), "21000000");
  EXPECT_EQ(text_at(request, "latitude"), "37.5665");
  EXPECT_EQ(text_at(request, "evidence"), "3");
  EXPECT_EQ(text_at(request, "period"), "2020");
  EXPECT_EQ(text_at(request, "links"), "");
  EXPECT_EQ(text_at(request, "staff"), "");
  EXPECT_EQ(number_or_text("17"), boost::json::value(17));
  EXPECT_EQ(number_or_text("1.5"), boost::json::value(1.5));
  for (const char* text : {"many", "inf", "nan", "1e999", ""})
    EXPECT_EQ(number_or_text(text), boost::json::value(text)) << text;
}

}  // namespace
}  // namespace koinon::test::signing_query_test
