// A log that was taken back, in every store: what is void is gone, and the rest is as if it had never been.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "crypto/identity.h"
#include "tests/storage/author.h"
#include "tests/storage/both_stores.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test {
namespace {

class TakenBack : public BothStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open({}, "store.db");
    change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
  }
  EntryIndex say(const Draft& draft) {
    const auto index = publish(*store, log, draft);
    EXPECT_TRUE(index.ok()) << index.error().text();
    return index.ok() ? *index : EntryIndex();
  }
  void say_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) say(note("note " + std::to_string(said_++)));
  }
  void recover(std::uint64_t size) {
    const Status taken = take_back(*store, log, size);
    ASSERT_TRUE(taken.ok()) << taken.error().text();
  }
  static Draft vouch(const OwnLog& city, bool withdrawn = false) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* control = draft.entry.mutable_control()->mutable_vouch();
    control->set_log_id(city.id().bytes());
    control->set_name(city.identity().name);
    control->set_vkey(city.identity().vkey().text());
    control->set_expires_at_ms(1'000'000);
    control->set_withdrawn(withdrawn);
    return draft;
  }
  // The tree, the sums and the heads are those of the entries that are there.
  void expect_sound() {
    const auto state = store->log_state(log.id());
    ASSERT_TRUE(state.ok());
    CompactRange range;
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
      const auto record = store->record(log.id(), EntryIndex(i));
      ASSERT_TRUE(record.ok()) << i;
      range.append(leaf_hash(record->entry));
      bytes += bytes_held(record->entry.size(), record->body.size());
      EXPECT_EQ(*store->root_at(log.id(), TreeSize(i + 1)), range.root()) << i;
      EXPECT_TRUE(store->arrival_of(log.id(), EntryIndex(i))->has_value()) << i;
    }
    EXPECT_EQ(range, state->range);
    EXPECT_EQ(state->bytes, bytes);
    EXPECT_FALSE(store->record(log.id(), EntryIndex(range.size().value)).ok());
    EXPECT_FALSE(store->root_at(log.id(), TreeSize(range.size().value + 1)).ok());
    EXPECT_EQ(store->counts()->records, range.size().value);
  }
  // Recoveries that this node hears of at once: each keeps so many entries, and has this root.
  using Kept = std::pair<std::uint64_t, Hash>;
  RecoveryCommit recoveries(const LogId& id, const std::vector<Kept>& kept) {
    RecoveryCommit commit;
    commit.log = id;
    commit.now = {4};
    KeyHistory keys = store->log_state(id)->keys;
    for (const auto& [size, root] : kept) {
      Statement statement = keys.next(true);
      statement.size = commit.size = TreeSize(size);
      statement.root = commit.root = root;
      const std::string seed = "key " + std::to_string(statement.sequence);
      statement.key.key = SigningKey::from_seed(sha256(seed).view()).public_key();
      const Status stated =
          keys.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r'))));
      EXPECT_TRUE(stated.ok()) << stated.error().text();
    }
    commit.notes = keys.notes();
    commit.recoveries = keys.recoveries();
    return commit;
  }
  Recovered step(const RecoveryCommit& commit) {
    Recovered out;
    change([&] {
      const auto left = store->recover(commit);
      ASSERT_TRUE(left.ok()) << left.error().text();
      out = *left;
    });
    return out;
  }
  Recovered take(const RecoveryCommit& commit) {
    Recovered out = step(commit);
    for (int i = 0; i < 100 && !out.done; ++i) out = step(commit);
    EXPECT_TRUE(out.done);
    return out;
  }
  std::uint64_t size() {
    const auto state = store->log_state(log.id());
    return state.ok() ? state->range.size().value : 0;
  }
  const Hash elsewhere = Hash::from(Bytes(Hash::kSize, 'x'));  // of what this node does not hold
  std::vector<Arrival> arrivals(ArrivalSeq after = {}) { return *store->arrivals(after, 1000); }

  OwnLog log = test_log();
  std::size_t said_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Stores, TakenBack, both_stores(), store_name);

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

// --- a node that was away for more than one recovery ---

