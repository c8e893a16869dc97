// An office.db that is older than what was signed and sent with it.

#include <gtest/gtest.h>

#include "storage/office/accounts.h"
#include "storage/office/after_rollback.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "tests/storage/office_fixture.h"

namespace koinon::test::office_rollback_test {
namespace {

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
  Digest digest;
  digest.user = id;
  digest.topic = "health";
  digest.days = 7;
  digest.cursor = ArrivalSeq(3);
  digest.next_at = {9000};
  ASSERT_TRUE(outbox.put_digest(digest).ok());

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
  EXPECT_EQ(outbox.digests(id)->front().cursor, ArrivalSeq(70)) << "what came before is in no digest";
  EXPECT_EQ((*outbox.set_aside_at())->value, 50);
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

// Its node was made anew from its keys, or its recovery words.
class OfficeMadeAnew : public Office {
 protected:
  void SetUp() override {
    Office::SetUp();
    ASSERT_TRUE(note_made_anew(*db).ok());
    User user;
    user.name = "operator";
    Credential one;
    one.kind = CredentialKind::kOneTime;
    one.user = *Accounts(*db).add(user);
    link = *Accounts(*db).issue(one);
  }
  Result<std::optional<Credential>> checked() {
    return Accounts(*db).check(link, CredentialKind::kOneTime, {60});
  }
  std::string link;
};

TEST_F(OfficeMadeAnew, HasNothingFromBeforeTheFirstRollback) {
  const auto done = set_aside_after(*db, {50}, ArrivalSeq(0));
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_TRUE(done->is_new());
  EXPECT_EQ(done->credentials, 0U);
  EXPECT_EQ(waits_for_look(*db)->credentials, 0U);
  EXPECT_TRUE(checked()->has_value());
  EXPECT_EQ((*set_aside_at(*db))->value, 50) << "what comes back from peers is no news";
  reopen();
  EXPECT_TRUE(set_aside_after(*db, {50}, ArrivalSeq(0))->done_before);
  EXPECT_TRUE(checked()->has_value());
  // From then on it is as any other.
  EXPECT_EQ(set_aside_after(*db, {60}, ArrivalSeq(0))->credentials, 1U);
  EXPECT_EQ(checked().error().code, Code::kRefused);
}

TEST_F(OfficeMadeAnew, IsOldIfItComesWithABackup) {
  ASSERT_TRUE(note_in_use(*db).ok());
  EXPECT_EQ(set_aside_after(*db, {50}, ArrivalSeq(0))->credentials, 1U);
  EXPECT_EQ(checked().error().code, Code::kRefused);
}

TEST_F(OfficeMadeAnew, IsAsAnyOtherOnceItsNodeHasStarted) {
  ASSERT_TRUE(set_aside_after(*db, {50}, ArrivalSeq(0)).ok());
  ASSERT_TRUE(note_made_anew(*db).ok()) << "as where the first start finds out no rollback";
  ASSERT_TRUE(note_in_use(*db).ok());
  reopen();
  EXPECT_EQ(set_aside_after(*db, {60}, ArrivalSeq(0))->credentials, 1U)
      << "its folder was put back to a copy";
  EXPECT_EQ(checked().error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test::office_rollback_test
