// What an address takes behind its question mark, and since when a list begins.
#include "node/site/parameter_rules.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/http/message.h"
#include "node/reading/search_words.h"
#include "node/reading/since.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::parameter_rules_test {
namespace {

OperationFacts taking(std::vector<std::string> query) {
  OperationFacts out;
  out.method = "GET";
  out.query = std::move(query);
  return out;
}

const boost::json::object kParameters = {
    {"shade", {{"schema", {{"type", "string"}, {"enum", {"light", "deep"}}}}}},
    {"words", {{"schema", {{"type", "string"}}}}},
};

TEST(ParameterRules, ARouteTakesTheParametersThatItNamesAndNoOthers) {
  const ParameterRules rules(kParameters);
  const OperationFacts route = taking({"words", "shade"});
  EXPECT_TRUE(rules.check(route, false, {}).ok());
  EXPECT_TRUE(rules.check(route, false, {{"words", "anything at all"}, {"shade", "deep"}}).ok());
  const Status misspelt = rules.check(route, false, {{"word", "x"}});
  ASSERT_FALSE(misspelt.ok());
  EXPECT_EQ(misspelt.error().code, Code::kInvalidArgument);
  EXPECT_EQ(misspelt.error().field, "word");
  EXPECT_TRUE(misspelt.error().message.ends_with("it takes words or shade")) << misspelt.error().message;
  EXPECT_TRUE(rules.check(taking({}), false, {{"words", ""}}).error().message.ends_with("it takes none"));
}

TEST(ParameterRules, AValueIsOneOfThoseThatTheDocumentLists) {
  const ParameterRules rules(kParameters);
  const Status wrong = rules.check(taking({"shade"}), false, {{"shade", "dark"}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().text(), "shade: it is light or deep");
  EXPECT_FALSE(rules.check(taking({"shade"}), false, {{"shade", "Deep"}}).ok());
  EXPECT_TRUE(rules.check(taking({"shade"}), false, {{"shade", ""}}).ok()) << "the same as not given";
}

TEST(ParameterRules, NothingBehindAnAmpersandIsNoParameterAndAPageTakesWhatASharedLinkHas) {
  const ParameterRules rules(kParameters);
  EXPECT_TRUE(rules.check(taking({"words"}), false, {{"words", "x"}, {"", ""}}).ok());
  EXPECT_FALSE(rules.check(taking({"words"}), false, {{"", "x"}}).ok());
  EXPECT_TRUE(rules.check(taking({"words"}), true, {{"utm_source", "mail"}, {"shade", "dark"}}).ok());
}

TEST(ParameterRules, ANameOfAnyLengthIsToldShortAndHarmless) {
  const ParameterRules rules(kParameters);
  const Status wrong = rules.check(taking({}), false, {{"\u202e" + std::string(5000, 'x'), "1"}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_LE(wrong.error().field.size(), 40U);
  EXPECT_EQ(wrong.error().field.find("\u202e"), std::string::npos);
}

TEST(ParameterRules, TheDocumentThatIsBuiltInListsTheKinds) {
  const ParameterRules rules;
  EXPECT_TRUE(rules.check(taking({"kind"}), false, {{"kind", "node-notice"}}).ok());
  EXPECT_FALSE(rules.check(taking({"kind"}), false, {{"kind", "practices"}}).ok());
  // The list of the document and that of the protocol are one.
  for (int i = 1; v1::Kind_IsValid(i); ++i) {
    const std::string name(kind_name(static_cast<v1::Kind>(i)));
    EXPECT_TRUE(rules.check(taking({"kind"}), false, {{"kind", name}}).ok()) << name;
  }
}

TEST(Problems, SayTheStatusInWordsAndNameAFieldOfTheRequestOrNone) {
  const auto body_of = [](const Error& error) {
    const HttpResponse out = problem(error);
    EXPECT_EQ(out.content_type, "application/problem+json");
    return boost::json::parse(out.body).as_object();
  };
  boost::json::object wrong = body_of(fail(Code::kInvalidArgument, "a title has at most 300 bytes", "title"));
  EXPECT_EQ(wrong, (boost::json::object{{"type", "about:blank"},
                                        {"title", "Bad Request"},
                                        {"status", 400},
                                        {"code", "invalid_argument"},
                                        {"detail", "a title has at most 300 bytes"},
                                        {"field", "title"}}));
  EXPECT_EQ(body_of(fail(Code::kNotFound, "no such city", "city"))["title"], "Not Found");
  EXPECT_TRUE(body_of(fail(Code::kNotFound, "no such city", "city")).contains("field"));
  for (const Error& error :
       {fail(Code::kRefused, "it takes a reviewer", "role"), fail(Code::kInternal, "it broke", "store"),
        fail(Code::kTooMany, "too often", "password"), fail(Code::kMalformed, "it cannot be read", "target"),
        fail(Code::kRefused, "another site")})
    EXPECT_FALSE(body_of(error).contains("field")) << error.text();
}

TEST(Since, IsATimeOrADay) {
  EXPECT_FALSE(read_since({})->has_value());
  EXPECT_EQ(read_since({{"since", "1970-01-02"}})->value().value, 86'400'000);
  EXPECT_EQ(read_since({{"since", "1970-01-01T02:00:00+01:00"}})->value().value, 3'600'000);
  EXPECT_EQ(read_since({{"since", "1970-01-01T02:00:00 01:00"}})->value().value, 3'600'000)
      << "a plus sign, decoded";
  EXPECT_EQ(read_since({{"since", "1970-01-01 02:00:00Z"}})->value().value, 7'200'000);
  for (const char* wrong : {"yesterday", "1970-01-0", "1970-13-01", "12", "1970-01-01T", " "})
    EXPECT_EQ(read_since({{"since", wrong}}).error().field, "since") << wrong;
}

TEST(Since, TheFirstArrivalOfATimeIsFound) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  OwnLog log = test_log();
  const std::vector<std::int64_t> times = {1000, 1000, 2000, 5000, 5000, 9000};
  for (const std::int64_t at : times) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(log.publish(*store,
                            {[&](StoreReader&) -> Result<Draft> { return note("At " + std::to_string(at)); }},
                            {at})
                    .ok());
    ASSERT_TRUE(store->commit().ok());
  }
  const auto all = store->arrivals({}, 100);
  ASSERT_TRUE(all.ok());
  const ArrivalSeq newest(all->back().first.value + all->back().count - 1);
  for (const std::int64_t time : {0, 999, 1000, 1001, 2000, 2001, 5000, 5001, 9000, 9001}) {
    const auto before = arrived_before(*store, {time}, newest);
    ASSERT_TRUE(before.ok());
    const auto rest = store->arrivals(*before, 100);
    ASSERT_TRUE(rest.ok());
    std::uint64_t later = 0;
    for (const Arrival& row : *all) later += row.at.value >= time ? row.count : 0;
    std::uint64_t found = 0;
    for (const Arrival& row : *rest) {
      EXPECT_GE(row.at.value, time);
      found += row.count;
    }
    EXPECT_EQ(found, later) << time;
  }
  EXPECT_EQ(arrived_before(*store, {5000}, {})->value, 0U) << "nothing is looked at";
}

TEST(NoteSearches, TakeCountryAndLanguageInAnyCase) {
  const auto read = read_note_search({{"country", "kr"}, {"language", "pt_BR"}});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->query.country, "KR");
  EXPECT_EQ(read->query.language, "pt-BR");
}

}  // namespace
}  // namespace koinon::test::parameter_rules_test
