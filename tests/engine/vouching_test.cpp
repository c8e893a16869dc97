// For whom a log vouches by itself.
#include "node/replication/vouching.h"

#include <gtest/gtest.h>

namespace koinon::test::vouching_test {
namespace {

template <typename Id>
Id id(char byte) {
  return Id::from(Bytes(Id::kSize, byte));
}

StoreState state_of(char own) {
  StoreState state;
  state.own_log = id<LogId>(own);
  return state;
}

VouchFact fact(char voucher, char target, bool withdrawn = false) {
  VouchFact out;
  out.voucher = id<LogId>(voucher);
  out.target = id<LogId>(target);
  out.withdrawn = withdrawn;
  return out;
}

PeerRecord peer(char log) {
  PeerRecord out;
  out.node_key = id<NodeKey>(log);
  out.log = id<LogId>(log);
  return out;
}

TEST(Vouching, APeerIsVouchedForOnce) {
  Vouching vouching(state_of('a'));
  EXPECT_TRUE(vouching.begin(peer('b')));
  EXPECT_FALSE(vouching.begin(peer('b')));
  EXPECT_TRUE(vouching.begin(peer('c')));
}

TEST(Vouching, AVouchThatDidNotComeAboutIsTriedAgain) {
  Vouching vouching(state_of('a'));
  EXPECT_TRUE(vouching.begin(peer('b')));
  EXPECT_TRUE(vouching.forget(id<LogId>('b')));
  EXPECT_FALSE(vouching.forget(id<LogId>('b')));
  EXPECT_TRUE(vouching.begin(peer('b')));
}

TEST(Vouching, WhatStandsFromBeforeIsNotSaidAgain) {
  StoreState state = state_of('a');
  state.vouches = {fact('a', 'b'), fact('a', 'c', true), fact('z', 'd')};
  Vouching vouching(state);
  EXPECT_FALSE(vouching.begin(peer('b')));
  EXPECT_TRUE(vouching.begin(peer('c'))) << "it was taken back";
  EXPECT_TRUE(vouching.begin(peer('d'))) << "another city said it";
}

TEST(Vouching, NobodyVouchesWhereTheOperatorDidNotAskForIt) {
  Vouching vouching(state_of('a'));
  PeerRecord without = peer('b');
  without.vouch = false;
  EXPECT_FALSE(vouching.begin(without));
  PeerRecord observer = peer('c');
  observer.log.reset();
  EXPECT_FALSE(vouching.begin(observer)) << "an observer has no log";
  EXPECT_FALSE(Vouching(StoreState()).begin(peer('b'))) << "an observer signs nothing";
}

TEST(Vouching, TheKeysOfALogAreThoseThatWereProven) {
  Vouching vouching(state_of('a'));
  vouching.note_proven(id<NodeKey>('1'), id<LogId>('b'));
  vouching.note_proven(id<NodeKey>('2'), id<LogId>('b'));
  vouching.note_proven(id<NodeKey>('3'), id<LogId>('c'));
  EXPECT_EQ(vouching.proven_of(id<LogId>('b')), (std::vector{id<NodeKey>('1'), id<NodeKey>('2')}));
  EXPECT_EQ(vouching.all_proven().size(), 3U);
  vouching.unpinned(id<NodeKey>('3'), id<LogId>('c'));
  EXPECT_TRUE(vouching.proven_of(id<LogId>('c')).empty());
  EXPECT_EQ(vouching.all_proven().size(), 2U);
}

}  // namespace
}  // namespace koinon::test::vouching_test
