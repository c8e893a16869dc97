// What is known of a record, read without a server and without the API.
#include "node/reading/record_view.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::record_view_test {
namespace {

class RecordViewTest : public IndexedLibrary {
 protected:
  RecordView read(EntryIndex index, bool brief = false) {
    Directory directory(*store, nearness, reader.get());
    auto view = read_record(directory, *store, *reader, seoul.id(), index, brief);
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : RecordView();
  }
  std::string ref(EntryIndex index) { return Directory(*store, nearness).ref(seoul.id(), index); }

  OwnLog seoul = test_log();
  Nearness nearness;
};

TEST_F(RecordViewTest, ANoteIsReadWithItsBodyAndWithoutItsSalt) {
  const RecordView view = read(add(seoul, practice("Testing in cars", "Cars come one by one.")));
  EXPECT_TRUE(view.readable());
  EXPECT_EQ(view.kind_text(), "practice");
  EXPECT_EQ(view.status, RecordStatus::kCurrent);
  ASSERT_TRUE(view.body.has_value());
  EXPECT_EQ(view.body->practice().title(), "Testing in cars");
  EXPECT_TRUE(view.body->salt().empty());
  EXPECT_EQ(view.topics, std::vector<std::string>{"health/testing"});
  EXPECT_TRUE(view.arrived_at.has_value());
}

TEST_F(RecordViewTest, WhatWasWithdrawnSaysByWhatAndWhy) {
  const EntryIndex gone = add(seoul, practice("Testing in cars", "Cars come one by one."));
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(gone.value);
  refer(draft, v1::REF_ROLE_WITHDRAWS, seoul, gone);
  draft.body.emplace();
  draft.body->mutable_withdrawal()->set_reason("It was not ours.");
  const EntryIndex withdrawal = add(seoul, draft);
  const RecordView view = read(gone);
  EXPECT_EQ(view.status, RecordStatus::kWithdrawn);
  EXPECT_EQ(view.status_by, ref(withdrawal));
  EXPECT_EQ(view.withdrawn_because, "It was not ours.");
  EXPECT_TRUE(view.withdrawn_at.has_value());
  EXPECT_TRUE(view.body.has_value()) << "its text is still there";
  ASSERT_EQ(view.referred_by.size(), 1U);
  EXPECT_EQ(view.referred_by[0].role, v1::REF_ROLE_WITHDRAWS);
}

TEST_F(RecordViewTest, WhatWasErasedIsGoneAlsoWhereTheIndexIsBehind) {
  const EntryIndex gone = add(seoul, practice("Testing in cars", "Cars come one by one."));
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(gone.value);
  draft.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
  refer(draft, v1::REF_ROLE_WITHDRAWS, seoul, gone);
  const auto erasure = publish(*store, seoul, draft);
  ASSERT_TRUE(erasure.ok()) << erasure.error().text();
  for (const bool indexed : {false, true}) {
    if (indexed) catch_up();
    const RecordView view = read(gone);
    EXPECT_EQ(view.status, RecordStatus::kErased) << indexed;
    EXPECT_EQ(view.status_by, ref(*erasure)) << indexed;
    EXPECT_EQ(view.body_state, BodyState::kErased) << indexed;
    EXPECT_FALSE(view.body.has_value()) << indexed;
  }
}

TEST_F(RecordViewTest, AnEntryThatCannotBeReadSaysWhyAndNothingElse) {
  add(seoul, practice("Testing in cars", "Cars come one by one."));
  const Bytes leaf = "\xff\xff no entry";
  const auto index = append_leaf(*store, seoul, leaf);
  ASSERT_TRUE(index.ok());
  catch_up();
  const RecordView view = read(*index);
  EXPECT_FALSE(view.readable());
  EXPECT_EQ(view.kind_text(), "unreadable");
  EXPECT_EQ(view.leaf_hash, leaf_hash(leaf));
  EXPECT_FALSE(view.body.has_value());
}

TEST_F(RecordViewTest, BesideAnotherRecordTextsAndListsAreCutShort) {
  Draft draft = practice("Testing in cars", std::string(10'000, 'x'));
  for (int i = 0; i < 60; ++i) draft.body->mutable_practice()->add_partners("partner " + std::to_string(i));
  const EntryIndex index = add(seoul, draft);
  const RecordView whole = read(index);
  const RecordView brief = read(index, true);
  ASSERT_TRUE(whole.body.has_value() && brief.body.has_value());
  EXPECT_EQ(whole.body->practice().solution().size(), 10'000U);
  EXPECT_EQ(whole.body->practice().partners_size(), 60);
  EXPECT_LT(brief.body->practice().solution().size(), 5'000U);
  EXPECT_TRUE(brief.body->practice().solution().ends_with(" …"));
  EXPECT_EQ(brief.body->practice().partners_size(), 50);
}

TEST_F(RecordViewTest, WhatAdoptedItSaysHowItWentUnlessInBrief) {
  const EntryIndex index = add(seoul, practice("Testing in cars", "Cars come one by one."));
  const EntryIndex adopted = add(seoul, adoption(seoul, index, "worked"));
  const RecordView whole = read(index);
  ASSERT_EQ(whole.referred_by.size(), 1U);
  EXPECT_EQ(whole.referred_by[0].ref, ref(adopted));
  EXPECT_EQ(whole.referred_by[0].title, "Adopted");
  ASSERT_TRUE(whole.referred_by[0].adoption.has_value());
  EXPECT_EQ(whole.referred_by[0].adoption->outcome, "worked");
  const RecordView brief = read(index, true);
  ASSERT_EQ(brief.referred_by.size(), 1U);
  EXPECT_FALSE(brief.referred_by[0].adoption.has_value());
  const RecordView of = read(adopted);
  ASSERT_EQ(of.refs.size(), 1U);
  EXPECT_EQ(of.refs[0].ref, ref(index));
  EXPECT_EQ(of.refs[0].title, "Testing in cars");
}

TEST_F(RecordViewTest, WhatIsVoidIsNeitherReferredToNorFoundByTheNameOfWhatTakesItsPlace) {
  const EntryIndex stays = add(seoul, practice("Testing in cars", "Cars come one by one."));
  const EntryIndex first = add(seoul, practice("Poison", "x"));
  const EntryIndex gone = add(seoul, practice("More poison", "x"));
  const std::string was = ref(gone);
  const std::string lasted =
      Directory(*store, nearness).lasting_ref(seoul.id(), gone, (*reader->get(seoul.id(), gone))->leaf);
  const EntryIndex adopted = add(milan, adoption(seoul, gone, "worked"));
  const auto of_milan = [&] {
    Directory directory(*store, nearness, reader.get());
    return *read_record(directory, *store, *reader, milan.id(), adopted, false);
  };
  ASSERT_TRUE(of_milan().refs[0].held);
  ASSERT_TRUE(take_back(*store, seoul, first.value).ok());
  for (const bool indexed : {false, true}) {
    if (indexed) catch_up();
    EXPECT_EQ(Directory(*store, nearness, reader.get()).find_ref(lasted).error().id, "ref.void")
        << "also where nothing has taken its place: " << indexed;
  }
  EXPECT_FALSE(of_milan().refs[0].held);
  const EntryIndex again = add(seoul, practice("After", "Cars come again."));
  ASSERT_EQ(again, gone);
  const RecordView view = of_milan();
  ASSERT_EQ(view.refs.size(), 1U);
  EXPECT_TRUE(view.refs[0].is_void);
  EXPECT_FALSE(view.refs[0].held);
  EXPECT_EQ(view.refs[0].title, "") << "the other note's is not told";
  EXPECT_EQ(view.refs[0].ref, lasted);
  EXPECT_TRUE(read(again).referred_by.empty());
  // Each name means one entry for ever.
  Directory directory(*store, nearness, reader.get());
  EXPECT_EQ(ref(again), was + "~1");
  EXPECT_EQ(directory.find_ref(ref(again))->index, again);
  EXPECT_EQ(ref(stays).find('~', ref(stays).rfind('/')), std::string::npos) << "what stood keeps its name";
  EXPECT_EQ(directory.find_ref(ref(stays))->index, stays);
  for (const std::string& name : {was, lasted}) {
    const auto found = directory.find_ref(name);
    ASSERT_FALSE(found.ok()) << name;
    EXPECT_EQ(found.error().id, "ref.void");
  }
  EXPECT_EQ(directory.find_ref(was + "~2").error().code, Code::kNotFound);
  // Of what never was nobody says that it is void.
  const Hash made_up = Hash::from(Bytes(32, 'n'));
  EXPECT_EQ(directory.find_ref(directory.lasting_ref(seoul.id(), again, made_up)).error().id,
            "ref.not_there");
  v1::Ref invented;
  invented.set_log_id(seoul.id().bytes());
  invented.set_index(again.value);
  invented.set_leaf_hash(made_up.bytes());
  const RefView none = read_ref(directory, *store, invented);
  EXPECT_FALSE(none.held);
  EXPECT_FALSE(none.is_void);
  EXPECT_TRUE(none.stands_not) << "it does not name what stands there either";
  // A node that has forgotten what was there says no more than it knows.
  EXPECT_EQ(Directory(*store, nearness).find_ref(was).error().id, "ref.not_there");
  const Hash leaf = leaf_hash(*store->entry(seoul.id(), again));
  EXPECT_EQ(directory.find_ref(directory.lasting_ref(seoul.id(), again, leaf))->index, again);
}

TEST_F(RecordViewTest, WhereTheIndexIsBehindNoEntryIsTakenForOneThatIsVoid) {
  const auto by_milan = [&](EntryIndex index) {
    Directory directory(*store, nearness, reader.get());
    return *read_record(directory, *store, *reader, milan.id(), index, false);
  };
  const EntryIndex adopted = add(seoul, practice("Testing in cars", "Cars come one by one."));
  add(milan, practice("Shelter", "text"));
  const EntryIndex first = add(milan, practice("Poison", "x"));
  const EntryIndex gone = add(milan, adoption(seoul, adopted, "worked"));
  add(seoul, answer(milan, gone, "It is praised."));
  withdraw(milan, gone);
  const std::string was = Directory(*store, nearness).ref(milan.id(), gone);
  ASSERT_TRUE(take_back(*store, milan, first.value).ok());
  ASSERT_EQ(*publish(*store, milan, adoption(seoul, adopted, "did-not")), gone);
  const RecordView view = read(adopted);
  ASSERT_EQ(view.referred_by.size(), 1U);
  EXPECT_EQ(view.referred_by[0].ref, was) << "the name of what is void";
  EXPECT_FALSE(view.referred_by[0].adoption) << "and nothing of what took its place";
  const RecordView honest = by_milan(gone);
  EXPECT_EQ(honest.status, RecordStatus::kCurrent) << "the other one was withdrawn";
  EXPECT_TRUE(honest.referred_by.empty()) << "the other one was answered";
  catch_up();
  ASSERT_EQ(read(adopted).referred_by.size(), 1U);
  EXPECT_EQ(read(adopted).referred_by[0].ref, was + "~1");
  EXPECT_EQ(read(adopted).referred_by[0].adoption->outcome, "did-not");
}

}  // namespace
}  // namespace koinon::test::record_view_test
