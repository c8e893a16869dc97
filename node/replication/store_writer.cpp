#include "node/replication/store_writer.h"

#include <algorithm>
#include <chrono>

#include "node/replication/store_loss.h"
#include "proto/base/limits.h"
#include "proto/base/thread_name.h"
#include "storage/store/settings.h"

namespace koinon {

StoreWriter::StoreWriter(std::unique_ptr<Store> store, Result<DraftSigner> signer,
                         std::function<UnixMillis()> clock, Callbacks callbacks, std::uint64_t reserve_bytes)
    : store_(std::move(store)),
      signer_(std::move(signer)),
      clock_(std::move(clock)),
      callbacks_(std::move(callbacks)),
      reserve_bytes_(reserve_bytes),
      thread_([this] { run(); }) {}

StoreWriter::~StoreWriter() { stop(); }

template <typename Write>
void StoreWriter::push(Write write) {
  {
    const std::lock_guard lock(mutex_);
    queue_.add(std::move(write));
  }
  wake_.notify_one();
}

void StoreWriter::submit(Intent intent) { push(std::move(intent)); }
void StoreWriter::publish(const SigningPermit&, DraftMaker maker, PublishDone done) {
  push(DraftWrite{std::move(maker), std::move(done)});
}
void StoreWriter::change(std::function<Status(Store&)> apply, ChangeDone done) {
  push(ChangeWrite{std::move(apply), std::move(done)});
}

void StoreWriter::ask(std::function<void()> answer) {
  {
    const std::lock_guard lock(mutex_);
    queue_.add_question(std::move(answer));
  }
  wake_.notify_one();
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

void StoreWriter::run() {
  name_this_thread("writer");
  const auto lived = store_->setting(kLived);
  own_.born =
      std::chrono::steady_clock::now() - (lived.ok() ? lived_of(*lived) : std::chrono::milliseconds(0));
  if (callbacks_.on_store_lost) own_.lease_at = std::chrono::steady_clock::now() + limits::kLeasePause;
  auto idle_at = next_idle();
  while (true) {
    std::unique_lock lock(mutex_);
    const auto called = [&] { return stopping_ || !queue_.empty() || queue_.is_asked(); };
    if (!wake_.wait_until(lock, std::min(idle_at, own_.lease_at), called)) {
      lock.unlock();
      keep_lease();
      if (std::chrono::steady_clock::now() < idle_at) continue;
      on_idle();
      idle_at = next_idle();
      continue;
    }
    if (const auto questions = queue_.take_questions(); !questions.empty()) {
      lock.unlock();
      for (const auto& answer : questions) answer();
      continue;  // what is due when nobody writes is due when it was
    }
    if (queue_.empty()) return;
    const WriteGroup group = queue_.take(own_.pace.most_bytes());
    lock.unlock();
    carry_out(group);
    keep_lease();
    fold();
    idle_at = next_idle();
  }
}

std::chrono::steady_clock::time_point StoreWriter::next_idle() const {
  const bool quiet = !own_.folding && !own_.marking && !trouble_.get() && !others_wait_.get();
  return std::chrono::steady_clock::now() + (quiet ? limits::kWriterQuietPause : limits::kWriterPause);
}

// A node that was off for days may hear only now that a thief erased what it keeps, and a clock may be wrong:
// a grace time counts what the node has run.
void StoreWriter::fold() {
  if (own_.lost) return;
  own_.folding = !store_->fold(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - own_.born));
}

void StoreWriter::mark() {
  if (callbacks_.mark_after) own_.marking = !callbacks_.mark_after(*store_).ok();
}

// Erased bytes are folded away once nobody reads them, and a store that could not write tries again.
void StoreWriter::on_idle() {
  if (own_.lost) return;
  fold();
  if (own_.marking) mark();
  let_others_on();
  if (!trouble_.get()) return;
  note(write_change(*store_, [this](Store& store) {
    return store.set_setting("tried_to_write", std::to_string(clock_().value));
  }));
}

// Others need not wait any more once there is room for as much as may come at once, or for a quarter of a
// small quota. A few small records that fit in between do not count: the operator would be told again and
// again.
void StoreWriter::let_others_on() {
  if (!others_wait_.get()) return;
  const auto room = store_->room();
  if (!room.ok()) return;
  std::uint64_t enough = limits::kInFlightBytes;
  if (room->quota > 0) enough = std::min(enough, room->quota / 4);
  if (room_for_others(*room, reserve_bytes_) >= enough) others_wait_.clear();
}

// Whoever waits for the lease takes over once it has not been kept for a while, be this thread busy or not.
void StoreWriter::keep_lease() {
  if (std::chrono::steady_clock::now() < own_.lease_at) return;
  if (const Status kept = store_->keep_lease(); !kept.ok()) return note_loss(kept.error());
  own_.lease_at = std::chrono::steady_clock::now() + limits::kLeasePause;
}

void StoreWriter::note_loss(const Error& error) {
  if (own_.lost || !callbacks_.on_store_lost) return;
  own_.lost = true;
  own_.lease_at = std::chrono::steady_clock::time_point::max();
  callbacks_.on_store_lost(error);
}

// What those are told who have asked.
Error StoreWriter::told(const Error& error) {
  if (!callbacks_.on_store_lost || !is_store_lost(error)) return error;
  note_loss(error);
  return told_of_loss(error);
}

void StoreWriter::note(const Status& written) {
  if (written.ok()) return trouble_.clear();
  const Code code = written.error().code;
  if (code == Code::kDiskFull || code == Code::kIo) trouble_.set(written.error(), clock_());
}

// A refusal that keeps room for our own log is no sign that the store cannot write.
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

void StoreWriter::carry_out(const WriteGroup& group) {
  if (!group.intents.empty()) {
    const auto begun = std::chrono::steady_clock::now();
    do_intents(group.intents);
    own_.pace.note(group.bytes, std::chrono::steady_clock::now() - begun);
  }
  if (!group.drafts.empty()) do_drafts(group.drafts);
  for (const ChangeWrite& change : group.changes) {
    Status status = own_.lost ? Status(store_is_lost()) : write_change(*store_, change.apply);
    if (!status.ok()) status = told(status.error());
    note(status);
    if (status.ok()) tell_committed();
    change.done(status);
    if (status.ok()) callbacks_.on_arrivals();  // it may hide a text, or show it again
  }
}

// As of a disk that has failed: the engine takes nothing for a fault of a peer.
void StoreWriter::refuse(const std::vector<Intent>& intents) {
  std::vector<Completion> done;
  done.reserve(intents.size());
  for (const Intent& intent : intents)
    done.push_back({intent.id, again_as(Code::kIo, store_is_lost(), "store")});
  callbacks_.on_completions(std::move(done));
}

void StoreWriter::do_intents(const std::vector<Intent>& intents) {
  if (own_.lost) return refuse(intents);
  IntentsWritten written = write_intents(*store_, intents, reserve_bytes_, callbacks_.mark_before);
  for (const Completion& one : written.completions) {
    if (!one.answer.ok()) (void)told(one.answer.error());
  }
  if (own_.lost) return refuse(intents);
  if (written.cosigned) mark();
  note(intents, written.completions);
  tell_committed();
  callbacks_.on_completions(std::move(written.completions));
  if (written.arrivals) callbacks_.on_arrivals();
}

Result<PublishedBatch> StoreWriter::sign(const std::vector<DraftWrite>& drafts) {
  if (!signer_.ok()) return signer_.error();
  if (own_.lost) return store_is_lost();
  if (const auto stopped = signing_stopped()) return *stopped;
  if (const auto waits = signing_waits()) return waits->why;
  auto batch = write_drafts(*store_, *signer_, drafts, clock_(), callbacks_.mark_before);
  if (!batch.ok()) batch = told(batch.error());
  if (batch.ok() && batch->advanced) mark();
  note(batch.ok() ? Status() : Status(batch.error()));
  return batch;
}

void StoreWriter::tell_committed() const {
  if (callbacks_.on_committed) callbacks_.on_committed();
}

void StoreWriter::do_drafts(const std::vector<DraftWrite>& drafts) {
  const Result<PublishedBatch> batch = sign(drafts);
  const bool advanced = batch.ok() && batch->advanced;
  if (advanced) tell_committed();
  if (advanced) callbacks_.on_own_head(batch->state, batch->vouches, batch->withdrawals);
  answer_drafts(drafts, batch);
  if (advanced) callbacks_.on_arrivals();
}

}  // namespace koinon
