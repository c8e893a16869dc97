// What is due to whom: mails an hour, what comes after it, webhooks that take nothing, digests put off by a
// clock that was ahead. The clock is the test's own; nothing is sent.
#include "node/delivery/announcer.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/api/record_json.h"
#include "node/delivery/composer.h"
#include "node/delivery/mail_about.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/memory/memory_store.h"
#include "storage/office/after_rollback.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// The parts of a mail as they are read, headers before them.
std::string readable(const std::string& mail) {
  std::string out = mail.substr(0, mail.find("\r\n\r\n"));
  constexpr std::string_view kPart = "base64\r\n\r\n";
  for (auto at = mail.find(kPart); at != std::string::npos; at = mail.find(kPart, at + 1)) {
    std::string part = mail.substr(at + kPart.size(), mail.find("--=_", at) - at - kPart.size());
    std::erase(part, '\r');
    std::erase(part, '\n');
    out += from_base64(part).ok() ? *from_base64(part) : "unreadable";
  }
  return out;
}

class Announcing : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    index = std::move(*open_index_reader(folder.path() / "index.db"));
    office = std::make_unique<OfficeDb>(std::move(*OfficeDb::open(folder.path() / "office.db")));
    accounts = std::make_unique<Accounts>(*office);
    outbox = std::make_unique<Outbox>(*office);
    restart();
    User press;
    press.name = "press";
    press.email = "press@seoul.example";
    press.mail_at_once = true;
    user = *accounts->add(press);
    turn();  // nobody is told of what was there before
  }

  // Another life of the node: nothing of it is in memory.
  void restart() {
    announcer = std::make_unique<Announcer>(
        AnnouncerOptions{seoul.id(), "seoul.example", true, 6},
        Announcer::Parts{
            *store, *index, *accounts, *outbox, {[this] { return now; }, [] { return MonoTime{}; }}});
  }

  void turn() {
    for (bool more = true; more;) {
      const auto done = announcer->turn();
      ASSERT_TRUE(done.ok()) << done.error().text();
      more = *done;
    }
  }

  // Los Angeles says so much, to Seoul's office or to everybody. The index has it.
  std::vector<EntryIndex> say(std::size_t count, bool to_us, const std::string& topic = "health") {
    std::vector<EntryIndex> out;
    EXPECT_TRUE(store->begin(false).ok());
    std::vector<DraftMaker> makers;
    for (std::size_t i = 0; i < count; ++i)
      makers.emplace_back([&, title = "Note " + std::to_string(said_++)](StoreReader&) -> Result<Draft> {
        Draft draft = note(title);
        draft.entry.set_topics(0, topic);
        if (to_us) draft.entry.add_to(seoul.id().bytes());
        return draft;
      });
    const auto batch = la.publish(*store, makers, now);
    EXPECT_TRUE(batch.ok());
    for (const auto& result : batch->results) out.push_back(result->index);
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return out;
  }
  // A note of another city to Seoul's office, whose entry comes without its text.
  BodiesCommit say_entry_alone(OwnLog& city) {
    MemoryStore there{MemoryStore::Options{}};
    Draft draft = note("Apart");
    draft.entry.add_to(seoul.id().bytes());
    const auto published = publish(there, city, draft);
    EXPECT_TRUE(published.ok());
    StoredRecord record = *there.record(city.id(), *published);
    BodiesCommit late{city.id(), {{*published, std::move(record.body), false}}, now, {}};
    record.body.clear();
    record.state = BodyState::kNotHeld;
    RunCommit run;
    run.identity = city.identity();
    run.log = city.id();
    run.leaves = {leaf_hash(record.entry)};
    run.records = {std::move(record)};
    run.after = there.log_state(city.id())->range;
    run.head = *there.log_state(city.id())->whole;
    run.arrived_at = now;
    change([&] { return store->append_run(run).ok(); });
    return late;
  }
  void text_comes(const BodiesCommit& late) {
    change([&] { return store->add_bodies(late).ok(); });
  }
  template <typename Act>
  void change(Act act) {
    ASSERT_TRUE(store->begin(true).ok());
    ASSERT_TRUE(act());
    ASSERT_TRUE(store->commit().ok());
  }
  void erase(EntryIndex gone) {
    ASSERT_TRUE(publish(*store, la, erasure_of(la.id(), gone.value)).ok());
    catch_up();
  }
  void catch_up() {
    while (*writer->catch_up(*store) > 0) {
    }
  }

  // Mails that wait, oldest first.
  std::vector<Mail> mails() { return *outbox->due_mail({INT64_MAX}, 10'000); }
  std::string text_of(const Mail& mail) {
    Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store,
                      *index, nearness, told_json);
    const auto text = composer.message(mail, now);
    return text.ok() && *text ? readable(**text) : "nothing";
  }

  TemporaryFolder folder;
  OwnLog seoul = test_log("seoul.example");
  OwnLog la = test_log("la.example");
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<IndexReader> index;
  std::unique_ptr<OfficeDb> office;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Outbox> outbox;
  Nearness nearness;
  std::unique_ptr<Announcer> announcer;
  UserId user;
  UnixMillis now{20'000 * kDay};

 private:
  std::size_t said_ = 100;  // titles of one length, so that none is in another
};

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

TEST_F(Announcing, OfWhatIsVoidNothingGoesThatWaitsAndWebhooksAreToldThatItIs) {
  const auto hook_on = [&](const std::string& topic) {
    Webhook hook;
    hook.url = "https://x.example";
    hook.secret = Bytes(32, 's');
    hook.topic = topic;
    return *outbox->add_webhook(hook);
  };
  const WebhookId health = hook_on("health");
  const WebhookId climate = hook_on("climate");
  Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store, *index,
                    nearness, told_json);
  // The types of the messages that go to a webhook; "nothing": its record no longer stands.
  const auto told = [&](WebhookId hook) {
    std::vector<std::string> out;
    const auto due = *outbox->due_deliveries(hook, now, 100);
    for (const Delivery& delivery : due) {
      const auto text = composer.payload(delivery, now);
      if (!text.ok() || !*text) out.emplace_back("nothing");
      for (const char* type : {"published", "withdrawn", "erased", "voided"}) {
        if (text.ok() && *text && (*text)->starts_with(std::string("{\"type\":\"record.") + type))
          out.emplace_back(type);
      }
    }
    return out;
  };
  using Types = std::vector<std::string>;
  say(1, false);
  const auto gone = say(2, true);
  turn();
  ASSERT_EQ(told(health), (Types{"published", "published", "published"}));
  for (const Mail& mail : mails()) ASSERT_NE(text_of(mail), "nothing");
  ASSERT_TRUE(take_back(*store, la, gone.front().value, now).ok());
  catch_up();
  turn();
  EXPECT_EQ(told(health), (Types{"published", "nothing", "nothing", "voided", "voided"}));
  EXPECT_EQ(told(climate), Types{}) << "it was told of nothing";
  ASSERT_EQ(mails().size(), 2U);
  for (const Mail& mail : mails()) EXPECT_EQ(text_of(mail), "nothing");
  const auto voided = composer.payload(outbox->due_deliveries(health, now, 100)->back(), now);
  EXPECT_NE((*voided)->find("\"ref\":\"la.example"), std::string::npos) << **voided;
  EXPECT_EQ((*voided)->find("Note "), std::string::npos) << **voided;
  // What comes in the place of one of them is another note, and told by itself.
  ASSERT_EQ(say(1, true).front(), gone.back());
  turn();
  EXPECT_EQ(told(health), (Types{"published", "nothing", "nothing", "voided", "voided", "published"}));
  ASSERT_EQ(mails().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(text_of(mails()[i]) == "nothing", i < 2) << i;
  // A digest has what stands, each once.
  ASSERT_TRUE(outbox->put_digest({user, "health", 1, now, {}}).ok());
  turn();
  EXPECT_EQ(read_about(mails().back().about)->items.size(), 2U);
}

TEST_F(Announcing, AnErasureThatIsVoidIsToldNoMore) {
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const WebhookId id = *outbox->add_webhook(hook);
  const auto said = say(1, false);
  erase(said.front());
  turn();
  Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store, *index,
                    nearness, told_json);
  const auto goes = [&](ArrivalKind kind) {
    const auto due = *outbox->due_deliveries(id, now, 100);
    const auto of = std::find_if(due.begin(), due.end(), [&](const auto& one) { return one.kind == kind; });
    EXPECT_TRUE(of != due.end());
    return of != due.end() && composer.payload(*of, now)->has_value();
  };
  ASSERT_TRUE(goes(ArrivalKind::kErased));
  ASSERT_TRUE(take_back(*store, la, said.front().value + 1, now).ok());
  catch_up();
  turn();
  EXPECT_FALSE(goes(ArrivalKind::kErased));
  EXPECT_TRUE(goes(ArrivalKind::kVoided)) << "of the withdrawal";
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

TEST_F(Announcing, ADigestThatGoesOnTakesMailsOfTheHourAndLosesNothing) {
  ASSERT_TRUE(outbox->put_digest({user, "health", 1, now, {}}).ok());
  const std::size_t all = (limits::kMailsPerHour + 4) * limits::kDigestItems + 1;
  for (std::size_t said = 0; said < all; said += 100) say(std::min<std::size_t>(100, all - said), false);
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour + 1) << "the digest's own, and those that go on";
  now.value += kHour;
  turn();
  std::set<std::uint64_t> told;
  for (const Mail& mail : mails()) {
    const auto about = read_about(mail.about);
    for (const Arrived& item : about->items)
      EXPECT_TRUE(told.insert(item.record.second.value).second) << item.record.second.value;
  }
  EXPECT_EQ(told.size(), all);
}

