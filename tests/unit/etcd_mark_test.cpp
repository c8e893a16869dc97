// The mark in etcd: what it says at the next start, whoever else writes there, and wherever etcd goes away.
#include "node/daemon/etcd_mark.h"

#include "tests/unit/fake_etcd.h"
#include "tests/unit/signing_mark_fixture.h"

namespace koinon::test::etcd_mark_test {
namespace {

using Line = FakeEtcd::Line;

class EtcdMarkTest : public MarkFolder {
 protected:
  void SetUp() override {
    MarkFolder::SetUp();
    key.emplace(SigningKey::generate());
    name = "/koinon/mark/" + to_text(log);
  }
  std::unique_ptr<MarkPlace> open() {
    auto out = EtcdMark::open(etcd.gateway(), log, EpochKey(*key));
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : nullptr;
  }
  Code refusal() {
    const auto out = EtcdMark::open(etcd.gateway(), log, EpochKey(*key));
    EXPECT_FALSE(out.ok());
    return out.ok() ? Code::kInternal : out.error().code;
  }

  std::optional<SigningKey> key;
  FakeEtcd etcd;
  std::string name;
};

TEST_F(EtcdMarkTest, IsReadAsItWasWritten) {
  {
    const auto first = open();
    EXPECT_FALSE(first->read());
    ASSERT_TRUE(first->write(mark(4)).ok());
    ASSERT_TRUE(first->write(mark(5)).ok());
  }
  const auto again = open();
  EXPECT_EQ(again->read(), mark(5));
  ASSERT_TRUE(again->remove().ok());
  EXPECT_FALSE(again->read());
  EXPECT_FALSE(etcd.has(name));
  EXPECT_TRUE(again->remove().ok()) << "there is none";
  EXPECT_TRUE(again->write(mark(6)).ok());
}

TEST_F(EtcdMarkTest, WhatNobodyWithTheKeyWroteIsNoMark) {
  ASSERT_TRUE(open()->write(mark(4)).ok());
  const std::string good = etcd.value(name);
  std::vector<std::string> bad = {"",          "something else", mark_text(mark(4)),
                                  good + "\n", good.substr(1),   good.substr(0, good.size() - 1)};
  for (std::size_t i = 0; i < good.size(); i += 7) {
    bad.push_back(good);
    bad.back()[i] = good[i] == '0' ? '1' : '0';
  }
  for (const std::string& text : bad) {
    etcd.put(name, text);
    EXPECT_FALSE(open()->read()) << text;
  }
  etcd.put(name, good);
  EXPECT_EQ(open()->read(), mark(4));
}

TEST_F(EtcdMarkTest, OfAnotherNodeOrAnotherLogIsNoMark) {
  ASSERT_TRUE(open()->write(mark(4)).ok());
  const std::string text = etcd.value(name);
  const SigningKey before = *key;
  key.emplace(SigningKey::generate());
  EXPECT_FALSE(open()->read()) << "its key is another one";
  key.emplace(before);
  log = LogId::from(random_bytes(LogId::kSize));
  etcd.put("/koinon/mark/" + to_text(log), text);
  EXPECT_FALSE(open()->read()) << "it was written for another log";
}

TEST_F(EtcdMarkTest, AMarkOfSomebodyElseIsWrittenOver) {
  etcd.put(name, "something else");
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  EXPECT_EQ(open()->read(), mark(4));
}

TEST_F(EtcdMarkTest, WhoOpensItTakesItOver) {
  const auto first = open();
  ASSERT_TRUE(first->write(mark(4)).ok());
  const auto second = open();
  EXPECT_EQ(second->read(), mark(4));
  const Status late = first->write(mark(5));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kConflict);
  EXPECT_EQ(first->remove().error().code, Code::kConflict);
  EXPECT_TRUE(second->write(mark(6)).ok());
  EXPECT_EQ(first->write(mark(5)).error().code, Code::kConflict) << "for good";
  EXPECT_EQ(open()->read(), mark(6));
}

TEST_F(EtcdMarkTest, OfTwoThatFoundNoneOneGoesOn) {
  const auto first = open();
  const auto second = open();
  ASSERT_TRUE(second->write(mark(4)).ok());
  EXPECT_EQ(first->write(mark(4)).error().code, Code::kConflict);
  EXPECT_TRUE(second->write(mark(5)).ok());
}

TEST_F(EtcdMarkTest, WhatIsRemovedWhileItIsTakenOverIsNotPutBack) {
  const auto first = open();
  ASSERT_TRUE(first->write(mark(4)).ok());
  etcd.before_next_swap = [this] { etcd.remove(name); };
  EXPECT_FALSE(open()->read());
  EXPECT_FALSE(etcd.has(name));
}

TEST_F(EtcdMarkTest, TheNewestIsTakenOver) {
  const auto first = open();
  ASSERT_TRUE(first->write(mark(4)).ok());
  etcd.before_next_swap = [&] { ASSERT_TRUE(first->write(mark(5)).ok()); };
  EXPECT_EQ(open()->read(), mark(5));
}

TEST_F(EtcdMarkTest, WhatWasNotAnsweredMayBeDone) {
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  etcd.line = Line::kUnanswered;
  EXPECT_FALSE(place->write(mark(5)).ok());
  etcd.line = Line::kUp;
  EXPECT_TRUE(place->write(mark(6)).ok()) << "it knows its own number";
  etcd.line = Line::kUnanswered;
  EXPECT_FALSE(place->remove().ok());
  etcd.line = Line::kUp;
  EXPECT_TRUE(place->write(mark(7)).ok());
  EXPECT_EQ(open()->read(), mark(7));
}

TEST_F(EtcdMarkTest, WhatComesLateChangesNothing) {
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  etcd.line = Line::kLost;
  EXPECT_FALSE(place->write(mark(5)).ok());
  etcd.line = Line::kUp;
  ASSERT_TRUE(place->write(mark(6)).ok());
  etcd.deliver_late();
  EXPECT_EQ(open()->read(), mark(6));
  const auto next = open();
  etcd.line = Line::kLost;
  EXPECT_FALSE(next->write(mark(7)).ok());
  etcd.line = Line::kUp;
  ASSERT_TRUE(next->remove().ok());
  etcd.deliver_late();
  EXPECT_FALSE(etcd.has(name));
}

TEST_F(EtcdMarkTest, RemovedByHandItIsWrittenAgain) {
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  etcd.remove(name);
  EXPECT_TRUE(place->write(mark(5)).ok());
  EXPECT_EQ(open()->read(), mark(5));
}

TEST_F(EtcdMarkTest, WithEtcdAwayWhatIsThereStays) {
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  for (const Line line : {Line::kAway, Line::kLost}) {
    etcd.line = line;
    EXPECT_FALSE(place->write(mark(5)).ok());
    const Status removed = place->remove();
    ASSERT_FALSE(removed.ok());
    EXPECT_EQ(removed.error().code, Code::kConflict);
    EXPECT_NE(removed.error().text().find("http://etcd.example:2379"), std::string::npos);
    EXPECT_EQ(refusal(), Code::kConflict);
  }
}

TEST_F(EtcdMarkTest, WhereNoneIsThereEtcdMayBeAway) {
  const auto place = open();
  etcd.line = Line::kAway;
  EXPECT_TRUE(place->remove().ok());
  EXPECT_FALSE(place->write(mark(4)).ok());
  EXPECT_TRUE(place->remove().ok()) << "nobody has taken it";
  etcd.line = Line::kLost;
  EXPECT_FALSE(place->write(mark(4)).ok());
  EXPECT_FALSE(place->remove().ok()) << "it may come there still";
}

TEST_F(EtcdMarkTest, AnEtcdThatIsFullTakesItAwayStill) {
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  etcd.line = Line::kFull;
  EXPECT_EQ(place->write(mark(5)).error().code, Code::kRefused);
  EXPECT_TRUE(place->remove().ok());
  EXPECT_FALSE(etcd.has(name));
}

TEST_F(EtcdMarkTest, WhatIsNoAnswerOfEtcdIsNone) {
  const std::string pair = R"({"mod_revision":"4","value":"!!"})";
  for (const std::string& answer :
       {std::string(), std::string("<html></html>"), std::string("{}"), std::string("[]"),
        std::string(R"({"header":{}})"), std::string(R"({"header":{"revision":4}})"),
        std::string(R"({"header":{"revision":"-4"}})"),
        std::string(R"({"header":{"revision":"4"},"kvs":[]})"),
        std::string(R"({"header":{"revision":"4"},"kvs":[{}]})"),
        R"({"header":{"revision":"4"},"kvs":[)" + pair + "]}", std::string(2000, '[')}) {
    etcd.answers = answer;
    EXPECT_EQ(refusal(), Code::kConflict) << answer;
  }
  etcd.answers.reset();
  const auto place = open();
  ASSERT_TRUE(place->write(mark(4)).ok());
  etcd.answers = R"({"header":{"revision":"9"},"responses":[{}]})";
  EXPECT_FALSE(place->write(mark(5)).ok());
  EXPECT_EQ(place->remove().error().code, Code::kConflict);
}

// --- of a node that signs ---

class SigningMarkInEtcdTest : public SigningMarkFixture {
 protected:
  MarkOpener opener() override {
    return [this] { return EtcdMark::open(etcd.gateway(), log, EpochKey(*key)); };
  }
  FakeEtcd etcd;
};

TEST_F(SigningMarkInEtcdTest, AgreesAfterARestartAndAfterAKill) { expect_agreement_after_a_kill(); }

TEST_F(SigningMarkInEtcdTest, AStandbyThatLacksACommitIsBehind) {
  store.keep_copy();
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkInEtcdTest, WithEtcdAwayNothingIsSignedUntilItAnswers) {
  store.keep_copy();
  for (const Line line : {Line::kAway, Line::kLost}) {
    etcd.line = line;
    for (int i = 0; i < 2; ++i) {
      const Status refused = sign();
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code, Code::kUnavailable);
      EXPECT_EQ(refused.error().id, "signing.mark_etcd");
      EXPECT_TRUE(running->is_lost());
    }
  }
  etcd.line = Line::kUp;
  ASSERT_TRUE(sign().ok());
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind);
}

