// What came of a practice: who took it up, wrote on, asked and was answered; whose story is told; the
// picture.
#include "node/reading/story_view.h"

#include <boost/json.hpp>

#include "node/pages/story_model.h"
#include "node/pages/story_picture.h"
#include "proto/base/limits.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::story_view_test {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1000;

class Story : public IndexedLibrary {
 protected:
  StoryView story(const OwnLog& of, EntryIndex index_of) {
    Directory directory(*store, nearness, reader.get());
    auto view = read_story(directory, *store, *reader, of.id(), index_of);
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : StoryView();
  }
  std::optional<StoryPlace> chosen() {
    const auto place = most_told_practice(*store, *reader);
    EXPECT_TRUE(place.ok());
    return place.ok() ? *place : std::nullopt;
  }
  std::string city(const OwnLog& log) { return Directory(*store, nearness).city(log.id()); }
  Draft staged(const OwnLog& of, EntryIndex target, const std::string& stage, const std::string& outcome) {
    Draft draft = adoption(of, target, outcome);
    draft.body->mutable_adoption()->set_stage(stage);
    return draft;
  }
  Draft question(const OwnLog& about, EntryIndex target) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_QUESTION);
    draft.entry.set_language("en");
    refer(draft, v1::REF_ROLE_ABOUT, about, target);
    draft.body.emplace();
    draft.body->mutable_question()->set_title("How?");
    return draft;
  }
  EntryIndex add_at(std::int64_t time, OwnLog& log, const Draft& draft) {
    EXPECT_TRUE(store->begin(true).ok());
    const auto batch = log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, {time});
    EXPECT_TRUE(batch.ok() && batch->results[0].ok());
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return batch->results[0]->index;
  }
  static std::vector<std::string> parts(const StoryView& view) {
    std::vector<std::string> out;
    for (const StoryStep& step : view.steps) out.emplace_back(story_part_text(step.part));
    return out;
  }

  Nearness nearness;
};

TEST_F(Story, AllThatCameOfItStandsInTheOrderInWhichItArrived) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  Draft korean = practice("쉼터", "글", "ko");
  refer(korean, v1::REF_ROLE_TRANSLATES, seoul, at);
  const EntryIndex translated = add(seoul, korean);
  add(milan, staged(seoul, at, "trying", ""));
  const EntryIndex asked = add(lima, question(seoul, translated));
  Draft own = practice("Rifugi", "testo", "it");
  refer(own, v1::REF_ROLE_DERIVES_FROM, seoul, at);
  const EntryIndex derived = add(milan, own);
  add(milan, answer(lima, asked, "So."));
  add(lima, adoption(milan, derived, "partly"));
  add(milan, staged(seoul, translated, "adapted", "worked"));
  add(milan, practice("Something else", "text"));
  const StoryView view = story(seoul, at);
  EXPECT_EQ(parts(view),
            (std::vector<std::string>{"adopted", "asked", "derived", "answered", "adopted", "adopted"}));
  EXPECT_EQ(view.practice.title, "Shelter");
  ASSERT_EQ(view.languages.size(), 1U);
  EXPECT_EQ(view.languages[0].title, "쉼터");
  EXPECT_TRUE(view.steps[0].said_again) << "of the practice in whatever language";
  EXPECT_FALSE(view.steps[5].said_again);
  EXPECT_EQ(view.steps[5].stage, "adapted");
  EXPECT_EQ(view.steps[4].of_city, city(milan)) << "what came of what was derived belongs to it";
  EXPECT_EQ(view.cities, 2);
  EXPECT_EQ(view.outcomes, (std::map<std::string, std::int64_t>{{"partly", 1}, {"worked", 1}}));
  EXPECT_FALSE(view.more);
  EXPECT_EQ(parts(story(seoul, translated)), parts(view)) << "it is the same story";
  EXPECT_EQ(story(seoul, translated).practice.title, "쉼터");
  EXPECT_EQ(parts(story(milan, derived)), std::vector<std::string>{"adopted"});
}

TEST_F(Story, ARevisionHasTheStoryOfWhatItRevises) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, at, "worked"));
  Draft better = practice("Better shelter", "text");
  refer(better, v1::REF_ROLE_REVISES, seoul, at);
  const EntryIndex newer = add(seoul, better);
  add(lima, adoption(seoul, newer, "worked"));
  EXPECT_EQ(story(seoul, newer).steps.size(), 2U);
  const StoryView of_first = story(seoul, at);
  EXPECT_EQ(of_first.steps.size(), 2U);
  EXPECT_EQ(of_first.practice.title, "Better shelter") << "what stands is told";
}

TEST_F(Story, AnAnswerSaysHowLongItTook) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex asked = add_at(10 * kDay, lima, question(seoul, at));
  add_at(12 * kDay, milan, answer(lima, asked, "So."));
  const StoryView view = story(seoul, at);
  ASSERT_EQ(view.steps.size(), 2U);
  ASSERT_TRUE(view.steps[1].after.has_value());
  EXPECT_EQ(view.steps[1].after->count(), 2 * kDay);
  EXPECT_EQ(view.steps[1].of_city, city(lima));
}

