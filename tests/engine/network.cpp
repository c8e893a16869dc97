#include "tests/engine/network.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/recovery_answer.h"
#include "node/replication/execute.h"
#include "proto/codec/entry.h"
#include "proto/codec/frame.h"
#include "storage/store/epoch_start.h"
#include "storage/store/sqlite_store.h"

namespace koinon::test {
namespace {

// Announcements and cursors wait a little for pushes, and a drive waits for them; not for pings and retries.
constexpr MonoTime kSoon = std::chrono::milliseconds(4500);
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

bool without_bodies(v1::Frame& frame) {
  v1::Chunk* chunk = frame.has_chunk()  ? frame.mutable_chunk()
                     : frame.has_push() ? frame.mutable_push()->mutable_chunk()
                                        : nullptr;
  for (int i = 0; chunk != nullptr && i < chunk->records_size(); ++i) {
    if (chunk->records(i).body().empty()) continue;
    chunk->mutable_records(i)->clear_body();
    chunk->mutable_records(i)->set_mark(v1::BODY_MARK_NOT_HELD);
  }
  if (!frame.has_bodies()) return true;
  for (auto& body : *frame.mutable_bodies()->mutable_bodies()) {
    if (body.body().empty()) continue;
    body.clear_body();
    body.set_mark(v1::BODY_MARK_NOT_HELD);
  }
  return true;
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
  auto opened = open_sqlite_store(":memory:", with_epochs(config.epochs.make));
  EXPECT_TRUE(opened.ok());
  store = std::move(*opened);
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

TestNode& Network::add(const std::string& name, EngineConfig config, const std::string& keys) {
  nodes_.push_back(std::make_unique<TestNode>(name, std::move(config), keys));
  nodes_.back()->place = nodes_.size() - 1;
  return *nodes_.back();
}

void Network::peer(TestNode& a, TestNode& b) {
  for (auto [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    EXPECT_TRUE(one->change([&] { return one->store->put_peer(other->as_peer()); }).ok());
    one->engine->on_peer_added(one->now, other->as_peer());
  }
}

SessionId Network::connect(TestNode& dialler, TestNode& listener) {
  const SessionId id(next_session_++);
  links_[id].ends[0] = &dialler;
  links_[id].ends[1] = &listener;
  dialler.engine->on_connected(dialler.now, id, listener.config.node_key, true);
  listener.engine->on_connected(listener.now, id, dialler.config.node_key, false);
  return id;
}

void Network::close(SessionId id) {
  Link& link = links_.at(id);
  if (link.closed) return;
  link.closed = true;
  for (TestNode* end : link.ends) end->engine->on_closed(end->now, id);
}

void Network::cut(SessionId session) { close(session); }

void Network::tamper(SessionId session, const TestNode& from, Tamper change) {
  Link& link = links_.at(session);
  link.tampers[link.ends[0] == &from ? 0 : 1] = std::move(change);
}

void Network::tamper_frames(SessionId session, const TestNode& from, std::function<bool(v1::Frame&)> change) {
  auto reader = std::make_shared<FrameReader>();
  tamper(session, from, [reader, change = std::move(change)](const Bytes& bytes) {
    reader->feed(bytes);
    Bytes out;
    while (true) {
      auto frame = reader->next();
      if (!frame.ok() || !*frame) return out;
      if (change(**frame)) out += *encode_frame(**frame);
    }
  });
}

void Network::inject(SessionId session, TestNode& to, BytesView bytes) {
  to.engine->on_bytes(to.now, session, bytes);
}

void Network::carry_out(TestNode& node, Output output) {
  if (auto* send = std::get_if<SendBytes>(&output)) {
    Link& link = links_.at(send->session);
    const int from = link.ends[0] == &node ? 0 : 1;
    node.engine->on_sent(node.now, send->session, send->bytes.size());
    Bytes bytes = link.tampers[from] ? link.tampers[from](std::move(send->bytes)) : std::move(send->bytes);
    link.bytes += bytes.size();
    if (!bytes.empty()) link.to[1 - from].push_back(std::move(bytes));
  } else if (auto* end = std::get_if<CloseSession>(&output)) {
    Link& link = links_.at(end->session);
    closed.emplace(end->session, end->reason);
    link.close_after[link.ends[0] == &node ? 1 : 0] = true;
  } else if (auto* intent = std::get_if<Intent>(&output)) {
    if (intent_class(intent->body) == IntentClass::kWrite) {
      write_intents_[node.place].push_back(std::move(*intent));
    } else {
      free_intents_[node.place].push_back(std::move(*intent));
    }
  } else {
    node.events.push_back(std::get<Event>(std::move(output)));
  }
}

void Network::collect(TestNode& node) {
  while (true) {
    auto outputs = node.engine->take_outputs();
    if (outputs.empty()) return;
    for (Output& output : outputs) carry_out(node, std::move(output));
  }
}

void Network::let_go(TestNode& node) {
  node.hold = nullptr;
  for (Completion& done : std::exchange(held_[node.place], {}))
    completions_[node.place].push_back(std::move(done));
}

void Network::execute(TestNode& node, Intent intent) {
  const IntentClass kind = intent_class(intent.body);
  auto& answers = node.hold && node.hold(intent.body) ? held_[node.place] : completions_[node.place];
  if (kind != IntentClass::kWrite) {
    auto answer = kind == IntentClass::kCheck ? execute_check(std::move(intent.body))
                                              : execute_read(*node.store, intent.body);
    answers.push_back({intent.id, std::move(answer)});
    return;
  }
  if (node.writes_fail > 0 &&
      (std::holds_alternative<CommitRun>(intent.body) || std::holds_alternative<CommitChunk>(intent.body) ||
       std::holds_alternative<CommitEvidence>(intent.body) ||
       std::holds_alternative<CommitRecovery>(intent.body))) {
    --node.writes_fail;
    answers.push_back({intent.id, fail(Code::kDiskFull, "the disk is full", "store")});
    return;
  }
  std::vector<Intent> group;
  group.push_back(std::move(intent));
  for (Completion& done : execute_writes(*node.store, group, false, node.reserve))
    answers.push_back(std::move(done));
}

// Part of what travels arrives, so that frames are cut anywhere.
bool Network::deliver(SessionId id, Link& link, int end) {
  auto& queue = link.to[end];
  if (link.closed) return false;
  if (queue.empty()) {
    if (!link.close_after[end]) return false;
    close(id);
    return true;
  }
  Bytes& front = queue.front();
  const std::size_t take = random_() % 3 == 0 ? 1 + random_() % front.size() : front.size();
  const Bytes part = front.substr(0, take);
  front.erase(0, take);
  if (front.empty()) queue.pop_front();
  link.ends[end]->engine->on_bytes(link.ends[end]->now, id, part);
  return true;
}

bool Network::step() {
  for (auto& node : nodes_) collect(*node);
  std::vector<std::function<void()>> choices;
  for (auto& entry : links_) {
    Link& link = entry.second;
    for (const int end : {0, 1}) {
      if (link.closed || (link.to[end].empty() && !link.close_after[end])) continue;
      choices.emplace_back([this, id = entry.first, to = &link, end] { deliver(id, *to, end); });
    }
  }
  for (auto& entry : free_intents_) {
    for (std::size_t i = 0; i < entry.second.size(); ++i) {
      choices.emplace_back([this, waiting = &entry, i] {
        Intent intent = std::move(waiting->second[i]);
        waiting->second.erase(waiting->second.begin() + static_cast<std::ptrdiff_t>(i));
        execute(*nodes_[waiting->first], std::move(intent));
      });
    }
  }
  for (auto& entry : write_intents_) {
    if (entry.second.empty()) continue;
    choices.emplace_back([this, waiting = &entry] {
      Intent intent = std::move(waiting->second.front());
      waiting->second.pop_front();
      execute(*nodes_[waiting->first], std::move(intent));
    });
  }
  for (auto& entry : completions_) {
    for (std::size_t i = 0; i < entry.second.size(); ++i) {
      choices.emplace_back([this, waiting = &entry, i] {
        Completion completion = std::move(waiting->second[i]);
        waiting->second.erase(waiting->second.begin() + static_cast<std::ptrdiff_t>(i));
        TestNode& node = *nodes_[waiting->first];
        node.engine->on_completion(node.now, std::move(completion));
      });
    }
  }
  if (choices.empty()) return false;
  choices[random_() % choices.size()]();
  return true;
}

void Network::drive() {
  constexpr int kSteps = 2'000'000;
  MonoTime left = kSoon;
  for (int i = 0; i < kSteps; ++i) {
    if (step() || tick_within(left)) continue;
    for (const auto& node : nodes_) EXPECT_EQ(node->engine->wrong_list(), "") << node->name;
    return;
  }
  FAIL() << "the network does not come to rest";
}

// Lets the next timer ring if it is due in the time left, and takes that off it.
bool Network::tick_within(MonoTime& left) {
  MonoTime wait = left + MonoTime(1);
  for (auto& node : nodes_) wait = std::min(wait, node->engine->next_tick() - node->now.mono);
  if (wait > left) return false;
  wait = std::max(wait, MonoTime(0));
  left -= std::max(wait, MonoTime(1));
  for (auto& node : nodes_) {
    node->now.mono += wait;
    node->now.wall.value += std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    node->engine->on_tick(node->now);
  }
  return true;
}

void Network::pass(MonoTime time) {
  for (auto& node : nodes_) {
    node->now.mono += time;
    node->now.wall.value += std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }
}

void Network::advance(std::chrono::seconds seconds) {
  for (std::int64_t i = 0; i < seconds.count(); ++i) {
    for (auto& node : nodes_) {
      node->now.mono += std::chrono::seconds(1);
      node->now.wall.value += 1000;
      node->engine->on_tick(node->now);
    }
    drive();
  }
}

}  // namespace koinon::test
