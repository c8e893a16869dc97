// What is void, since its city took its log back from whoever had stolen its key: it is found nowhere, and
// what it did to other records is undone.
#include <gtest/gtest.h>

#include "crypto/merkle.h"
#include "proto/base/limits.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::voided_test {
namespace {

class Voided : public IndexedLibrary {
 protected:
  void take_back_from(OwnLog& log, std::uint64_t size) {
    const Status taken = take_back(*store, log, size);
    ASSERT_TRUE(taken.ok()) << taken.error().text();
    catch_up();
  }
  EntryIndex revise(OwnLog& log, EntryIndex older, const std::string& title) {
    Draft draft = practice(title, "x");
    refer(draft, v1::REF_ROLE_REVISES, log, older);
    return add(log, draft);
  }
  Found listed(IndexQuery query) {
    Found out;
    const auto records = reader->find(query);
    EXPECT_TRUE(records.ok());
    for (const auto& record : *records) out.push_back(record.index.value);
    return out;
  }
  std::int64_t rows(const std::string& table) {
    auto db = sqlite::Connection::open(folder.path() / "index.db", {true, false, ""});
    EXPECT_TRUE(db.ok());
    auto select = db->prepare("SELECT count(*) FROM " + table);
    EXPECT_TRUE(select.step().ok());
    return select.integer(0);
  }
  // Whoever has read all along and whoever begins now count the same.
  void expect_outcomes(const SearchQuery& query, const std::string& outcome, std::uint64_t times) {
    EXPECT_EQ(count(search(query), "outcome", outcome), times);
    auto fresh = open_index_reader(folder.path() / "index.db");
    ASSERT_TRUE(fresh.ok());
    const auto page = (*fresh)->search(query);
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(count(*page, "outcome", outcome), times) << "of whoever begins to read now";
  }
};

TEST_F(Voided, AVoidNoteLeavesSearchesListsAndCounts) {
  const auto stays = add(seoul, practice("Shelter", "x"));
  const auto gone = add(seoul, practice("Shelter of a thief", "poison"));
  ASSERT_EQ(found("shelter").size(), 2U);
  ASSERT_EQ(found("poison"), Found{gone.value});
  const std::int64_t topics = rows("topic");
  take_back_from(seoul, gone.value);
  EXPECT_EQ(found("shelter"), Found{stays.value});
  EXPECT_EQ(found("poison"), Found{});
  EXPECT_FALSE(reader->get(seoul.id(), gone)->has_value());
  EXPECT_EQ(**reader->latest(seoul.id(), v1::KIND_PRACTICE), stays);
  for (const bool standing : {false, true}) {
    for (const bool by_log : {false, true}) {
      for (const bool by_kind : {false, true}) {
        IndexQuery query;
        query.topic = "health";
        query.standing_notes = standing;
        if (by_log) query.log = seoul.id();
        if (by_kind) query.kind = v1::KIND_PRACTICE;
        EXPECT_EQ(listed(query), Found{stays.value}) << standing << by_log << by_kind;
      }
    }
  }
  IndexQuery words;
  words.words = "poison";
  EXPECT_EQ(listed(words), Found{});
  EXPECT_EQ(rows("topic"), topics / 2);
  EXPECT_EQ(rows("doc"), 1);
  EXPECT_EQ(rows("text_content"), 1);
  EXPECT_TRUE(index->is_unclean()) << "its words are rewritten when there is time";
}

TEST_F(Voided, WhatComesInThePlaceOfAVoidNoteIsFoundAndIsNotTakenForIt) {
  const auto stays = add(seoul, practice("Shelter", "x"));
  const auto first = add(seoul, practice("Shelter of a thief", "x"));
  const auto gone = add(seoul, practice("Shelter of a thief too", "x"));
  ASSERT_EQ(search(SearchQuery()).total, 3U);
  // The index reads of both at once.
  ASSERT_TRUE(take_back(*store, seoul, first.value).ok());
  const auto again = add(seoul, practice("Shelter once more", "y"));
  ASSERT_EQ(again, gone) << "behind the statement that took the log back";
  EXPECT_EQ((*reader->get(seoul.id(), again))->title, "Shelter once more");
  SearchQuery query;
  query.log = seoul.id();
  query.topic = "health/testing";
  const SearchPage page = search(query);
  ASSERT_EQ(page.hits.size(), 2U) << "each once";
  EXPECT_EQ(page.hits[0].index, again);
  EXPECT_EQ(page.hits[1].index, stays);
  take_back_from(seoul, again.value);
  EXPECT_EQ(search(query).total, 1U) << "a second time";
  remove(seoul);
  EXPECT_EQ(search(query).total, 0U);
}

TEST_F(Voided, WhatReferredToAVoidNoteDoesNotCountForTheOneInItsPlace) {
  add(seoul, practice("Shelter", "x"));
  const auto first = add(seoul, practice("Shelter of a thief", "x"));
  const auto gone = add(seoul, practice("Shelter of a thief too", "x"));
  add(milan, adoption(seoul, gone, "did-not"));
  SearchQuery query;
  query.words = "shelter";
  expect_outcomes(query, "did-not", 1);
  take_back_from(seoul, first.value);
  // The adoption waits for what it means, which does not come again.
  const auto again = add(seoul, practice("Shelter once more", "y"));
  ASSERT_EQ(again, gone);
  expect_outcomes(query, "did-not", 0);
  EXPECT_EQ(*reader->references(seoul.id(), again), 0U);
  EXPECT_TRUE(reader->referring(seoul.id(), again, 10)->empty());
  // Who means the note that stands there counts.
  const auto taken = add(milan, adoption(seoul, again, "worked"));
  expect_outcomes(query, "worked", 1);
  EXPECT_EQ(*reader->references(seoul.id(), again), 1U);
  EXPECT_EQ(reader->referring(seoul.id(), again, 10)->front().index, taken);
  // The same for who reads of all of it at once.
  ASSERT_TRUE(index->reset().ok());
  catch_up();
  expect_outcomes(query, "worked", 1);
  expect_outcomes(query, "did-not", 0);
  EXPECT_EQ(*reader->references(seoul.id(), again), 1U);
}

TEST_F(Voided, AnEntryIsKnownByItsLeafAndByHowOftenItsLogWasTakenBackBefore) {
  const auto stays = add(seoul, practice("Shelter", "x"));
  const auto gone = add(seoul, practice("Shelter of a thief", "x"));
  add(seoul, practice("Shelter of a thief too", "x"));
  const Hash leaf = (*reader->get(seoul.id(), gone))->leaf;
  EXPECT_EQ(leaf, leaf_hash(*store->entry(seoul.id(), gone)));
  take_back_from(seoul, gone.value);
  const auto after = add(seoul, practice("Shelter once more", "y"));
  take_back_from(seoul, after.value);
  const auto again = add(seoul, practice("Shelter once again", "z"));
  const auto recoveries = [&](EntryIndex index) { return (*reader->get(seoul.id(), index))->recoveries; };
  EXPECT_EQ(recoveries(stays), 0U);
  EXPECT_EQ(recoveries(gone), 1U) << "the statement that took it back the first time";
  EXPECT_EQ(recoveries(again), 2U);
  EXPECT_NE((*reader->get(seoul.id(), gone))->leaf, leaf);
  std::vector<std::uint64_t> was;
  const auto arrivals = store->arrivals(ArrivalSeq(0), 100);
  for (const Arrival& arrival : *arrivals) {
    if (arrival.kind == ArrivalKind::kVoided) was.push_back((*reader->voided(arrival.first))->recoveries);
  }
  EXPECT_EQ(was, (std::vector<std::uint64_t>{0, 1})) << "what is void is called as it was before";
  const auto there = *reader->voided_at(seoul.id(), gone);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there.front().leaf, leaf);
  EXPECT_EQ(there.front().recoveries, 0U);
  EXPECT_TRUE(reader->voided_at(seoul.id(), stays)->empty());
}

