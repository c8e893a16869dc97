// The writer of a simulated node: it commits the daemon's groups in virtual time, on a disk that may fail.
#include <algorithm>

#include "proto/base/limits.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {

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

void SimNode::write_group() {
  fold();  // as the daemon does while it is idle: what is put now has the time of now
  if (power_went()) return;
  const WriteGroup group = queue_.take();
  for (const ChangeWrite& change : group.changes) change.done(write_change(store(), change.apply));
  if (!group.intents.empty()) commit(group.intents);
  if (up() && !group.drafts.empty()) sign(group.drafts);
  if (!up() || power_went()) return;
  fold();
  power_went();
}

// As node/replication/store_writer.cpp: what is erased is kept for a time that the node runs.
void SimNode::fold() {
  latest_fold_ = std::max(latest_fold_, grace_clock());
  if (store().fold(grace_clock())) folded_at_ = std::max(folded_at_, grace_clock());
}

void SimNode::change(std::function<Status(Store&)> apply) {
  write(ChangeWrite{apply, [this, apply](const Status& status) {
                      if (status.ok() || status.error().code == Code::kNotFound) return;
                      later(std::chrono::minutes(1), [this, apply] { change(apply); });
                    }});
}

// Called after a restart. Repeats the operator's changes that were not answered.
void SimNode::repeat_changes() {
  const auto state = store().load_state();
  std::set<NodeKey> stored;
  for (const PeerRecord& record : state->peers) {
    stored.insert(record.node_key);
    if (peers_.contains(record.node_key)) continue;
    change([key = record.node_key](Store& store) { return store.remove_peer(key); });
    engine_->on_peer_removed(now(), record.node_key);
  }
  for (const auto& [key, peer] : peers_) {
    if (!stored.contains(key)) store_pin(*peer);
  }
  after_input();
}

PeerRecord SimNode::record_of(const SimNode& other) const {
  PeerRecord record;
  record.node_key = other.node_key_;
  record.log = other.log();
  record.vkey = other.identity().vkey().text();
  record.name = other.name();
  record.added_at = wall();
  return record;
}

void SimNode::store_pin(const SimNode& other) {
  const PeerRecord record = record_of(other);
  change([record](Store& store) { return store.put_peer(record); });
  engine_->on_peer_added(now(), record);
}

void SimNode::commit(const std::vector<Intent>& intents) {
  around_.observer.on_committing(*this, intents);
  // The mark names the state before and after a cosignature, as it does of a signature.
  bool cosigns = false;
  auto written = write_intents(store(), intents, 0, [&](Store& store) -> Status {
    cosigns = true;
    mark_.before_commit(store, log());
    if (ends_while_cosigning_ && chance_.hit(0.5)) return fail(Code::kIo, "the process ends", "commit");
    return {};
  });
  if (power_went() || (cosigns && ended_while(ends_while_cosigning_))) return;
  if (written.cosigned) mark_.after_commit(store(), log());
  auto& done = written.completions;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    if (done[i].answer.ok()) around_.observer.on_committed(*this, intents[i].body);
  }
  // The answers of one group come in random order.
  for (std::size_t i = done.size(); i > 1; --i) std::swap(done[i - 1], done[chance_.below(i)]);
  later(std::chrono::microseconds(100), [this, done = std::move(done)] {
    for (const Completion& completion : done) {
      if (!up()) return;
      engine_->on_completion(now(), completion);
      after_input();
    }
  });
}

// Its process ends, before the commit or after it, and comes back by itself.
bool SimNode::ended_while(bool& ends) {
  if (!std::exchange(ends, false)) return false;
  around_.counters.add("processes that ended between commit and mark");
  end_process();
  around_.schedule.after(chance_.exponential(std::chrono::seconds(20)), [this] { restart(); });
  return true;
}

void SimNode::sign(const std::vector<DraftWrite>& drafts) {
  if (!may_sign()) return answer_drafts(drafts, fail(Code::kUnavailable, "it may not sign", "signing"));
  const auto before = store().log_state(own_.id());
  const std::uint64_t from = before.ok() ? before->range.size().value : 0;
  const DraftSigner signer = [this](Store& store, const std::vector<DraftMaker>& makers, UnixMillis now) {
    return own_.publish(store, makers, now);
  };
  // The mark names the state before and after until the commit is known. A process may end on either side of
  // it.
  const auto before_commit = [this](Store& store) -> Status {
    mark_.before_commit(store, log());
    if (ends_while_signing_ && chance_.hit(0.5))
      return fail(Code::kUnavailable, "the process ends", "commit");
    return {};
  };
  around_.observer.on_signing(*this);
  const auto batch = write_drafts(store(), signer, drafts, wall(), before_commit);
  if (up() && (power_went() || ended_while(ends_while_signing_))) return;
  if (batch.ok()) mark_.after_commit(store(), log());
  if (batch.ok() && batch->advanced) {
    acknowledged_ = batch->state.range.size().value;
    RunCommit run;
    run.log = own_.id();
    run.head = *batch->state.whole;
    for (std::uint64_t i = from; i < acknowledged_; ++i)
      run.records.push_back(*store().record(own_.id(), EntryIndex(i)));
    run.vouches = batch->vouches;
    run.withdrawals = batch->withdrawals;
    around_.observer.on_published(*this, run);
    later(std::chrono::microseconds(100), [this, batch = *batch] {
      engine_->on_own_head(now(), batch.state, batch.vouches, batch.withdrawals);
      after_input();
    });
  }
  answer_drafts(drafts, batch);
}

}  // namespace koinon::sim