TEST_F(SigningMarkInEtcdTest, WhatWasSignedAsEtcdWentAwayIsMarkedOnceItAnswers) {
  store.keep_copy();
  etcd.before_next_swap = [this] { etcd.before_next_swap = [this] { etcd.line = Line::kAway; }; };
  EXPECT_FALSE(sign().ok()) << "it is committed, and not marked";
  EXPECT_FALSE(running->after_commit(store).ok());
  etcd.line = Line::kUp;
  ASSERT_TRUE(running->after_commit(store).ok()) << "the writer tries again";
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kBehind) << "the state before it is named no more";
}

TEST_F(SigningMarkInEtcdTest, AStartWithoutEtcdSignsNothingAndThenGoesOn) {
  etcd.line = Line::kAway;
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  EXPECT_TRUE(running->is_lost());
  EXPECT_EQ(sign().error().code, Code::kUnavailable);
  etcd.line = Line::kUp;
  ASSERT_TRUE(sign().ok()) << "the peers have answered";
  EXPECT_FALSE(running->is_lost());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkInEtcdTest, WhoseMarkAnotherNodeTookOverSignsNothingAnyMore) {
  auto other = SigningMark::open(opener(), log, store, nullptr);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->says(), MarkSays::kAgrees);
  for (int i = 0; i < 2; ++i) {
    const Status refused = sign();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnavailable);
    EXPECT_EQ(refused.error().id, "signing.mark_taken");
  }
  EXPECT_TRUE(other->mark_now(store).ok());
}

