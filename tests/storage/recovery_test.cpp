// A log that was taken back, in every store: what is void is gone, and the rest is as if it had never been.
#include "tests/storage/taken_back.h"

namespace koinon::test::recovery_test {
namespace {

INSTANTIATE_TEST_SUITE_P(Stores, TakenBack, all_stores(), store_name);

TEST_P(TakenBack, ItsVoidEntriesAreGoneAndOthersTakeTheirPlace) {
  say_many(600);
  const auto kept = store->record(log.id(), EntryIndex(299));
  const ArrivalSeq before = *store->newest_arrival();
  recover(300);
  expect_sound();
  const auto state = store->log_state(log.id());
  EXPECT_FALSE(state->whole.has_value());
  EXPECT_FALSE(state->seen.has_value());
  EXPECT_EQ(state->journal_seq, JournalSeq(0));
  EXPECT_EQ(store->record(log.id(), EntryIndex(299))->body, kept->body);
  const auto told = arrivals(before);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().kind, ArrivalKind::kVoided);
  EXPECT_EQ(told.front().from, EntryIndex(300));
  EXPECT_EQ(told.front().count, 300U);
  say_many(400);
  expect_sound();
  EXPECT_EQ(store->log_state(log.id())->whole->size, TreeSize(701)) << "the statement, and the notes";
  EXPECT_EQ(open_checkpoint(store->log_state(log.id())->whole->note, store->log_state(log.id())->keys.vkey())
                ->origin,
            log.identity().origin() + "/1");
}

TEST_P(TakenBack, TheKeysOfItsNodeAreThoseOfWhatStands) {
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const auto node = [&](char seed) { return NodeKey::from(key(seed).public_key().view()); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  const auto name = [&](char cosigner, char seed) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key(cosigner), sealing, key(seed));
    return say(draft);
  };
  Draft genesis;
  genesis.entry = make_genesis(log.identity(), key('c'), sealing, key('A'), {1});
  say(genesis);
  EXPECT_EQ(store->standing_keys(log.id())->node_since, EntryIndex(0));
  EXPECT_FALSE(store->standing_keys(log.id())->node_before);
  say_many(1);
  const EntryIndex second = name('c', 'B');
  const EntryIndex cosigner = name('d', 'B');
  const auto stands = store->standing_keys(log.id());
  ASSERT_TRUE(stands.ok());
  EXPECT_EQ(stands->keys.node, node('B'));
  EXPECT_EQ(stands->node_since, second) << "another cosigner key changes nothing of that";
  EXPECT_EQ(stands->cosigner_since, cosigner);
  EXPECT_EQ(stands->node_before, node('A'));
  const EntryIndex third = name('d', 'C');
  EXPECT_EQ(store->standing_keys(log.id())->node_since, third);
  EXPECT_EQ(store->standing_keys(log.id())->node_before, node('B'));
  recover(third.value);
  EXPECT_EQ(store->standing_keys(log.id())->keys.node, node('B'));
  name('d', 'D');
  EXPECT_EQ(store->standing_keys(log.id())->keys.node, node('D'));
  EXPECT_FALSE(store->standing_keys(log.id())->node_before) << "no node of before a recovery is believed";
  name('d', 'E');
  EXPECT_EQ(store->standing_keys(log.id())->node_before, node('D'));
}

