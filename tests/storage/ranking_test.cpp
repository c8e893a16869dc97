// Search with facets and cities like ours: what is found, in which order, with which counts and reasons.
#include "storage/search/ranking.h"

#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/search/highlight.h"
#include "storage/search/search_query.h"
#include "storage/search/similar.h"
#include "storage/search_index.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
namespace {

class Ranking : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    auto opened = open_sqlite_store(folder.path() / "store.db");
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    auto writer = open_index_writer(folder.path() / "index.db", store->load_state()->journal);
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    index = std::move(*writer);
    auto opened_reader = open_index_reader(folder.path() / "index.db");
    ASSERT_TRUE(opened_reader.ok());
    reader = std::move(*opened_reader);
  }
  EntryIndex add(OwnLog& log, Draft draft) {
    draft.again = true;
    const auto published = publish(*store, log, std::move(draft));
    EXPECT_TRUE(published.ok()) << published.error().text();
    catch_up();
    return published.ok() ? *published : EntryIndex(0);
  }
  Draft practice(const std::string& title, const std::string& text, const std::string& language = "en",
                 const std::string& topic = "health/testing") {
    Draft draft = note(title, text);
    draft.entry.set_language(language);
    draft.entry.clear_topics();
    draft.entry.add_topics(topic);
    return draft;
  }
  Draft adoption(const OwnLog& of, EntryIndex target, const std::string& outcome) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_ADOPTION);
    draft.entry.set_language("en");
    draft.entry.add_topics("health/testing");
    auto* ref = draft.entry.add_refs();
    ref->set_role(v1::REF_ROLE_ADOPTS);
    ref->set_log_id(of.id().bytes());
    ref->set_index(target.value);
    draft.body.emplace();
    draft.body->mutable_adoption()->set_outcome(outcome);
    draft.body->mutable_adoption()->set_title("Adopted");
    draft.body->mutable_adoption()->set_changes("As it was.");
    return draft;
  }
  Draft profile(double population, const std::string& climate, const std::string& income = "high",
                const std::string& country = "KR") {
    Draft draft;
    draft.entry.set_kind(v1::KIND_PROFILE);
    draft.entry.set_language("en");
    draft.body.emplace();
    auto* out = draft.body->mutable_profile();
    out->set_display_name("City");
    out->mutable_population()->set_value(population);
    out->set_climate(climate);
    out->set_income_band(income);
    out->set_country(country);
    return draft;
  }
  EntryIndex withdraw(OwnLog& log, EntryIndex target, bool erase = false) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_WITHDRAWAL);
    draft.entry.mutable_control()->mutable_withdrawal()->set_index(target.value);
    draft.entry.mutable_control()->mutable_withdrawal()->set_erase(erase);
    refer(draft, v1::REF_ROLE_WITHDRAWS, log, target);
    return add(log, draft);
  }
  RecordStatus status(const OwnLog& log, EntryIndex target) {
    const auto record = reader->get(log.id(), target);
    EXPECT_TRUE(record.ok() && *record);
    return record.ok() && *record ? (*record)->status : RecordStatus::kCurrent;
  }
  static void refer(Draft& draft, v1::RefRole role, const OwnLog& log, EntryIndex target) {
    auto* ref = draft.entry.add_refs();
    ref->set_role(role);
    ref->set_log_id(log.id().bytes());
    ref->set_index(target.value);
  }
  // Of a log that is to be removed, to be taken again.
  RunCommit all_of(const OwnLog& log) {
    const auto state = store->log_state(log.id());
    EXPECT_TRUE(state.ok() && state->whole);
    RunCommit run;
    run.identity = log.identity();
    run.log = log.id();
    run.after = state->range;
    run.head = *state->whole;
    run.arrived_at = {3};
    for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
      run.records.push_back(*store->record(log.id(), EntryIndex(i)));
      run.leaves.push_back(leaf_hash(run.records.back().entry));
    }
    return run;
  }
  void remove(const OwnLog& log) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->remove_log(log.id(), {2}).ok());
    ASSERT_TRUE(store->commit().ok());
    catch_up();
  }
  void catch_up() {
    while (true) {
      const auto done = index->catch_up(*store);
      ASSERT_TRUE(done.ok()) << done.error().text();
      if (*done == 0) return;
    }
  }
  SearchPage search(const SearchQuery& query) {
    auto page = reader->search(query);
    EXPECT_TRUE(page.ok()) << page.error().text();
    return page.ok() ? *page : SearchPage();
  }
  std::vector<std::uint64_t> found(const std::string& words) {
    SearchQuery query;
    query.words = words;
    std::vector<std::uint64_t> out;
    for (const auto& hit : search(query).hits) out.push_back(hit.index.value);
    return out;
  }
  std::uint64_t count(const SearchPage& page, const std::string& facet, const std::string& value) {
    for (const auto& item : page.facets.at(facet)) {
      if (item.value == value) return item.count;
    }
    return 0;
  }

  TemporaryFolder folder;
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> index;
  std::unique_ptr<IndexReader> reader;
  OwnLog seoul = test_log("seoul.example");
  OwnLog milan = test_log("milan.example");
  OwnLog lima = test_log("lima.example");
  using Found = std::vector<std::uint64_t>;
};

