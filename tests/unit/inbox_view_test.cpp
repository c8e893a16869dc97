// The inbox of an office, read without the API: filters, and where pages end.
#include "node/api/inbox_view.h"

#include "tests/storage/indexed_library.h"

namespace koinon::test::inbox_view_test {
namespace {

class Inbox : public IndexedLibrary {
 protected:
  void SetUp() override {
    IndexedLibrary::SetUp();
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(store->set_own_log(seoul.id()).ok());
    ASSERT_TRUE(store->commit().ok());
    office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    desk = std::make_unique<Desk>(*office);
  }
  // Milan says something to Seoul.
  EntryIndex say(const std::string& title) {
    Draft draft = practice(title, "text");
    draft.entry.add_to(seoul.id().bytes());
    return add(milan, draft);
  }
  // Of all cities.
  EntryIndex ask(OwnLog& city) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_QUESTION);
    draft.entry.set_language("en");
    draft.body.emplace();
    draft.body->mutable_question()->set_title("How many?");
    draft.body->mutable_question()->set_text("People at a site.");
    return add(city, draft);
  }
  void set_case(EntryIndex of, CaseState state, const std::string& assignee, const std::string& remark = "") {
    const auto changed = desk->change_case(milan.id(), of, [&](InboxCase& item) -> Status {
      item.state = state;
      item.assignee = assignee;
      item.remark = remark;
      return {};
    });
    ASSERT_TRUE(changed.ok()) << changed.error().text();
  }
  InboxView read(const InboxQuery& query) {
    Directory directory(*store, nearness, reader.get());
    auto view = read_inbox({directory, *store, *reader, *desk}, seoul.id(), query);
    EXPECT_TRUE(view.ok()) << view.error().text();
    return view.ok() ? std::move(*view) : InboxView();
  }
  static Found entries(const InboxView& view) {
    Found out;
    for (const CaseView& item : view.items) out.push_back(item.note.index.value);
    return out;
  }
  // All pages, one after the other.
  Found walk(InboxQuery query) {
    Found out;
    for (std::size_t pages = 0; pages < 100; ++pages) {
      const InboxView view = read(query);
      for (const std::uint64_t entry : entries(view)) out.push_back(entry);
      if (!view.next) return out;
      query.before = *view.next;
    }
    ADD_FAILURE() << "the list does not end";
    return out;
  }

  std::unique_ptr<OfficeDb> office;
  std::unique_ptr<Desk> desk;
  Nearness nearness;
};

TEST_F(Inbox, WhatNobodyHasSeenToIsNewAndTheNewestComesFirst) {
  say("First");
  say("Second");
  const InboxView view = read({});
  EXPECT_EQ(entries(view), (Found{1, 0}));
  EXPECT_EQ(view.items[0].state, CaseState::kNew);
  EXPECT_EQ(view.items[0].note.title, "Second");
  EXPECT_FALSE(view.next);
}

TEST_F(Inbox, AQuestionToAllIsInEverybodysInboxButItsAskers) {
  ask(milan);
  say("To Seoul");
  ask(seoul);
  const InboxView view = read({});
  EXPECT_EQ(entries(view), (Found{1, 0}));
  EXPECT_TRUE(view.items[1].to.empty()) << "all cities are asked";
  EXPECT_EQ(view.items[0].to.size(), 1U);
  InboxQuery page;
  page.limit = 1;
  EXPECT_EQ(walk(page), (Found{1, 0}));
  EXPECT_EQ(*count_new(*reader, *store, *desk, seoul.id()), 2U);
}

TEST_F(Inbox, AnsweringMakesAQuestionDoneUnlessSomebodySaysOtherwiseLater) {
  const EntryIndex question = ask(milan);
  const EntryIndex said = add(seoul, answer(milan, question, "Twelve."));
  InboxView view = read({});
  ASSERT_EQ(view.items.size(), 1U);
  EXPECT_EQ(view.items[0].state, CaseState::kDone);
  EXPECT_FALSE(view.items[0].answer.empty());
  EXPECT_EQ(*count_new(*reader, *store, *desk, seoul.id()), 0U);
  InboxQuery query;
  query.state = "done";
  EXPECT_EQ(read(query).items.size(), 1U);
  query.state = "new";
  EXPECT_TRUE(read(query).items.empty());
  const auto again = desk->change_case(milan.id(), question, [](InboxCase& item) -> Status {
    item.state = CaseState::kOpen;
    item.updated_at = UnixMillis{INT64_MAX};
    return {};
  });
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(read({}).items[0].state, CaseState::kOpen);
  withdraw(seoul, said);
  EXPECT_TRUE(read({}).items[0].answer.empty()) << "an answer that was taken back is none";
}

TEST_F(Inbox, WhatThirdCitiesAnswerHidesNoAnswerOfOurs) {
  const EntryIndex question = ask(milan);
  for (std::size_t i = 0; i < limits::kReferring; ++i) {
    Draft draft = answer(milan, question, std::to_string(i));
    draft.again = true;
    ASSERT_TRUE(publish(*store, lima, std::move(draft)).ok());
  }
  add(seoul, answer(milan, question, "Twelve."));
  const InboxView view = read({});
  ASSERT_EQ(view.items.size(), 1U);
  EXPECT_EQ(view.items[0].state, CaseState::kDone);
  EXPECT_EQ(*count_new(*reader, *store, *desk, seoul.id()), 0U);
}

