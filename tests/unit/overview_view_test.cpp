// What follows from many records together: what a city gave and took, the map.
#include "node/api/ties_csv.h"
#include "node/reading/impact_view.h"
#include "node/reading/ties_view.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::overview_view_test {
namespace {

class Overview : public IndexedLibrary {
 protected:
  ImpactView impact(const OwnLog& of) {
    Directory directory(*store, nearness, reader.get());
    ImpactQuery query;
    query.own = of.id();
    auto view = read_impact(directory, *store, *reader, query);
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : ImpactView();
  }

  Nearness nearness;
};

TEST_F(Overview, OfEachCityItsLatestWordOnAPracticeCounts) {
  Draft shelter = practice("Shelter", "text");
  shelter.body->mutable_practice()->add_sdgs(11);
  const EntryIndex at = add(seoul, shelter);
  add(milan, adoption(seoul, at, "too-early"));
  add(milan, adoption(seoul, at, "worked"));
  add(lima, adoption(seoul, at, "did-not"));
  const ImpactView view = impact(seoul);
  EXPECT_EQ(view.figures.practices, 1U);
  EXPECT_EQ(view.figures.learning, 2U);
  ASSERT_EQ(view.given.size(), 2U);
  EXPECT_EQ(view.given[0].note.log, lima.id()) << "the newest first";
  EXPECT_EQ(view.given[1].outcome, "worked");
  EXPECT_EQ(view.given[1].of_title, "Shelter");
  EXPECT_EQ(view.given[1].told, "As it was.");
  ASSERT_EQ(view.figures.goals.size(), 1U);
  const ServedFigures& goal = view.figures.goals.at(11);
  EXPECT_EQ(goal.practices, 1U);
  EXPECT_EQ(goal.ties, 2U);
  EXPECT_EQ(goal.outcomes, (TieOutcomes{0, 1, 0, 1, 0}));
  EXPECT_TRUE(view.taken.empty());
  ASSERT_EQ(impact(milan).taken.size(), 1U);
  EXPECT_EQ(impact(milan).taken[0].of_city, Directory(*store, nearness).city(seoul.id()));
}

TEST_F(Overview, AnAdoptionOfAVoidPracticeIsNotOneOfThePracticeInItsPlace) {
  add(seoul, practice("Shelter", "text"));
  const EntryIndex first = add(seoul, practice("Poison", "text"));
  const EntryIndex gone = add(seoul, practice("More poison", "text"));
  add(milan, adoption(seoul, gone, "worked"));
  ASSERT_EQ(impact(milan).taken.size(), 1U);
  ASSERT_TRUE(take_back(*store, seoul, first.value).ok());
  ASSERT_EQ(add(seoul, practice("After", "text")), gone);
  EXPECT_TRUE(impact(milan).taken.empty());
  EXPECT_TRUE(impact(seoul).given.empty());
}

TEST_F(Overview, WhereTheIndexIsBehindNoBodyIsCountedForAnotherThatIsVoid) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, practice("Rifugi", "testo"));
  const EntryIndex first = add(milan, practice("Poison", "text"));
  const EntryIndex gone = add(milan, adoption(seoul, at, "worked"));
  ASSERT_EQ(impact(seoul).given.size(), 1U);
  ASSERT_TRUE(take_back(*store, milan, first.value).ok());
  ASSERT_EQ(*publish(*store, milan, adoption(seoul, at, "did-not")), gone);
  ASSERT_EQ(impact(seoul).given.size(), 1U) << "the index has not read it yet";
  EXPECT_EQ(impact(seoul).given[0].outcome, "worked");
  EXPECT_EQ(impact(seoul).given[0].told, "") << "nothing of the other is told under its name";
  catch_up();
  ASSERT_EQ(impact(seoul).given.size(), 1U);
  EXPECT_EQ(impact(seoul).given[0].outcome, "did-not");
}

TEST_F(Overview, ATranslationIsThePracticeOnceMoreAndAnAnswerToOneQuestionOneAnswer) {
  Draft shelter = practice("Shelter", "text");
  shelter.body->mutable_practice()->add_sdgs(11);
  const EntryIndex at = add(seoul, shelter);
  Draft korean = practice("쉼터", "글", "ko");
  korean.body->mutable_practice()->add_sdgs(11);
  refer(korean, v1::REF_ROLE_TRANSLATES, seoul, at);
  const EntryIndex translated = add(seoul, korean);
  const EntryIndex theirs = add(milan, practice("Rifugi", "testo", "it"));
  Draft of_theirs = practice("Shelters of Milan", "text");
  refer(of_theirs, v1::REF_ROLE_TRANSLATES, milan, theirs);
  const EntryIndex ours_of_theirs = add(seoul, of_theirs);
  add(lima, adoption(seoul, at, "worked"));
  add(lima, adoption(seoul, translated, "worked"));
  add(milan, adoption(seoul, translated, "partly"));
  add(lima, adoption(seoul, ours_of_theirs, "worked"));
  for (int i = 0; i < 2; ++i) add(seoul, answer(milan, theirs, "Yes."));
  const ImpactView view = impact(seoul);
  EXPECT_EQ(view.figures.practices, 1U);
  EXPECT_EQ(view.given.size(), 2U) << "Lima's and Milan's";
  EXPECT_EQ(view.figures.learning, 2U);
  EXPECT_EQ(view.figures.goals.at(11).practices, 1U);
  EXPECT_EQ(view.figures.goals.at(11).ties, 2U);
  EXPECT_EQ(view.figures.answered, 1U);
  EXPECT_EQ(impact(milan).given.size(), 1U) << "what Seoul translated of Milan is Milan's";
}

