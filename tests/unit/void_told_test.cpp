// What mails and webhooks say of entries that are void, and of those that take their places.
#include <algorithm>

#include "node/delivery/announcer.h"
#include "node/delivery/mail_about.h"
#include "tests/unit/announcer_fixture.h"

namespace koinon::test::void_told_test {
namespace {

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
  const auto ref_of = [](const std::string& message) {
    const auto at = message.find("\"ref\":\"") + 7;
    return message.substr(at, message.find('"', at) - at);
  };
  const auto published = composer.payload(outbox->due_deliveries(health, now, 100)->back(), now);
  EXPECT_EQ(ref_of(**published), ref_of(**voided) + "~1") << "it has a name of its own";
  ASSERT_EQ(mails().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(text_of(mails()[i]) == "nothing", i < 2) << i;
  // A digest has what stands, each once.
  ASSERT_TRUE(outbox->put_digest({user, "health", 1, now, {}}).ok());
  turn();
  EXPECT_EQ(read_about(mails().back().about)->items.size(), 2U);
}

TEST_F(Announcing, WhatIsVoidIsToldByItsNameAlsoOnceTheIndexHasForgottenIt) {
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes(32, 's');
  const WebhookId id = *outbox->add_webhook(hook);
  say(1, false);
  const auto first = say(1, false);
  ASSERT_TRUE(take_back(*store, la, first.front().value, now).ok());
  const auto second = say(1, false);
  const std::string was = Directory(*store, nearness).ref(la.id(), second.front());
  ASSERT_TRUE(was.ends_with("~1")) << was;
  ASSERT_TRUE(take_back(*store, la, second.front().value, now).ok());
  catch_up();
  turn();
  ASSERT_TRUE(writer->reset().ok());
  catch_up();
  Composer composer({"seoul.example", "https://notes.seoul.example", "koinon@seoul.example"}, *store, *index,
                    nearness, told_json);
  Delivery voided = outbox->due_deliveries(id, now, 100)->back();
  ASSERT_EQ(voided.kind, ArrivalKind::kVoided);
  ASSERT_FALSE(*index->voided(voided.arrival));
  EXPECT_NE((*composer.payload(voided, now))->find("\"ref\":\"" + was + "\""), std::string::npos);
  voided.recoveries.reset();
  EXPECT_EQ((*composer.payload(voided, now))->find("\"ref\""), std::string::npos)
      << "what waits since an older version names no other entry";
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

}  // namespace
}  // namespace koinon::test::void_told_test
