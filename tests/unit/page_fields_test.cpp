// What people write into the fields of pages, read: colleagues, cities, topics that they are asked about.
#include <gtest/gtest.h>

#include "node/pages/city_field.h"
#include "node/pages/colleagues.h"
#include "node/pages/form_faults.h"
#include "node/pages/note_view.h"
#include "node/pages/practice_field.h"
#include "node/pages/topic_field.h"

namespace koinon::page_fields_test {
namespace {

using Form = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

TEST(PageFields, AColleagueIsChosenByNameOfficeOrAccount) {
  const std::vector<Colleague> all = {{"minji", "Kim Minji", "Health office"},
                                      {"marco", "Marco Rossi", "Press"},
                                      {"anna", "Anna Ferrè", "Press"}};
  EXPECT_EQ(*colleague_named(all, "health  OFFICE"), "minji");
  EXPECT_EQ(*colleague_named(all, "kim minji"), "minji");
  EXPECT_EQ(*colleague_named(all, colleague_label(all[1])), "marco");
  EXPECT_EQ(*colleague_named(all, "anna ferre"), "anna");
  EXPECT_EQ(*colleague_named(all, "marco"), "marco");
  EXPECT_EQ(*colleague_named(all, " "), "");
  const auto several = colleague_named(all, "Press");
  ASSERT_FALSE(several.ok());
  EXPECT_NE(several.error().message.find("Marco Rossi"), std::string::npos);
  EXPECT_EQ(colleague_named(all, "nobody").error().field, "assignee");
  EXPECT_EQ(colleague_label({"it", "", ""}), "it");
}

TEST(PageFields, CitiesAreNamedOrWrittenAsDomains) {
  const auto typed = typed_cities("Seoul (Seoul.example), New York; milan.example la.example, Roma (centro)");
  Names domains;
  Names names;
  for (const TypedCity& one : typed)
    (one.domain.empty() ? names : domains).push_back(one.domain.empty() ? one.typed : one.domain);
  EXPECT_EQ(domains, (Names{"seoul.example", "milan.example", "la.example"}));
  EXPECT_EQ(names, (Names{"New York", "Roma (centro)"}));
}

TEST(PageFields, ATopicIsAskedAboutUntilItIsAnswered) {
  Form form{{"topics", "Extreme heat, heat island parks, 보건"}};
  TypedTopics typed = typed_topics(form);
  EXPECT_EQ(typed.slugs, (Names{"climate/heat", "health"}));
  EXPECT_EQ(typed.unknown, (Names{"heat island parks"}));
  ASSERT_EQ(topic_faults(typed).size(), 1U);
  form["topic-for:heat island parks"] = "climate/heat";
  typed = typed_topics(form);
  EXPECT_EQ(typed.slugs, (Names{"climate/heat", "health"})) << "each once";
  EXPECT_TRUE(typed.unknown.empty());
  form["topic-for:heat island parks"] = "keep";
  EXPECT_EQ(typed_topics(form).slugs, (Names{"climate/heat", "heat-island-parks", "health"}));
  form["topic-for:heat island parks"] = "no/such-topic";
  EXPECT_EQ(typed_topics(form).unknown.size(), 1U) << "an answer is one of the list";
  form["topic:food"] = "on";
  form["topic:no/such-topic"] = "on";
  EXPECT_EQ(typed_topics(form).slugs, (Names{"climate/heat", "health", "food"}));
}

TEST(PageFields, TopicsToFollowAreNamedAllOfThemToo) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  for (const Catalogue& words : messages->languages()) {
    Visit visit;
    visit.words = &words;
    const auto followed = [&](const std::string& name) { return followed_topic(visit, name, "topics"); };
    for (const std::string& all : {std::string("all"), std::string("ALL"), words.text("mail.all_topics")})
      EXPECT_EQ(followed(all).ok() ? *followed(all) : "refused", "all") << words.tag() << " " << all;
    EXPECT_EQ(*followed("Extreme heat"), "climate/heat");
    EXPECT_EQ(*followed("tram/night-lines"), "tram/night-lines") << "a path of our own";
    ASSERT_FALSE(followed("heat").ok()) << "it may be one of several";
    EXPECT_EQ(followed("heat").error().field, "topics");
  }
}

TEST(PageFields, APracticeIsNamedByItsTitleItsRefOrItsPage) {
  const auto refs = [](const std::string& typed) {
    const auto rows = typed_practices({{"points_to", typed}});
    return rows.empty() ? Names{"nothing"} : rows.front().refs;
  };
  EXPECT_EQ(refs("Roofs, cool; and (white) (seoul.example/12)"), (Names{"seoul.example/12"}));
  EXPECT_EQ(refs("https://node.seoul.example/records/la.example/3?version=1#answers"),
            (Names{"la.example/3"}));
  EXPECT_EQ(
      refs(" la.example/3, seoul.example~abcdefghijklmnop/12\thttp://a.example/records/rome.example/1 "),
      (Names{"la.example/3", "seoul.example~abcdefghijklmnop/12", "rome.example/1"}));
  for (const char* title :
       {"Cool roofs", "Open 24/7", "la.example/3 and more", "Shade (2030)", "seoul.example/x"})
    EXPECT_EQ(refs(title), Names()) << title;
  EXPECT_EQ(refs("  "), Names{"nothing"});
  Names typed;
  for (const TypedPractice& row : typed_practices({{"points_to", "A"},
                                                   {"points_to:2", ""},
                                                   {"points_to:3", "B"},
                                                   {"points_to:x", "C"},
                                                   {"points_to:99", "D"}}))
    typed.push_back(row.typed);
  EXPECT_EQ(typed, (Names{"A", "B"})) << "no row is lost, and there are not more than a note may have";
}

TEST(PageFields, APracticeIsMeantByItsWholeTitleAlone) {
  const std::vector<NamedPractice> found = {{"a.example/1", "Cool roofs"},
                                            {"b.example/2", "COOL  ROOFS"},
                                            {"c.example/3", "Cool roofs for schools"}};
  EXPECT_EQ(called_so("cool roofs", found).size(), 2U);
  EXPECT_EQ(called_so("Cool roofs for schools", found).front().ref, "c.example/3");
  EXPECT_TRUE(called_so("roofs", found).empty());
  EXPECT_EQ(practice_label(found[0]), "Cool roofs (a.example/1)");
  EXPECT_EQ(typed_practices({{"points_to", practice_label(found[2])}}).front().refs, (Names{"c.example/3"}));
  EXPECT_TRUE(is_practice_row(practice_row_id(1)) && is_practice_row(practice_row_id(2)));
}

TEST(PageFields, OfEachCityTheLastWordOnAPracticeIsItsCard) {
  const auto word = [](const char* ref, RecordStatus status = RecordStatus::kCurrent,
                       v1::RefRole role = v1::REF_ROLE_ADOPTS) {
    ReferringView out;
    out.role = role;
    out.ref = ref;
    out.status = status;
    return out;
  };
  EXPECT_EQ(earlier_words({word("la.example/1"), word("milan.example/4"), word("la.example/9"),
                           word("la.example/10", RecordStatus::kWithdrawn),
                           word("lima.example/2", RecordStatus::kWithdrawn),
                           word("la.example/3", RecordStatus::kCurrent, v1::REF_ROLE_ABOUT)}),
            (std::set<std::string>{"la.example/1", "la.example/10"}));
}

TEST(PageFields, AllFaultsStandAboveAndEachAtItsField) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Visit visit;
  visit.words = &messages->choose("en", "");
  visit.request.caller.role = Role::kOperator;
  Error error = fail(Code::kInvalidArgument, "the first", "content.title");
  error.also = {fail(Code::kInvalidArgument, "the second", "topics"),
                fail(Code::kInvalidArgument, "of all", "x")};
  const FormFaults faults(visit, error, [](const std::string& field) -> std::optional<FormField> {
    if (field == "x") return std::nullopt;
    return FormField{field, "The " + field};
  });
  EXPECT_EQ(faults.at("title"), "the first");
  EXPECT_EQ(faults.at("topics"), "the second");
  EXPECT_EQ(faults.at(""), "");
  boost::json::object model;
  faults.put(model);
  EXPECT_EQ(model["problems"].as_array().size(), 3U);
  EXPECT_EQ(model["error_topics"].as_string(), "the second");
  // The same by a list of fields, and of what stands below them.
  const FormFaults listed(visit, error, std::vector<KnownField>{{"title", "heading", "field.topics"}});
  EXPECT_EQ(listed.at("heading"), "the first");
  EXPECT_EQ(listed.at("topics"), "");
  const FormFaults below(visit, fail(Code::kInvalidArgument, "of one", "digests.days"),
                         std::vector<KnownField>{{"digests", "digests", "mail.digests"}});
  EXPECT_EQ(below.at("digests"), "of one");
}

