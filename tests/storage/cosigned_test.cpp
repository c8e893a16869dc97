// What a store keeps of cosignatures: heads that cities have signed, what our own cosigner has signed, and
// which cosigner keys logs name. The same of every store, also after it was opened again.
#include "crypto/cosigned.h"

#include <gtest/gtest.h>

#include "crypto/identity.h"
#include "proto/base/limits.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/schema.h"
#include "tests/storage/taken_back.h"

namespace koinon::test::cosigned_test {
namespace {

std::vector<CosignatureLine> lines_of(std::size_t cities, std::size_t from = 0) {
  std::vector<CosignatureLine> out;
  for (std::size_t i = from; i < from + cities; ++i) {
    const std::string name = "city-" + std::to_string(i) + ".example";
    out.push_back({LogId::from(sha256(name).view()),
                   {name, 0xFFFF'FF00U + static_cast<std::uint32_t>(i), Bytes(72, 's')},
                   1'800'000'000 + i,
                   static_cast<unsigned>(i % 3)});
  }
  return out;
}

class Cosigned : public TakenBack {
 protected:
  void SetUp() override {
    TakenBack::SetUp();
    say_many(6);
  }
  void open_again() {
    if (GetParam() != StoreKind::kSqlite) return;
    store.reset();
    open({}, "store.db");
  }
  // A head of what is held, as its city has signed it.
  CosignedHead head(std::uint64_t size, std::size_t cities = 0, UnixMillis since = {1}) {
    const auto keys = store->log_state(log.id())->keys;
    const Checkpoint checkpoint{keys.vkey().name, TreeSize(size), root(size)};
    const Bytes note = sign_checkpoint(checkpoint, SigningKey::from_seed(sha256(log.identity().name).view()));
    return {keys.recoveries(), {checkpoint.size, checkpoint.root, note}, since, lines_of(cities)};
  }
  Hash root(std::uint64_t size) {
    const auto held = store->root_at(log.id(), TreeSize(size));
    return held.ok() ? *held : elsewhere;
  }
  LastCosigned checkpoint(std::uint64_t size) {
    return {store->log_state(log.id())->keys.recoveries(), TreeSize(size), root(size)};
  }
  Result<std::vector<CosignedBrief>> keep(const CosignedHead& one, UnixMillis now = {2}) {
    Result<std::vector<CosignedBrief>> out = fail(Code::kInternal, "nothing was asked");
    change([&] { out = store->keep_cosigned(log.id(), one, now); });
    return out;
  }
  Status sign(const LastCosigned& next) {
    Status out;
    change([&] { out = store->note_cosigned(log.id(), next); });
    return out;
  }
  std::uint64_t made() { return *store->cosignatures_made(); }
  std::vector<std::uint64_t> sizes() {
    std::vector<std::uint64_t> out;
    const auto heads = store->cosigned(log.id());
    EXPECT_TRUE(heads.ok());
    for (const CosignedHead& one : *heads) out.push_back(one.head.size.value);
    return out;
  }
  void freeze() {
    change([&] { ASSERT_TRUE(store->add_evidence({log.id(), "two heads", {9}}).ok()); });
  }
  void remove() {
    change([&] { ASSERT_TRUE(store->remove_log(log.id(), {9}).ok()); });
  }
};
using Sizes = std::vector<std::uint64_t>;
INSTANTIATE_TEST_SUITE_P(Stores, Cosigned, all_stores(), store_name);

TEST_P(Cosigned, HeadsAndTheirLinesAreKept) {
  EXPECT_TRUE(sizes().empty());
  CosignedHead first = head(3, 4);
  first.lines.push_back({log.id(), {"seoul.example", 7, Bytes(2428, 'u')}, std::nullopt, 0});
  const auto briefs = keep(first);
  ASSERT_TRUE(briefs.ok()) << briefs.error().text();
  ASSERT_EQ(briefs->size(), 1U);
  first.lines = merged_lines({}, first.lines);
  EXPECT_EQ(briefs->front(), brief_of(first));
  EXPECT_EQ(briefs->front().unknown, std::vector<std::uint32_t>{7});
  ASSERT_TRUE(keep(head(6)).ok());
  open_again();
  const auto heads = store->cosigned(log.id());
  ASSERT_TRUE(heads.ok()) << heads.error().text();
  ASSERT_EQ(heads->size(), 2U);
  EXPECT_EQ((*heads)[0], head(6));
  EXPECT_EQ((*heads)[1], first);
  EXPECT_TRUE(store->cosigned(LogId())->empty());
}

TEST_P(Cosigned, AStartIsToldOfThemAsOfWhatWasKept) {
  ASSERT_TRUE(keep(head(2, 15)).ok());
  ASSERT_TRUE(keep(head(3, 2)).ok());
  const auto briefs = keep(head(5, 1));
  ASSERT_TRUE(sign(checkpoint(5)).ok());
  open_again();
  const auto state = store->load_state();
  ASSERT_TRUE(state.ok()) << state.error().text();
  ASSERT_EQ(state->cosigned.size(), 1U);
  EXPECT_EQ(state->cosigned[0].log, log.id());
  EXPECT_EQ(state->cosigned[0].heads, *briefs);
  EXPECT_EQ(state->cosigned[0].last, checkpoint(5));
  ASSERT_EQ(briefs->size(), 3U);
  EXPECT_EQ(briefs->back().key_ids.size(), 15U);
}

TEST_P(Cosigned, MoreLinesComeToAHeadAndGoWithWhatWasNotCommitted) {
  ASSERT_TRUE(keep(head(3, 2)).ok());
  CosignedHead more = head(3);
  more.lines = lines_of(2, 1);
  more.lines[0].signature.key_id = 5;  // city 1 signs with another key
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_EQ(store->keep_cosigned(log.id(), more, {3})->front().key_ids.size(), 3U);
  ASSERT_TRUE(store->note_cosigned(log.id(), checkpoint(3)).ok());
  EXPECT_EQ(made(), 1U);
  store->rollback();
  EXPECT_EQ(store->cosigned(log.id())->front().cities(), 2U);
  EXPECT_EQ(made(), 0U);
  EXPECT_FALSE(store->last_cosigned(log.id())->has_value());
  ASSERT_TRUE(keep(more).ok());
  open_again();
  const auto heads = store->cosigned(log.id());
  ASSERT_EQ(heads->size(), 1U);
  EXPECT_EQ(heads->front().lines, merged_lines(lines_of(2), more.lines));
}

TEST_P(Cosigned, TheNewestAndTheBestStay) {
  ASSERT_TRUE(keep(head(1, 3)).ok());
  for (std::uint64_t size = 2; size <= 6; ++size) ASSERT_TRUE(keep(head(size)).ok());
  EXPECT_EQ(sizes(), (Sizes{6, 5, 4, 3, 1}));
  const UnixMillis later{std::chrono::milliseconds(limits::kOpenFor).count() + 1};
  say_many(1);
  ASSERT_TRUE(keep(head(7, 0, later), later).ok());
  open_again();
  EXPECT_EQ(sizes(), (Sizes{7, 1}));
  EXPECT_EQ(store->cosigned(log.id())->back().cities(), 3U);
}

TEST_P(Cosigned, AHeadOfAnotherTreeOrOfMoreThanIsHeldIsRefused) {
  CosignedHead other = head(3);
  other.head.root = elsewhere;
  EXPECT_EQ(keep(other).error().code, Code::kConflict);
  EXPECT_EQ(keep(head(7)).error().code, Code::kNotFound);
  CosignedHead next_origin = head(3);
  next_origin.recoveries = 1;
  EXPECT_EQ(keep(next_origin).error().code, Code::kConflict);
  ASSERT_TRUE(keep(head(3, 1)).ok());
  freeze();
  EXPECT_EQ(keep(head(3, 2)).error().code, Code::kConflict);
  EXPECT_EQ(sizes(), (Sizes{3})) << "what was kept stays";
  remove();
  EXPECT_EQ(keep(other).error().code, Code::kNotFound);
}

TEST_P(Cosigned, OurCosignerNeverGoesBackNorSaysTwoThings) {
  EXPECT_EQ(*store->last_cosigned(log.id()), std::nullopt);
  ASSERT_TRUE(sign(checkpoint(4)).ok());
  EXPECT_EQ(made(), 1U);
  ASSERT_TRUE(sign(checkpoint(4)).ok()) << "the same once more";
  EXPECT_EQ(made(), 1U);
  open_again();
  EXPECT_EQ(*store->last_cosigned(log.id()), checkpoint(4));
  EXPECT_EQ(made(), 1U);
  EXPECT_EQ(sign(checkpoint(3)).error().code, Code::kConflict);
  LastCosigned other = checkpoint(4);
  other.root = elsewhere;
  EXPECT_EQ(sign(other).error().code, Code::kConflict);
  other = checkpoint(5);
  other.root = elsewhere;
  EXPECT_EQ(sign(other).error().code, Code::kConflict);
  other = checkpoint(5);
  other.recoveries = 1;
  EXPECT_EQ(sign(other).error().code, Code::kConflict) << "no such origin is known";
  EXPECT_EQ(sign(checkpoint(7)).error().code, Code::kConflict) << "it is not held";
  EXPECT_EQ(made(), 1U);
  ASSERT_TRUE(sign(checkpoint(6)).ok());
  EXPECT_EQ(made(), 2U);
  freeze();
  EXPECT_EQ(sign(checkpoint(6)).error().code, Code::kConflict);
}

// What was signed must not be forgotten, whatever becomes of the log.
TEST_P(Cosigned, OfARemovedLogOnlyWhatOurCosignerSignedIsKept) {
  ASSERT_TRUE(keep(head(5, 2)).ok());
  ASSERT_TRUE(sign(checkpoint(3)).ok());
  const LastCosigned last = checkpoint(3);
  remove();
  open_again();
  EXPECT_TRUE(sizes().empty());
  EXPECT_EQ(*store->last_cosigned(log.id()), last);
  const auto state = store->load_state();
  ASSERT_EQ(state->cosigned.size(), 1U);
  EXPECT_EQ(state->cosigned[0].last, last);
  EXPECT_TRUE(state->cosigned[0].heads.empty());
  EXPECT_EQ(sign({0, TreeSize(6), elsewhere}).error().code, Code::kConflict) << "nothing is held";
}

TEST_P(Cosigned, OurCosignerSignsNothingThatDoesNotExtendWhatItSigned) {
  Author other(log.identity().name);
  for (const char* title : {"another history", "of the same", "city"}) other.say(note(title));
  ASSERT_TRUE(sign(checkpoint(2)).ok());
  remove();
  change([&] { ASSERT_TRUE(store->append_run(other.run(0, 3, BodyState::kNotHeld)).ok()); });
  EXPECT_EQ(sign(checkpoint(3)).error().code, Code::kConflict);
  EXPECT_EQ(made(), 1U);
  ASSERT_TRUE(keep(head(3)).ok()) << "what cities sign of it is another matter";
}

TEST_P(Cosigned, ALogThatWasTakenBackBeginsAnewAndMayBeSmaller) {
  ASSERT_TRUE(keep(head(2, 1)).ok());
  ASSERT_TRUE(keep(head(6, 3)).ok());
  ASSERT_TRUE(sign(checkpoint(6)).ok());
  const CosignedHead old = head(2, 4);
  const LastCosigned last = checkpoint(6);
  recover(3);
  EXPECT_TRUE(sizes().empty()) << "also those of what stands: their origin is no more";
  EXPECT_EQ(*store->last_cosigned(log.id()), last);
  EXPECT_EQ(sign(checkpoint(3)).error().code, Code::kConflict) << "nothing stands whole";
  say_many(1);
  EXPECT_EQ(keep(old).error().code, Code::kConflict);
  ASSERT_TRUE(keep(head(4, 1)).ok());
  ASSERT_TRUE(sign(checkpoint(4)).ok());
  open_again();
  EXPECT_EQ(sizes(), (Sizes{4}));
  EXPECT_EQ(store->last_cosigned(log.id())->value(), checkpoint(4));
  EXPECT_EQ(checkpoint(4).recoveries, 1U);
  EXPECT_EQ(sign(last).error().code, Code::kConflict);
}

TEST_P(Cosigned, ALogGetsANewRowIfItIsWhole) {
  const JournalSeq before = store->log_state(log.id())->journal_seq;
  JournalSeq row;
  change([&] { row = *store->renew_row(log.id()); });
  EXPECT_GT(row, before);
  EXPECT_EQ(store->log_state(log.id())->journal_seq, row);
  change([&] { EXPECT_EQ(*store->renew_row(LogId()), JournalSeq(0)); });
  recover(3);
  change([&] { EXPECT_EQ(*store->renew_row(log.id()), JournalSeq(0)) << "it has no head"; });
  remove();
  change([&] { EXPECT_EQ(*store->renew_row(log.id()), JournalSeq(0)); });
}

// --- cosigner keys ---

class CosignerKeys : public TakenBack {
 protected:
  void SetUp() override {
    TakenBack::SetUp();
    Draft genesis;
    genesis.entry = make_genesis(log.identity(), key('a'), sealing, key('A'), {1});
    say(genesis);
  }
  static SigningKey key(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }
  EntryIndex name(const SigningKey& cosigner, char node, bool lost = false) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    auto* keys = draft.entry.mutable_control()->mutable_keys();
    *keys = make_keys(log.id(), cosigner, sealing, key(node));
    keys->set_cosigner_lost(lost);
    return say(draft);
  }
  // Each as its key's seed, `!` if it is lost, and the entry that names it.
  std::string told() {
    std::string out;
    const auto keys = store->cosigner_keys(log.id());
    EXPECT_TRUE(keys.ok()) << (keys.ok() ? "" : keys.error().text());
    if (!keys.ok()) return out;
    for (const CosignerKey& one : *keys) {
      char seed = '?';
      for (char c = 'a'; c <= 'z'; ++c) seed = key(c).public_key() == one.key ? c : seed;
      out += (out.empty() ? "" : " ") + std::string(1, seed) + (one.lost ? "!" : "") +
             std::to_string(one.since.value);
    }
    return out;
  }
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
};
INSTANTIATE_TEST_SUITE_P(Stores, CosignerKeys, all_stores(), store_name);

TEST_P(CosignerKeys, AreToldTheNewestFirstEachOnce) {
  EXPECT_EQ(told(), "a0");
  name(key('a'), 'B');
  EXPECT_EQ(told(), "a0") << "another node key changes nothing";
  say_many(1);
  name(key('b'), 'B');
  name(key('b'), 'C');
  name(key('b'), 'D');
  name(key('c'), 'D');
  EXPECT_EQ(told(), "c6 b3 a0");
  name(key('a'), 'D');
  EXPECT_EQ(told(), "a7 c6 b3 a0") << "a key that is named again";
  EXPECT_EQ(store->cosigner_keys(LogId()).error().code, Code::kNotFound);
}

TEST_P(CosignerKeys, WhatAnEntrySaysIsLostIsEachKeyBeforeIt) {
  name(key('b'), 'A');
  name(key('c'), 'A', true);
  EXPECT_EQ(told(), "c2 b!1 a!0");
  name(key('d'), 'A');
  EXPECT_EQ(told(), "d3 c2 b!1 a!0");
  name(key('d'), 'B', true);
  EXPECT_EQ(told(), "d3 c2 b!1 a!0") << "it names no other key";
  name(key('e'), 'B', true);
  EXPECT_EQ(told(), "e5 d!3 c!2 b!1 a!0");
}

TEST_P(CosignerKeys, OnlyTheNewestAreTold) {
  std::vector<PublicKey> named;
  for (int i = 0; i < 20; ++i) {
    const SigningKey next = SigningKey::from_seed(sha256(std::to_string(i)).view());
    name(next, 'A');
    named.push_back(next.public_key());
  }
  const auto keys = store->cosigner_keys(log.id());
  ASSERT_TRUE(keys.ok());
  ASSERT_EQ(keys->size(), limits::kCosignerKeys);
  for (std::size_t i = 0; i < keys->size(); ++i) EXPECT_EQ((*keys)[i].key, named[named.size() - 1 - i]);
}

TEST_P(CosignerKeys, OfBeforeARecoveryAreNotTold) {
  name(key('b'), 'A');
  const EntryIndex third = name(key('c'), 'A', true);
  recover(third.value);
  EXPECT_EQ(told(), "") << "none is named since";
  const EntryIndex same = name(key('b'), 'A');
  EXPECT_EQ(told(), "b" + std::to_string(same.value)) << "it is named again";
  const EntryIndex next = name(key('d'), 'B', true);
  EXPECT_EQ(told(), "d" + std::to_string(next.value) + " b!" + std::to_string(same.value));
}

// Whoever has a log may name node keys without end.
TEST(CostOfCosignerKeys, DoesNotGrowWithTheNodeKeysThatWereNamed) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  const auto store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
  OwnLog log = test_log();
  const auto key = [](std::size_t seed) {
    return SigningKey::from_seed(sha256(std::to_string(seed)).view());
  };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  Draft genesis;
  genesis.entry = make_genesis(log.identity(), key(1), sealing, key(1), {1});
  ASSERT_TRUE(publish(*store, log, genesis).ok());
  const auto cost = [&] {
    EXPECT_EQ(store->cosigner_keys(log.id())->size(), 2U);
    const auto before = sqlite::work_done();
    EXPECT_EQ(store->cosigner_keys(log.id())->size(), 2U);
    return sqlite::work_done().steps - before.steps;
  };
  std::vector<Draft> names;
  for (std::size_t i = 0; i < 300; ++i) {
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key(2), sealing, key(i + 10));
    names.push_back(draft);
  }
  ASSERT_TRUE(publish(*store, log, names.front()).ok());
  const auto few = cost();
  ASSERT_TRUE(publish_at_once(*store, log, names).ok());
  EXPECT_LE(cost(), 2 * few + 50);
}