TEST_F(Announcing, ADigestEndsWithWhatWasThereWhenItBeganWhoeverGoesOnWriting) {
  ASSERT_TRUE(outbox->put_digest({user, "climate", 1, now, {}}).ok());
  const auto first = say(1, false, "climate");
  for (int i = 0; i < 25; ++i) say(100, false);
  std::size_t turns = 0;
  for (; mails().empty() && turns < 10; ++turns) {
    const auto done = announcer->turn();
    ASSERT_TRUE(done.ok());
    if (turns == 0) {
      EXPECT_TRUE(mails().empty()) << "one turn looks at so many records: webhooks wait meanwhile";
      EXPECT_TRUE(*done) << "and there is more";
    }
    say(100, false, "climate");
  }
  ASSERT_EQ(mails().size(), 1U);
  EXPECT_LE(turns, 3U);
  const auto in_it = read_about(mails().front().about)->items;
  ASSERT_EQ(in_it.size(), 1U);
  EXPECT_EQ(in_it.front().record, RecordAt(la.id(), first.front()));
  EXPECT_EQ(outbox->digests(user)->front().next_at, digest_time(now, 1, 6, {}));
  now = outbox->digests(user)->front().next_at;
  turn();
  EXPECT_GT(mails().size(), 1U) << "what came meanwhile is the next one's";
}

