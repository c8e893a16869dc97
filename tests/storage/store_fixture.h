// Stores with a log of our own, for the tests of storage.
#pragma once

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/key_history.h"
#include "node/publishing/own_log.h"
#include "proto/codec/entry.h"
#include "storage/store/sqlite_store.h"

namespace koinon::test {

inline OwnLog test_log(const std::string& name = "seoul.example") {
  const SigningKey key = SigningKey::from_seed(sha256(name).view());
  return {{name, key.public_key(), SigningKey::from_seed(Bytes(32, 'r')).public_key()}, key};
}

inline Draft note(const std::string& title, const std::string& text = "text") {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics("health");
  draft.body.emplace();
  draft.body->mutable_practice()->set_title(title);
  draft.body->mutable_practice()->set_solution(text);
  return draft;
}

// The withdrawal of one of a log's own records that erases its text.
inline Draft erasure_of(const LogId& log, std::uint64_t index) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(index);
  draft.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(log.bytes());
  ref->set_index(index);
  return draft;
}

// Publishes in one durable transaction. The index of the record once that has committed.
inline Result<EntryIndex> publish(Store& store, OwnLog& log, const Draft& draft) {
  KOINON_TRY(store.begin(true));
  auto batch = log.publish(store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, {1});
  if (!batch.ok()) {
    store.rollback();
    return batch.error();
  }
  KOINON_TRY(store.commit());
  if (!batch->results[0].ok()) return batch->results[0].error();
  return batch->results[0]->index;
}

// The same of several, which one run of the log brings.
inline Status publish_at_once(Store& store, OwnLog& log, const std::vector<Draft>& drafts) {
  std::vector<DraftMaker> makers;
  for (const Draft& draft : drafts)
    makers.push_back([draft](StoreReader&) -> Result<Draft> { return draft; });
  KOINON_TRY(store.begin(true));
  const auto batch = log.publish(store, makers, {1});
  if (!batch.ok()) {
    store.rollback();
    return batch.error();
  }
  KOINON_TRY(store.commit());
  for (const auto& result : batch->results) KOINON_TRY(result);
  return {};
}

// A city takes its log back: its entries from `size` on are void, and `log` signs with a new key. What it
// says next stands behind the statement of that.
inline Status take_back(Store& store, OwnLog& log, std::uint64_t size, UnixMillis now = {4},
                        const std::optional<PublicKey>& new_words = {}) {
  KOINON_ASSIGN(const LogState held, store.log_state(log.id()));
  KeyHistory keys = held.keys;
  Statement statement = keys.next(true);
  statement.size = TreeSize(size);
  KOINON_ASSIGN(statement.root, store.root_at(log.id(), statement.size));
  const std::string name = log.identity().name + "/" + std::to_string(statement.sequence);
  const SigningKey next = SigningKey::from_seed(sha256(name).view());
  statement.key.key = next.public_key();
  statement.recovery_key = new_words;
  KOINON_TRY(keys.add(sign_statement(statement, keys.vkey().name, SigningKey::from_seed(Bytes(32, 'r')))));
  RecoveryCommit commit;
  commit.log = log.id();
  commit.notes = keys.notes();
  commit.recoveries = keys.recoveries();
  commit.size = statement.size;
  commit.root = statement.root;
  commit.now = now;
  for (bool done = false; !done;) {
    KOINON_TRY(store.begin(true));
    const auto recovered = store.recover(commit);
    if (!recovered.ok()) store.rollback();
    if (!recovered.ok()) return recovered.error();
    KOINON_TRY(store.commit());
    done = recovered->done;
  }
  log = OwnLog(log.identity(), next);
  return {};
}

// A leaf without a body, signed onto a log.
inline Result<RunCommit> run_of_leaf(StoreReader& store, const OwnLog& log, const Bytes& leaf,
                                     BodyState body) {
  KOINON_ASSIGN(const LogState state, store.log_state(log.id()));
  RunCommit run;
  run.identity = log.identity();
  run.log = log.id();
  run.after = state.range;
  run.records.push_back({EntryIndex(state.range.size().value), leaf, {}, body, {}});
  run.leaves.push_back(leaf_hash(leaf));
  run.after.append(run.leaves.back());
  const Checkpoint checkpoint{log.identity().origin(), run.after.size(), run.after.root()};
  run.head = {checkpoint.size, checkpoint.root,
              sign_checkpoint(checkpoint, SigningKey::from_seed(sha256(log.identity().name).view()))};
  return run;
}

// A leaf that is no entry, signed onto a log as a broken node could, in one durable transaction. Its index
// once that has committed.
inline Result<EntryIndex> append_leaf(Store& store, const OwnLog& log, const Bytes& leaf) {
  KOINON_ASSIGN(const RunCommit run, run_of_leaf(store, log, leaf, BodyState::kHeld));
  KOINON_TRY(store.begin(true));
  KOINON_TRY(store.append_run(run));
  KOINON_TRY(store.commit());
  return run.records.front().index;
}

// Everything of a log verifies: its signature, its root from its entries, its bodies from their digests.
inline void expect_log_verifies(StoreReader& store, const LogIdentity& identity) {
  const auto state = store.log_state(identity.log_id());
  if (!state.ok()) return;
  CompactRange range;
  for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
    const auto record = store.record(identity.log_id(), EntryIndex(i));
    ASSERT_TRUE(record.ok()) << i;
    range.append(leaf_hash(record->entry));
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(record->entry));
    if (entry.body_size() > 0) {
      ASSERT_EQ(sha256(record->body).view(), entry.body_digest());
    }
  }
  EXPECT_EQ(range, state->range);
  ASSERT_TRUE(state->whole.has_value());
  EXPECT_EQ(range.root(), state->whole->root);
  EXPECT_TRUE(open_checkpoint(state->whole->note, identity.vkey()).ok());
  EXPECT_EQ(*store.root_at(identity.log_id(), state->whole->size), state->whole->root);
}

}  // namespace koinon::test
