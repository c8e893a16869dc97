// The writer of a simulated node: what the daemon's writer thread does, in groups, on a disk that fails.
#include <algorithm>

#include "node/replication/execute.h"
#include "proto/base/limits.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {
namespace {
constexpr std::size_t kGroup = 64;
}

void SimNode::write(Work work) {
  queue_.push_back(std::move(work));
  write_soon();
}

void SimNode::write_soon() {
  if (writing_ || queue_.empty()) return;
  writing_ = true;
  MonoTime delay = chance_.between(std::chrono::microseconds(500), std::chrono::milliseconds(5));
  if (slow_) delay *= 100;
  later(delay, [this] {
    write_group();
    if (!up()) return;
    writing_ = false;
    write_soon();
  });
}

// What waits, of one sort at a time, as the daemon's writer takes it.
void SimNode::write_group() {
  if (queue_.empty()) return;
  const std::size_t sort = queue_.front().index();
  std::vector<Intent> intents;
  std::vector<DraftMaker> makers;
  for (std::size_t i = 0; i < kGroup && !queue_.empty() && queue_.front().index() == sort; ++i) {
    Work work = std::move(queue_.front());
    queue_.pop_front();
    if (auto* intent = std::get_if<Intent>(&work)) intents.push_back(std::move(*intent));
    if (auto* maker = std::get_if<DraftMaker>(&work)) makers.push_back(std::move(*maker));
    if (auto* change = std::get_if<std::function<Status(Store&)>>(&work)) make_change(*change);
  }
  if (!intents.empty()) write_intents(intents);
  if (up() && !makers.empty()) write_drafts(makers);
  if (up()) power_went();
}

// An operator who gets no answer tries again.
void SimNode::make_change(const std::function<Status(Store&)>& change) {
  Status status = store_->begin(true);
  if (status.ok()) {
    status = change(*store_);
    if (status.ok()) {
      status = store_->commit();
    } else {
      store_->rollback();
    }
  }
  if (status.ok() || status.error().code == Code::kNotFound) return;
  later(std::chrono::minutes(1), [this, change] { write(change); });
}

// After a restart: what the operator did and was not answered is done again.
void SimNode::repeat_changes() {
  const auto state = store_->load_state();
  std::set<NodeKey> stored;
  for (const PeerRecord& record : state->peers) {
    stored.insert(record.node_key);
    if (peers_.contains(record.node_key)) continue;
    write(std::function<Status(Store&)>(
        [key = record.node_key](Store& store) { return store.remove_peer(key); }));
    engine_->on_peer_removed(now(), record.node_key);
  }
  for (const auto& [key, peer] : peers_) {
    if (!stored.contains(key)) store_pin(*peer.node);
  }
  after_input();
}

void SimNode::store_pin(const SimNode& other) {
  PeerRecord record;
  record.node_key = other.node_key_;
  record.log = other.log();
  record.vkey = other.identity().vkey().text();
  record.name = other.name();
  record.added_at = wall();
  write(std::function<Status(Store&)>([record](Store& store) { return store.put_peer(record); }));
  engine_->on_peer_added(now(), record);
}

void SimNode::write_intents(const std::vector<Intent>& intents) {
  const bool durable = std::any_of(intents.begin(), intents.end(),
                                   [](const Intent& intent) { return needs_durability(intent.body); });
  auto done = execute_writes(*store_, intents, durable);
  if (power_went()) return;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (done[i].answer.ok()) around_.observer.on_committed(*this, intents[i].body);
  }
  // The answers of one group come in any order.
  for (std::size_t i = done.size(); i > 1; --i) std::swap(done[i - 1], done[chance_.below(i)]);
  later(std::chrono::microseconds(100), [this, done = std::move(done)] {
    for (const Completion& completion : done) {
      if (!up()) return;
      engine_->on_completion(now(), completion);
      after_input();
    }
  });
}

void SimNode::write_drafts(const std::vector<DraftMaker>& makers) {
  if (!store_->begin(true).ok()) return;
  const auto before = store_->log_state(own_.id());
  const std::uint64_t from = before.ok() ? before->range.size().value : 0;
  auto batch = own_.publish(*store_, makers, wall());
  if (!batch.ok()) {
    store_->rollback();
    return;
  }
  if (!store_->commit().ok() || (up() && power_went()) || !batch->advanced) return;
  acknowledged_ = batch->state.range.size().value;
  RunCommit run;
  run.log = own_.id();
  run.head = *batch->state.whole;
  for (std::uint64_t i = from; i < acknowledged_; ++i)
    run.records.push_back(*store_->record(own_.id(), EntryIndex(i)));
  run.vouches = batch->vouches;
  around_.observer.on_published(*this, run);
  if (!up()) return;
  later(std::chrono::microseconds(100), [this, batch = std::move(*batch)] {
    engine_->on_own_head(now(), batch.state, batch.vouches);
    after_input();
  });
}

}  // namespace koinon::sim