TEST_F(Voided, EachRecoveryIsKnownByHowManyNotesItMadeVoid) {
  const auto void_notes = [&](std::uint64_t recoveries) {
    return *reader->voided_notes(seoul.id(), recoveries);
  };
  add(seoul, practice("Park", "x"));
  const auto first = add(seoul, practice("Shelter", "x"));
  add(seoul, practice("Shelter too", "x"));
  revise(seoul, first, "Shelter, second");
  add(milan, practice("Shelter of Milan", "x"));
  EXPECT_EQ(void_notes(0), 0U);
  take_back_from(seoul, first.value);
  EXPECT_EQ(void_notes(0), 3U);
  const auto after = add(seoul, practice("Shelter once more", "y"));
  EXPECT_EQ(void_notes(1), 0U);
  take_back_from(seoul, after.value);
  EXPECT_EQ(void_notes(0), 3U) << "each has its own";
  EXPECT_EQ(void_notes(1), 1U);
  EXPECT_EQ(void_notes(2), 0U);
  EXPECT_EQ(*reader->voided_notes(milan.id(), 0), 0U);
  remove(seoul);
  EXPECT_EQ(void_notes(0), 0U) << "nothing of that log is known here";
}

TEST_F(Voided, AVoidRevisionGivesTheOlderVersionItsStandingBack) {
  const auto first = add(seoul, practice("Shelter, first", "x"));
  const auto second = revise(seoul, first, "Shelter, second");
  const auto third = revise(seoul, second, "Shelter, third");
  revise(seoul, third, "Shelter, fourth");
  SearchQuery query;
  query.words = "shelter";
  add(milan, adoption(seoul, second, "worked"));
  add(lima, adoption(seoul, third, "did-not"));
  expect_outcomes(query, "did-not", 1);
  take_back_from(seoul, third.value);
  EXPECT_EQ(status(seoul, second), RecordStatus::kCurrent);
  EXPECT_FALSE((*reader->get(seoul.id(), second))->status_by.has_value());
  EXPECT_EQ(status(seoul, first), RecordStatus::kSuperseded);
  EXPECT_EQ(found("shelter"), Found{second.value});
  expect_outcomes(query, "did-not", 0);
  expect_outcomes(query, "worked", 1);
  IndexQuery standing;
  standing.log = seoul.id();
  standing.standing_notes = true;
  EXPECT_EQ(listed(standing), Found{second.value});
  // What comes next is a version like any other.
  const auto anew = revise(seoul, second, "Shelter, anew");
  EXPECT_EQ(found("shelter"), Found{anew.value});
  expect_outcomes(query, "worked", 1);
}

