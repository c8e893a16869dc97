#include "tests/engine/test_node.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/recovery_answer.h"
#include "proto/codec/entry.h"
#include "storage/store/epoch_start.h"
#include "tests/engine/store_of_test.h"

namespace koinon::test {
namespace {

constexpr std::int64_t kStartMillis = 1'700'000'000'000;

SigningKey made_key(const std::string& name, const std::string& role) {
  return SigningKey::from_seed(sha256({name, role}).view());
}

OwnLog own_log_of(const std::string& name, const std::string& keys) {
  const SigningKey signing = made_key(keys, "signing");
  return {{name, signing.public_key(), made_key(keys, "recovery").public_key()}, signing};
}

}  // namespace

Draft practice(const std::string& title, const std::string& topic, std::size_t body_bytes) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics(topic);
  draft.body.emplace();
  draft.body->mutable_practice()->set_title(title);
  draft.body->mutable_practice()->set_solution(std::string(body_bytes, 'x'));
  return draft;
}

Draft withdrawal(const LogId& log, std::uint64_t index, bool erase) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  draft.entry.mutable_control()->mutable_withdrawal()->set_index(index);
  draft.entry.mutable_control()->mutable_withdrawal()->set_erase(erase);
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(log.bytes());
  ref->set_index(index);
  draft.body.emplace();
  draft.body->mutable_withdrawal()->set_reason("a mistake");
  return draft;
}

BodyFilter topics(std::vector<std::string> wanted) {
  BodyFilter filter;
  filter.all = false;
  filter.topics = std::move(wanted);
  return filter;
}

EngineConfig wanting(std::vector<std::string> wanted) {
  EngineConfig config;
  config.filter = topics(std::move(wanted));
  return config;
}

EngineConfig cosigning(const std::string& name, EngineConfig config) {
  EXPECT_TRUE(init_crypto().ok());
  config.standing.mark = MarkSays::kAgrees;
  const LogIdentity identity = own_log_of(name, name).identity();
  config.cosign = [identity, key = made_key(name, "cosigner")](const Checkpoint& checkpoint,
                                                               UnixMillis now) -> Result<CosignatureLine> {
    const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
    return CosignatureLine{identity.log_id(), cosign(checkpoint.text(), identity.origin(), key, seconds),
                           seconds, 0};
  };
  return config;
}

TestNode::TestNode(const std::string& node_name, EngineConfig engine_config, const std::string& key_name)
    : name(node_name),
      keys(key_name.empty() ? node_name : key_name),
      node_key(made_key(keys, "node")),
      signing_key(made_key(keys, "signing")),
      config(std::move(engine_config)),
      own(own_log_of(node_name, keys)) {
  EXPECT_TRUE(init_crypto().ok());
  config.epochs = own_epochs(node_key);
  store = store_of_test(config.epochs.make);
  config.node_key = NodeKey::from(node_key.public_key().view());
  config.signing_key = signing_key.public_key();
  config.agent = "test";
  now.wall = {kStartMillis};
  EXPECT_TRUE(change([&] { return store->set_own_log(own.id()); }).ok());
  const v1::Entry genesis =
      make_genesis(own.identity(), made_key(keys, "cosigner"),
                   SealingSecret::from_seed(sha256(name).view()).public_key(), node_key, now.wall);
  append({[&](StoreReader&) { return Draft{genesis, std::nullopt, false}; }});
  begin();
}

Status TestNode::change(const std::function<Status()>& act) {
  KOINON_TRY(store->begin(true));
  const Status status = act();
  KOINON_TRY(store->commit());
  return status;
}

std::vector<VouchFact> TestNode::append(const std::vector<DraftMaker>& makers) {
  EXPECT_TRUE(store->begin(true).ok());
  auto batch = own.publish(*store, makers, now.wall);
  EXPECT_TRUE(batch.ok()) << (batch.ok() ? "" : batch.error().text());
  for (const auto& result : batch->results)
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().text());
  EXPECT_TRUE(store->commit().ok());
  if (engine) engine->on_own_head(now, batch->state, batch->vouches, batch->withdrawals);
  return batch->vouches;
}

void TestNode::publish(std::size_t count, const std::string& topic, std::size_t body_bytes) {
  std::vector<DraftMaker> makers;
  for (std::size_t i = 0; i < count; ++i) {
    makers.emplace_back([=, this](StoreReader& reader) {
      const auto size = reader.log_state(own.id());
      const std::string number = std::to_string(size->range.size().value) + "." + std::to_string(i);
      return practice("note " + number, topic, body_bytes);
    });
  }
  append(makers);
}

void TestNode::publish(Draft draft) {
  append({[&](StoreReader&) { return draft; }});
}

SigningKey TestNode::key_of(const std::string& role) const { return made_key(keys, role); }

