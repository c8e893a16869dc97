// What is due to whom: mails an hour, what comes after it, webhooks that take nothing. The clock is the
// test's own; nothing is sent.
#include "node/delivery/announcer.h"

#include "node/delivery/mail_about.h"
#include "storage/office/after_rollback.h"
#include "tests/unit/announcer_fixture.h"

namespace koinon::test::announcer_test {
namespace {

TEST_F(Announcing, WhatComesFasterThanMailsMayComesInOneMailWhenTheHourIsOver) {
  const auto told = say(limits::kMailsPerHour + 10, true);
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour);
  restart();
  now.value += 30 * kMinute;
  say(4, true);
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour) << "a start begins no hour anew";
  erase(told.back());
  now.value += 29 * kMinute;
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour) << "the hour is not over";
  now.value += kMinute;
  turn();
  ASSERT_EQ(mails().size(), limits::kMailsPerHour + 1);
  const std::string text = text_of(mails().back());
  EXPECT_NE(text.find("For your office: 13 more notes"), std::string::npos) << text;
  for (std::size_t i = 0; i < 20; ++i) {
    const bool one_by_one = i < limits::kMailsPerHour;
    const bool erased = i == limits::kMailsPerHour + 9;
    EXPECT_EQ(text.find("Note " + std::to_string(100 + i)) != std::string::npos, !one_by_one && !erased) << i;
  }
  // That mail is the first of the next hour.
  say(10, true);
  turn();
  EXPECT_EQ(mails().size(), 2 * limits::kMailsPerHour);
}

TEST_F(Announcing, AfterAProvenRollbackNothingIsToldBeforeTheOfficeIsSetAside) {
  say(1, true);  // comes back with a copy: it was told before
  now.value += kMinute;
  const UnixMillis proven = now;
  change([&] { return store->set_setting(kRolledBackAt, std::to_string(proven.value)).ok(); });
  turn();
  EXPECT_TRUE(mails().empty());
  ASSERT_TRUE(set_aside_after(*office, proven, *index->position()).ok());
  now.value += kMinute;
  turn();
  EXPECT_TRUE(mails().empty()) << "nor afterwards";
  say(1, true);
  turn();
  EXPECT_EQ(mails().size(), 1U) << "from then on news is told";
}

TEST_F(Announcing, AQuestionToAllCitiesIsForTheOfficeToo) {
  const auto ask = [&](OwnLog& city, const std::string& title, const std::string& topic, const OwnLog* to) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_QUESTION);
    draft.entry.set_language("en");
    if (!topic.empty()) draft.entry.add_topics(topic);
    if (to != nullptr) draft.entry.add_to(to->id().bytes());
    draft.body.emplace();
    draft.body->mutable_question()->set_title(title);
    draft.body->mutable_question()->set_text("Who knows?");
    EXPECT_TRUE(publish(*store, city, draft).ok());
    catch_up();
  };
  OwnLog milan = test_log("milan.example");
  ask(la, "How do you cool schools?", "", nullptr);
  ask(la, "Is this for Milan?", "", &milan);
  ask(seoul, "Do we ask ourselves?", "", nullptr);
  say(1, false);
  turn();
  ASSERT_EQ(mails().size(), 1U);
  const std::string text = text_of(mails().front());
  EXPECT_NE(text.find("How do you cool schools?"), std::string::npos) << text;
  EXPECT_NE(text.find("A question to all cities, from la.example"), std::string::npos) << text;
  // They count as what is for the office does: the rest waits for the hour's end.
  for (std::size_t i = 0; i < limits::kMailsPerHour + 2; ++i)
    ask(la, "Who has paint, " + std::to_string(100 + i) + "?", "climate/heat", nullptr);
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour);
  now.value += kHour;
  turn();
  ASSERT_EQ(mails().size(), limits::kMailsPerHour + 1);
  EXPECT_NE(text_of(mails().back()).find("For your office: 3 more notes"), std::string::npos);
  // A digest has those on its topic, and those without one.
  now.value += kHour;
  ASSERT_TRUE(outbox->put_digest({user, "health", 1, now, {}}).ok());
  turn();
  const std::string digest = text_of(mails().back());
  EXPECT_NE(digest.find("How do you cool schools?"), std::string::npos) << digest;
  EXPECT_NE(digest.find("Note 100"), std::string::npos) << digest;
  for (const char* not_wanted : {"Who has paint", "Is this for Milan?", "Do we ask ourselves?"})
    EXPECT_EQ(digest.find(not_wanted), std::string::npos) << not_wanted;
}

TEST_F(Announcing, AFloodIsOneMailThatNamesTheNewestAndSaysWhereTheRestIs) {
  say(400, true);
  say(400, true);
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour);
  now.value += kHour;
  turn();
  ASSERT_EQ(mails().size(), limits::kMailsPerHour + 1);
  const auto about = read_about(mails().back().about);
  ASSERT_TRUE(about.has_value());
  EXPECT_EQ(about->items.size(), limits::kDigestItems);
  EXPECT_EQ(about->items.front().record.second, EntryIndex(799)) << "the newest first";
  EXPECT_EQ(about->more, 800 - limits::kMailsPerHour - limits::kDigestItems);
  EXPECT_NE(text_of(mails().back()).find("https://notes.seoul.example/inbox"), std::string::npos);
}

