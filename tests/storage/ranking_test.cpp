// Search with facets: what is found, in which order, with which counts.
#include "storage/search/ranking.h"

#include <map>

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/search/highlight.h"
#include "storage/search/search_query.h"
#include "storage/search/tokenizer.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::ranking_test {
namespace {

class Ranking : public IndexedLibrary {};

TEST_F(Ranking, StemsPhrasesBeginningsAndExclusions) {
  add(seoul, practice("Running water", "Pumps were bought."));            // 0
  add(seoul, practice("Agua", "Las bombas compradas funcionan.", "es"));  // 1
  add(seoul, practice("Water running", "Nothing was bought."));           // 2
  EXPECT_EQ(found("pump"), Found{0}) << "one, where the text has several";
  EXPECT_EQ(found("runs").size(), 2U);
  EXPECT_EQ(found("comprada"), Found{1});
  EXPECT_EQ(found("\"running water\""), Found{0});
  EXPECT_EQ(found("runn*").size(), 2U);
  EXPECT_EQ(found("water -pumps"), (Found{2, 1})) << "agua is another name of the topic of water";
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
  query.kind = v1::KIND_ADOPTION;
  EXPECT_EQ(listed(), Found{}) << "another city's";
  query.kind = v1::KIND_PRACTICE;
  remove(seoul);
  EXPECT_EQ(listed(), Found{});
}

TEST_F(Ranking, InASentenceAnyWordIsEnoughAndWhatHasTheRareOnesIsFirst) {
  const auto both =
      add(seoul, practice("Keeping schools cool", "Trees and blinds keep cities cool in summer."));
  for (int i = 0; i < 6; ++i)
    add(seoul, practice("Of cities " + std::to_string(i), "Other cities do this about parks."));
  const auto heat = add(milan, practice("Something", "A plan against heat."));
  EXPECT_EQ(found("how do we keep schools cool in summer").front(), both.value);
  SearchQuery query;
  query.words = "what do other cities do about heat";
  const SearchPage page = search(query);
  EXPECT_EQ(page.total, 8U) << "any match is shown";
  EXPECT_TRUE(page.relaxed);
  ASSERT_FALSE(page.hits.empty());
  EXPECT_EQ(page.hits[0].index, heat) << "one has heat, seven have cities";
  EXPECT_EQ(page.hits[0].log, milan.id());
  query.words = "cool summer";
  EXPECT_EQ(search(query).total, 1U) << "words without a sentence are all meant";
  EXPECT_EQ(found("schools OR heat -plan"), Found{both.value});
}

TEST_F(Ranking, ATypingErrorOfOneLetterIsMended) {
  const auto library = add(seoul, practice("Libraries as shelters", "Doors stay open."));
  const auto russian = add(seoul, practice("Библиотеки", "Двери открыты.", "ru"));
  for (const char* typed : {"libaries", "librareis", "libbraries", "librxries", "ibraries", "librarie"})
    EXPECT_EQ(found(typed), Found{library.value}) << typed;
  EXPECT_EQ(found("библотеки"), Found{russian.value});
  EXPECT_EQ(found("opne"), Found{}) << "four letters";
  EXPECT_EQ(found("lbraris"), Found{}) << "two errors";
  EXPECT_EQ(found("vacination"), Found{}) << "no such topic here";
  const auto topic = add(seoul, practice("Jabs", "At the market.", "en", "health/vaccination"));
  EXPECT_EQ(found("vacination"), Found{topic.value}) << "a topic's name";
  withdraw(seoul, library, true);
  EXPECT_EQ(found("libaries"), Found{});
}

TEST_F(Ranking, AWordInsideAnotherIsALesserHit) {
  const auto kyoto = add(seoul, practice("京都の寺", "古い寺を守る。", "ja"));
  add(seoul, practice("東京都の交通", "東京都は東京都の道を直す。", "ja"));
  EXPECT_EQ(found("京都").size(), 2U);
  EXPECT_EQ(found("京都").front(), kyoto.value);
}

TEST_F(Ranking, WhatIsWrittenIsFoundAsOthersTypeIt) {
  const auto kana = add(seoul, practice("ｺﾐｭﾆﾃｨﾊﾞｽの運行", "ﾃﾞｰﾀ活用", "ja"));
  const auto hyphens = add(seoul, practice("Starkregen\u00ADgefahren\u00ADkarte", "Text.", "de"));
  const auto polish = add(seoul, practice("Drogi w Łodzi", "Miasto Łódź.", "pl"));
  const auto fire = add(seoul, practice("\U0001F525 drill", "Text."));
  add(seoul, practice("\U0001F333 planting", "Text."));
  for (const char* typed : {"コミュニティバス", "ｺﾐｭﾆﾃｨﾊﾞｽ", "ﾊﾞｽ", "データ"})
    EXPECT_EQ(found(typed), Found{kana.value}) << typed;
  EXPECT_EQ(found("starkregengefahrenkarte"), Found{hyphens.value});
  EXPECT_EQ(found("lodz"), Found{polish.value});
  EXPECT_EQ(found("\U0001F525"), Found{fire.value});
}

TEST_F(Ranking, NamesOfATopicInTextsStandForEachOther) {
  const auto note = add(seoul, practice("Plan", "Las inundaciones de 2019.", "es", "governance"));
  EXPECT_EQ(found("홍수"), Found{note.value});
  EXPECT_EQ(found("floods"), Found{note.value});
}

TEST_F(Ranking, OnlySoManyRecordsAreFilteredOut) {
  add(seoul, practice("Water", "Pumps."));
  auto db = sqlite::Connection::open(folder.path() / "index.db", {});
  ASSERT_TRUE(db.ok());
  Columns columns;
  ASSERT_TRUE(columns.refresh(*db).ok());
  const auto document = static_cast<std::int64_t>(columns.docs().size()) - 1;
  const SearchQuery query;
  const SearchWords words;
  HitCollector collector(columns, query, words);
  collector.relax();
  ASSERT_TRUE(collector.add(document, {1, 0, 0})) << "any of the words is enough";
  std::uint64_t passed_over = 0;
  while (passed_over <= limits::kSearchPassedOver && collector.pass_over()) ++passed_over;
  EXPECT_EQ(passed_over + 1, limits::kSearchPassedOver) << "the last one ends the search";
  const SearchPage page = collector.page();
  EXPECT_EQ(page.total, 1U);
  EXPECT_TRUE(page.more_than_total) << "and it says that there may be more";
}

TEST_F(Ranking, WhatAFilterLeavesOutIsPassedOverOnlySoOften) {
  for (int i = 0; i < 3; ++i) add(seoul, practice("Water", "Pumps."));
  auto db = sqlite::Connection::open(folder.path() / "index.db", {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(register_tokenizer(*db).ok());
  ASSERT_TRUE(register_hit_function(*db).ok());
  Columns columns;
  ASSERT_TRUE(columns.refresh(*db).ok());
  SearchQuery query;
  query.country = "ZZ";
  const SearchWords words = read_search_words("water", {});
  const auto visited = [&](std::uint64_t passed_over) {
    HitCollector collector(columns, query, words);
    for (std::uint64_t i = 0; i < passed_over; ++i) EXPECT_TRUE(collector.pass_over());
    auto select = db->prepare("SELECT koinon_hit(text, ?) FROM text WHERE text MATCH ? ORDER BY rowid DESC");
    select.bind_pointer(&collector, kCollectorPointer).bind_text(words.expression);
    std::size_t rows = 0;
    while (true) {
      const auto row = select.step();
      if (!row.ok() || !*row) break;
      ++rows;
    }
    EXPECT_EQ(collector.page().more_than_total, passed_over > 0);
    return rows;
  };
  EXPECT_EQ(visited(0), 3U);
  EXPECT_EQ(visited(limits::kSearchPassedOver - 2), 1U) << "the second ends the search";
}

TEST_F(Ranking, ACityWithTopicsWithoutEndTakesNoRoomFromTheOthers) {
  const auto of_topic = [this](const std::string& topic) {
    SearchQuery query;
    query.topic = topic;
    return search(query).total;
  };
  for (std::size_t i = 0; i <= limits::kTopicsOfCity; i += limits::kTopics) {
    Draft draft = practice("Many topics", "x");
    draft.entry.clear_topics();
    for (std::size_t k = 0; k < limits::kTopics; ++k) draft.entry.add_topics("t-" + std::to_string(i + k));
    add(milan, std::move(draft));
  }
  const std::string last = "t-" + std::to_string(limits::kTopicsOfCity);
  EXPECT_EQ(of_topic("t-0"), 1U);
  EXPECT_EQ(of_topic(last), 0U) << "it is not kept in memory";
  IndexQuery list;
  list.topic = last;
  list.limit = 5;
  EXPECT_EQ(reader->find(list)->size(), 1U) << "lists have it";
  SearchQuery words;
  words.words = "many";
  EXPECT_EQ(search(words).total, limits::kTopicsOfCity / limits::kTopics + 1) << "and its words find it";
  add(seoul, practice("Of Seoul", "x", "en", "seoul-alone"));
  EXPECT_EQ(of_topic("seoul-alone"), 1U) << "another city has room of its own";
}

TEST_F(Ranking, ANoteIsListedUnderSoManyLevelsAboveItsTopic) {
  add(seoul, practice("Deep", "x", "en", "a/b/c/d/e/f/g"));
  for (const auto& [topic, there] : std::map<std::string, std::size_t>{
           {"a", 1}, {"a/b/c/d", 1}, {"a/b/c/d/e", 0}, {"a/b/c/d/e/f", 0}, {"a/b/c/d/e/f/g", 1}}) {
    SearchQuery query;
    query.topic = topic;
    EXPECT_EQ(search(query).total, there) << topic;
    IndexQuery list;
    list.topic = topic;
    list.limit = 5;
    EXPECT_EQ(reader->find(list)->size(), there) << topic;
  }
}

TEST_F(Ranking, ALanguageFilterCoversWhatIsMoreExactAmongAnyNumberOfTags) {
  for (int i = 0; i < 20; ++i) add(milan, practice("Running", "x", "qaa-x-" + std::to_string(i)));
  add(seoul, practice("Running", "x", "pt-BR"));
  SearchQuery query;
  query.words = "running";
  query.language = "pt";
  EXPECT_EQ(search(query).total, 1U);
  query.language = "qaa";
  EXPECT_EQ(search(query).total, 20U);
  query.language = "q";
  EXPECT_EQ(search(query).total, 0U);
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

TEST(CostBands, AreOrdersOfMagnitudeInDollars) {
  EXPECT_EQ(cost_band_of(0, "EUR"), CostBand::kNone);
  EXPECT_EQ(cost_band_of(1'000'000, "KRW"), CostBand::kUnder10k);
  EXPECT_EQ(cost_band_of(1'000'000, "EUR"), CostBand::kUnder10m);
  EXPECT_EQ(cost_band_of(5, "XXX"), CostBand::kUnknown);
  EXPECT_EQ(cost_band_of(-5, "EUR"), CostBand::kUnknown);
}

TEST_F(Ranking, PracticesAreTheHitsAndActivityStandsBeside) {
  const auto note = add(seoul, practice("Cool roofs", "White paint."));
  const auto tried = add(milan, adoption(seoul, note, "worked"));
  SearchQuery query;
  query.activity_beside = true;
  SearchPage page = search(query);
  EXPECT_EQ(page.total, 1U);
  ASSERT_EQ(page.activity.size(), 1U);
  EXPECT_EQ(page.activity[0].index, tried);
  EXPECT_EQ(count(page, "kind", "adoption"), 1U) << "as a filter it can be chosen";
  query.words = "adopted";
  page = search(query);
  EXPECT_TRUE(page.hits.empty());
  ASSERT_EQ(page.activity.size(), 1U);
  EXPECT_FALSE(page.activity[0].title.empty());
  query.activity_beside = false;
  EXPECT_EQ(search(query).total, 1U);
  EXPECT_TRUE(search(query).activity.empty());
}

}  // namespace
}  // namespace koinon::test::ranking_test
