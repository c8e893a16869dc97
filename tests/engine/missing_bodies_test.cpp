// Which bodies are looked for, log by log: counts and lists follow every change.
#include "node/engine/missing_bodies.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon::test::missing_bodies_test {
namespace {

using namespace engine;

LogId city(char letter) { return LogId::from(Bytes(LogId::kSize, letter)); }

LogState log_of(char letter, std::size_t entries) {
  LogState state;
  state.id = city(letter);
  for (std::size_t i = 0; i < entries; ++i) state.range.append(sha256(std::to_string(i)));
  return state;
}

Bytes entry_with_body(std::uint32_t bytes) {
  v1::Entry entry;
  entry.set_kind(v1::KIND_PRACTICE);
  entry.set_body_digest(sha256("body").bytes());
  entry.set_body_size(bytes);
  return serialize(entry);
}

class MissingBodiesOfALog : public testing::Test {
 protected:
  MissingBodiesOfALog()
      : trust({2, 1, 3}), logs(trust, city('o'), {log_of('a', 10), log_of('o', 10), log_of('x', 10)}, {}) {
    trust.set_own(city('o'));
    trust.set_peers({city('a')});
    trust.refresh({1});
    for (const char letter : {'a', 'o', 'x'}) missing.relist(city(letter));
  }
  void TearDown() override { EXPECT_EQ(missing.wrong_list(), ""); }

  void add(std::uint64_t index, bool transit = false) {
    MissingBody body;
    body.transit = transit;
    missing.add(log(), EntryIndex(index), entry_with_body(100), std::move(body));
    missing.relist(log().id());
  }
  void remove(std::uint64_t index) {
    missing.remove(log(), EntryIndex(index));
    missing.relist(log().id());
  }
  Log& log() { return logs.at(city('a')); }