// --- migration ---

TEST(CosignedMigration, AStoreOfBeforeKeepsItsKeysAndHasSignedNothing) {
  ASSERT_TRUE(init_crypto().ok());
  const TemporaryFolder folder;
  const auto path = folder.path() / "store.db";
  OwnLog log = test_log();
  const auto key = [](char seed) { return SigningKey::from_seed(Bytes(32, seed)); };
  const SealingKey sealing = SealingKey::from(Bytes(32, 's'));
  {
    const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(store.ok());
    Draft draft;
    draft.entry = make_genesis(log.identity(), key('a'), sealing, key('A'), {1});
    ASSERT_TRUE(publish(**store, log, draft).ok());
    draft = {};
    draft.entry.set_kind(v1::KIND_KEYS);
    *draft.entry.mutable_control()->mutable_keys() = make_keys(log.id(), key('b'), sealing, key('A'));
    ASSERT_TRUE(publish(**store, log, draft).ok());
  }
  {
    // As version 17 had it.
    auto db = sqlite::Connection::open(path, {});
    ASSERT_TRUE(
        db->execute(
              "DROP TABLE cosignature; DROP TABLE cosigned_head; DROP TABLE last_cosigned;"
              "ALTER TABLE log_keys DROP COLUMN cosigner_lost;"
              "ALTER TABLE peer DROP COLUMN paused;"
              "CREATE TABLE cosignature (log_id BLOB NOT NULL, size INTEGER NOT NULL, cosigner BLOB NOT "
              "NULL, line TEXT NOT NULL, PRIMARY KEY (log_id, size, cosigner)) WITHOUT ROWID;"
              "CREATE TABLE last_cosigned (log_id BLOB PRIMARY KEY, note BLOB NOT NULL, range BLOB NOT "
              "NULL, frozen INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
              "PRAGMA user_version=17")
            .ok());
  }
  const auto store = open_sqlite_store(path, with_epochs(unkeyed_epochs()));
  ASSERT_TRUE(store.ok()) << store.error().text();
  const auto keys = (*store)->cosigner_keys(log.id());
  ASSERT_TRUE(keys.ok()) << keys.error().text();
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ(keys->front().key, key('b').public_key());
  EXPECT_FALSE(keys->front().lost || keys->back().lost);
  EXPECT_TRUE((*store)->load_state()->cosigned.empty());
  EXPECT_EQ(*(*store)->cosignatures_made(), 0U);
  const LastCosigned first{0, TreeSize(2), (*store)->log_state(log.id())->whole->root};
  ASSERT_TRUE((*store)->begin(true).ok());
  EXPECT_TRUE((*store)->note_cosigned(log.id(), first).ok());
  ASSERT_TRUE((*store)->commit().ok());
  EXPECT_EQ(*(*store)->last_cosigned(log.id()), first);
}

}  // namespace
}  // namespace koinon::test::cosigned_test