TEST_F(Announcing, ManyDigestsComeInSeveralHoursAndWhoAsksAgainGetsNoMore) {
  constexpr std::size_t kMany = 12;
  const auto topic = [](std::size_t i) { return "topic-" + std::to_string(i); };
  const auto ask = [&] {
    const auto asked = *outbox->digests(user);
    for (Digest digest : asked) {
      digest.next_at = now;
      ASSERT_TRUE(outbox->put_digest(digest).ok());
    }
  };
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_TRUE(outbox->put_digest({user, topic(i), 1, now, {}}).ok());
    say(1, false, topic(i));
  }
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour + 1);
  for (std::size_t i = 0; i < kMany; ++i) say(1, false, topic(i));
  ask();
  turn();
  EXPECT_EQ(mails().size(), limits::kMailsPerHour + 1) << "asked for by hand as well";
  now.value += kHour;
  turn();
  EXPECT_EQ(mails().size(), 2 * (limits::kMailsPerHour + 1));
  for (int hour = 0; hour < 2; ++hour) {
    now.value += kHour;
    turn();
  }
  std::set<std::uint64_t> told;
  for (const Mail& mail : mails()) {
    const auto about = read_about(mail.about);
    for (const Arrived& item : about->items) EXPECT_TRUE(told.insert(item.record.second.value).second);
  }
  EXPECT_EQ(told.size(), 2 * kMany) << "nothing is lost";
}

TEST_F(Announcing, AFloodOfADigestEndsAfterSoManyMailsAndTheLastSaysWhereTheRestIs) {
  ASSERT_TRUE(outbox->put_digest({user, "health", 1, now, {}}).ok());
  for (std::size_t said = 0; said <= limits::kDigestMails * limits::kDigestItems; said += 100)
    say(100, false);
  for (unsigned hour = 0; hour < limits::kDigestMails; ++hour, now.value += kHour) turn();
  ASSERT_EQ(mails().size(), limits::kDigestMails);
  const auto last = mails().back();
  EXPECT_EQ(read_about(last.about)->more, 100U);
  EXPECT_NE(text_of(last).find("all of it is here: https://notes.seoul.example"), std::string::npos);
  EXPECT_EQ(read_about(mails().front().about)->more, std::nullopt);
}

TEST_F(Announcing, ADigestThatAClockAheadPutOffIsDueInItsDays) {
  for (const unsigned days : {1U, 7U}) {
    ASSERT_TRUE(outbox->put_digest({user, "", days, {now.value + 365 * kDay}, {}}).ok());
    turn();
    const auto digest = outbox->digests(user)->front();
    EXPECT_EQ(digest.next_at, digest_time(now, days, 6, {}));
    turn();
    EXPECT_EQ(outbox->digests(user)->front().next_at, digest.next_at) << "and stays";
  }
}

}  // namespace
}  // namespace koinon::test
