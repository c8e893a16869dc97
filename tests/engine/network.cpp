#include "tests/engine/network.h"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "node/replication/execute.h"
#include "proto/codec/frame.h"

namespace koinon::test {
namespace {

// Announcements and cursors wait a little for pushes, and a drive waits for them; not for pings and retries.
constexpr MonoTime kSoon = std::chrono::milliseconds(4500);

}  // namespace

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
