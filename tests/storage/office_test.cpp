// What an office keeps to itself: accounts, desk and outbox, over restarts.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/office/accounts.h"
#include "storage/office/after_rollback.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "tests/files_contain.h"
#include "tests/office_in.h"

namespace koinon::test {
namespace {

class Office : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    reopen();
  }
  void reopen() {
    db.reset();
    db = office_in(folder);
    ASSERT_TRUE(db);
  }
  TemporaryFolder folder;
  std::unique_ptr<OfficeDb> db;
};

TEST_F(Office, ADraftIsNotOverwrittenUnseen) {
  Desk desk(*db);
  const auto id = desk.add_draft({1}, "{}", {10});
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(desk.change_draft(*id, 1, "{\"a\":1}", {20}).ok());
  EXPECT_EQ(desk.change_draft(*id, 1, "{\"b\":1}", {30}).error().code, Code::kConflict);
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

TEST_F(Office, DeliveriesAndTheCursorThatCoversThemAreOneChange) {
  Outbox outbox(*db);
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const auto id = outbox.add_webhook(hook);
  ASSERT_TRUE(id.ok());
  Delivery delivery;
  delivery.message = "msg_1";
  delivery.next_at = {5};
  ASSERT_TRUE(outbox.queue_deliveries(*id, {delivery, delivery}, ArrivalSeq(7)).ok());
  reopen();
  Outbox again(*db);
  EXPECT_EQ(again.webhooks()->front().cursor, ArrivalSeq(7));
  EXPECT_EQ(again.webhooks()->front().secret, Bytes(32, 's'));
  auto due = again.due_deliveries(*id, {5}, 10);
  ASSERT_EQ(due->size(), 2U);
  due->front().state = SendState::kSent;
  ASSERT_TRUE(again.settle(due->front()).ok());
  EXPECT_EQ(again.due_deliveries(*id, {5}, 10)->size(), 1U);
  ASSERT_TRUE(again.remove_webhook(*id).ok());
  EXPECT_TRUE(again.due_deliveries(*id, {5}, 10)->empty()) << "with the webhook go its deliveries";
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

TEST_F(Office, OfWhatWasSentTheNewestAreKeptAndWhatWaitsStays) {
  Outbox outbox(*db);
  std::vector<Mail> mails(10);
  for (Mail& mail : mails) mail.next_at = {50};
  ASSERT_TRUE(outbox.queue_mail({.mails = mails}).ok());
  const auto queued = *outbox.due_mail({50}, 10);
  for (std::size_t i = 1; i < queued.size(); ++i) {
    Mail mail = queued[i];
    mail.state = SendState::kSent;
    ASSERT_TRUE(outbox.settle(mail).ok());
  }
  ASSERT_TRUE(outbox.forget({1}, 4).ok());
  const auto recent = *outbox.recent_mail(100);
  std::vector<std::int64_t> kept;
  for (const Mail& mail : recent) kept.push_back(mail.id.value);
  EXPECT_EQ(kept, (std::vector<std::int64_t>{10, 9, 8, 7, 1}));
  ASSERT_TRUE(outbox.forget({51}, 4).ok());
  EXPECT_EQ(outbox.recent_mail(100)->size(), 1U) << "and what was sent long ago goes";
}

TEST_F(Office, WhatDoesNotArriveIsToldApartFromWhatWaits) {
  Outbox outbox(*db);
  EXPECT_EQ(outbox.failing(3, {10})->waiting, 0U);
  ASSERT_TRUE(outbox.queue_mail({.mails = std::vector<Mail>(6)}).ok());
  auto queued = *outbox.due_mail({50}, 10);
  ASSERT_EQ(queued.size(), 6U);
  const auto settle = [&](std::size_t which, SendState state, unsigned attempts, std::int64_t at,
                          const std::string& outcome) {
    Mail& mail = queued[which];
    mail.state = state;
    mail.attempts = attempts;
    mail.next_at = {at};
    mail.outcome = outcome;
    mail.fault = R"({"id":")" + outcome + R"("})";
    ASSERT_TRUE(outbox.settle(mail).ok());
  };
  settle(1, SendState::kWaiting, 2, 90, "busy");
  settle(2, SendState::kWaiting, 3, 70, "refused");
  settle(3, SendState::kGivenUp, 5, 60, "nobody there");
  settle(4, SendState::kGivenUp, 0, 95, "taken back");
  settle(5, SendState::kGivenUp, 5, 5, "long ago");
  const Failing failing = *outbox.failing(3, {10});
  EXPECT_EQ(failing.waiting, 1U);
  EXPECT_EQ(failing.given_up, 1U);
  EXPECT_EQ(failing.last, "refused");
  EXPECT_EQ(failing.last_fault, R"({"id":"refused"})") << "of the same message";
  const auto kept = *outbox.recent_mail(10);
  const auto refused =
      std::find_if(kept.begin(), kept.end(), [](const Mail& mail) { return mail.outcome == "refused"; });
  ASSERT_NE(refused, kept.end());
  EXPECT_EQ(refused->fault, failing.last_fault);
}

TEST_F(Office, WhatAnOlderVersionWasAnsweredIsToldInEveryLanguage) {
  ASSERT_TRUE(Outbox(*db).queue_mail({.mails = std::vector<Mail>(2)}).ok());
  for (const char* sql : {"ALTER TABLE delivery DROP COLUMN fault", "ALTER TABLE mail DROP COLUMN fault",
                          "UPDATE mail SET outcome = '250' WHERE id = 1",
                          "UPDATE mail SET outcome = '550 no such user' WHERE id = 2", "DROP INDEX held_kept",
                          "DROP INDEX held_hides", "DROP INDEX held_to_keep", "DROP TRIGGER held_given",
                          "DROP INDEX held_set_aside", "ALTER TABLE held DROP COLUMN salt",
                          "ALTER TABLE held DROP COLUMN kept", "ALTER TABLE held DROP COLUMN hides",
                          "DROP INDEX credential_paused", "ALTER TABLE credential DROP COLUMN paused_at_ms",
                          "ALTER TABLE webhook DROP COLUMN began_anew_ms", "PRAGMA user_version=7"})
    ASSERT_TRUE(db->connection().execute(sql).ok()) << sql;
  reopen();
  const auto mails = *Outbox(*db).recent_mail(2);
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails[1].fault, R"({"id":"send.answered","arguments":{"status":250}})");
  EXPECT_EQ(mails[0].fault, "") << "other words stay as they are";
}

TEST_F(Office, AfterARollbackNothingGoesOnByItself) {
  Desk desk(*db);
  Outbox outbox(*db);
  Accounts accounts(*db);
  User user;
  user.name = "press";
  user.email = "press@seoul.example";
  const UserId id = *accounts.add(user);
  const auto secret = [&](CredentialKind kind) {
    Credential one;
    one.kind = kind;
    one.user = id;
    return *accounts.issue(one);
  };
  const std::string token = secret(CredentialKind::kToken);
  const std::string session = secret(CredentialKind::kSession);
  const std::string unsubscribe = secret(CredentialKind::kUnsubscribe);
  HeldNote note;
  note.user = id;
  note.who = "press";
  note.request = R"({"content":{}})";
  note.due_at = {1000};
  const HeldId scheduled = *desk.hold(note);
  note.state = HeldState::kReview;
  const HeldId reviewed = *desk.hold(note);
  Webhook webhook;
  webhook.cursor = ArrivalSeq(3);
  const WebhookId hook = *outbox.add_webhook(webhook);
  ASSERT_TRUE(outbox.queue_deliveries(hook, std::vector<Delivery>(2), ArrivalSeq(3)).ok());
  ASSERT_TRUE(outbox.queue_mail({.mails = std::vector<Mail>(1), .at_once_cursor = ArrivalSeq(3)}).ok());

  const auto done = set_aside_after(*db, {50}, ArrivalSeq(70));
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(done->notes, 2U);
  EXPECT_EQ(done->messages, 3U);
  EXPECT_EQ(done->credentials, 1U);
  for (const HeldId one : {scheduled, reviewed}) EXPECT_EQ((*desk.held(one))->state, HeldState::kSetAside);
  EXPECT_TRUE(desk.due({2000}, 10)->empty());
  EXPECT_EQ(*desk.count_waiting(id), 2U) << "they wait still";
  EXPECT_EQ(outbox.webhooks()->front().cursor, ArrivalSeq(70));
  EXPECT_EQ(outbox.webhooks()->front().began_anew.value, 50);
  EXPECT_EQ(**outbox.at_once_cursor(), ArrivalSeq(70));
  EXPECT_EQ((*outbox.tells_after())->value, 50);
  EXPECT_TRUE(outbox.due_deliveries(hook, {5000}, 10)->empty());
  EXPECT_TRUE(outbox.due_mail({5000}, 10)->empty());
  EXPECT_EQ(outbox.recent_mail(1)->front().fault, R"({"id":"send.set_aside"})");
  EXPECT_EQ(accounts.check(token, CredentialKind::kToken, {60}).error().code, Code::kRefused);
  EXPECT_FALSE(accounts.check(session, CredentialKind::kSession, {60})->has_value()) << "log in anew";
  EXPECT_TRUE(accounts.check(unsubscribe, CredentialKind::kUnsubscribe, {60})->has_value());
  const auto paused = *accounts.paused(10);
  ASSERT_EQ(paused.size(), 1U);
  EXPECT_EQ(paused.front().second, "press");
  EXPECT_EQ(accounts.resume("unknown").error().code, Code::kNotFound);
  ASSERT_TRUE(accounts.resume(paused.front().first.id).ok());
  EXPECT_TRUE(accounts.check(token, CredentialKind::kToken, {60})->has_value());
  EXPECT_EQ(*accounts.count_paused(), 0U);

  ASSERT_TRUE(desk.approve(scheduled, "boss", {60}).ok());
  EXPECT_EQ((*desk.held(scheduled))->due_at.value, 1000) << "the time that somebody chose stands";
  const auto again = set_aside_after(*db, {50}, ArrivalSeq(80));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->done_before);
  EXPECT_EQ((*desk.held(scheduled))->state, HeldState::kWaiting) << "somebody has looked at it";
  EXPECT_TRUE(accounts.check(token, CredentialKind::kToken, {60})->has_value());
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

TEST_F(Office, AMessageThatWaitsNamesWhatItTellsOfAndKeepsNoText) {
  Outbox outbox(*db);
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const auto id = outbox.add_webhook(hook);
  Delivery delivery;
  delivery.message = "msg_1";
  delivery.log = LogId::from(Bytes(LogId::kSize, 'l'));
  delivery.index = EntryIndex(7);
  delivery.kind = ArrivalKind::kErased;
  delivery.at = {4};
  ASSERT_TRUE(outbox.queue_deliveries(*id, {delivery}, ArrivalSeq(7)).ok());
  reopen();
  Outbox again(*db);
  const auto due = again.due_deliveries(*id, {5}, 10);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().log, delivery.log);
  EXPECT_EQ(due->front().index, EntryIndex(7));
  EXPECT_EQ(due->front().kind, ArrivalKind::kErased);
  EXPECT_EQ(due->front().at.value, 4);
  EXPECT_EQ(due->front().payload, "");
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
}  // namespace koinon::test