// Milan has replied to a call of ours that is void. What we say of the call in its place is no answer to it.
TEST_F(Inbox, AReplyToACallThatIsVoidIsNotAnsweredByWhatWeSayOfAnotherCall) {
  const auto call = [&](const std::string& title) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_CALL);
    draft.entry.set_language("en");
    draft.entry.add_to(milan.id().bytes());
    draft.body.emplace();
    draft.body->mutable_call()->set_title(title);
    return add(seoul, draft);
  };
  const auto reply = [&](OwnLog& by, EntryIndex to, const std::string& said) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_CALL_REPLY);
    draft.entry.set_language("en");
    refer(draft, v1::REF_ROLE_ANSWERS, seoul, to);
    draft.body.emplace();
    draft.body->mutable_call_reply()->set_answer(said);
    return add(by, draft);
  };
  add(seoul, practice("Shelter", "text"));
  const EntryIndex stolen = add(seoul, practice("Shelter of a thief", "text"));
  const EntryIndex gone = call("Gone");
  reply(milan, gone, "another-time");
  reply(seoul, gone, "no");
  EXPECT_EQ(read({}).items.at(0).state, CaseState::kDone);
  ASSERT_TRUE(take_back(*store, seoul, stolen.value).ok());
  catch_up();
  ASSERT_EQ(call("In its place"), gone);
  reply(seoul, gone, "no");
  const InboxView view = read({});
  ASSERT_EQ(view.items.size(), 1U);
  EXPECT_EQ(view.items[0].state, CaseState::kNew);
  EXPECT_TRUE(view.items[0].answer.empty());
}

TEST_F(Inbox, AFilterLeavesWhatIsInItsStateAndWhatItsAccountSeesTo) {
  for (const char* title : {"A", "B", "C"}) say(title);
  set_case(EntryIndex(0), CaseState::kOpen, "press");
  set_case(EntryIndex(2), CaseState::kOpen, "health");
  InboxQuery query;
  query.state = "open";
  EXPECT_EQ(entries(read(query)), (Found{2, 0}));
  query.assignee = "press";
  EXPECT_EQ(entries(read(query)), (Found{0}));
  query.state = "done";
  EXPECT_TRUE(read(query).items.empty());
  query.assignee = "";
  query.state = "new";
  EXPECT_EQ(entries(read(query)), (Found{1}));
  query.state = "lost";
  EXPECT_TRUE(read(query).items.empty()) << "it is no state";
}

TEST_F(Inbox, APageEndsAtItsLimitAndTheNextGoesOnBeforeIt) {
  for (const char* title : {"A", "B", "C", "D", "E"}) say(title);
  InboxQuery query;
  query.limit = 2;
  const InboxView first = read(query);
  EXPECT_EQ(entries(first), (Found{4, 3}));
  ASSERT_TRUE(first.next);
  EXPECT_EQ(walk(query), (Found{4, 3, 2, 1, 0}));
}

TEST_F(Inbox, AFilteredPageLooksPastWhatItLeavesOut) {
  for (const char* title : {"A", "B", "C", "D", "E"}) say(title);
  set_case(EntryIndex(0), CaseState::kDone, "");
  set_case(EntryIndex(3), CaseState::kDone, "");
  InboxQuery query;
  query.state = "done";
  query.limit = 1;
  EXPECT_EQ(entries(read(query)), (Found{3}));
  EXPECT_EQ(walk(query), (Found{3, 0}));
  query.limit = 2;
  EXPECT_EQ(entries(read(query)), (Found{3, 0})) << "two readings of two make one page";
}

TEST_F(Inbox, APageEndsWhereItsBytesDoAndTheNextHasTheRest) {
  for (const char* title : {"A", "B", "C"}) say(title);
  const std::string remark(limits::kListBytes / 2 - 10 * limits::kKiB, 'x');
  for (std::uint64_t i = 0; i < 3; ++i) set_case(EntryIndex(i), CaseState::kOpen, "", remark);
  EXPECT_EQ(entries(read({})), (Found{2, 1}));
  EXPECT_EQ(walk({}), (Found{2, 1, 0}));
}

TEST_F(Inbox, ACaseSaysWhatItIsAbout) {
  const EntryIndex practised = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, practised, "worked"));
  const InboxView view = read({});
  ASSERT_EQ(view.items.size(), 1U);
  ASSERT_EQ(view.items[0].refs.size(), 1U);
  EXPECT_EQ(view.items[0].refs[0].role, v1::REF_ROLE_ADOPTS);
  EXPECT_EQ(view.items[0].refs[0].ref, Directory(*store, nearness).ref(seoul.id(), practised));
}

TEST(InboxQueries, AreReadFromAnAddress) {
  const auto query =
      read_inbox_query({{"state", "open"}, {"assignee", "press"}, {"limit", "5"}, {"cursor", "17"}});
  ASSERT_TRUE(query.ok()) << query.error().text();
  EXPECT_EQ(query->state, "open");
  EXPECT_EQ(query->assignee, "press");
  EXPECT_EQ(query->limit, 5U);
  EXPECT_EQ(query->before, ArrivalSeq(17));
  const auto wrong = read_inbox_query({{"cursor", "later"}});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().field, "cursor");
  EXPECT_EQ(*read_case_state("done"), CaseState::kDone);
  EXPECT_FALSE(read_case_state("").ok());
}

}  // namespace
}  // namespace koinon::test::inbox_view_test
