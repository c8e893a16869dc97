// What an office keeps to itself: accounts and desk, over restarts.

#include <gtest/gtest.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/after_rollback.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "tests/files_contain.h"
#include "tests/storage/office_fixture.h"

namespace koinon::test::office_test {
namespace {

TEST_F(Office, ADraftIsNotOverwrittenUnseen) {
  Desk desk(*db);
  const auto id = desk.add_draft({1}, "{}", {10});
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(desk.change_draft(*id, 1, "{\"a\":1}", {20}, {}).ok());
  EXPECT_EQ(desk.change_draft(*id, 1, "{\"b\":1}", {30}, {}).error().code, Code::kConflict);
  EXPECT_EQ(desk.remove_draft(*id, 1).error().code, Code::kConflict) << "nor thrown away unseen";
  reopen();
  Desk again(*db);
  const auto draft = again.draft(*id);
  ASSERT_TRUE(draft.ok() && draft->has_value());
  EXPECT_EQ((*draft)->note, "{\"a\":1}");
  EXPECT_EQ((*draft)->version, 2);
}

TEST_F(Office, FilesOfDraftsAndOfWhatWaitsAreNamed) {
  Desk desk(*db);
  const std::string in_draft(64, 'a'), in_capitals(64, 'B'), waits(64, '1'), settled(64, '2');
  ASSERT_TRUE(desk.add_draft({1}, R"({"attachments":[{"sha256":")" + in_draft + R"("}]})", {10}).ok());
  ASSERT_TRUE(
      desk.add_draft({2}, R"({"file":"sha256 = \")" + in_capitals + R"(\"","title":"ab12"})", {10}).ok());
  const auto hold = [&](const std::string& digest) {
    HeldNote note;
    note.who = "press";
    note.request = R"({"attachments":[{"sha256":")" + digest + R"("}]})";
    return *desk.hold(note);
  };
  (void)hold(waits);
  ASSERT_TRUE(desk.settle(hold(settled), HeldState::kWaiting, HeldState::kCancelled, "", {200}).ok());
  const auto named = desk.files_named();
  ASSERT_TRUE(named.ok());
  std::vector<std::string> digests;
  for (const Hash& one : *named) digests.push_back(to_hex(one.view()));
  EXPECT_EQ(digests, (std::vector<std::string>{waits, in_draft, std::string(64, 'b')}));
}

TEST_F(Office, WhyAHeldNoteFailedIsKeptUntilItWaitsAgain) {
  Desk desk(*db);
  HeldNote note;
  note.who = "press";
  note.request = "{}";
  const auto id = desk.hold(note);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ((*desk.held(*id))->fault, "");
  ASSERT_TRUE(desk.settle(*id, HeldState::kWaiting, HeldState::kReview, "why", {200}, "its id").ok());
  reopen();
  Desk again(*db);
  EXPECT_EQ((*again.held(*id))->outcome, "why");
  EXPECT_EQ((*again.held(*id))->fault, "its id");
  ASSERT_TRUE(again.settle(*id, HeldState::kReview, HeldState::kWaiting, "", {300}).ok());
  EXPECT_EQ((*again.held(*id))->fault, "");
}

TEST_F(Office, WhatWaitsOfAnAccountThatIsRemovedSaysWhyWithAnId) {
  Accounts accounts(*db);
  User user;
  user.name = "press";
  user.role = Role::kPublisher;
  const auto author = accounts.add(user);
  ASSERT_TRUE(author.ok());
  Desk desk(*db);
  HeldNote note;
  note.user = *author;
  note.who = "press";
  note.request = "{}";
  const auto id = desk.hold(note);
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(accounts.remove(*author).ok());
  EXPECT_EQ((*desk.held(*id))->state, HeldState::kCancelled);
  EXPECT_EQ((*desk.held(*id))->outcome, "its account was removed");
  EXPECT_EQ((*desk.held(*id))->fault, R"({"id":"held.account_removed"})");
}

// As if it had been signed at once.
TEST_F(Office, WhatIsKeptOfAnAccountThatIsRemovedIsTheOfficesOwn) {
  Accounts accounts(*db);
  User user;
  user.name = "press";
  user.role = Role::kPublisher;
  const UserId author = *accounts.add(user);
  Desk desk(*db);
  HeldNote note;
  note.user = author;
  note.who = "press";
  note.request = R"({"withdraw":{}})";
  note.salt = Bytes(16, 's');
  const HeldId scheduled = *desk.hold(note);
  note.kept = true;
  note.hides = EntryIndex(7);
  const HeldId erasure = *desk.hold(note);
  const HeldId aside = *desk.hold(note);
  ASSERT_TRUE(desk.settle(aside, HeldState::kWaiting, HeldState::kSetAside, "", {0}).ok());
  ASSERT_TRUE(accounts.remove(author).ok());
  for (const HeldId id : {erasure, aside}) {
    const HeldNote kept = **desk.held(id);
    EXPECT_EQ(kept.state, id == aside ? HeldState::kSetAside : HeldState::kWaiting);
    EXPECT_EQ(kept.user.value, 0);
    EXPECT_EQ(kept.who, "press");
    EXPECT_EQ(kept.request, note.request);
    EXPECT_EQ(kept.salt, note.salt);
  }
  EXPECT_EQ(*desk.hides(), std::vector{EntryIndex(7)}) << "what it hides stays hidden";
  EXPECT_EQ(*desk.count_waiting(UserId{0}), 2U);
  EXPECT_EQ(*desk.count_waiting(author), 0U);
  EXPECT_EQ(*desk.count_waiting(std::nullopt), 2U);
  EXPECT_EQ((*desk.held(scheduled))->state, HeldState::kCancelled);
  EXPECT_TRUE((*desk.held(scheduled))->salt.empty()) << "with it an erased text could be guessed";
}

TEST_F(Office, WhatIsHeldIsSettledOnce) {
  Desk desk(*db);
  HeldNote note;
  note.who = "press";
  note.due_at = {100};
  note.request = "{}";
  const auto id = desk.hold(note);
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(desk.due({99}, 10)->empty());
  EXPECT_EQ(desk.due({100}, 10)->size(), 1U);
  EXPECT_EQ(desk.next_due()->value().value, 100);
  EXPECT_TRUE(desk.settle(*id, HeldState::kWaiting, HeldState::kCancelled, "", {200}).ok());
  EXPECT_EQ(desk.settle(*id, HeldState::kWaiting, HeldState::kSigned, "", {200}).error().code,
            Code::kConflict);
  EXPECT_TRUE(desk.due({1000}, 10)->empty());
}

TEST_F(Office, WhatWasPutOffWhileTheClockWasAheadIsDueNow) {
  constexpr std::int64_t kYear = 365LL * 24 * 3'600'000;
  Accounts accounts(*db);
  Outbox outbox(*db);
  User press;
  press.name = "press";
  const UserId user = *accounts.add(press);
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const auto id = outbox.add_webhook(hook);
  std::vector<Delivery> deliveries(2);
  deliveries[0].next_at = {kYear};
  deliveries[1].next_at = {900};
  ASSERT_TRUE(outbox.queue_deliveries(*id, deliveries, ArrivalSeq(7)).ok());
  Mail mail;
  mail.next_at = {kYear};
  ASSERT_TRUE(outbox.queue_mail({.mails = {mail}, .paces = {{user, {kYear}, 6, 1, ArrivalSeq(3)}}}).ok());
  ASSERT_TRUE(outbox.correct_times({1000}, {100}).ok());
  EXPECT_EQ(outbox.due_mail({100}, 10)->size(), 1U);
  const auto due = outbox.due_deliveries(*id, {1000}, 10);
  ASSERT_EQ(due->size(), 2U);
  EXPECT_EQ((*due)[0].next_at.value, 100);
  EXPECT_EQ((*due)[1].next_at.value, 900) << "what may wait so long does";
  ASSERT_EQ(outbox.paces_held({100}, 10)->size(), 1U);
  EXPECT_EQ(outbox.paces_held({100}, 10)->front().held_from, ArrivalSeq(3));
}

TEST_F(Office, WhatIsHeldForAWhileIsHeldFromNowOnOnceTheClockIsRightAndANamedTimeStays) {
  constexpr std::int64_t kAhead = 1'000'000;
  Desk desk(*db);
  const auto hold = [&](HeldState state, std::optional<std::chrono::milliseconds> lasting,
                        std::int64_t made) {
    HeldNote note;
    note.state = state;
    note.made_at = {made};
    note.due_at = {made + 50};
    note.hold = lasting;
    return *desk.hold(note);
  };
  using std::chrono::milliseconds;
  const HeldId lasting = hold(HeldState::kWaiting, milliseconds(50), kAhead);
  const HeldId reviewed = hold(HeldState::kReview, milliseconds(50), kAhead);
  const HeldId released = hold(HeldState::kReview, milliseconds(50), kAhead);
  const HeldId named = hold(HeldState::kWaiting, std::nullopt, kAhead);
  const HeldId before = hold(HeldState::kWaiting, milliseconds(50), 90);
  ASSERT_TRUE(desk.approve(released, "boss", {kAhead + 10}).ok());
  ASSERT_TRUE(desk.correct_times({100}).ok());
  const auto due = [&](HeldId id) { return (*desk.held(id))->due_at.value; };
  EXPECT_EQ(due(lasting), 150);
  EXPECT_EQ(due(reviewed), 150);
  EXPECT_EQ(due(released), 100) << "a reviewer's word makes it due at once";
  EXPECT_EQ(due(named), kAhead + 50) << "nothing is signed before the time that somebody named";
  EXPECT_EQ(due(before), 140) << "what was written down at its time stays";
  ASSERT_TRUE(desk.correct_times({120}).ok());
  EXPECT_EQ(due(lasting), 150) << "once";
}

TEST_F(Office, AReviewersWordDoesNotTakeTheTimeThatSomebodyNamed) {
  Desk desk(*db);
  HeldNote note;
  note.state = HeldState::kReview;
  note.made_at = {100};
  note.due_at = {500};
  const HeldId id = *desk.hold(note);
  ASSERT_TRUE(desk.approve(id, "boss", {200}).ok());
  EXPECT_EQ((*desk.held(id))->state, HeldState::kWaiting);
  EXPECT_EQ((*desk.held(id))->due_at.value, 500);
  ASSERT_TRUE(desk.approve(id, "boss", {200}).ok());
  EXPECT_EQ((*desk.held(id))->due_at.value, 200) << "to sign it now is said once more";
}

TEST_F(Office, WhatIsSettledOrErasedLeavesNoText) {
  Desk desk(*db);
  Outbox outbox(*db);
  HeldNote note;
  note.who = "press";
  note.due_at = {100};
  note.request = R"({"content":{"title":"quarantining"}})";
  const auto id = desk.hold(note);
  const LogId log = LogId::from(Bytes(LogId::kSize, 'l'));
  ASSERT_TRUE(desk.change_case(log, EntryIndex(3),
                               [](InboxCase& item) -> Status {
                                 item.state = CaseState::kOpen;
                                 item.assignee = "press";
                                 item.remark = "quarantining, they say";
                                 return {};
                               })
                  .ok());
  ASSERT_TRUE(desk.watch({1}, {log, EntryIndex(3), "quarantining", {1}}).ok());
  ASSERT_TRUE(files_contain(folder.path(), "quarantining"));
  ASSERT_TRUE(desk.settle(*id, HeldState::kWaiting, HeldState::kSigning, "", {200}).ok());
  EXPECT_EQ((*desk.held(*id))->request, note.request) << "it is needed until it is signed";
  ASSERT_TRUE(desk.settle(*id, HeldState::kSigning, HeldState::kSigned, "seoul.example/3", {200}).ok());
  EXPECT_EQ((*desk.held(*id))->request, "{}");
  ASSERT_TRUE(outbox.forget_remarks({{log, EntryIndex(3)}}, ArrivalSeq(9)).ok());
  EXPECT_EQ(*outbox.erased_cursor(), ArrivalSeq(9));
  const auto item = desk.inbox_case(log, EntryIndex(3));
  EXPECT_EQ(item->remark, "");
  EXPECT_EQ(item->assignee, "press") << "who sees to it is no text of the author's";
  ASSERT_TRUE(*db->connection().fold());
  EXPECT_FALSE(files_contain(folder.path(), "quarantining"));
}

TEST_F(Office, OpensWhileAnotherConnectionWrites) {
  ASSERT_TRUE(db->connection().execute("BEGIN IMMEDIATE").ok());
  EXPECT_TRUE(office_in(folder));
  ASSERT_TRUE(db->connection().execute("ROLLBACK").ok());
}

TEST_F(Office, WhoeverIsKnownIsKnownWhereNothingCanBeWritten) {
  Accounts accounts(*db);
  User user;
  user.name = "press";
  const UserId id = *accounts.add(user);
  Credential token;
  token.user = id;
  const auto secret = accounts.issue(token);
  ASSERT_TRUE(db->connection().execute("PRAGMA query_only=ON").ok());
  for (int i = 0; i < 3; ++i) {
    const auto known = accounts.check(*secret, CredentialKind::kToken, {1'000'000});
    ASSERT_TRUE(known.ok()) << known.error().text();
    EXPECT_TRUE(known->has_value());
  }
  EXPECT_TRUE(accounts.get(id)->has_value());
}

TEST_F(Office, AListOfLongTextsComesInPagesOfAFewMegabytes) {
  constexpr std::int64_t kTexts = 5;
  const std::string text = "\"" + std::string(limits::kListBytes / 2, 'a') + "\"";
  Desk desk(*db);
  for (std::int64_t i = 0; i < kTexts; ++i) {
    ASSERT_TRUE(desk.add_draft({1}, text, {7}).ok());
    HeldNote held;
    held.user = {1};
    held.state = HeldState::kWaiting;
    held.request = text;
    ASSERT_TRUE(desk.hold(held).ok());
  }
  std::vector<std::int64_t> drafts;
  std::optional<DraftPlace> after;
  for (bool more = true; more;) {
    const auto page = desk.drafts(UserId{1}, 100, after);
    ASSERT_TRUE(page.ok());
    ASSERT_FALSE(page->items.empty());
    EXPECT_LE(page->items.size(), 2U);
    for (const StoredDraft& draft : page->items) drafts.push_back(draft.id.value);
    after = {page->items.back().updated_at, page->items.back().id};
    more = page->more;
  }
  EXPECT_EQ(drafts, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
  std::vector<std::int64_t> held;
  std::int64_t before = 0;
  for (bool more = true; more;) {
    const auto page = desk.held_of(std::nullopt, before, 100);
    ASSERT_TRUE(page.ok());
    ASSERT_FALSE(page->items.empty());
    EXPECT_LE(page->items.size(), 2U);
    for (const HeldNote& note : page->items) held.push_back(note.id.value);
    before = page->items.back().id.value;
    more = page->more;
  }
  EXPECT_EQ(held, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
  EXPECT_FALSE(desk.held_of(UserId{1}, 0, 5)->items.empty());
  EXPECT_FALSE(desk.held_of(UserId{1}, 2, 1)->more) << "nothing comes after the last";
}

TEST_F(Office, ADraftThatNamesARecordIsFound) {
  Desk desk(*db);
  const DraftId mine = *desk.add_draft({1}, R"({"refs":[{"ref":"seoul.example/7"}]})", {1});
  const DraftId theirs = *desk.add_draft({2}, R"({"refs":[{"ref":"seoul.example/7"}]})", {2});
  ASSERT_TRUE(desk.add_draft({1}, R"({"refs":[{"ref":"seoul.example/70"}]})", {3}).ok());
  EXPECT_EQ(*desk.drafts_with(UserId{1}, "\"seoul.example/7\""), std::vector{mine});
  EXPECT_EQ(*desk.drafts_with(std::nullopt, "\"seoul.example/7\""), (std::vector{theirs, mine}));
}

TEST_F(Office, WhatTheRefsOfANoteMeantIsKeptWithIt) {
  Desk desk(*db);
  const DraftId draft = *desk.add_draft({1}, "{}", {1}, "meant");
  HeldNote held;
  held.state = HeldState::kWaiting;
  held.meant = "meant too";
  const HeldId id = *desk.hold(held);
  reopen();
  Desk again(*db);
  EXPECT_EQ((*again.draft(draft))->meant, "meant");
  EXPECT_EQ((*again.held(id))->meant, "meant too");
  ASSERT_TRUE(again.change_draft(draft, 1, "{}", {2}, "meant since").ok());
  EXPECT_EQ((*again.draft(draft))->meant, "meant since");
}

TEST_F(Office, WithAnAccountGoesWhatIsItsOwn) {
  Accounts accounts(*db);
  Desk desk(*db);
  User user;
  user.name = "press";
  user.role = Role::kPublisher;
  const UserId id = *accounts.add(user);
  Credential token;
  token.user = id;
  const auto secret = accounts.issue(token);
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(secret->size(), 52U);
  ASSERT_TRUE(desk.add_draft(id, "{}", {1}).ok());
  ASSERT_TRUE(desk.watch(id, {LogId(), EntryIndex(1), "", {1}}).ok());
  ASSERT_TRUE(accounts.remove(id).ok());
  EXPECT_FALSE(accounts.check(*secret, CredentialKind::kToken, {2})->has_value());
  EXPECT_TRUE(desk.drafts(std::nullopt, 10)->items.empty());
  EXPECT_TRUE(desk.watched(id, 1)->empty());
  user.name = "next";
  EXPECT_NE(accounts.add(user)->value, id.value) << "a number is never given to somebody else";
}

}  // namespace
}  // namespace koinon::test::office_test