  const std::set<LogId> none;
  const std::set<LogId> this_one{city('a')};
  const std::set<LogId> own{city('o')};
  const std::set<LogId> both{city('a'), city('o')};
  TrustPolicy trust;
  Logs logs;
  MissingBodies missing{logs};
};

TEST_F(MissingBodiesOfALog, OursAreCountedAndThoseInTransitAreNot) {
  add(1);
  add(2, true);
  add(3);
  EXPECT_EQ(missing.count(), 2U);
  EXPECT_EQ(missing.state(log()).missing.size(), 3U);
  add(3);
  EXPECT_EQ(missing.count(), 2U) << "it is looked for already";
  remove(2);
  EXPECT_EQ(missing.count(), 2U);
  remove(3);
  EXPECT_EQ(missing.count(), 1U);
  add(4, true);
  missing.forget_transit(log());
  EXPECT_EQ(missing.count(), 1U);
  EXPECT_EQ(missing.state(log()).missing.size(), 1U);
  missing.forget_all(log());
  EXPECT_EQ(missing.count(), 0U);
}

TEST_F(MissingBodiesOfALog, DigestAndSizeAreReadFromTheEntry) {
  add(1);
  const MissingBody* body = missing.find(log(), EntryIndex(1));
  ASSERT_NE(body, nullptr);
  EXPECT_EQ(body->digest, sha256("body"));
  EXPECT_EQ(body->size, 100U);
}

TEST_F(MissingBodiesOfALog, AnEntryThatDoesNotParseOrHasNoBodyIsLeftOut) {
  missing.add(log(), EntryIndex(1), "no entry", MissingBody());
  v1::Entry bare;
  bare.set_kind(v1::KIND_PRACTICE);
  missing.add(log(), EntryIndex(2), serialize(bare), MissingBody());
  EXPECT_TRUE(missing.state(log()).missing.empty());
  EXPECT_EQ(missing.find(log(), EntryIndex(1)), nullptr);
}

TEST_F(MissingBodiesOfALog, WhatIsReadIsOutdatedOnceABodyOfItHasComeOrWasErased) {
  missing.state(log()).read_from = EntryIndex(5);
  remove(7);
  EXPECT_FALSE(missing.state(log()).outdated) << "nothing is being read";
  missing.state(log()).reading_unheld = true;
  remove(4);
  EXPECT_FALSE(missing.state(log()).outdated) << "it lies before what is being read";
  remove(5);
  EXPECT_TRUE(missing.state(log()).outdated);
}

TEST_F(MissingBodiesOfALog, ReadingAgainBeginsAtTheFirstEntryAndOutdatesWhatIsBeingRead) {
  missing.state(log()).read_from = EntryIndex(5);
  missing.state(log()).unread = false;
  missing.relist(log().id());
  EXPECT_EQ(missing.unread(), own);
  missing.read_again(log());
  EXPECT_EQ(missing.unread(), both);
  EXPECT_EQ(missing.state(log()).read_from, EntryIndex(0));
  EXPECT_FALSE(missing.state(log()).outdated);
  missing.state(log()).reading_unheld = true;
  missing.read_again(log());
  EXPECT_TRUE(missing.state(log()).outdated);
}

TEST_F(MissingBodiesOfALog, TheStoreIsReadOfAdmittedLogsThatHoldSomethingOurOwnAmongThem) {
  EXPECT_EQ(missing.unread(), both);
  trust.set_peers({});
  trust.refresh({1});
  missing.relist(city('a'));
  EXPECT_EQ(missing.unread(), own);
  trust.set_peers({city('a')});
  trust.refresh({1});
  missing.relist(city('a'));
  EXPECT_EQ(missing.unread(), both);
  logs.forget(log());
  missing.relist(city('a'));
  EXPECT_EQ(missing.unread(), own);
}

TEST_F(MissingBodiesOfALog, ALogLacksBodiesAndWaitsUntilARetryIsSet) {
  EXPECT_EQ(missing.lacking(), none);
  add(1);
  EXPECT_EQ(missing.lacking(), this_one);
  EXPECT_EQ(missing.waiting(), this_one);
  missing.set_retry(log(), std::chrono::seconds(7));
  EXPECT_EQ(missing.lacking(), this_one);
  EXPECT_EQ(missing.waiting(), none) << "nobody had them";
  ASSERT_EQ(missing.retries().size(), 1U);
  EXPECT_EQ(missing.retries().begin()->first, std::chrono::seconds(7));
  missing.set_retry(log(), std::chrono::seconds(9));
  EXPECT_EQ(missing.retries().size(), 1U);
  missing.state(log()).waits_for_busy = true;
  missing.relist(log().id());
  EXPECT_EQ(missing.waiting(), this_one) << "somebody had no time yet";
}

TEST_F(MissingBodiesOfALog, NothingIsTriedAgainOnceNothingIsMissing) {
  add(1);
  missing.set_retry(log(), std::chrono::seconds(7));
  remove(1);
  EXPECT_TRUE(missing.retries().empty());
  EXPECT_EQ(missing.state(log()).retry_at, std::nullopt);
  EXPECT_EQ(missing.lacking(), none);
  EXPECT_EQ(missing.waiting(), none);
}

TEST_F(MissingBodiesOfALog, OfOurOwnTheFirstFewAreNamedAndAllAreCounted) {
  missing.state(log()).unread = false;
  missing.relist(log().id());
  add(3);
  add(7);
  std::string text = missing.lost_text(log());
  EXPECT_EQ(text.find("2 texts of our own log"), 0U) << text;
  EXPECT_NE(text.find("entries 3, 7;"), std::string::npos) << text;
  for (std::uint64_t i = 100; i < 200; ++i) add(i);
  text = missing.lost_text(log());
  EXPECT_EQ(text.find("102 texts"), 0U) << text;
  EXPECT_NE(text.find(", 117 and others;"), std::string::npos) << text;
  missing.state(log()).unread = true;
  missing.relist(log().id());
  EXPECT_EQ(missing.lost_text(log()).find("at least 102 texts"), 0U);
}

TEST_F(MissingBodiesOfALog, ARunLeavesOnlySoManyToBeLookedForTheRestIsReadLater) {
  missing.state(log()).unread = false;
  missing.relist(log().id());
  std::vector<std::pair<EntryIndex, Bytes>> entries;
  for (std::uint64_t i = 0; i < limits::kMissingBodies; ++i)
    entries.emplace_back(EntryIndex(i), entry_with_body(100));
  missing.add_not_held(log(), entries, SessionId(1));
  missing.relist(log().id());
  EXPECT_EQ(missing.state(log()).missing.size(), limits::kMissingBodies);
  EXPECT_EQ(missing.unread(), own) << "there are no more";
  EXPECT_EQ(missing.find(log(), EntryIndex(0))->tried.count(SessionId(1)), 1U);
  missing.state(log()).reading_unheld = true;
  missing.add_not_held(log(), {{EntryIndex(limits::kMissingBodies), entry_with_body(100)}}, SessionId(1));
  missing.relist(log().id());
  EXPECT_EQ(missing.state(log()).missing.size(), limits::kMissingBodies);
  EXPECT_EQ(missing.unread(), both);
  EXPECT_TRUE(missing.state(log()).outdated) << "what is being read may not know of it";
}

TEST_F(MissingBodiesOfALog, WhatIsSetAsideIsCountedAndComesBackWithTheNextPass) {
  for (std::uint64_t i = 0; i < 100; ++i) add(i);
  LogBodies& state = missing.state(log());
  state.read_from = EntryIndex(90);
  missing.set_aside(log());
  EXPECT_EQ(state.missing.size(), 20U) << "the first, which the operator is told of";
  EXPECT_NE(missing.find(log(), EntryIndex(19)), nullptr);
  EXPECT_EQ(missing.count(), 90U) << "this pass comes to the last ten still";
  missing.set_retry(log(), std::chrono::seconds(7));
  missing.begin_retry(log());
  EXPECT_EQ(state.read_from, EntryIndex(90)) << "the pass first comes to its end";
  state.unread = false;
  missing.relist(log().id());
  EXPECT_EQ(missing.lost_text(log()).find("at least 90 texts"), 0U);
  for (std::uint64_t i = 0; i < 20; ++i) remove(i);
  EXPECT_EQ(missing.lacking(), this_one) << "those are lacking that are set aside";
  missing.begin_retry(log());
  EXPECT_EQ(state.read_from, EntryIndex(0));
  EXPECT_EQ(missing.unread(), both);
  EXPECT_EQ(missing.count(), 0U);
}

TEST_F(MissingBodiesOfALog, OfWhatIsSetAsideNeverTooMuchIsCounted) {
  for (std::uint64_t i = 0; i < 22; ++i) add(i);
  missing.state(log()).read_from = EntryIndex(22);
  missing.set_aside(log());
  EXPECT_EQ(missing.count(), 22U);
  remove(23);
  EXPECT_EQ(missing.count(), 22U) << "this pass has not come to it";
  remove(21);
  EXPECT_EQ(missing.count(), 21U);
  remove(20);
  EXPECT_EQ(missing.count(), 21U) << "perhaps one is there still: the next pass says it";
}

TEST_F(MissingBodiesOfALog, AnOpenRequestForOneOfThemIsSeen) {
  add(1);
  add(2);
  EXPECT_FALSE(missing.is_asked(log()));
  missing.find(log(), EntryIndex(2))->asked = SessionId(1);
  EXPECT_TRUE(missing.is_asked(log()));
  remove(2);
  EXPECT_FALSE(missing.is_asked(log()));
}

}  // namespace
}  // namespace koinon::test::missing_bodies_test