TEST_F(Ranking, StemsPhrasesBeginningsAndExclusions) {
  add(seoul, practice("Running water", "Pumps were bought."));            // 0
  add(seoul, practice("Agua", "Las bombas compradas funcionan.", "es"));  // 1
  add(seoul, practice("Water running", "Nothing was bought."));           // 2
  EXPECT_EQ(found("pump"), Found{0}) << "one, where the text has several";
  EXPECT_EQ(found("runs").size(), 2U);
  EXPECT_EQ(found("comprada"), Found{1});
  EXPECT_EQ(found("\"running water\""), Found{0});
  EXPECT_EQ(found("runn*").size(), 2U);
  EXPECT_EQ(found("water -pumps"), Found{2});
  EXPECT_EQ(found("-water"), Found{}) << "only what must not be is no search";
  for (const char* odd :
       {"\"", "\"\"", "-", "*", "--a", "\"a", "AND OR NOT", "a NEAR b", "{title}: x", "(", "title:x", "^a"}) {
    SearchQuery query;
    query.words = odd;
    EXPECT_TRUE(reader->search(query).ok()) << odd;
  }
}

TEST_F(Ranking, ATopicIsFoundByWhatItIsCalledInAnyLanguage) {
  add(seoul, practice("드라이브스루", "차에서 내리지 않는다.", "ko", "health/testing"));
  add(seoul, practice("Unrelated", "Something else.", "en", "climate/heat"));
  EXPECT_EQ(found("pruebas"), Found{0});
  EXPECT_EQ(found("dépistage"), Found{0});
  EXPECT_EQ(found("검사"), Found{0});
  EXPECT_EQ(found("\"disease testing\""), Found{0});
  SearchQuery query;
  query.words = "disease heat";
  EXPECT_TRUE(search(query).relaxed) << "a word of each topic: no note has both";
  EXPECT_EQ(found("dépist*"), Found{0});
  EXPECT_EQ(found("santé"), Found{0}) << "what is above its topic";
  EXPECT_EQ(found("hospital"), Found{}) << "what is beside its topic";
}

TEST_F(Ranking, TitlesThenEvidenceThenWhatOthersMadeOfItComeFirst) {
  const auto in_text = add(seoul, practice("Something", "A shelter for hot days."));
  const auto in_title = add(seoul, practice("A shelter", "For hot days."));
  Draft strong = practice("A shelter", "For hot days, replicated.");
  strong.body->mutable_practice()->set_evidence(5);
  const auto with_evidence = add(seoul, strong);
  const auto adopted = add(seoul, practice("A shelter", "For hot days, adopted."));
  add(milan, adoption(seoul, adopted, "worked"));
  add(lima, adoption(seoul, adopted, "worked"));
  for (int i = 0; i < 6; ++i) {
    OwnLog other = test_log("city" + std::to_string(i) + ".example");
    add(other, adoption(seoul, adopted, "worked"));
  }
  EXPECT_EQ(found("shelter"), (Found{adopted.value, with_evidence.value, in_title.value, in_text.value}));
}