TEST_F(Voided, AVoidWithdrawalGivesTheNoteBack) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  const auto by = withdraw(seoul, shelter);
  ASSERT_EQ(status(seoul, shelter), RecordStatus::kWithdrawn);
  ASSERT_EQ(found("shelter"), Found{});
  take_back_from(seoul, by.value);
  EXPECT_EQ(status(seoul, shelter), RecordStatus::kCurrent);
  EXPECT_EQ(found("shelter"), Found{shelter.value});
  // Of several the first that is not void counts.
  const auto first = withdraw(seoul, shelter);
  const auto second = withdraw(seoul, shelter);
  withdraw(seoul, shelter, true);
  ASSERT_EQ(status(seoul, shelter), RecordStatus::kErased);
  take_back_from(seoul, second.value);
  EXPECT_EQ(status(seoul, shelter), RecordStatus::kWithdrawn);
  EXPECT_EQ((*reader->get(seoul.id(), shelter))->status_by, first);
}

TEST_F(Voided, WhatAVoidWithdrawalErasedIsFoundAgain) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  const auto by = withdraw(seoul, shelter, true);
  ASSERT_EQ(status(seoul, shelter), RecordStatus::kErased);
  ASSERT_EQ(found("shelter"), Found{});
  take_back_from(seoul, by.value);
  EXPECT_EQ(status(seoul, shelter), RecordStatus::kCurrent);
  EXPECT_EQ(found("shelter"), Found{shelter.value});
}

TEST_F(Voided, WhatWasErasedTooLongAgoIsFoundOnceItsTextIsBack) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  const Bytes body = store->record(seoul.id(), shelter)->body;
  const auto by = withdraw(seoul, shelter, true);
  ASSERT_EQ(status(seoul, shelter), RecordStatus::kErased);
  ASSERT_TRUE(store->fold(2 * limits::kEraseGrace));
  take_back_from(seoul, by.value);
  EXPECT_EQ(store->record(seoul.id(), shelter)->state, BodyState::kNotHeld);
  EXPECT_EQ(status(seoul, shelter), RecordStatus::kCurrent);
  EXPECT_EQ(found("shelter"), Found{}) << "its text is not here yet";
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->add_bodies({seoul.id(), {{shelter, body, false}}, {5}, {}}).ok());
  ASSERT_TRUE(store->commit().ok());
  catch_up();
  EXPECT_EQ(found("shelter"), Found{shelter.value});
  EXPECT_EQ(status(seoul, shelter), RecordStatus::kCurrent);
}

TEST_F(Voided, AVoidAnswerCountsForNothing) {
  Draft asked;
  asked.entry.set_kind(v1::KIND_QUESTION);
  asked.entry.set_language("en");
  asked.body.emplace();
  asked.body->mutable_question()->set_title("How many?");
  asked.body->mutable_question()->set_text("People at a site.");
  const auto question = add(milan, asked);
  const auto first = add(seoul, answer(milan, question, "Ten."));
  const auto taken_back = add(seoul, answer(milan, question, "A thousand."));
  add(seoul, answer(milan, question, "A million."));
  withdraw(seoul, taken_back);
  ASSERT_EQ(*reader->references(milan.id(), question), 2U);
  ASSERT_EQ(reader->addressed(milan.id(), {}, 10)->size(), 4U) << "with the question, which is to all";
  take_back_from(seoul, taken_back.value);
  EXPECT_EQ(*reader->references(milan.id(), question), 1U);
  const auto referring = reader->referring(milan.id(), question, 10);
  ASSERT_EQ(referring->size(), 1U);
  EXPECT_EQ(referring->front().index, first);
  EXPECT_EQ(reader->addressed(milan.id(), {}, 10)->size(), 2U);
}