Draft TestNode::rotation(const std::string& role) const {
  Draft draft;
  draft.next_key = key_of(role);
  return draft;
}

void TestNode::rotate(const std::string& role) {
  publish(rotation(role));
  config.signing_key = key_of(role).public_key();
}

// What the operator of a new machine does: the statement is kept, the log cut to what it keeps, and the node
// starts with the new key.
void TestNode::recover(const std::string& role, std::uint64_t size, const std::string& words) {
  const KeyHistory known = store->log_state(id())->keys;
  const auto stands = standing_statements(known, TreeSize(size),
                                          [this](EntryIndex index) { return store->entry(id(), index); });
  ASSERT_TRUE(stands.ok());
  KeyHistory history = *known.before_recovery(TreeSize(size), *stands);
  Statement statement = history.next(true);
  statement.size = TreeSize(size);
  statement.root = *store->root_at(id(), statement.size);
  statement.key.key = key_of(role).public_key();
  if (!words.empty()) statement.recovery_key = key_of(words).public_key();
  const std::string note = sign_statement(statement, history.vkey().name, key_of("recovery"));
  ASSERT_TRUE(history.add(note).ok());
  RecoveryCommit recovery;
  recovery.log = id();
  recovery.notes = history.notes();
  recovery.recoveries = history.recoveries();
  recovery.size = statement.size;
  recovery.root = statement.root;
  recovery.now = now.wall;
  for (bool done = false; !done;) {
    ASSERT_TRUE(change([&]() -> Status {
                  KOINON_ASSIGN(const Recovered left, store->recover(recovery));
                  done = left.done;
                  return {};
                }).ok());
  }
  own = OwnLog(own.identity(), key_of(role));
  config.signing_key = key_of(role).public_key();
  restart();
  publish(1);
}

void TestNode::vouch(const TestNode& other, bool withdrawn) {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_VOUCH);
  auto* vouch = draft.entry.mutable_control()->mutable_vouch();
  vouch->set_log_id(other.id().bytes());
  vouch->set_name(other.name);
  vouch->set_vkey(other.own.identity().vkey().text());
  vouch->set_expires_at_ms(now.wall.value + 1'000'000'000);
  vouch->set_withdrawn(withdrawn);
  publish(draft);
}

void TestNode::append_leaves(const std::vector<Bytes>& leaves) {
  RunCommit run;
  run.identity = own.identity();
  run.log = own.id();
  run.after = store->log_state(own.id())->range;
  run.arrived_at = now.wall;
  for (const Bytes& leaf : leaves) {
    run.records.push_back({EntryIndex(run.after.size().value), leaf, {}, BodyState::kHeld, {}});
    run.leaves.push_back(leaf_hash(leaf));
    run.after.append(run.leaves.back());
  }
  const Checkpoint checkpoint{own.identity().origin(), run.after.size(), run.after.root()};
  run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, signing_key)};
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->append_run(run).ok());
  ASSERT_TRUE(store->commit().ok());
  engine->on_own_head(now, *store->log_state(own.id()), {}, {});
}

void TestNode::restart() {
  ASSERT_TRUE(begin_next_epoch(*store, config.epochs.make).ok());
  begin();
}

void TestNode::begin() {
  auto state = store->load_state();
  ASSERT_TRUE(state.ok());
  engine = std::make_unique<Engine>(config, std::move(*state), now);
}

PeerRecord TestNode::as_peer() const {
  PeerRecord peer;
  peer.node_key = config.node_key;
  peer.log = own.id();
  peer.vkey = own.identity().vkey().text();
  peer.name = name;
  peer.added_at = {kStartMillis};
  return peer;
}

std::uint64_t TestNode::holds(const TestNode& other) const {
  const LogState* state = engine->log(other.own.id());
  return state == nullptr || !state->whole ? 0 : state->whole->size.value;
}

StoredRecord TestNode::record(const TestNode& other, std::uint64_t index) const {
  auto record = store->record(other.id(), EntryIndex(index));
  EXPECT_TRUE(record.ok()) << name << " holds no entry " << index << " of " << other.name;
  return record.ok() ? *record : StoredRecord();
}

std::size_t TestNode::bodies_of(const TestNode& other) const {
  std::size_t count = 0;
  for (std::uint64_t i = 0; i < holds(other); ++i) {
    const StoredRecord found = record(other, i);
    count += !found.body.empty() && !found.transit ? 1 : 0;
  }
  return count;
}

std::vector<Event> TestNode::events_of(Event::Kind kind) const {
  std::vector<Event> out;
  std::copy_if(events.begin(), events.end(), std::back_inserter(out),
               [&](const Event& e) { return e.kind == kind; });
  return out;
}

}  // namespace koinon::test