TEST_F(Ranking, WhatIsRevisedOrWithdrawnIsLeftOutAndARevisionKeepsItsAdoptions) {
  const auto first = add(seoul, practice("Shelter, first", "x"));
  add(milan, adoption(seoul, first, "worked"));
  Draft second = practice("Shelter, second", "x");
  refer(second, v1::REF_ROLE_REVISES, seoul, first);
  const auto revised = add(seoul, second);
  Draft stolen = practice("Shelter, of another city", "x");
  refer(stolen, v1::REF_ROLE_REVISES, seoul, revised);
  const auto other = add(milan, stolen);
  SearchQuery query;
  query.words = "shelter";
  const SearchPage page = search(query);
  ASSERT_EQ(page.hits.size(), 2U) << "a revision by another city revises nothing";
  EXPECT_EQ(page.hits[0].index, revised);
  EXPECT_EQ(page.hits[1].log, milan.id());
  EXPECT_EQ(count(page, "outcome", "worked"), 1U);
  query.all_versions = true;
  EXPECT_EQ(search(query).total, 3U);
  Draft withdrawal;
  withdrawal.entry.set_kind(v1::KIND_WITHDRAWAL);
  withdrawal.entry.mutable_control()->mutable_withdrawal()->set_index(other.value);
  refer(withdrawal, v1::REF_ROLE_WITHDRAWS, milan, other);
  add(milan, withdrawal);
  query.all_versions = false;
  EXPECT_EQ(search(query).total, 1U);
}

TEST_F(Ranking, WhatIsTakenBackCountsForNothingAndWhatWasSaidBeforeStandsAgain) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  SearchQuery query;
  query.words = "shelter";
  add(milan, adoption(seoul, shelter, "worked"));
  EXPECT_EQ(count(search(query), "outcome", "worked"), 1U);
  const auto second = add(milan, adoption(seoul, shelter, "did-not"));
  EXPECT_EQ(count(search(query), "outcome", "did-not"), 1U);
  withdraw(milan, second);
  EXPECT_EQ(count(search(query), "outcome", "did-not"), 0U);
  EXPECT_EQ(count(search(query), "outcome", "worked"), 1U) << "what it said before";
  const auto referring = reader->referring(seoul.id(), shelter, 10);
  ASSERT_EQ(referring->size(), 2U);
  EXPECT_EQ(referring->back().status, RecordStatus::kWithdrawn);
  // The same for whoever reads the index for the first time.
  auto fresh = open_index_reader(folder.path() / "index.db");
  const auto page = (*fresh)->search(query);
  EXPECT_EQ(count(*page, "outcome", "worked"), 1U);
  EXPECT_EQ(count(*page, "outcome", "did-not"), 0U);
}

TEST_F(Ranking, AVersionThatIsWithdrawnSupersedesNothing) {
  const auto first = add(seoul, practice("Shelter, first", "x"));
  const auto revise = [&](EntryIndex older, const std::string& title) {
    Draft draft = practice(title, "x");
    refer(draft, v1::REF_ROLE_REVISES, seoul, older);
    return add(seoul, draft);
  };
  const auto second = revise(first, "Shelter, second");
  const auto third = revise(second, "Shelter, third");
  EXPECT_EQ(status(seoul, first), RecordStatus::kSuperseded);
  EXPECT_EQ(status(seoul, second), RecordStatus::kSuperseded);
  withdraw(seoul, third);
  EXPECT_EQ(status(seoul, third), RecordStatus::kWithdrawn);
  EXPECT_EQ(status(seoul, second), RecordStatus::kCurrent);
  EXPECT_EQ(status(seoul, first), RecordStatus::kSuperseded);
  EXPECT_EQ(found("shelter"), Found{second.value});
  const auto by = withdraw(seoul, second, true);
  EXPECT_EQ(status(seoul, second), RecordStatus::kErased);
  EXPECT_EQ((*reader->get(seoul.id(), second))->status_by, by);
  EXPECT_EQ(status(seoul, first), RecordStatus::kCurrent);
  EXPECT_EQ(found("shelter"), Found{first.value});
}

TEST_F(Ranking, AWithdrawalOfOneThingThatPointsAtAnotherTakesBackTheOneThing) {
  const auto one = add(seoul, practice("Shelter one", "x"));
  const auto other = add(seoul, practice("Shelter other", "x"));
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(one.value);
  refer(draft, v1::REF_ROLE_WITHDRAWS, seoul, other);
  add(seoul, draft);
  EXPECT_EQ(status(seoul, one), RecordStatus::kWithdrawn);
  EXPECT_EQ(status(seoul, other), RecordStatus::kCurrent);
}

