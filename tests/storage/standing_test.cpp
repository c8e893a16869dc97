// What is revised, withdrawn or erased: what is found in its place, and what counts no more.

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::standing_test {
namespace {

class Standing : public IndexedLibrary {};

TEST_F(Standing, WhatIsRevisedOrWithdrawnIsLeftOutAndARevisionKeepsItsAdoptions) {
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

TEST_F(Standing, WhatIsTakenBackCountsForNothingAndWhatWasSaidBeforeStandsAgain) {
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

// Also once what another city said of one of them was taken back, and all of that is counted anew.
TEST_F(Standing, AnAdoptionOfTwoPracticesCountsForEach) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  const auto shade = add(seoul, practice("Shade", "x"));
  Draft of_both = adoption(seoul, shelter, "worked");
  refer(of_both, v1::REF_ROLE_ADOPTS, seoul, shade);
  const auto both = add(milan, of_both);
  const auto worked = [&](const std::string& title, std::uint64_t times) {
    SearchQuery query;
    query.words = title;
    EXPECT_EQ(count(search(query), "outcome", "worked"), times) << title;
    const auto fresh = open_index_reader(folder.path() / "index.db");
    const auto page = (*fresh)->search(query);
    EXPECT_EQ(count(*page, "outcome", "worked"), times) << title << ", of whoever begins to read now";
  };
  for (const auto one : {shelter, shade}) withdraw(lima, add(lima, adoption(seoul, one, "did-not")));
  worked("shelter", 1);
  worked("shade", 1);
  EXPECT_EQ(reader->ties({})->total, 2U);
  EXPECT_EQ(reader->adoption_words({milan.id()})->size(), 2U);
  withdraw(milan, both);
  worked("shelter", 0);
  worked("shade", 0);
  EXPECT_EQ(reader->ties({})->total, 0U);
}

TEST_F(Standing, AVersionThatIsWithdrawnSupersedesNothing) {
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

TEST_F(Standing, AWithdrawalOfOneThingThatPointsAtAnotherTakesBackTheOneThing) {
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

TEST_F(Standing, ACityIsComparedByItsLatestProfileThatStands) {
  add(seoul, profile(9'000'000, "Dwa"));
  const auto second = add(seoul, profile(10'000'000, "Dwb"));
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 10'000'000);
  withdraw(seoul, second, true);
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 9'000'000);
  EXPECT_EQ(**reader->latest(seoul.id(), v1::KIND_PROFILE), EntryIndex(0));
}

TEST_F(Standing, ACityIsFoundByItsDomainAndByEveryNameOfItsLatestProfile) {
  const auto called = [&](const std::string& part, bool whole = false, std::size_t limit = 20) {
    const auto logs = reader->called({part, whole, {}, {}, limit});
    EXPECT_TRUE(logs.ok()) << logs.error().text();
    std::vector<std::string> out;
    for (const LogId& log : logs.ok() ? *logs : std::vector<LogId>())
      out.push_back(log == seoul.id() ? "seoul" : log == milan.id() ? "milan" : "lima");
    return out;
  };
  const auto named = [&](std::initializer_list<const char*> names) {
    Draft draft = profile(1, "Dwa");
    auto* out = draft.body->mutable_profile();
    out->set_display_name(*names.begin());
    for (const auto* name = names.begin() + 1; name != names.end(); ++name) {
      auto* local = out->add_names();
      local->set_language("xx");
      local->set_name(*name);
    }
    return draft;
  };
  using Cities = std::vector<std::string>;
  add(lima, note("A note"));
  add(milan, named({"Milano", "Milan", "ミラノ", "Мила́н"}));
  const auto first = add(seoul, named({"Seoul", "서울", "首爾", "São Paulo's friend"}));
  EXPECT_EQ(called("lima"), Cities{"lima"}) << "by its domain, though it has no profile";
  EXPECT_EQ(called(".EXAMPLE"), (Cities{"lima", "milan", "seoul"})) << "by domain";
  EXPECT_EQ(called("example", false, 2), (Cities{"lima", "milan"}));
  for (const char* part : {"서울", "울", "首爾", "爾", "eou", "SEOUL", "sao  paulo", "Paulos", "ul.ex"})
    EXPECT_EQ(called(part), Cities{"seoul"}) << part;
  for (const char* part : {"ﾐﾗﾉ", "милан", "МИЛАН", "lano"}) EXPECT_EQ(called(part), Cities{"milan"}) << part;
  EXPECT_EQ(called("首爾", true), Cities{"seoul"});
  EXPECT_EQ(called("爾", true), Cities{});
  EXPECT_EQ(called("milan", true), Cities{"milan"});
  EXPECT_EQ(called(""), Cities{});
  EXPECT_EQ(called(" . "), Cities{});
  // Behind a city begins the next page.
  const auto rest = reader->called({"example", false, "lima.example", lima.id(), 20});
  EXPECT_EQ(*rest, (std::vector<LogId>{milan.id(), seoul.id()}));
  // What an earlier profile said is no name any more, until that profile stands again.
  const auto second = add(seoul, named({"Seoul", "漢城"}));
  EXPECT_EQ(called("서울"), Cities{});
  EXPECT_EQ(called("漢城"), Cities{"seoul"});
  withdraw(seoul, second);
  EXPECT_EQ(called("서울"), Cities{"seoul"});
  withdraw(seoul, first);
  EXPECT_EQ(called("서울"), Cities{});
  EXPECT_EQ(called("seoul"), Cities{"seoul"}) << "the domain stays";
  remove(milan);
  EXPECT_EQ(called("milan"), Cities{});
  EXPECT_EQ(called("example"), (Cities{"lima", "seoul"}));
}

TEST_F(Standing, ACityThatClaimsManyNamesTakesABoundedPartOfTheIndex) {
  Draft draft = profile(1, "Dwa");
  for (int i = 0; i < 200; ++i) {
    auto* local = draft.body->mutable_profile()->add_names();
    local->set_language("xx");
    std::string name;
    while (name.size() < 300) name += std::to_string(i * 1000 + static_cast<int>(name.size())) + 'x';
    local->set_name(name);
  }
  add(seoul, draft);
  auto db = sqlite::Connection::open(folder.path() / "index.db", {});
  ASSERT_TRUE(db.ok());
  auto rows = db->prepare("SELECT count(*), max(length(part)) FROM city_name");
  ASSERT_TRUE(*rows.step());
  EXPECT_LE(rows.number(0), (limits::kCityNames + 2) * limits::kCityNameBegins);
  EXPECT_LE(rows.number(1), limits::kCityNameBytes);
}

TEST_F(Standing, ACitysLatestAdoptionStands) {
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

TEST_F(Standing, WhatIsErasedOrComesLateIsFollowed) {
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

TEST_F(Standing, ARemovedCityIsForgottenAloneAndItsAdoptionsCountAgainOnceItIsBack) {
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

TEST_F(Standing, ACityThatIsRemovedAfterARestartOfTheWriterIsForgottenToo) {
  add(seoul, practice("Shelter", "x"));
  add(milan, practice("Shelter too", "x"));
  add(lima, practice("Shelter as well", "x"));
  ASSERT_EQ(found("shelter").size(), 3U);
  remove(seoul);
  ASSERT_EQ(search(SearchQuery()).total, 2U);
  index.reset();
  auto writer = open_index_writer(folder.path() / "index.db", *store->epochs());
  ASSERT_TRUE(writer.ok()) << writer.error().text();
  index = std::move(*writer);
  remove(milan);
  // Without words: those of a removed city are deleted, whatever readers keep in memory.
  EXPECT_EQ(search(SearchQuery()).total, 1U) << "by the reader that had seen the first removal";
}

TEST_F(Standing, ARemovedCityLeavesTheIndexPieceByPieceAndIsFoundNoMore) {
  for (int i = 0; i < 6; ++i) add(seoul, practice("Shelter", std::string(900 * limits::kKiB, 'x')));
  add(milan, practice("Shelter too", "x"));
  ASSERT_EQ(search(SearchQuery()).total, 7U);
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->remove_log(seoul.id(), {2}).ok());
  ASSERT_TRUE(store->commit().ok());
  const auto left = [this] {
    IndexQuery query;
    query.log = seoul.id();
    return reader->find(query)->size();
  };
  ASSERT_GT(*index->catch_up(*store), 0U);
  EXPECT_GT(left(), 0U) << "no transaction is as large as the city";
  EXPECT_LT(left(), 6U);
  EXPECT_EQ(search(SearchQuery()).total, 1U);
  const auto between = std::move(*open_index_reader(folder.path() / "index.db"));
  EXPECT_GT(between->search(SearchQuery())->total, 1U);
  // The node may die meanwhile.
  index = nullptr;
  index = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  const auto last = add(milan, practice("Shelter as well", "x"));
  EXPECT_EQ(left(), 0U);
  EXPECT_EQ(search(SearchQuery()).total, 2U);
  EXPECT_EQ(between->search(SearchQuery())->total, 2U);
  EXPECT_TRUE(reader->get(milan.id(), last)->has_value());
}

TEST_F(Standing, WhatACityReferredToIsForgottenWithIt) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  add(milan, adoption(seoul, shelter, "worked"));
  const auto other = add(milan, practice("Shelter too", "x"));
  add(lima, adoption(milan, other, "worked"));
  const auto rows = [this] {
    auto db = sqlite::Connection::open(folder.path() / "index.db", {true, false, ""});
    EXPECT_TRUE(db.ok());
    auto select = db->prepare("SELECT count(*) FROM referred");
    EXPECT_TRUE(select.step().ok());
    return select.integer(0);
  };
  EXPECT_EQ(rows(), 2);
  remove(lima);
  EXPECT_EQ(rows(), 1) << "that of the other city stays";
  EXPECT_EQ(*reader->references(seoul.id(), shelter), 1U);
  remove(milan);
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(*reader->references(seoul.id(), shelter), 0U);
}

}  // namespace
}  // namespace koinon::test::standing_test
