// What is new on a topic, once a day: how much a mail tells, when the next one is due, and that nothing is
// lost.
#include <set>

#include "node/delivery/announcer.h"
#include "node/delivery/mail_about.h"
#include "tests/unit/announcer_fixture.h"

namespace koinon::test::digests_test {
namespace {

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
}  // namespace koinon::test::digests_test