// Who changes the words has the node: its key serves as before.
TEST_P(TakenBack, ANodeKeyThatWasNamedBeforeNewWordsServesOn) {
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const auto node = [&](char seed) { return NodeKey::from(key(seed).public_key().view()); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  const auto name = [&](char seed) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key('c'), sealing, key(seed));
    return say(draft);
  };
  const auto before = [&] { return store->standing_keys(log.id())->node_before; };
  const auto is_its = [&](char seed) { return *store->is_of_its_node(log.id(), node(seed)); };
  Draft genesis;
  genesis.entry = make_genesis(log.identity(), key('c'), sealing, key('A'), {1});
  say(genesis);
  name('B');
  recover(store->log_state(log.id())->range.size().value);
  EXPECT_FALSE(before());
  EXPECT_FALSE(is_its('A') || is_its('B'));
  name('C');
  const EntryIndex waits = name('D');
  ASSERT_EQ(before(), node('C'));
  const std::uint64_t size = store->log_state(log.id())->range.size().value;
  const Status changed = take_back(*store, log, size, {4}, key('w').public_key());
  ASSERT_TRUE(changed.ok()) << changed.error().text();
  EXPECT_EQ(before(), node('C')) << "one that waits goes on waiting";
  EXPECT_EQ(store->standing_keys(log.id())->node_since, waits);
  name('D');
  EXPECT_EQ(store->standing_keys(log.id())->node_since, waits) << "nothing new";
  name('E');
  EXPECT_EQ(before(), node('D')) << "and the next change is as any other";
  EXPECT_TRUE(is_its('C') && is_its('D') && is_its('E'));
  EXPECT_FALSE(is_its('A') || is_its('B') || is_its('X')) << "the recovery before them counts as ever";
}

TEST_P(TakenBack, ThatPinsAreToFollowIsNotedWithTheKeysThemselves) {
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  const auto named = [&](char seed) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key('c'), sealing, key(seed));
    return draft;
  };
  const auto is_noted = [&] { return store->setting(keys_to_follow(log.id()))->has_value(); };
  const auto is_followed = [&] {
    change([&] { ASSERT_TRUE(store->set_setting(keys_to_follow(log.id()), {}).ok()); });
  };
  Draft genesis;
  genesis.entry = make_genesis(log.identity(), key('c'), sealing, key('A'), {1});
  say(genesis);
  say(named('B'));
  EXPECT_FALSE(is_noted()) << "no peer of it is pinned";
  PeerRecord peer;
  peer.node_key = NodeKey::from(key('A').public_key().view());
  peer.log = log.id();
  change([&] { ASSERT_TRUE(store->put_peer(peer).ok()); });
  say_many(1);
  EXPECT_FALSE(is_noted()) << "a note says nothing of keys";
  ASSERT_TRUE(store->begin(true).ok());
  const Draft next = named('C');
  ASSERT_TRUE(log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return next; }}, {1}).ok());
  EXPECT_TRUE(is_noted());
  store->rollback();
  EXPECT_FALSE(is_noted()) << "they did not come";
  const EntryIndex third = say(named('C'));
  EXPECT_TRUE(is_noted());
  is_followed();
  recover(third.value);
  EXPECT_TRUE(is_noted()) << "what is void names nothing any more";
  change([&] { ASSERT_TRUE(store->remove_peer(peer.node_key).ok()); });
  EXPECT_FALSE(is_noted()) << "whom the operator pins next is looked at by itself";
}

TEST_P(TakenBack, AllKeysOfARunAreKnown) {
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const auto node = [&](char seed) { return NodeKey::from(key(seed).public_key().view()); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  const auto names = [&](char seed) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key('c'), sealing, key(seed));
    return draft;
  };
  Draft genesis;
  genesis.entry = make_genesis(log.identity(), key('c'), sealing, key('A'), {1});
  say(genesis);
  const Status said = publish_at_once(*store, log, {names('B'), names('B'), names('C'), names('C')});
  ASSERT_TRUE(said.ok()) << said.error().text();
  const auto stands = store->standing_keys(log.id());
  ASSERT_TRUE(stands.ok());
  EXPECT_EQ(stands->keys.node, node('C'));
  EXPECT_EQ(stands->node_since, EntryIndex(3)) << "that it is named again changes nothing";
  EXPECT_EQ(stands->node_before, node('B'));
  EXPECT_TRUE(*store->has_named_node(log.id(), node('A')));
  EXPECT_TRUE(*store->has_named_node(log.id(), node('B')));
  EXPECT_FALSE(*store->has_named_node(log.id(), node('X')));
  recover(2);
  EXPECT_EQ(store->standing_keys(log.id())->keys.node, node('B'));
  EXPECT_EQ(store->standing_keys(log.id())->node_since, EntryIndex(1));
  EXPECT_FALSE(store->standing_keys(log.id())->node_before);
  EXPECT_TRUE(*store->has_named_node(log.id(), node('C'))) << "what is void was named";
  // Named anew since, the same node is believed when another follows.
  say(names('B'));
  say(names('D'));
  EXPECT_EQ(store->standing_keys(log.id())->node_before, node('B'));
}

