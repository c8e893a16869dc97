// Who is trusted and who has which name, from what a store says alone.
#include "node/replication/stored_trust.h"

#include <gtest/gtest.h>

#include "crypto/identity.h"
#include "node/reading/nearness.h"
#include "storage/memory/memory_store.h"

namespace koinon::test::stored_trust_test {
namespace {

constexpr UnixMillis kNow{1'000'000};
constexpr UnixMillis kLater{9'000'000'000};

SigningKey seeded(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }

// The city of one letter: seoul.s, say.
LogIdentity city(char letter) {
  LogIdentity out;
  out.name = std::string("city.") + letter;
  out.signing_key = seeded(letter).public_key();
  out.recovery_key = seeded(static_cast<char>(letter - 32)).public_key();
  return out;
}
LogId id(char letter) { return city(letter).log_id(); }

LogState held(const LogIdentity& identity) {
  LogState out;
  out.id = identity.log_id();
  out.keys = KeyHistory(identity);
  return out;
}

VouchFact vouch(char by, char of, UnixMillis until = kLater) {
  VouchFact out;
  out.voucher = id(by);
  out.target = id(of);
  out.name = city(of).name;
  out.index = EntryIndex(1);
  out.expires_at = until;
  return out;
}

PeerRecord peer(char letter) {
  PeerRecord out;
  out.node_key = NodeKey::from(seeded(letter).public_key().view());
  out.log = id(letter);
  out.name = city(letter).name;
  return out;
}

// Our own city is o; p is a peer, and vouches for q, which vouches for r.
StoreState four_cities() {
  StoreState out;
  out.own_log = id('o');
  for (const char letter : {'o', 'p', 'q', 'r'}) out.logs.push_back(held(city(letter)));
  out.peers.push_back(peer('p'));
  out.vouches = {vouch('p', 'q'), vouch('q', 'r')};
  return out;
}

TrustPolicy::Rules rules(unsigned hops = 2) { return {hops, 1, 100}; }

class StoredTrustTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  std::vector<NameClaim> take(const StoreState& state, const TrustPolicy::Rules& by = rules(),
                              UnixMillis now = kNow) {
    auto claims = trust.take(state, by, now);
    nearness.apply(claims);
    return claims;
  }
  bool has_name(char letter) { return nearness.nearest(city(letter).name) == std::vector{id(letter)}; }

  StoredTrust trust;
  Nearness nearness;
};

TEST_F(StoredTrustTest, ACityHasItsNameWhereVouchesReach) {
  take(four_cities());
  EXPECT_TRUE(has_name('o'));
  EXPECT_TRUE(has_name('p'));
  EXPECT_TRUE(has_name('q'));
  EXPECT_FALSE(has_name('r')) << "it is three hops away";
  EXPECT_EQ(trust.view()->policy.rank(id('q')), 3U);
}

TEST_F(StoredTrustTest, TheRulesAreThoseOfTheWriter) {
  take(four_cities(), rules(3));
  EXPECT_TRUE(has_name('r'));
}

TEST_F(StoredTrustTest, WhatStaysIsToldOnce) {
  EXPECT_EQ(take(four_cities()).size(), 3U);
  EXPECT_TRUE(take(four_cities()).empty());
}

TEST_F(StoredTrustTest, ABlockedCityLosesItsNameAndWhatItVouchesFor) {
  StoreState state = four_cities();
  take(state);
  state.blocked.push_back(id('p'));
  take(state);
  EXPECT_FALSE(has_name('p'));
  EXPECT_FALSE(has_name('q'));
  state.blocked.clear();
  take(state);
  EXPECT_TRUE(has_name('q'));
}

TEST_F(StoredTrustTest, AVouchThatIsOverCountsNoMore) {
  StoreState state = four_cities();
  state.vouches.front().expires_at = {kNow.value + 1};
  take(state);
  EXPECT_TRUE(has_name('q'));
  take(state, rules(), {kNow.value + 2});
  EXPECT_FALSE(has_name('q'));
}

TEST_F(StoredTrustTest, APeerOfWhichNothingIsHeldIsCalledWhatTheOperatorWasTold) {
  StoreState state = four_cities();
  state.peers.push_back(peer('x'));
  take(state);
  EXPECT_TRUE(has_name('x'));
}

TEST_F(StoredTrustTest, OfTwoOfOneNameTheNearerHasIt) {
  StoreState state = four_cities();
  LogIdentity impostor = city('z');
  impostor.name = city('p').name;
  state.logs.push_back(held(impostor));
  VouchFact said = vouch('p', 'z');
  said.target = impostor.log_id();
  state.vouches.push_back(said);
  take(state);
  EXPECT_EQ(nearness.nearest(city('p').name), std::vector{id('p')});
  EXPECT_TRUE(nearness.another_claims(city('p').name, id('p')));
}

TEST_F(StoredTrustTest, AForkedLogIsFrozenWhereItIsTrusted) {
  StoreState state = four_cities();
  for (LogState& log : state.logs) log.frozen = true;
  state.for_good = {id('q'), id('r')};
  take(state);
  EXPECT_TRUE(trust.view()->frozen.contains(id('p')));
  EXPECT_FALSE(trust.view()->frozen.contains(id('r')));
  EXPECT_EQ(trust.view()->for_good, std::set{id('q')});
}

TEST(TrustRules, AreReadAsTheyWereKept) {
  MemoryStore store{{}};
  EXPECT_EQ(read_trust_rules(store)->hops, 2U);
  ASSERT_TRUE(keep_trust_rules(store, {5, 3, 70}).ok());
  const auto read = read_trust_rules(store);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->hops, 5U);
  EXPECT_EQ(read->paths, 3U);
  EXPECT_EQ(read->admits, 70U);
}

}  // namespace
}  // namespace koinon::test::stored_trust_test