TEST_F(SigningMarkInEtcdTest, AnEtcdThatIsFullKeepsNothingFromBeingSigned) {
  store.keep_copy();
  etcd.line = Line::kFull;
  ASSERT_TRUE(sign().ok());
  ASSERT_TRUE(sign().ok());
  EXPECT_TRUE(running->is_lost());
  ASSERT_TRUE(store.put_back());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
}

TEST_F(SigningMarkInEtcdTest, WhoWasAskingWhenItEndedAsksAgain) {
  ASSERT_TRUE(running->ask_anew().ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kNone);
  ASSERT_TRUE(running->mark_now(store).ok());
  EXPECT_EQ(says_at_next_start(), MarkSays::kAgrees);
}

TEST_F(SigningMarkInEtcdTest, ACommitCostsTwoRequests) {
  ASSERT_TRUE(sign().ok());
  etcd.swaps = 0;
  ASSERT_TRUE(sign().ok());
  EXPECT_EQ(etcd.swaps, 2);
}

// A file of before, which would say what is long past as soon as no etcd is configured any more.
TEST_F(SigningMarkFixture, WithEtcdTheFilesOfEarlierRunsGo) {
  ASSERT_TRUE(std::filesystem::exists(in_folder()));
  running.reset();
  ASSERT_TRUE(MarkFile::remove_all(folder.string(), log).ok());
  EXPECT_FALSE(std::filesystem::exists(in_folder()));
}

TEST_F(SigningMarkFixture, WithEtcdAFileThatAnotherProcessHasIsAnError) {
  EXPECT_EQ(MarkFile::remove_all(folder.string(), log).error().code, Code::kUnavailable);
  EXPECT_TRUE(std::filesystem::exists(in_folder()));
}

}  // namespace
}  // namespace koinon::test::etcd_mark_test
