// Who is trusted, and by which path.
#include "node/engine/trust.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::trust_test {
namespace {

LogId city(char letter) { return LogId::from(Bytes(32, letter)); }

VouchFact vouch(char voucher, char target, std::uint64_t index = 0) {
  return {city(voucher), EntryIndex(index), city(target), "name", "vkey", UnixMillis{1000}, false};
}

class Trust : public testing::Test {
 protected:
  void SetUp() override { policy.set_own(city('o')); }
  TrustPolicy policy{{2, 1, 3}};
};

TEST_F(Trust, PeersAndWhomTheyVouchForAndNobodyFurther) {
  policy.set_peers({city('a')});
  policy.add_vouch(vouch('a', 'b'));
  policy.add_vouch(vouch('b', 'c'));
  policy.add_vouch(vouch('x', 'y'));
  policy.refresh({1});
  EXPECT_TRUE(policy.admits(city('o')));
  EXPECT_TRUE(policy.admits(city('a')));
  EXPECT_TRUE(policy.admits(city('b')));
  EXPECT_FALSE(policy.admits(city('c'))) << "three hops away";
  EXPECT_FALSE(policy.admits(city('y')));
  EXPECT_EQ(*policy.path(city('b')), (TrustPath{city('a'), city('b')}));
}

TEST_F(Trust, OurOwnVouchesAreTheFirstHop) {
  policy.add_vouch(vouch('o', 'b'));
  policy.add_vouch(vouch('b', 'c'));
  policy.refresh({1});
  EXPECT_TRUE(policy.admits(city('b')));
  EXPECT_TRUE(policy.admits(city('c')));
}

TEST_F(Trust, OurselvesThenPeersThenByHopsAndWhatIsBlockedHasNoRank) {
  policy.set_peers({city('a')});
  policy.add_vouch(vouch('o', 'a'));
  policy.add_vouch(vouch('o', 'b'));
  policy.add_vouch(vouch('a', 'c'));
  policy.refresh({1});
  EXPECT_EQ(policy.rank(city('o')), 0U);
  EXPECT_EQ(policy.rank(city('a')), 1U);
  EXPECT_EQ(policy.rank(city('b')), 2U) << "vouched for, and not pinned";
  EXPECT_EQ(policy.rank(city('c')), 3U);
  EXPECT_FALSE(policy.rank(city('x')));
  policy.set_blocked(city('c'), true);
  policy.set_peers({city('b')});
  const TrustChange change = policy.refresh({1});
  EXPECT_EQ(policy.rank(city('a')), 2U) << "vouched for, and pinned no longer";
  EXPECT_EQ(policy.rank(city('b')), 1U);
  EXPECT_FALSE(policy.rank(city('c')));
  EXPECT_EQ(change.moved, (std::vector<LogId>{city('a'), city('b')}));
  EXPECT_EQ(change.removed, (std::vector<LogId>{city('c')}));
}

TEST_F(Trust, LapsedAndWithdrawnVouchesDoNotCount) {
  policy.set_peers({city('a')});
  policy.add_vouch(vouch('a', 'b', 1));
  policy.refresh({999});
  EXPECT_TRUE(policy.admits(city('b')));
  policy.refresh({1000});
  EXPECT_FALSE(policy.admits(city('b')));
  VouchFact withdrawal = vouch('a', 'b', 2);
  withdrawal.withdrawn = true;
  policy.add_vouch(withdrawal);
  policy.add_vouch(vouch('a', 'b', 1));  // an older statement that arrives late
  policy.refresh({1});
  EXPECT_FALSE(policy.admits(city('b')));
}

TEST_F(Trust, SoManyOfAVoucherCountAndWhatItTakesBackMakesRoom) {
  const auto numbered = [](std::uint64_t number) {
    Bytes bytes(32, 't');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
    return LogId::from(bytes);
  };
  VouchFact fact = vouch('a', 'b');
  for (std::uint64_t i = 0; i <= limits::kVouches; ++i) {
    fact.index = EntryIndex(i);
    fact.target = numbered(i);
    policy.add_vouch(fact);
  }
  EXPECT_EQ(policy.vouches_by(city('a'), {1}).size(), limits::kVouches);
  EXPECT_TRUE(policy.vouches_for(numbered(limits::kVouches), {1}).empty()) << "one too many";
  fact.index = EntryIndex(5000);
  fact.target = numbered(7);
  fact.withdrawn = true;
  policy.add_vouch(fact);
  EXPECT_TRUE(policy.vouches_for(numbered(7), {1}).empty());
  fact = vouch('a', 'b', 5001);
  policy.add_vouch(fact);
  EXPECT_EQ(policy.vouches_for(city('b'), {1}).size(), 1U) << "there is room again";
  EXPECT_EQ(policy.vouches_by(city('a'), {1}).size(), limits::kVouches);
  policy.forget_voucher(city('a'));
  EXPECT_TRUE(policy.vouches_for(city('b'), {1}).empty());
}

TEST_F(Trust, AVoucherAdmitsOnlySoManyTheFirstOnes) {
  policy.set_peers({city('a')});
  for (char i = 0; i < 10; ++i)
    policy.add_vouch(vouch('a', static_cast<char>('A' + i), static_cast<std::uint64_t>(i)));
  policy.refresh({1});
  EXPECT_TRUE(policy.admits(city('C')));
  EXPECT_FALSE(policy.admits(city('D')));
}

TEST_F(Trust, WhatIsNewlyAdmittedIsTold) {
  policy.set_peers({city('a')});
  EXPECT_EQ(policy.refresh({1}).added.size(), 2U);
  policy.add_vouch(vouch('a', 'b'));
  EXPECT_EQ(policy.refresh({1}).added, std::vector<LogId>{city('b')});
  EXPECT_TRUE(policy.refresh({1}).added.empty());
}

TEST_F(Trust, TwoPathsAreNeededWhereTheOperatorSaysSo) {
  TrustPolicy strict({2, 2, 100});
  strict.set_own(city('o'));
  strict.set_peers({city('a'), city('b')});
  strict.add_vouch(vouch('a', 'x'));
  strict.add_vouch(vouch('a', 'y'));
  strict.add_vouch(vouch('b', 'y'));
  strict.refresh({1});
  EXPECT_TRUE(strict.admits(city('a'))) << "our direct relations need no second path";
  EXPECT_FALSE(strict.admits(city('x')));
  EXPECT_TRUE(strict.admits(city('y')));
}

TEST_F(Trust, PathsThatShareACityCountOnce) {
  TrustPolicy strict({3, 2, 100});
  strict.set_own(city('o'));
  strict.set_peers({city('a'), city('b')});
  strict.add_vouch(vouch('a', 'c'));
  strict.add_vouch(vouch('b', 'c'));
  strict.add_vouch(vouch('a', 'd'));
  strict.add_vouch(vouch('b', 'd'));
  // c and d are each reached through a first: what they vouch for together has two paths, one through each.
  strict.add_vouch(vouch('c', 'x'));
  strict.add_vouch(vouch('a', 'x'));
  strict.refresh({1});
  EXPECT_TRUE(strict.admits(city('c')));
  EXPECT_FALSE(strict.admits(city('x'))) << "both of its paths go through a";
}

TEST_F(Trust, TheBlockedAreNotAdmittedAndAdmitNobody) {
  policy.set_peers({city('a'), city('b')});
  policy.add_vouch(vouch('a', 'x'));
  policy.set_blocked(city('a'), true);
  EXPECT_EQ(policy.refresh({1}).added.size(), 2U) << "ourselves and b";
  EXPECT_FALSE(policy.admits(city('a')));
  EXPECT_FALSE(policy.admits(city('x')));
  policy.set_blocked(city('a'), false);
  EXPECT_EQ(policy.refresh({1}).added.size(), 2U);
  EXPECT_TRUE(policy.admits(city('x')));
}

TEST_F(Trust, WhoFallsOutIsSaidAndWhenTheNextVouchLapses) {
  policy.set_peers({city('a')});
  policy.add_vouch(vouch('a', 'b'));
  policy.refresh({999});
  EXPECT_EQ(policy.next_expiry(), UnixMillis{1000});
  EXPECT_EQ(policy.refresh({1000}).removed, std::vector<LogId>{city('b')});
  EXPECT_FALSE(policy.next_expiry().has_value());
}

}  // namespace
}  // namespace koinon::test::trust_test
