// What is shown of an entry that changes the keys of its log.
#include "node/reading/key_views.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test::key_views_test {
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

  static MemoryStore::Options store_options() {
    MemoryStore::Options out;
    out.epochs = unkeyed_epochs();
    return out;
  }

  MemoryStore store{store_options()};
  KeyHistory keys{{"seoul.example", key('a').public_key(), key('R').public_key()}};
};

TEST_F(KeyViews, AStatementSaysWhoSignsFromWhereOnAndByWhoseWord) {
  const auto first = key_change_of(store, keys, EntryIndex(10), rotation(keys.changes()[0].note));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->number, 1U);
  EXPECT_EQ(first->kind, KeyChange::Kind::kRotation);
  EXPECT_EQ(first->vkey, keys.changes()[0].statement.key.text());
  EXPECT_EQ(first->at->value, 7);
  const auto second = key_change_of(store, keys, EntryIndex(20), rotation(keys.changes()[1].note));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->number, 2U);
  EXPECT_EQ(second->kind, KeyChange::Kind::kNewWords);
  EXPECT_EQ(second->vkey, keys.vkey().text());
}

TEST_F(KeyViews, WhatTheLogDoesNotFollowIsNoChange) {
  const Bytes& note = keys.changes()[0].note;
  EXPECT_FALSE(key_change_of(store, keys, EntryIndex(11), rotation(note)).has_value())
      << "it stands elsewhere";
  EXPECT_FALSE(key_change_of(store, keys, EntryIndex(10), rotation("koinon/v1 rotation\n")).has_value());
  EXPECT_FALSE(key_change_of(store, keys, EntryIndex(10), rotation("")).has_value());
  v1::Entry other = rotation(note);
  other.set_kind(v1::KIND_PRACTICE);
  EXPECT_FALSE(key_change_of(store, keys, EntryIndex(10), other).has_value());
  EXPECT_FALSE(key_change_at(store, keys, EntryIndex(11)).has_value());
  EXPECT_TRUE(key_change_at(store, keys, EntryIndex(20))->is_recovery());
  state(true, 25, key('d'), key('S'));
  EXPECT_EQ(key_change_at(store, keys, EntryIndex(25))->kind, KeyChange::Kind::kRecovery);
}

// Entry 0, keys, notes, and a recovery that names other recovery words.
class NewWords : public KeyViews {
 protected:
  void SetUp() override {
    KeyViews::SetUp();
    ASSERT_TRUE(store.begin(true).ok() && store.set_own_log(log.id()).ok() && store.commit().ok());
    Draft genesis;
    genesis.entry =
        make_genesis(log.identity(), key('c'), SealingKey::from(Bytes(32, 's')), key('n'), UnixMillis{1});
    say(genesis);
    for (const char* title : {"one", "two", "three"}) say(note(title));
  }
  void say(const Draft& draft) {
    const auto said = publish(store, log, draft);
    ASSERT_TRUE(said.ok()) << said.error().text();
  }
  void name_keys(char cosigner, char sealing, char node) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() =
        make_keys(log.id(), key(cosigner), SealingKey::from(Bytes(32, sealing)), key(node));
    say(draft);
  }
  void change_words(std::uint64_t size) {
    const Status done = take_back(store, log, size, {4}, key('W').public_key());
    ASSERT_TRUE(done.ok()) << done.error().text();
  }
  // What is told of the log's keys, with the entry of each.
  using Told = std::vector<std::pair<KeyChange::Kind, std::uint64_t>>;
  Told told() {
    Told out;
    for (const KeyChange& change : read_key_changes(store, *store.log_state(log.id())))
      out.emplace_back(change.kind, change.entry.value);
    return out;
  }

  OwnLog log = test_log();
};

TEST_F(NewWords, LeaveTheKeysThatWereNamed) {
  change_words(4);
  name_keys('c', 's', 'm');
  EXPECT_EQ(told(), (Told{{KeyChange::Kind::kNewWords, 4}, {KeyChange::Kind::kNode, 5}}))
      << "the node key was changed for itself";
}

// A thief wrote entry 3. Whoever has the words voids it, and names other words at once.
TEST_F(NewWords, OfANewMachineTakeTheLogBack) {
  change_words(3);
  name_keys('d', 't', 'm');
  EXPECT_EQ(told(), (Told{{KeyChange::Kind::kRecovery, 3}})) << "the keys behind it came with it";
  const KeyHistory now = store.log_state(log.id())->keys;
  EXPECT_EQ(key_change_at(store, now, EntryIndex(3))->kind, KeyChange::Kind::kRecovery);
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
}  // namespace koinon::test::key_views_test