TEST_P(TakenBack, NoNumberOfAnArrivalIsGivenTwice) {
  say_many(5);
  const ArrivalSeq before = *store->newest_arrival();
  recover(2);
  const ArrivalSeq after = *store->newest_arrival();
  EXPECT_EQ(after.value, before.value + 3);
  say_many(1);
  EXPECT_GT(arrivals(after).front().first, after);
}

TEST_P(TakenBack, VouchesThatWereVoidlyChangedStandAgain) {
  const OwnLog milan = test_log("milan.example");
  const OwnLog oslo = test_log("oslo.example");
  const OwnLog paris = test_log("paris.example");
  say_many(1);
  const EntryIndex first = say(vouch(milan));
  say(vouch(paris));
  say(vouch(paris, true));
  const EntryIndex last = say(vouch(oslo));
  say(vouch(milan, true));
  say(vouch(paris));
  say(vouch(oslo));
  recover(last.value);
  EXPECT_EQ(store->vouch(log.id(), milan.id())->value().index, first);
  EXPECT_FALSE(store->vouch(log.id(), paris.id())->has_value());
  EXPECT_FALSE(store->vouch(log.id(), oslo.id())->has_value());
}

TEST_P(TakenBack, ATextThatWasVoidlyErasedIsWantedAgain) {
  store.reset();
  SqliteStoreOptions options;
  options.erase_grace = std::chrono::milliseconds(0);
  open(options, "other.db");
  change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  say_many(3);
  say(erasure_of(log.id(), 1));
  const EntryIndex stolen = say(note("a thief's"));
  say(erasure_of(log.id(), 2));
  recover(stolen.value);
  EXPECT_EQ(store->record(log.id(), EntryIndex(1))->state, BodyState::kErased) << "the city's own wish";
  EXPECT_EQ(store->record(log.id(), EntryIndex(2))->state, BodyState::kNotHeld);
  const auto wanted = store->unheld(log.id(), EntryIndex(0), 10);
  ASSERT_EQ(wanted->size(), 1U);
  EXPECT_EQ(wanted->front().index, EntryIndex(2));
}

TEST_P(TakenBack, TheSameCanBeSaidAgain) {
  say_many(2);
  Draft draft = note("said before");
  draft.once = "request 1";
  const EntryIndex before = say(draft);
  recover(before.value);
  EXPECT_EQ(say(draft), EntryIndex(before.value + 1)) << "behind the statement";
  EXPECT_EQ(say(draft), EntryIndex(before.value + 1)) << "once";
}

TEST_P(TakenBack, EvidenceOfBeforeFreezesItNoMore) {
  say_many(3);
  change([&] { ASSERT_TRUE(store->add_evidence({log.id(), "evidence", {1}}).ok()); });
  ASSERT_TRUE(store->log_state(log.id())->frozen);
  recover(4 - 1);
  EXPECT_FALSE(store->log_state(log.id())->frozen);
  EXPECT_TRUE(store->evidence(log.id())->empty());
  EXPECT_TRUE(store->load_state()->forked.empty());
  say_many(1);
  expect_sound();
}

