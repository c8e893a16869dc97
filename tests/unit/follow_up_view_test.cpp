// About which adoptions a city is asked, and when: by its own words, and by its clock.
#include "node/reading/follow_up_view.h"

#include "node/reading/search_words.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::follow_up_view_test {
namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr UnixMillis kBegin{20'000 * kDay};

UnixMillis on(std::int64_t day) { return {kBegin.value + day * kDay}; }

class FollowUps : public IndexedLibrary {
 protected:
  // Milan says so on that day, by its clock.
  EntryIndex say(EntryIndex of, std::int64_t day, const std::string& stage, const std::string& outcome = "") {
    Draft draft = adoption(seoul, of, outcome);
    draft.body->mutable_adoption()->set_stage(stage);
    draft.again = true;
    EXPECT_TRUE(store->begin(true).ok());
    const auto batch = milan.publish(*store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, on(day));
    EXPECT_TRUE(batch.ok() && batch->results.front().ok());
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return batch->results.front()->index;
  }
  std::vector<FollowUpView> due(std::int64_t day) {
    Directory directory(*store, nearness, reader.get());
    auto view = read_follow_ups(directory, *store, *reader, milan.id(), on(day));
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : std::vector<FollowUpView>();
  }
  std::vector<int> months(std::int64_t day) {
    std::vector<int> out;
    for (const FollowUpView& one : due(day)) out.push_back(one.months);
    return out;
  }
  std::optional<FollowUpView> our_word(EntryIndex of, std::int64_t day) {
    Directory directory(*store, nearness, reader.get());
    auto view = read_our_word(directory, *store, *reader, milan.id(), {seoul.id(), of}, on(day));
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : std::nullopt;
  }
  EntryIndex revise(EntryIndex of, const std::string& title) {
    Draft draft = practice(title, "text");
    refer(draft, v1::REF_ROLE_REVISES, seoul, of);
    return add(seoul, draft);
  }

  Nearness nearness;
};

using Months = std::vector<int>;

TEST(FollowUpTimes, AnOfficeIsAskedAfterThreeSixAndTwelveMonthsUnlessItHasSpoken) {
  const auto due = [](std::int64_t last, std::int64_t now) {
    return follow_up_due({0}, {last * kDay}, {now * kDay});
  };
  EXPECT_EQ(due(0, 89), 0);
  EXPECT_EQ(due(0, 90), 3);
  EXPECT_EQ(due(0, 181), 6) << "once, for the later of two";
  EXPECT_EQ(due(0, 1000), 12);
  EXPECT_EQ(due(90, 100), 0) << "it was said on the very day";
  EXPECT_EQ(due(100, 120), 0) << "it has said how it went since";
  EXPECT_EQ(due(100, 180), 6);
  EXPECT_EQ(due(361, 1000), 0);
  EXPECT_EQ(follow_up_due({0}, {0}, {90 * kDay - 1}), 0);
  EXPECT_EQ(follow_up_due({0}, {90 * kDay - 1}, {90 * kDay}), 3);
  EXPECT_EQ(follow_up_due({5 * kDay}, {5 * kDay}, {kDay}), 0) << "the clock was set back";
}

TEST_F(FollowUps, WhoTriesSomethingIsAskedUntilTheyHaveAnswered) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex word = say(at, 0, "trying");
  EXPECT_TRUE(due(89).empty());
  const auto asked = due(90);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].months, 3);
  EXPECT_EQ(asked[0].title, "Shelter");
  EXPECT_EQ(asked[0].stage, "trying");
  EXPECT_EQ(asked[0].said_at, on(0));
  EXPECT_EQ(asked[0].last, Directory(*store, nearness).ref(milan.id(), word));
  say(at, 91, "adopted", "partly");
  EXPECT_TRUE(due(179).empty());
  EXPECT_EQ(months(180), Months{6});
  EXPECT_EQ(due(180)[0].outcome, "partly");
  say(at, 200, "stopped", "partly");
  EXPECT_TRUE(due(1000).empty()) << "that is an answer for good";
  EXPECT_TRUE(our_word(at, 1000)->over);
}

TEST_F(FollowUps, WhatDidNotWorkIsAnAnswerForGood) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  say(at, 0, "trying");
  say(at, 10, "adopted", "did-not");
  EXPECT_TRUE(due(400).empty());
  EXPECT_EQ(our_word(at, 400)->outcome, "did-not");
  say(at, 20, "adopted", "worked");
  EXPECT_EQ(months(400), Months{12}) << "they began anew";
}