// Whether the thief had written more than the city has signed since, or less.
TEST_P(TakenBack, WhoMissedTwoRecoveriesKeepsWhatTheFirstOneKept) {
  for (const std::size_t stolen : {0U, 1U, 2U, 6U}) {
    store.reset();
    log = test_log();
    open({}, "store-" + std::to_string(stolen) + ".db");
    change([&] { ASSERT_TRUE(store->set_own_log(log.id()).ok()); });
    say_many(3);
    const Bytes text = store->record(log.id(), EntryIndex(1))->body;
    const Hash kept = *store->root_at(log.id(), TreeSize(3));
    say(erasure_of(log.id(), 1));
    say_many(stolen);
    const ArrivalSeq before = *store->newest_arrival();
    const Recovered left = take(recoveries(log.id(), {{3, kept}, {5, elsewhere}}));
    ASSERT_TRUE(left.log) << stolen;
    EXPECT_EQ(size(), 3U) << stolen;
    EXPECT_EQ(store->record(log.id(), EntryIndex(1))->body, text) << stolen;
    EXPECT_EQ(arrivals(before).front().kind, ArrivalKind::kVoided);
    EXPECT_EQ(arrivals(before).front().from, EntryIndex(3));
    EXPECT_EQ(arrivals(before).front().count, stolen + 1);
    expect_sound();
  }
}

TEST_P(TakenBack, OfSeveralRecoveriesTheLastThatIsOfWhatIsHeldSaysWhatStands) {
  say_many(4);
  const Hash second = *store->root_at(log.id(), TreeSize(2));
  const Hash fourth = *store->root_at(log.id(), TreeSize(4));
  say_many(4);
  take(recoveries(log.id(), {{2, second}, {4, fourth}, {7, elsewhere}}));
  EXPECT_EQ(size(), 4U);
  expect_sound();
}

// In steps, between which the node may start anew; it hears of a third one meanwhile.
TEST_P(TakenBack, ALongBranchOfTwoRecoveriesGoesInSteps) {
  say_many(3);
  const Hash kept = *store->root_at(log.id(), TreeSize(3));
  std::vector<Draft> drafts;
  for (int i = 0; i < 5000; ++i) drafts.push_back(note("a thief's " + std::to_string(i)));
  ASSERT_TRUE(publish_at_once(*store, log, drafts).ok());
  const RecoveryCommit two = recoveries(log.id(), {{3, kept}, {4990, elsewhere}});
  const RecoveryCommit three = recoveries(log.id(), {{3, kept}, {4990, elsewhere}, {4995, elsewhere}});
  EXPECT_FALSE(step(two).done);
  EXPECT_GT(size(), 3U);
  take(three);
  EXPECT_EQ(size(), 3U);
  expect_sound();
  EXPECT_FALSE(take(three).log->whole) << "it is not whole by a recovery that keeps more";
}

// What it had of the first one's origin is not void: the second one keeps more.
TEST_P(TakenBack, WhoWasAwayBetweenTwoRecoveriesKeepsWhatCameAfterTheFirst) {
  say_many(5);
  recover(3);
  say_many(2);
  ASSERT_EQ(size(), 6U);
  RecoveryCommit second = recoveries(log.id(), {{9, elsewhere}});
  take(second);
  EXPECT_EQ(size(), 6U);
  take(second);
  EXPECT_EQ(size(), 6U) << "also once its heads are gone";
  expect_sound();
  second.anew = true;
  EXPECT_TRUE(step(second).log.has_value());
  EXPECT_EQ(size(), 3U) << "a head contradicts its end: the first recovery still says what stands";
  second.anew = false;
  take(second);
  EXPECT_EQ(size(), 3U);
  expect_sound();
}

TEST_P(TakenBack, NoHeadContradictsWhatTheLastRecoveryKeeps) {
  say_many(5);
  RecoveryCommit recovery = recoveries(log.id(), {{3, *store->root_at(log.id(), TreeSize(3))}});
  take(recovery);
  recovery.anew = true;
  EXPECT_TRUE(step(recovery).log.has_value());
  EXPECT_EQ(size(), 3U);
}

TEST_P(TakenBack, AMarkOfAVoidEntryIsGoneThoughLessIsHeldThanTheRecoveryKeeps) {
  Author milan("milan.example");
  for (int i = 0; i < 5; ++i) milan.say(note("note " + std::to_string(i)));
  for (const std::uint64_t kept : {4U, 2U}) {
    store.reset();
    open({}, "marks-" + std::to_string(kept) + ".db");
    RunCommit run = milan.run(0, 2, BodyState::kErased);
    run.records[0].erased_by = EntryIndex(3);
    run.records[1].erased_by = EntryIndex(4);
    change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
    const auto root = milan.store.root_at(milan.log.id(), TreeSize(kept));
    take(recoveries(milan.log.id(), {{kept, *root}}));
    const auto state = [&](std::uint64_t index) {
      return store->record(milan.log.id(), EntryIndex(index))->state;
    };
    EXPECT_EQ(state(0), kept == 4 ? BodyState::kErased : BodyState::kNotHeld) << "entry 3 may stand";
    EXPECT_EQ(state(1), BodyState::kNotHeld) << "entry 4 is void";
  }
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
}  // namespace koinon::test
