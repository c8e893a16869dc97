// A store with a log that its city takes back.
#pragma once

#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "crypto/identity.h"
#include "tests/storage/all_stores.h"
#include "tests/storage/author.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test {

class TakenBack : public AllStores {
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

}  // namespace koinon::test