TEST_F(Overview, OfTwoRevisionsOfOneVersionTheNewestCounts) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  for (const unsigned goal : {3U, 11U}) {
    Draft better = practice("Shelter, for goal " + std::to_string(goal), "text");
    better.body->mutable_practice()->add_sdgs(goal);
    refer(better, v1::REF_ROLE_REVISES, seoul, at);
    add(seoul, better);
  }
  const ImpactView view = impact(seoul);
  EXPECT_EQ(view.figures.practices, 1U);
  ASSERT_EQ(view.figures.goals.size(), 1U);
  EXPECT_EQ(view.figures.goals.begin()->first, 11U);
}

TEST_F(Overview, ACityIsCalledInTheReadersLanguageWhereItsProfileSaysSo) {
  Draft said = profile(9.4e6, "Dwa");
  auto* name = said.body->mutable_profile()->add_names();
  name->set_language("KO-kr");
  name->set_name("서울");
  add(seoul, said);
  Directory directory(*store, nearness, reader.get());
  EXPECT_EQ(directory.name_in(seoul.id(), "ko"), "서울");
  EXPECT_EQ(directory.name_in(seoul.id(), "it"), "City");
  EXPECT_EQ(directory.name_in(milan.id(), "ko"), "") << "it has stated none";
}

TEST_F(Overview, WhatIsTakenBackCountsForNothingAndWhatWasSaidBeforeStandsAgain) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex first = add(milan, adoption(seoul, at, "worked"));
  const EntryIndex second = add(milan, adoption(seoul, at, "did-not"));
  withdraw(milan, second);
  const ImpactView view = impact(seoul);
  ASSERT_EQ(view.given.size(), 1U);
  EXPECT_EQ(view.given[0].outcome, "worked");
  withdraw(milan, first);
  EXPECT_TRUE(impact(seoul).given.empty());
  EXPECT_EQ(impact(seoul).figures.learning, 0U);
}

TEST_F(Overview, TheMapHasTheCitiesOfAdoptionsWhereTheySayThatTheyAre) {
  Draft where = profile(1000, "Cfb");
  where.body->mutable_profile()->set_latitude(45.5);
  where.body->mutable_profile()->set_longitude(9.25);
  add(milan, where);
  add(lima, where);
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, at, "worked"));
  Directory directory(*store, nearness, reader.get());
  const auto view = read_map(directory, *reader, {}, true);
  ASSERT_TRUE(view.ok()) << view.error().text();
  ASSERT_EQ(view->adoptions.size(), 1U);
  EXPECT_EQ(view->adoptions[0].of_city, directory.city(seoul.id()));
  EXPECT_EQ(view->adoptions[0].note.city, directory.city(milan.id()));
  ASSERT_EQ(view->lines.size(), 1U);
  EXPECT_EQ(view->lines[0].from, directory.city(seoul.id()));
  EXPECT_EQ(view->lines[0].ties, 1U);
  EXPECT_EQ(view->lines[0].outcomes, (TieOutcomes{0, 1, 0, 0, 0}));
  ASSERT_EQ(view->cities.size(), 2U) << "Lima took and gave nothing";
  for (const PlaceView& place : view->cities) {
    const bool is_milan = place.city == directory.city(milan.id());
    EXPECT_EQ(place.where.has_value(), is_milan) << place.city;
    EXPECT_EQ(place.name, is_milan ? "City" : "");
    if (place.where) {
      EXPECT_EQ(place.where->latitude, 45.5);
    }
  }
}

// Everybody may ask for a part, so that none is longer than a page of another list.
TEST(TableOfTies, ComesInPartsThatLeaveNoTieOut) {
  for (const std::uint64_t ties : std::vector<std::uint64_t>{0, 1, 999, 1000, 1001, 2000, 2001, 200'000}) {
    const auto parts = parts_of_table(ties);
    ASSERT_FALSE(parts.empty());
    std::uint64_t next = 1;
    for (const TablePart& part : parts) {
      EXPECT_EQ(part.first, next) << ties;
      EXPECT_LE(part.last - part.first + 1, limits::kPageSizeMax) << ties;
      EXPECT_TRUE(ties == 0 || part.last >= part.first) << ties;
      next = part.last + 1;
    }
    EXPECT_EQ(parts.back().last, ties);
  }
}

}  // namespace
}  // namespace koinon::test::overview_view_test