TEST_F(Ranking, ACityIsComparedByItsLatestProfileThatStands) {
  add(seoul, profile(9'000'000, "Dwa"));
  const auto second = add(seoul, profile(10'000'000, "Dwb"));
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 10'000'000);
  withdraw(seoul, second, true);
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 9'000'000);
  EXPECT_EQ(**reader->latest(seoul.id(), v1::KIND_PROFILE), EntryIndex(0));
}

TEST_F(Ranking, ACitysLatestAdoptionStands) {
  const auto practice_index = add(seoul, practice("Shelter", "x"));
  add(milan, adoption(seoul, practice_index, "too-early"));
  SearchQuery query;
  query.words = "shelter";
  EXPECT_EQ(count(search(query), "outcome", "too-early"), 1U);
  add(milan, adoption(seoul, practice_index, "did-not"));
  const SearchPage page = search(query);
  EXPECT_EQ(count(page, "outcome", "too-early"), 0U);
  EXPECT_EQ(count(page, "outcome", "did-not"), 1U);
}

TEST_F(Ranking, FacetsCountWhatTheFiltersLeave) {
  add(seoul, profile(9'000'000, "Dwa"));
  add(milan, profile(1'300'000, "Cfa", "high", "IT"));
  for (int i = 0; i < 3; ++i) {
    Draft draft =
        practice("Shelter " + std::to_string(i), "x", "en", i == 0 ? "climate/heat" : "health/testing");
    draft.body->mutable_practice()->set_evidence(static_cast<unsigned>(i + 1));
    draft.body->mutable_practice()->add_sdgs(3);
    draft.body->mutable_practice()->mutable_cost()->set_amount(50'000'000);
    draft.body->mutable_practice()->mutable_cost()->set_currency("KRW");
    add(seoul, draft);
  }
  add(milan, practice("Shelter", "x", "pt-BR", "climate/heat"));
  SearchQuery query;
  query.words = "shelter";
  SearchPage page = search(query);
  EXPECT_EQ(page.total, 4U);
  EXPECT_EQ(count(page, "topic", "climate"), 2U);
  EXPECT_EQ(count(page, "topic", "health/testing"), 2U);
  EXPECT_EQ(count(page, "country", "IT"), 1U);
  EXPECT_EQ(count(page, "city", to_text(seoul.id())), 3U);
  EXPECT_EQ(count(page, "evidence", "3"), 1U);
  EXPECT_EQ(count(page, "sdg", "3"), 3U);
  EXPECT_EQ(count(page, "cost", "10k-100k"), 3U) << "50,000,000 won are some 37,000 dollars";
  EXPECT_EQ(count(page, "kind", "practice"), 4U);
  query.topic = "climate";
  EXPECT_EQ(search(query).total, 2U);
  query.language = "pt";
  EXPECT_EQ(search(query).total, 1U) << "pt covers pt-BR";
  query = {};
  query.evidence = 2;
  EXPECT_EQ(search(query).total, 2U) << "without words, everything that the filters leave";
  query = {};
  query.country = "KR";
  query.sdg = 3;
  query.cost = CostBand::kUnder100k;
  EXPECT_EQ(search(query).total, 3U);
  query.topic = "no/such/topic";
  EXPECT_EQ(search(query).total, 0U);
}

TEST_F(Ranking, WhatIsErasedOrComesLateIsFollowed) {
  const auto gone = add(seoul, practice("Shelter", "a name"));
  EXPECT_EQ(found("shelter"), Found{gone.value});
  Draft withdrawal;
  withdrawal.entry.set_kind(v1::KIND_WITHDRAWAL);
  withdrawal.entry.mutable_control()->mutable_withdrawal()->set_index(gone.value);
  withdrawal.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
  refer(withdrawal, v1::REF_ROLE_WITHDRAWS, seoul, gone);
  add(seoul, withdrawal);
  EXPECT_EQ(found("shelter"), Found{});
  remove(seoul);
  SearchQuery everything;
  EXPECT_EQ(search(everything).total, 0U);
  add(milan, practice("Shelter again", "x"));
  EXPECT_EQ(found("shelter").size(), 1U);
}