TEST_F(Voided, AVoidAdoptionCountsNoMoreAndTheCitysEarlierOneDoes) {
  const auto shelter = add(seoul, practice("Shelter", "x"));
  add(milan, adoption(seoul, shelter, "worked"));
  const auto second = add(milan, adoption(seoul, shelter, "did-not"));
  SearchQuery query;
  query.words = "shelter";
  expect_outcomes(query, "did-not", 1);
  take_back_from(milan, second.value);
  expect_outcomes(query, "did-not", 0);
  expect_outcomes(query, "worked", 1);
}

TEST_F(Voided, ACityIsComparedAndCalledByItsLatestProfileThatIsNotVoid) {
  add(seoul, profile(9'000'000, "Dwa"));
  Draft stolen = profile(1, "Dwb");
  stolen.body->mutable_profile()->set_display_name("Thiefville");
  const auto second = add(seoul, stolen);
  stolen.body->mutable_profile()->set_display_name("Thiefton");
  add(seoul, stolen);
  const auto called = [&](const std::string& part) {
    return reader->called({part, false, {}, {}, 20})->size();
  };
  ASSERT_EQ(called("thief"), 1U);
  take_back_from(seoul, second.value);
  EXPECT_EQ(called("thief"), 0U);
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 9'000'000);
  // And of what withdrew it.
  const auto by = withdraw(seoul, EntryIndex(0));
  EXPECT_FALSE(reader->measures(seoul.id())->has_value());
  take_back_from(seoul, by.value);
  EXPECT_EQ((*reader->measures(seoul.id()))->population, 9'000'000);
}

TEST_F(Voided, ALargeRunLeavesTheIndexPieceByPiece) {
  const auto stays = add(seoul, practice("Shelter, first", "x"));
  auto newest = stays;
  for (int i = 0; i < 10; ++i) {
    Draft draft = practice("Shelter", std::string(900 * limits::kKiB, 'x'));
    refer(draft, v1::REF_ROLE_REVISES, seoul, newest);
    newest = add(seoul, draft);
  }
  add(milan, practice("Shelter too", "x"));
  SearchQuery all;
  all.all_versions = true;
  ASSERT_EQ(search(all).total, 12U);
  ASSERT_TRUE(take_back(*store, seoul, stays.value + 1).ok());
  const auto left = [this] {
    IndexQuery query;
    query.log = seoul.id();
    return reader->find(query)->size();
  };
  ASSERT_GT(*index->catch_up(*store), 0U);
  EXPECT_GT(left(), 1U) << "no transaction is as large as the run";
  EXPECT_LT(left(), 11U);
  EXPECT_EQ(search(all).total, left() + 1);
  const auto between = std::move(*open_index_reader(folder.path() / "index.db"));
  EXPECT_EQ(between->search(all)->total, left() + 1);
  // The node may die meanwhile.
  index = nullptr;
  index = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
  catch_up();
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(search(all).total, 2U);
  EXPECT_EQ(between->search(all)->total, 2U);
  EXPECT_EQ(status(seoul, stays), RecordStatus::kCurrent);
  EXPECT_EQ(rows("void_entry"), 10);
  EXPECT_EQ(rows("removed"), 1) << "one row, however many pieces";
}

TEST_F(Voided, WhatAnEntryWasIsKnownByTheArrivalThatSaysItIsVoid) {
  add(seoul, practice("Shelter", "x"));
  add(seoul, practice("Shelter of a thief", "x"));
  const auto by = withdraw(seoul, EntryIndex(0));
  take_back_from(seoul, 1);
  std::optional<Arrival> voided;
  const auto arrivals = store->arrivals(ArrivalSeq(0), 100);
  for (const Arrival& arrival : *arrivals) {
    if (arrival.kind == ArrivalKind::kVoided) voided = arrival;
  }
  ASSERT_TRUE(voided.has_value());
  ASSERT_EQ(voided->count, 2U);
  const auto note = *reader->voided(voided->first);
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->log, seoul.id());
  EXPECT_EQ(note->index, EntryIndex(1));
  EXPECT_EQ(note->kind, v1::KIND_PRACTICE);
  EXPECT_EQ(note->topics, std::vector<std::string>{"health/testing"});
  EXPECT_EQ(note->title, "") << "and nothing that it said";
  const auto withdrawal = *reader->voided(ArrivalSeq(voided->first.value + 1));
  ASSERT_TRUE(withdrawal.has_value());
  EXPECT_EQ(withdrawal->index, by);
  EXPECT_EQ(withdrawal->kind, v1::KIND_WITHDRAWAL);
  EXPECT_FALSE(reader->voided(ArrivalSeq(1))->has_value());
}

}  // namespace
}  // namespace koinon::test::voided_test
