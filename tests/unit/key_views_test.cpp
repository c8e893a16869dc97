// What is shown of an entry that changes the keys of its log.
#include "node/reading/key_views.h"

#include <gtest/gtest.h>

namespace koinon::test {
namespace {

class KeyViews : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    state(false, 10, key('b'), key('a'));
    state(true, 20, key('c'), key('R'), key('S').public_key());
  }
  static SigningKey key(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }
  void state(bool is_recovery, std::uint64_t size, const SigningKey& next, const SigningKey& signer,
             std::optional<PublicKey> words = {}) {
    Statement said = keys.next(is_recovery);
    said.size = TreeSize(size);
    said.key.key = next.public_key();
    said.recovery_key = words;
    const Status taken = keys.add(sign_statement(said, keys.vkey().name, signer));
    ASSERT_TRUE(taken.ok()) << taken.error().text();
  }
  static v1::Entry rotation(const Bytes& note) {
    v1::Entry entry;
    entry.set_kind(v1::KIND_ROTATION);
    entry.set_created_at_ms(7);
    entry.mutable_control()->set_rotation_statement(note);
    return entry;
  }

  KeyHistory keys{{"seoul.example", key('a').public_key(), key('R').public_key()}};
};

TEST_F(KeyViews, AStatementSaysWhoSignsFromWhereOnAndByWhoseWord) {
  const auto first = key_change_of(keys, EntryIndex(10), rotation(keys.changes()[0].note));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->number, 1U);
  EXPECT_EQ(first->kind, KeyChange::Kind::kRotation);
  EXPECT_EQ(first->vkey, keys.changes()[0].statement.key.text());
  EXPECT_EQ(first->at->value, 7);
  const auto second = key_change_of(keys, EntryIndex(20), rotation(keys.changes()[1].note));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->number, 2U);
  EXPECT_EQ(second->kind, KeyChange::Kind::kNewWords);
  EXPECT_EQ(second->vkey, keys.vkey().text());
}

TEST_F(KeyViews, WhatTheLogDoesNotFollowIsNoChange) {
  const Bytes& note = keys.changes()[0].note;
  EXPECT_FALSE(key_change_of(keys, EntryIndex(11), rotation(note)).has_value()) << "it stands elsewhere";
  EXPECT_FALSE(key_change_of(keys, EntryIndex(10), rotation("koinon/v1 rotation\n")).has_value());
  EXPECT_FALSE(key_change_of(keys, EntryIndex(10), rotation("")).has_value());
  v1::Entry other = rotation(note);
  other.set_kind(v1::KIND_PRACTICE);
  EXPECT_FALSE(key_change_of(keys, EntryIndex(10), other).has_value());
  EXPECT_FALSE(key_change_at(keys, EntryIndex(11)).has_value());
  EXPECT_TRUE(key_change_at(keys, EntryIndex(20))->is_recovery());
  state(true, 25, key('d'), key('S'));
  EXPECT_EQ(key_change_at(keys, EntryIndex(25))->kind, KeyChange::Kind::kRecovery);
}

TEST_F(KeyViews, KeysCountThatSignedForTheLog) {
  const LogId log = keys.identity().log_id();
  const SealingSecret sealing = SealingSecret::generate();
  v1::Entry entry;
  entry.set_kind(v1::KIND_KEYS);
  EXPECT_FALSE(read_stated_keys(log, entry).has_value());
  *entry.mutable_control()->mutable_keys() = make_keys(log, key('k'), sealing.public_key(), key('n'));
  const auto stated = read_stated_keys(log, entry);
  ASSERT_TRUE(stated.has_value());
  EXPECT_TRUE(stated->are_proven);
  EXPECT_EQ(stated->keys.cosigner, key('k').public_key());
  EXPECT_EQ(stated->keys.node.view(), key('n').public_key().view());
  EXPECT_FALSE(read_stated_keys(LogId(), entry)->are_proven) << "they are of another log";
  entry.mutable_control()->mutable_keys()->set_node_key("short");
  EXPECT_FALSE(read_stated_keys(log, entry).has_value());
  const v1::Entry genesis =
      make_genesis(keys.identity(), key('k'), sealing.public_key(), key('n'), UnixMillis{1});
  EXPECT_TRUE(read_stated_keys(log, genesis)->are_proven);
}

}  // namespace
}  // namespace koinon::test
