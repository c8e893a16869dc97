// Who may have what signed, and when.
#include "node/publishing/gate.h"

#include <gtest/gtest.h>

#include "node/publishing/own_log.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::gate_test {
namespace {

constexpr UnixMillis kNow{1'000'000};

class GateTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  static Caller caller(Role role, const std::string& office = "", Caller::By by = Caller::By::kToken) {
    Caller out;
    out.by = by;
    out.role = role;
    out.office = office;
    return out;
  }
  static Wish wish(v1::Kind kind, const std::string& office = "") {
    Wish out;
    out.kind = kind;
    out.office = office;
    return out;
  }
  static std::string said(const Result<Verdict>& verdict) {
    if (!verdict.ok()) return "refused";
    switch (verdict->when) {
      case Verdict::When::kNow:
        return "now";
      case Verdict::When::kLater:
        return "later";
      case Verdict::When::kReviewed:
        return "reviewed";
    }
    return "";
  }
  std::string decide(const Caller& who, const Wish& what, GateRules rules = {}) {
    return said(Gate(store, own, rules).decide(who, what, kNow));
  }

  MemoryStore store{MemoryStore::Options{}};
  SigningKey key = SigningKey::generate();
  LogIdentity identity{"seoul.example", key.public_key(), key.public_key()};
  std::optional<LogId> own = identity.log_id();
};

TEST_F(GateTest, EachKindTakesItsRole) {
  for (const auto kind : {v1::KIND_PRACTICE, v1::KIND_ADOPTION, v1::KIND_QUESTION, v1::KIND_ANSWER,
                          v1::KIND_CALL, v1::KIND_CALL_REPLY, v1::KIND_PROPOSAL, v1::KIND_PROPOSAL_REPLY}) {
    EXPECT_EQ(decide(caller(Role::kReader), wish(kind)), "refused");
    EXPECT_EQ(decide(caller(Role::kPublisher), wish(kind)), "now");
  }
  for (const auto kind : {v1::KIND_PROFILE, v1::KIND_NODE_NOTICE}) {
    EXPECT_EQ(decide(caller(Role::kPublisher), wish(kind)), "refused");
    EXPECT_EQ(decide(caller(Role::kReviewer), wish(kind)), "now");
  }
  for (const auto kind : {v1::KIND_VOUCH, v1::KIND_GENESIS, v1::KIND_KEYS, v1::KIND_UNSPECIFIED}) {
    EXPECT_EQ(decide(caller(Role::kReviewer), wish(kind)), "refused");
    EXPECT_EQ(decide(caller(Role::kOperator), wish(kind)), "now");
  }
  own.reset();
  EXPECT_EQ(decide(caller(Role::kOperator), wish(v1::KIND_PRACTICE)), "refused")
      << "an observer signs nothing";
}

TEST_F(GateTest, AnOfficeSpeaksForItself) {
  EXPECT_EQ(decide(caller(Role::kPublisher, "Parks"), wish(v1::KIND_PRACTICE, "Parks")), "now");
  EXPECT_EQ(decide(caller(Role::kPublisher, "Parks"), wish(v1::KIND_PRACTICE, "Roads")), "refused");
  EXPECT_EQ(decide(caller(Role::kPublisher, "Parks"), wish(v1::KIND_PRACTICE)), "refused");
  EXPECT_EQ(decide(caller(Role::kReviewer, "Parks"), wish(v1::KIND_PRACTICE, "Roads")), "now");
}

TEST_F(GateTest, ReviewAndHoldAreForEverythingThatAnOfficeSays) {
  const GateRules rules{std::chrono::minutes(10), true};
  for (const auto kind : {v1::KIND_PRACTICE, v1::KIND_ANSWER, v1::KIND_WITHDRAWAL}) {
    EXPECT_EQ(decide(caller(Role::kPublisher), wish(kind), rules), "reviewed");
    EXPECT_EQ(decide(caller(Role::kReviewer), wish(kind), rules), "later");
    EXPECT_EQ(decide(caller(Role::kOperator, "", Caller::By::kSocket), wish(kind), rules), "now");
    Wish approved = wish(kind);
    approved.approved = true;
    approved.at = kNow;
    EXPECT_EQ(decide(caller(Role::kPublisher), approved, rules), "now");
    Wish hurry = wish(kind);
    hurry.at = kNow;
    EXPECT_EQ(decide(caller(Role::kPublisher), hurry, rules), "reviewed")
        << "no hold is no way around a review";
  }
  EXPECT_EQ(decide(caller(Role::kOperator), wish(v1::KIND_VOUCH), rules), "now");
}

TEST_F(GateTest, OnlyWhatAnOfficeSaidIsItsToChange) {
  OwnLog log(identity, key);
  const auto add = [&](v1::Kind kind, const std::string& office) {
    Draft draft;
    draft.entry.set_kind(kind);
    draft.entry.set_language("en");
    draft.body.emplace();
    draft.body->mutable_author()->set_office(office);
    draft.again = true;
    EXPECT_TRUE(store.begin(true).ok());
    const auto batch = log.publish(store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, kNow);
    EXPECT_TRUE(store.commit().ok());
    return batch->results.front()->index;
  };
  const EntryIndex profile = add(v1::KIND_PROFILE, "");
  const EntryIndex parks = add(v1::KIND_PRACTICE, "Parks");
  const auto withdraw = [&](const Caller& who, EntryIndex index) {
    Wish what = wish(v1::KIND_WITHDRAWAL);
    what.changes = {index};
    return decide(who, what);
  };
  EXPECT_EQ(withdraw(caller(Role::kPublisher), profile), "refused") << "of no office, and yet";
  EXPECT_EQ(withdraw(caller(Role::kPublisher, "Parks"), profile), "refused");
  EXPECT_EQ(withdraw(caller(Role::kReviewer), profile), "now");
  EXPECT_EQ(withdraw(caller(Role::kPublisher), parks), "now");
  EXPECT_EQ(withdraw(caller(Role::kPublisher, "Parks"), parks), "now");
  EXPECT_EQ(withdraw(caller(Role::kPublisher, "Roads"), parks), "refused");
}

TEST_F(GateTest, WhatIsSignedOnceIsNotSignedAgain) {
  OwnLog log(identity, key);
  const auto sign = [&] {
    EXPECT_TRUE(store.begin(true).ok());
    const auto batch = log.publish(store, {[](StoreReader&) -> Result<Draft> {
                                     Draft draft;
                                     draft.entry.set_kind(v1::KIND_QUESTION);
                                     draft.entry.set_language("en");
                                     draft.again = true;
                                     draft.once = "held.7";
                                     return draft;
                                   }},
                                   kNow);
    EXPECT_TRUE(store.commit().ok());
    return batch->results.front()->index;
  };
  const EntryIndex first = sign();
  EXPECT_EQ(sign(), first);
  EXPECT_EQ(store.log_state(*own)->range.size().value, 1U);
  EXPECT_TRUE(store.begin(true).ok());
  EXPECT_TRUE(forget_once(store, "held.7").ok());
  EXPECT_TRUE(store.commit().ok());
  EXPECT_NE(sign(), first);
}

}  // namespace
}  // namespace koinon::test::gate_test
