// What an office sends: mails and deliveries, and what became of them.
#include <algorithm>

#include <gtest/gtest.h>

#include "storage/office/outbox.h"
#include "tests/storage/office_fixture.h"

namespace koinon::test::office_outbox_test {
namespace {

Webhook webhook() {
  Webhook out;
  out.url = "https://x.example";
  out.secret = Bytes(32, 's');
  return out;
}

TEST_F(Office, DeliveriesAndTheCursorThatCoversThemAreOneChange) {
  Outbox outbox(*db);
  const auto id = outbox.add_webhook(webhook());
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
  for (const char* sql : {"ALTER TABLE delivery DROP COLUMN fault",
                          "ALTER TABLE mail DROP COLUMN fault",
                          "UPDATE mail SET outcome = '250' WHERE id = 1",
                          "UPDATE mail SET outcome = '550 no such user' WHERE id = 2",
                          "DROP INDEX held_kept",
                          "DROP INDEX held_hides",
                          "DROP INDEX held_to_keep",
                          "DROP TRIGGER held_given",
                          "DROP INDEX held_set_aside",
                          "ALTER TABLE held DROP COLUMN salt",
                          "ALTER TABLE held DROP COLUMN kept",
                          "ALTER TABLE held DROP COLUMN hides",
                          "DROP INDEX credential_paused",
                          "ALTER TABLE credential DROP COLUMN paused_at_ms",
                          "ALTER TABLE webhook DROP COLUMN began_anew_ms",
                          "ALTER TABLE delivery DROP COLUMN arrival",
                          "ALTER TABLE delivery DROP COLUMN recoveries",
                          "ALTER TABLE draft DROP COLUMN meant",
                          "ALTER TABLE held DROP COLUMN meant",
                          "ALTER TABLE audit DROP COLUMN sender",
                          "DROP TABLE worksheet",
                          "DROP TABLE follow_up",
                          "DROP TABLE places_epoch",
                          "PRAGMA user_version=7"})
    ASSERT_TRUE(db->connection().execute(sql).ok()) << sql;
  reopen();
  const auto mails = *Outbox(*db).recent_mail(2);
  ASSERT_EQ(mails.size(), 2U);
  EXPECT_EQ(mails[1].fault, R"({"id":"send.answered","arguments":{"status":250}})");
  EXPECT_EQ(mails[0].fault, "") << "other words stay as they are";
}

TEST_F(Office, AMessageThatWaitsNamesWhatItTellsOfAndKeepsNoText) {
  Outbox outbox(*db);
  const auto id = outbox.add_webhook(webhook());
  Delivery delivery;
  delivery.message = "msg_1";
  delivery.log = LogId::from(Bytes(LogId::kSize, 'l'));
  delivery.index = EntryIndex(7);
  delivery.kind = ArrivalKind::kErased;
  delivery.at = {4};
  delivery.arrival = ArrivalSeq(6);
  delivery.recoveries = 2;
  ASSERT_TRUE(outbox.queue_deliveries(*id, {delivery}, ArrivalSeq(7)).ok());
  reopen();
  Outbox again(*db);
  const auto due = again.due_deliveries(*id, {5}, 10);
  ASSERT_EQ(due->size(), 1U);
  EXPECT_EQ(due->front().log, delivery.log);
  EXPECT_EQ(due->front().index, EntryIndex(7));
  EXPECT_EQ(due->front().kind, ArrivalKind::kErased);
  EXPECT_EQ(due->front().at.value, 4);
  EXPECT_EQ(due->front().arrival, ArrivalSeq(6));
  EXPECT_EQ(due->front().payload, "");
  EXPECT_EQ(due->front().recoveries, 2U);
}

}  // namespace
}  // namespace koinon::test::office_outbox_test