TEST_F(Announcing, ANoteWhoseTextComesAfterItsEntryIsToldOnce) {
  Webhook wanted;
  wanted.url = "https://x.example";
  wanted.secret = Bytes(32, 's');
  const WebhookId hook = *outbox->add_webhook(wanted);
  const auto told = [&] { return std::pair(mails().size(), *outbox->waiting(hook, 10)); };
  // The text comes after the entry was looked at.
  OwnLog milan = test_log("milan.example");
  const BodiesCommit of_milan = say_entry_alone(milan);
  catch_up();
  turn();
  EXPECT_EQ(told(), std::pair(std::size_t{0}, std::size_t{0})) << "there is nothing to read";
  text_comes(of_milan);
  catch_up();
  turn();
  EXPECT_EQ(told(), std::pair(std::size_t{1}, std::size_t{1}));
  // The index has the text before the entry's arrival is looked at.
  OwnLog lima = test_log("lima.example");
  const BodiesCommit of_lima = say_entry_alone(lima);
  text_comes(of_lima);
  catch_up();
  turn();
  EXPECT_EQ(told(), std::pair(std::size_t{2}, std::size_t{2})) << "once, not with each arrival";
  restart();
  turn();
  EXPECT_EQ(told(), std::pair(std::size_t{2}, std::size_t{2}));
  ASSERT_TRUE(outbox->put_digest({user, "", 1, now, {}}).ok());
  turn();
  std::multiset<std::size_t> told_by_mail;
  for (const Mail& mail : mails()) told_by_mail.insert(read_about(mail.about)->items.size());
  EXPECT_EQ(told_by_mail, (std::multiset<std::size_t>{1, 1, 2})) << "and once in a digest";
}

TEST_F(Announcing, AWebhooksMessageIsOfBoundedSizeHoweverLongAreTitleSummaryAndReason) {
  Draft draft = note(std::string(100'000, '"'));
  draft.body->mutable_practice()->set_summary(std::string(100'000, '"'));
  const auto said = publish(*store, la, draft);
  ASSERT_TRUE(said.ok()) << said.error().text();
  Draft withdrawal;
  withdrawal.entry.set_kind(v1::KIND_WITHDRAWAL);
  auto* ref = withdrawal.entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(la.id().bytes());
  ref->set_index(said->value);
  ref->set_leaf_hash(leaf_hash(store->record(la.id(), *said)->entry).bytes());
  withdrawal.entry.mutable_control()->mutable_withdrawal()->set_index(said->value);
  withdrawal.body.emplace();
  withdrawal.body->mutable_withdrawal()->set_reason(std::string(100'000, '"'));
  const auto taken_back = publish(*store, la, withdrawal);
  ASSERT_TRUE(taken_back.ok()) << taken_back.error().text();
  catch_up();
  Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store, *index,
                    nearness, told_json);
  for (const EntryIndex at : {*said, *taken_back}) {
    Delivery delivery;
    delivery.log = la.id();
    delivery.index = at;
    const auto text = composer.payload(delivery, now);
    ASSERT_TRUE(text.ok() && *text) << at.value;
    EXPECT_GT((*text)->size(), 2 * limits::kIndexedSummaryBytes);
    EXPECT_LT((*text)->size(), 16 * limits::kKiB) << at.value;
  }
}

TEST_F(Announcing, WhoeverWantsNoMoreGetsNoMailOfWhatWaited) {
  say(limits::kMailsPerHour + 5, true);
  turn();
  ASSERT_TRUE(accounts
                  ->change(user,
                           [](User& one) -> Status {
                             one.mail_at_once = false;
                             return {};
                           })
                  .ok());
  now.value += kHour;
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour);
  EXPECT_EQ((*outbox->mail_pace(user))->held, 0U);
}

TEST_F(Announcing, WhatComesWhileNoMailIsSetUpIsToldToNobodyAndCostsNoWrite) {
  restart(false);
  turn();
  EXPECT_EQ(*outbox->at_once_cursor(), std::nullopt);
  say(3, true);
  turn();
  EXPECT_EQ(*outbox->at_once_cursor(), std::nullopt) << "no place is written with each note";
  restart(true);
  turn();
  EXPECT_EQ(mails().size(), 0U) << "they came before mail was set up";
  say(1, true);
  turn();
  EXPECT_EQ(mails().size(), 1U);
}

TEST_F(Announcing, AnHourThatBeganUnderAClockThatWasAheadEndsWithinAnHour) {
  now.value += 365 * kDay;
  say(limits::kMailsPerHour + 5, true);
  turn();
  now.value -= 365 * kDay;
  ASSERT_TRUE(outbox->correct_times({now.value + kDay}, now).ok());
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour);
  now.value += kHour;
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour + 1);
}

TEST_F(Announcing, OfAWebhookThatTakesNothingSoManyWaitAndAllComeOnceItIsWell) {
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const WebhookId id = *outbox->add_webhook(hook);
  const std::size_t all = 2 * limits::kDeliveriesWaiting + 300;
  for (std::size_t said = 0; said < all; said += 100) say(100, false);
  turn();
  const std::size_t waiting = *outbox->waiting(id, all);
  EXPECT_LE(waiting, limits::kDeliveriesWaiting);
  EXPECT_GT(waiting, 0U);
  turn();
  EXPECT_EQ(*outbox->waiting(id, all), waiting);
  std::vector<std::uint64_t> told;
  for (auto due = *outbox->due_deliveries(id, now, 100); !due.empty();
       due = *outbox->due_deliveries(id, now, 100)) {
    ASSERT_TRUE(office
                    ->transact([&]() -> Status {
                      for (Delivery& delivery : due) {
                        told.push_back(delivery.index.value);
                        delivery.state = SendState::kSent;
                        KOINON_TRY(outbox->settle(delivery));
                      }
                      return {};
                    })
                    .ok());
    turn();
    EXPECT_LE(*outbox->waiting(id, all), limits::kDeliveriesWaiting);
  }
  ASSERT_EQ(told.size(), all);
  for (std::size_t i = 0; i < all; ++i) EXPECT_EQ(told[i], i) << "each once, in order";
}

}  // namespace
}  // namespace koinon::test::announcer_test