TEST(PageFields, ASentenceThatNobodyHasTranslatedReachesNoOtherLanguage) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const Error plain = fail(Code::kIo, "the disk says no");
  const Error wrong = fail(Code::kInvalidArgument, "it is what `next` said");
  const Error said = fail(Code::kConflict, Sentence{"peer.unknown", "no peer is called so"});
  for (const Catalogue& words : messages->languages()) {
    Visit visit;
    visit.words = &words;
    const bool english = words.tag() == "en";
    for (const Role role : {Role::kPublisher, Role::kOperator}) {
      visit.request.caller.role = role;
      EXPECT_EQ(visit.fault(plain), english ? plain.message : words.text("error.in_english")) << words.tag();
      EXPECT_EQ(visit.fault(wrong),
                english && role == Role::kOperator ? wrong.message : words.text("error.not_understood"))
          << words.tag();
      EXPECT_EQ(visit.fault(said), words.fault(said)) << words.tag();
    }
    const Error own = visit.said(Code::kNotFound, "held.none");
    EXPECT_EQ(visit.fault(own), words.text("held.none"));
  }
}

TEST(PageFields, WhatIsWrongIsGatheredWithWhatCameWithIt) {
  std::vector<Error> faults;
  take_fault(faults, {});
  Error two = fail(Code::kInvalidArgument, "the second", "b");
  two.also = {fail(Code::kInvalidArgument, "the third", "c")};
  take_fault(faults, fail(Code::kTooLarge, "the first", "a"));
  take_fault(faults, two);
  const Status all = all_faults(std::move(faults));
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().field, "a");
  ASSERT_EQ(all.error().also.size(), 2U);
  EXPECT_EQ(all.error().also[1].message, "the third");
  EXPECT_TRUE(all.error().also[0].also.empty()) << "one list, not lists in lists";
  EXPECT_TRUE(all_faults({}).ok());
}

}  // namespace
}  // namespace koinon::page_fields_test