TEST_F(Ranking, ARemovedCityIsForgottenAloneAndItsAdoptionsCountAgainOnceItIsBack) {
  add(seoul, profile(9'000'000, "Dwa"));
  const auto shelter = add(seoul, practice("Shelter", "x"));
  const auto other = add(milan, practice("Shelter too", "x"));
  add(lima, adoption(seoul, shelter, "worked"));
  add(seoul, adoption(milan, other, "partly"));
  SearchQuery query;
  query.words = "shelter";
  ASSERT_EQ(search(query).total, 2U);
  ASSERT_EQ(count(search(query), "outcome", "partly"), 1U);
  const RunCommit all = all_of(seoul);
  remove(seoul);
  SearchPage page = search(query);
  ASSERT_EQ(page.hits.size(), 1U);
  EXPECT_EQ(page.hits[0].log, milan.id());
  EXPECT_EQ(count(page, "country", "KR"), 0U);
  EXPECT_EQ(count(page, "outcome", "partly"), 0U) << "who adopted it is gone";
  query.log = seoul.id();
  EXPECT_EQ(search(query).total, 0U);
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(all).ok());
  ASSERT_TRUE(store->commit().ok());
  catch_up();
  page = search(query);
  ASSERT_EQ(page.hits.size(), 1U);
  EXPECT_EQ(page.hits[0].index, shelter);
  EXPECT_EQ(count(page, "country", "KR"), 1U);
  EXPECT_EQ(count(page, "outcome", "worked"), 1U) << "lima still says so";
  query.log = std::nullopt;
  EXPECT_EQ(count(search(query), "outcome", "partly"), 1U);
  // What a reader that begins now finds is the same.
  auto anew = open_index_reader(folder.path() / "index.db");
  ASSERT_TRUE(anew.ok());
  EXPECT_EQ((*anew)->search(query)->total, 2U);
  EXPECT_EQ(count(*(*anew)->search(query), "outcome", "worked"), 1U);
}

TEST_F(Ranking, AListOfACitysNotesOnATopicHasThemAloneNewestFirst) {
  const auto first = add(seoul, practice("One", "x", "en", "health/testing"));
  add(seoul, practice("Two", "x", "en", "climate/heat"));
  const auto third = add(seoul, practice("Three", "x", "en", "health"));
  add(milan, practice("Four", "x", "en", "health/testing"));
  add(lima, adoption(seoul, first, "worked"));
  IndexQuery query;
  query.topic = "health";
  query.log = seoul.id();
  const auto listed = [&] {
    std::vector<std::uint64_t> out;
    const auto records = reader->find(query);
    EXPECT_TRUE(records.ok());
    for (const IndexedRecord& record : *records) out.push_back(record.index.value);
    return out;
  };
  EXPECT_EQ(listed(), (Found{third.value, first.value}));
  query.kind = v1::KIND_QUESTION;
  EXPECT_EQ(listed(), Found{});
  query.kind = v1::KIND_PRACTICE;
  query.limit = 1;
  EXPECT_EQ(listed(), Found{third.value});
  remove(seoul);
  EXPECT_EQ(listed(), Found{});
}

TEST_F(Ranking, HighlightsSayWhereTheWordsAre) {
  add(seoul, practice("한국 선별검사소 안내", "차에서 내리지 않고 검사를 받는다."));
  SearchQuery query;
  query.words = "검사";
  const SearchPage page = search(query);
  ASSERT_EQ(page.hits.size(), 1U);
  std::string title;
  for (const auto& piece : page.hits[0].title) title += piece.match ? "[" + piece.text + "]" : piece.text;
  EXPECT_EQ(title, "한국 선별[검사]소 안내");
  ASSERT_FALSE(page.hits[0].excerpt.empty());
}

std::string marked(const std::vector<Piece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += piece.match ? "[" + piece.text + "]" : piece.text;
  return out;
}

