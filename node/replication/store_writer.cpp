#include "node/replication/store_writer.h"

#include <algorithm>
#include <chrono>

#include "node/publishing/gate.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {
constexpr std::size_t kGroup = 64;
constexpr std::chrono::seconds kAgain{5};
}  // namespace

StoreWriter::StoreWriter(std::unique_ptr<Store> store, std::optional<OwnLog> own_log,
                         std::function<UnixMillis()> clock, Callbacks callbacks, std::uint64_t reserve_bytes)
    : store_(std::move(store)),
      own_log_(std::move(own_log)),
      clock_(std::move(clock)),
      callbacks_(std::move(callbacks)),
      reserve_bytes_(reserve_bytes),
      thread_([this] { run(); }) {}

StoreWriter::~StoreWriter() { stop(); }

void StoreWriter::push(Own task) {
  {
    const std::lock_guard lock(mutex_);
    own_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void StoreWriter::submit(Intent intent) {
  {
    const std::lock_guard lock(mutex_);
    intents_.push_back(std::move(intent));
  }
  wake_.notify_one();
}
void StoreWriter::publish(const SigningPermit&, DraftMaker maker, PublishDone done) {
  push(Publish{std::move(maker), std::move(done)});
}
void StoreWriter::change(std::function<Status(Store&)> apply, ChangeDone done) {
  push(Change{std::move(apply), std::move(done)});
}

void StoreWriter::stop_signing(Error reason) {
  const std::lock_guard lock(mutex_);
  if (!stopped_signing_) stopped_signing_ = std::move(reason);
}

std::optional<Error> StoreWriter::signing_stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_signing_;
}

void StoreWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// What waits, of one sort at a time so that order is kept: publishes together, changes together, intents
// together. Ours goes first, but never twice while others wait: neither keeps the other from its turn. An
// intent may be overtaken: its journal row may be the higher one, and the engine tells of rows in the order
// in which their commits began.
StoreWriter::Group StoreWriter::take_group(std::unique_lock<std::mutex>& lock) {
  Group group;
  own_was_last_ = !own_.empty() && (intents_.empty() || !own_was_last_);
  if (own_was_last_) {
    const std::size_t sort = own_.front().index();
    for (std::size_t i = 0; i < kGroup && !own_.empty() && own_.front().index() == sort; ++i) {
      Own task = std::move(own_.front());
      own_.pop_front();
      if (auto* publish = std::get_if<Publish>(&task)) group.publishes.push_back(std::move(*publish));
      if (auto* change = std::get_if<Change>(&task)) group.changes.push_back(std::move(*change));
    }
  } else {
    for (std::size_t i = 0; i < kGroup && !intents_.empty(); ++i) {
      group.intents.push_back(std::move(intents_.front()));
      intents_.pop_front();
    }
  }
  lock.unlock();
  return group;
}

void StoreWriter::run() {
  while (true) {
    std::unique_lock lock(mutex_);
    const auto called = [&] { return stopping_ || !is_idle(); };
    if (!unfinished_ && !trouble_.get() && !others_wait_.get()) {
      wake_.wait(lock, called);
    } else if (!wake_.wait_for(lock, kAgain, called)) {
      lock.unlock();
      idle();
      continue;
    }
    if (is_idle()) return;
    carry_out(take_group(lock));
    unfinished_ = !store_->fold();
  }
}

// Erased bytes are folded away once nobody reads them, and a store that could not write tries.
void StoreWriter::idle() {
  unfinished_ = !store_->fold();
  let_others_on();
  if (!trouble_.get()) return;
  Status status = store_->begin(true);
  if (status.ok()) {
    status = store_->set_setting("tried_to_write", std::to_string(clock_().value));
    if (status.ok()) {
      status = store_->commit();
    } else {
      store_->rollback();
    }
  }
  note(status);
}

// That others wait ends with room for as much as may come at once, or for a quarter of a small quota: a few
// small records that fit between refused ones neither end it nor begin it anew.
void StoreWriter::let_others_on() {
  if (!others_wait_.get()) return;
  const auto room = store_->room();
  if (!room.ok()) return;
  std::uint64_t enough = limits::kInFlightBytes;
  if (room->quota > 0) enough = std::min(enough, room->quota / 4);
  if (room_for_others(*room, reserve_bytes_) >= enough) others_wait_.clear();
}

void StoreWriter::note(const Status& written) {
  if (written.ok()) return trouble_.clear();
  const Code code = written.error().code;
  if (code == Code::kDiskFull || code == Code::kIo) trouble_.set(written.error(), clock_());
}

// A store that refuses what others send, to keep the rest for ours, can write.
void StoreWriter::note(const std::vector<Intent>& intents, const std::vector<Completion>& done) {
  std::optional<Error> failed;
  bool written = false;
  bool of_others = false;
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (done[i].answer.ok()) {
      written = true;
      of_others = of_others || is_of_others(intents[i].body);
      continue;
    }
    const Error& error = done[i].answer.error();
    if (is_kept_for_own(error)) {
      others_wait_.set(error, clock_());
    } else if (!failed && (error.code == Code::kDiskFull || error.code == Code::kIo)) {
      failed = error;
    }
  }
  if (of_others) let_others_on();
  if (failed) {
    note(*failed);
  } else if (written) {
    note(Status());
  }
}

void StoreWriter::carry_out(Group group) {
  if (!group.intents.empty()) do_intents(group.intents);
  if (!group.publishes.empty()) do_publishes(std::move(group.publishes));
  for (const Change& change : group.changes) do_change(change);
}

void StoreWriter::do_intents(const std::vector<Intent>& intents) {
  bool durable = false;
  bool arrivals = false;
  for (const Intent& intent : intents) {
    durable = durable || needs_durability(intent.body);
    arrivals = arrivals || makes_arrivals(intent.body);
  }
  auto done = execute_writes(*store_, intents, durable, reserve_bytes_);
  note(intents, done);
  callbacks_.on_completions(std::move(done));
  if (arrivals) callbacks_.on_arrivals();
}

void StoreWriter::do_publishes(std::vector<Publish> publishes) {
  const auto fail_all = [&](const Error& error) {
    for (Publish& publish : publishes) publish.done(error);
  };
  if (!own_log_) return fail_all(observer_refusal());
  if (const auto stopped = signing_stopped()) return fail_all(*stopped);
  if (const auto waits = signing_waits()) return fail_all(*waits);
  if (Status status = store_->begin(true); !status.ok()) {
    note(status);
    return fail_all(status.error());
  }
  std::vector<DraftMaker> makers;
  makers.reserve(publishes.size());
  for (Publish& publish : publishes) makers.push_back(publish.maker);
  auto batch = own_log_->publish(*store_, makers, clock_());
  if (!batch.ok()) {
    store_->rollback();
    note(batch.error());
    return fail_all(batch.error());
  }
  const Status committed = store_->commit();
  note(committed);
  if (!committed.ok()) return fail_all(committed.error());
  if (batch->advanced) callbacks_.on_own_head(std::move(batch->state), std::move(batch->vouches));
  for (std::size_t i = 0; i < publishes.size(); ++i) publishes[i].done(std::move(batch->results[i]));
  if (batch->advanced) callbacks_.on_arrivals();
}

void StoreWriter::do_change(const Change& change) {
  Status status = store_->begin(true);
  if (status.ok()) {
    status = change.apply(*store_);
    if (status.ok()) {
      status = store_->commit();
    } else {
      store_->rollback();
    }
  }
  note(status);
  change.done(status);
}

}  // namespace koinon