TEST_F(Story, WhatWasTakenBackIsNoPartOfIt) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex taken = add(milan, adoption(seoul, at, "worked"));
  withdraw(milan, taken);
  EXPECT_TRUE(story(seoul, at).steps.empty());
  EXPECT_FALSE(chosen().has_value());
  withdraw(seoul, at);
  Directory directory(*store, nearness, reader.get());
  const auto none = read_story(directory, *store, *reader, seoul.id(), at);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kNotFound);
}

TEST_F(Story, OnlyAPracticeHasOne) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex taken = add(milan, adoption(seoul, at, "worked"));
  Directory directory(*store, nearness, reader.get());
  const auto none = read_story(directory, *store, *reader, milan.id(), taken);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().id, "story.of_practice");
}

TEST_F(Story, TheOneIsToldOfWhichMostCitiesSayHowItWent) {
  EXPECT_FALSE(chosen().has_value());
  const EntryIndex first = add(seoul, practice("Shelter", "text"));
  const EntryIndex second = add(seoul, practice("Shade", "text"));
  add(milan, adoption(seoul, second, ""));
  EXPECT_FALSE(chosen().has_value()) << "nobody has said";
  add(seoul, adoption(seoul, first, "worked"));
  EXPECT_FALSE(chosen().has_value()) << "nor another city";
  add(milan, adoption(seoul, first, "did-not"));
  ASSERT_TRUE(chosen().has_value()) << "a failure is told as well";
  EXPECT_EQ(chosen()->index, first);
  add(milan, adoption(seoul, second, "worked"));
  EXPECT_EQ(chosen()->index, first) << "of two with as many, the one that was there first";
  add(lima, adoption(seoul, second, "worked"));
  EXPECT_EQ(chosen()->index, second);
  // Its last word counts.
  add(lima, adoption(seoul, second, ""));
  EXPECT_EQ(chosen()->index, second) << "more have taken it up";
}

TEST_F(Story, NoMoreIsLookedAtThanALimit) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  Draft again = adoption(seoul, at, "worked");
  again.again = true;
  ASSERT_TRUE(publish_at_once(*store, milan, std::vector<Draft>(limits::kStoryRecords + 1, again)).ok());
  catch_up();
  const StoryView view = story(seoul, at);
  EXPECT_EQ(view.steps.size(), limits::kStoryRecords);
  EXPECT_TRUE(view.more);
  EXPECT_EQ(view.cities, 1);
}

TEST_F(Story, TheFirstPageTellsAFewSteps) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, at, ""));
  add(milan, adoption(seoul, at, "too-early"));
  add(lima, adoption(seoul, at, "did-not"));
  add(lima, question(seoul, at));
  const EntryIndex asked = add(lima, question(seoul, at));
  add(seoul, answer(lima, asked, "So."));
  const auto told = told_steps(story(seoul, at));
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[0].outcome, "too-early") << "the last word of a city";
  EXPECT_EQ(told[1].outcome, "did-not");
  EXPECT_EQ(told[2].note.index, asked) << "a question that was answered";
  EXPECT_EQ(told[3].part, StoryPart::kAnswered);
  add(milan, adoption(seoul, at, "worked"));
  const auto later = told_steps(story(seoul, at));
  ASSERT_EQ(later.size(), 4U);
  EXPECT_EQ(later[0].outcome, "worked") << "it is told where the city first came in";
}

TEST(StoryPicture, EachCityStandsBehindWhomItLearnedFrom) {
  const std::vector<StoryStop> stops = {{"Seoul", "", {}},
                                        {"Los Angeles", "worked", 0},
                                        {"San Diego", "answered", 1},
                                        {"Milan", "onload=x", 0}};
  const auto x_of = [](const boost::json::object& picture, std::size_t i) {
    return std::stoi(std::string(picture.at("circles").at(i).at("x").as_string()));
  };
  const auto there = story_picture(stops, false);
  EXPECT_LT(x_of(there, 0), x_of(there, 1));
  EXPECT_LT(x_of(there, 1), x_of(there, 2));
  EXPECT_EQ(x_of(there, 1), x_of(there, 3));
  EXPECT_EQ(there.at("arrows").as_array().size(), 3U);
  EXPECT_LE(std::stoi(std::string(there.at("width").as_string())), 340) << "three columns fit a phone";
  EXPECT_EQ(there.at("circles").at(3).at("how").as_string(), "unsaid") << "a class is no city's to write";
  const auto back = story_picture(stops, true);
  EXPECT_GT(x_of(back, 0), x_of(back, 1));
}

TEST(StoryPicture, ALongNameIsCutAtACharacter) {
  const auto name = [](const std::string& of) {
    const auto picture = story_picture({{of, "", {}}}, false);
    return std::string(picture.at("circles").at(0).at("name").as_string());
  };
  EXPECT_EQ(name("San Francisco"), "San Francisco");
  EXPECT_EQ(name("서울특별시"), "서울특별시");
  EXPECT_EQ(name("서울특별시서울특별시"), "서울특별시서울특…");
  EXPECT_EQ(name("Llanfairpwllgwyngyll"), "Llanfairpwllgwyn…");
}

}  // namespace
}  // namespace koinon::test::story_view_test