TEST(Highlight, MarksWordsTheirOtherFormsPhrasesAndBeginnings) {
  const auto stemmer = Stemmer::of_language("en");
  const auto marks = [&](const std::string& search, const std::string& text) {
    return marked(
        Highlighter(read_search_words(search, {{stemmer.get()}, nullptr})).whole(text, stemmer.get()));
  };
  EXPECT_EQ(marks("pump", "Two pumps, one PUMP."), "Two [pumps], one [PUMP].");
  EXPECT_EQ(marks("pumped", "Two pumps."), "Two [pumps].");
  EXPECT_EQ(marks("\"cool roofs\"", "Roofs: cool roofs, cool walls"), "Roofs: [cool roofs], cool walls");
  EXPECT_EQ(marks("infra*", "Infrastructure of an infrared kind"), "[Infrastructure] of an [infrared] kind");
  EXPECT_EQ(marks("cafe", "Un café chaud"), "Un [café] chaud");
  EXPECT_EQ(marks("water -fire", "fire and water"), "fire and [water]");
  EXPECT_EQ(marks("疫", "防疫と検疫"), "防[疫]と検[疫]");
  EXPECT_EQ(marks("검사소", "선별검사소와 검사"), "선별[검사소]와 검사");
  EXPECT_EQ(marks("nothing", "of it"), "of it");
  EXPECT_EQ(marks("x", ""), "");
}

TEST(Highlight, AnExcerptIsWhereMostOfTheWordsAre) {
  std::string text = "The beginning names shelter alone. ";
  for (int i = 0; i < 100; ++i) text += "filler ";
  text += "Here the shelter was cooled by water. ";
  for (int i = 0; i < 100; ++i) text += "more ";
  const Highlighter highlighter(read_search_words("shelter water", {}));
  const auto excerpt = highlighter.excerpt(text, nullptr);
  ASSERT_TRUE(excerpt);
  const std::string shown = marked(*excerpt);
  EXPECT_NE(shown.find("the [shelter] was cooled by [water]"), std::string::npos) << shown;
  EXPECT_TRUE(shown.starts_with("…") && shown.ends_with("…")) << shown;
  EXPECT_FALSE(highlighter.excerpt("Neither.", nullptr));
  EXPECT_EQ(marked(Highlighter::beginning("One two three.")), "One two three.");
  EXPECT_TRUE(marked(Highlighter::beginning(text)).ends_with("filler…"));
  // Far beyond what is looked at; no character is cut in two.
  const std::string huge = std::string(limits::kHighlightBytes - 1, ' ') + "\xED\x95\x9C water";
  EXPECT_FALSE(highlighter.excerpt(huge, nullptr));
  EXPECT_TRUE(is_utf8(marked(Highlighter::beginning(huge))));
}