TEST_P(TakenBack, EvidenceAgainstItsNewOriginThatCameBeforeItWasCutFreezesIt) {
  say_many(3);
  KeyHistory keys = store->log_state(log.id())->keys;
  const SigningKey next = SigningKey::from_seed(Bytes(32, 'n'));
  Statement statement = keys.next(true);
  statement.size = TreeSize(2);
  statement.root = *store->root_at(log.id(), TreeSize(2));
  statement.key.key = next.public_key();
  ASSERT_TRUE(
      keys.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r')))).ok());
  const auto head = [&](char root) {
    return SignedTree{
        sign_checkpoint({keys.vkey().name, TreeSize(5), Hash::from(Bytes(Hash::kSize, root))}, next), {}};
  };
  const Bytes evidence = make_evidence(keys, TreeSize(5), head('x'), head('y')).SerializeAsString();
  change([&] {
    ASSERT_TRUE(store->add_evidence({log.id(), "of before", {1}}).ok());
    ASSERT_TRUE(store->add_evidence({log.id(), evidence, {1}}).ok());
  });
  RecoveryCommit commit;
  commit.log = log.id();
  commit.notes = keys.notes();
  commit.recoveries = 1;
  commit.size = statement.size;
  commit.root = statement.root;
  change([&] { EXPECT_TRUE(store->recover(commit)->log->frozen); });
  EXPECT_TRUE(store->log_state(log.id())->frozen);
  ASSERT_EQ(store->evidence(log.id())->size(), 1U);
  EXPECT_EQ(store->evidence(log.id())->front().bytes, evidence);
}

TEST_P(TakenBack, OfAnotherBranchNothingIsKept) {
  say_many(5);
  const auto keys = store->log_state(log.id())->keys;
  RecoveryCommit commit;
  commit.log = log.id();
  Statement statement = keys.next(true);
  statement.size = TreeSize(3);
  statement.root = Hash::from(Bytes(Hash::kSize, 'x'));
  statement.key.key = SigningKey::from_seed(Bytes(32, 'n')).public_key();
  KeyHistory history = keys;
  ASSERT_TRUE(
      history.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r')))).ok());
  commit.notes = history.notes();
  commit.recoveries = 1;
  commit.size = statement.size;
  commit.root = statement.root;
  change([&] {
    const auto left = store->recover(commit);
    ASSERT_TRUE(left.ok());
    EXPECT_TRUE(left->done);
    EXPECT_FALSE(left->log.has_value());
  });
  EXPECT_FALSE(store->log_state(log.id()).ok());
  EXPECT_EQ(arrivals().back().kind, ArrivalKind::kRemoved);
  EXPECT_EQ(store->load_state()->statements.size(), 1U) << "they outlive it";
}

TEST_P(TakenBack, WhatTheNewKeySignedStaysThoughItIsDoneAgain) {
  say_many(5);
  recover(3);
  say_many(2);
  const auto state = store->log_state(log.id());
  RecoveryCommit again;
  again.log = log.id();
  again.notes = state->keys.notes();
  again.recoveries = 1;
  again.size = state->keys.changes().back().statement.size;
  again.root = state->keys.changes().back().statement.root;
  change([&] { EXPECT_TRUE(store->recover(again)->done); });
  EXPECT_EQ(store->log_state(log.id())->range, state->range);
  EXPECT_EQ(store->log_state(log.id())->whole, state->whole);
  expect_sound();
}

TEST_P(TakenBack, ByAHeadOfWhatItKeepsItStandsWhole) {
  say_many(5);
  const auto keys = store->log_state(log.id())->keys;
  const SigningKey next = SigningKey::from_seed(Bytes(32, 'n'));
  Statement statement = keys.next(true);
  statement.size = TreeSize(3);
  statement.root = *store->root_at(log.id(), TreeSize(3));
  statement.key.key = next.public_key();
  KeyHistory history = keys;
  ASSERT_TRUE(
      history.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r')))).ok());
  const Checkpoint kept{history.vkey().name, statement.size, statement.root};
  RecoveryCommit commit;
  commit.log = log.id();
  commit.notes = history.notes();
  commit.recoveries = 1;
  commit.size = statement.size;
  commit.root = statement.root;
  commit.head = StoredHead{kept.size, kept.root, sign_checkpoint(kept, next)};
  change([&] {
    const auto left = store->recover(commit);
    ASSERT_TRUE(left.ok());
    EXPECT_GT(left->log->journal_seq, JournalSeq(0));
  });
  EXPECT_EQ(store->log_state(log.id())->whole->size, TreeSize(3));
  expect_sound();
}

}  // namespace
}  // namespace koinon::test::recovery_test