TEST_F(FollowUps, WhatWasTakenBackIsNotAskedAbout) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex other = add(seoul, practice("Cooling", "text"));
  const EntryIndex first = say(at, 0, "trying");
  say(other, 0, "trying");
  ASSERT_EQ(due(100).size(), 2U);
  withdraw(seoul, other);
  EXPECT_EQ(due(100).size(), 1U) << "the practice was";
  say(at, 5, "adopted");
  withdraw(milan, first);
  EXPECT_TRUE(due(94).empty()) << "the first word that stands is of the fifth day";
  EXPECT_EQ(months(95), Months{3});
}

TEST_F(FollowUps, AllVersionsOfAPracticeAreOne) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  say(at, 0, "trying");
  const EntryIndex newer = revise(at, "Shelter, once more");
  ASSERT_EQ(due(100).size(), 1U);
  EXPECT_EQ(due(100)[0].title, "Shelter, once more");
  say(newer, 101, "adopted", "worked");
  EXPECT_TRUE(due(110).empty());
  EXPECT_EQ(our_word(at, 110)->outcome, "worked") << "by whichever version it is asked for";
  EXPECT_EQ(our_word(newer, 110)->outcome, "worked");
  withdraw(seoul, newer);
  EXPECT_EQ(months(200), Months{6}) << "the version before it stands";
}

TEST_F(FollowUps, ManyAreCountedEachOnceWhatCameDueLastFirst) {
  constexpr std::size_t kMany = 1200;
  std::vector<Draft> practices;
  for (std::size_t i = 0; i < kMany; ++i)
    practices.push_back(practice("Practice " + std::to_string(i), "text"));
  const EntryIndex first = add(seoul, practice("The first", "text"));
  ASSERT_TRUE(publish_at_once(*store, seoul, practices).ok());
  std::vector<DraftMaker> words;
  for (std::size_t i = 0; i <= kMany; ++i)
    words.emplace_back([&, of = EntryIndex(first.value + i)](StoreReader&) -> Result<Draft> {
      Draft draft = adoption(seoul, of, "");
      draft.body->mutable_adoption()->set_stage("trying");
      draft.again = true;
      return draft;
    });
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(milan.publish(*store, words, on(0)).ok());
  ASSERT_TRUE(store->commit().ok());
  catch_up();
  const auto all = read_due_words(*reader, milan.id(), on(100));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), kMany + 1) << "also those before the newest thousand";
  EXPECT_EQ(due(100).size(), limits::kFollowUps);
  const EntryIndex late = add(seoul, practice("Late", "text"));
  say(late, 50, "trying");
  EXPECT_EQ(due(140).front().title, "Late");
}

TEST_F(FollowUps, AWordOnWhatIsVoidIsNone) {
  add(seoul, practice("Shelter", "text"));
  const EntryIndex first = add(seoul, practice("Poison", "text"));
  const EntryIndex gone = add(seoul, practice("More poison", "text"));
  say(gone, 0, "trying");
  ASSERT_EQ(due(100).size(), 1U);
  ASSERT_TRUE(take_back(*store, seoul, first.value).ok());
  ASSERT_EQ(add(seoul, practice("After", "text")), gone);
  EXPECT_TRUE(due(100).empty());
  EXPECT_FALSE(our_word(gone, 100)) << "nothing was said of what stands there now";
}

TEST_F(FollowUps, ASearchFindsWhatDidNotWorkAndWhatWasStopped) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex other = add(seoul, practice("Cooling", "text"));
  const EntryIndex third = add(seoul, practice("Shade", "text"));
  say(at, 0, "stopped", "worked");
  say(other, 0, "adopted", "did-not");
  say(third, 0, "adopted", "worked");
  const auto found_by = [&](const std::string& outcome, const std::string& kind) {
    const auto wanted = read_note_search({{"outcome", outcome}, {"kind", kind}});
    EXPECT_TRUE(wanted.ok());
    return wanted.ok() ? search(wanted->query) : SearchPage();
  };
  EXPECT_EQ(found_by("no-success", "adoption").total, 2U);
  EXPECT_EQ(found_by("no-success", "practice").total, 2U);
  EXPECT_EQ(found_by("stopped", "adoption").total, 1U);
  EXPECT_EQ(found_by("stopped", "practice").total, 1U);
  EXPECT_EQ(found_by("worked", "practice").total, 2U);
  const SearchPage all = found_by("", "practice");
  EXPECT_EQ(count(all, "outcome", "stopped"), 1U);
  EXPECT_EQ(count(all, "outcome", "did-not"), 1U);
  EXPECT_FALSE(read_note_search({{"outcome", "failed"}}).ok());
  say(at, 1, "adopted", "worked");
  EXPECT_EQ(found_by("stopped", "practice").total, 0U) << "of each city the last word counts";
}

}  // namespace
}  // namespace koinon::test::follow_up_view_test