TEST_F(Ranking, PracticesOfCitiesLikeOursComeFirstWithTheReason) {
  OwnLog near = test_log("near.example");
  OwnLog far = test_log("far.example");
  add(near, profile(650'000, "Cfb"));
  add(far, profile(20'000'000, "Aw", "lower-middle", "NG"));
  add(milan, profile(550'000, "Cfb"));
  add(lima, profile(700'000, "Cfb", "upper-middle"));
  add(far, practice("Of a far city", "x"));
  const auto of_near = add(near, practice("Of a near city", "x"));
  const auto adopted = add(far, practice("Of a far city, adopted by near ones", "x"));
  add(milan, adoption(far, adopted, "worked"));
  add(lima, adoption(far, adopted, "worked"));
  const auto failed = add(far, practice("Did not work near by", "x"));
  add(milan, adoption(far, failed, "did-not"));
  SimilarQuery query;
  query.like = {600'000, 0, "Cfb", 3, "NL"};
  const auto page = reader->similar(query);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->practices.size(), 2U) << "what only cities unlike ours have is left out";
  EXPECT_EQ(page->practices[0].index, adopted);
  EXPECT_EQ(page->practices[1].index, of_near);
  const auto& reasons = page->practices[0].reasons;
  ASSERT_FALSE(reasons.empty());
  EXPECT_EQ(reasons[0].measure, "population");
  EXPECT_EQ(reasons[0].outcome, Outcome::kWorked);
  EXPECT_EQ(reasons[0].cities.size(), 2U) << "worked in 2 cities of your size";
  query.own = near.id();
  const auto without_own = reader->similar(query);
  ASSERT_TRUE(without_own.ok());
  for (const auto& item : without_own->practices) EXPECT_NE(item.log, near.id());
}

TEST(Nearness, ComparesWhatBothSay) {
  const CityMeasures amsterdam{900'000, 5'000, "Cfb", 3, "NL"};
  EXPECT_DOUBLE_EQ(nearness(amsterdam, amsterdam), 1);
  EXPECT_EQ(nearness(amsterdam, {}), 0);
  EXPECT_GT(nearness(amsterdam, {800'000, 4'000, "Cfb", 3, "DE"}),
            nearness(amsterdam, {9'000'000, 16'000, "Dwa", 3, "KR"}));
  EXPECT_LT(nearness(amsterdam, {900'000, 0, "", -1, ""}), 1) << "one measure alone is no twin";
  EXPECT_GT(nearness(amsterdam, {900'000, 5'000, "Csb", 3, ""}),
            nearness(amsterdam, {900'000, 5'000, "Aw", 3, ""}));
}

TEST(CostBands, AreOrdersOfMagnitudeInDollars) {
  EXPECT_EQ(cost_band_of(0, "EUR"), CostBand::kNone);
  EXPECT_EQ(cost_band_of(1'000'000, "KRW"), CostBand::kUnder10k);
  EXPECT_EQ(cost_band_of(1'000'000, "EUR"), CostBand::kUnder10m);
  EXPECT_EQ(cost_band_of(5, "XXX"), CostBand::kUnknown);
  EXPECT_EQ(cost_band_of(-5, "EUR"), CostBand::kUnknown);
}

// Sixty searches in six languages over sixty notes; each note is looked for by its own language's words.
TEST_F(Ranking, SixtySearchesInSixLanguages) {
  const auto rows = [](const std::string& file) {
    std::vector<std::vector<std::string>> out;
    std::ifstream in(std::string(KOINON_SEARCH_DATA) + "/" + file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('#')) continue;
      auto& row = out.emplace_back();
      for (std::size_t begin = 0; begin <= line.size();) {
        const auto end = std::min(line.find('\t', begin), line.size());
        row.push_back(line.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    return out;
  };
  std::map<std::string, std::uint64_t> wanted;  // language and subject: entry
  for (const auto& row : rows("corpus.tsv"))
    wanted[row.at(1) + row.at(0)] = add(seoul, practice(row.at(3), row.at(4), row.at(1), row.at(2))).value;
  ASSERT_EQ(wanted.size(), 60U);
  struct Score {
    int found = 0, first = 0, asked = 0;
    double precision = 0;
  };
  std::map<std::string, Score> scores;
  Score all;
  for (const auto& row : rows("queries.tsv")) {
    const auto hits = found(row.at(1));
    const std::uint64_t target = wanted.at(row.at(0) + row.at(2));
    std::set<std::uint64_t> subject;  // in whichever language
    for (const auto& [name, entry] : wanted) {
      if (name.substr(2) == row.at(2)) subject.insert(entry);
    }
    const bool here = std::find(hits.begin(), hits.end(), target) != hits.end();
    const bool first = !hits.empty() && hits.front() == target;
    double right = 0;
    for (const auto hit : hits) right += subject.contains(hit) ? 1 : 0;
    for (Score* score : {&scores[row.at(0)], &all}) {
      ++score->asked;
      score->found += here ? 1 : 0;
      score->first += first ? 1 : 0;
      score->precision += hits.empty() ? 0 : right / static_cast<double>(hits.size());
    }
    if (!here || !first)
      std::cout << "  " << row.at(0) << " \"" << row.at(1) << "\": " << (here ? "not first" : "not found")
                << "\n";
  }
  ASSERT_EQ(all.asked, 60);
  for (const auto& [language, score] : scores) {
    std::cout << language << ": found " << score.found << " of " << score.asked << ", first " << score.first
              << ", precision " << score.precision / score.asked << "\n";
  }
  std::cout << "all: recall " << all.found / 60.0 << ", first " << all.first / 60.0 << ", precision "
            << all.precision / 60 << "\n";
  EXPECT_GE(all.found, 54);
  EXPECT_GE(all.first, 51);
  EXPECT_GE(all.precision / 60, 0.85);
}

}  // namespace
}  // namespace koinon::test
