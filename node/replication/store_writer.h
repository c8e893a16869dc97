// The one writer: a thread that owns the Store and carries out what waits, group by group (write_group.h).
// Drafts for our own log it hands to the signer that it was given.
//
// submit, publish, change and ask may be called from any thread. Answers are given on the writer's thread, in
// the order in which the commits were carried out; the callbacks pass them on to the threads that wait for
// them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "node/replication/store_writing.h"
#include "node/replication/write_group.h"
#include "node/replication/write_pace.h"
#include "proto/base/trouble.h"

namespace koinon {

class StoreWriter final : public StoreWriting {
 public:
  struct Callbacks {
    std::function<void(std::vector<Completion>)> on_completions;
    // Something was committed that readers may be shown; nobody has been told of it yet. May be none.
    std::function<void()> on_committed = {};
    // Our log was extended durably.
    std::function<void(LogState, std::vector<VouchFact>, std::vector<WithdrawalFact>)> on_own_head;
    // Something that arrivals show was committed.
    std::function<void()> on_arrivals;
    // Why nothing is signed at this moment; kUnavailable, so that what is held waits on. Any thread.
    std::function<std::optional<SigningWait>()> signing_waits;
    // Something is about to be signed for our log, or cosigned, or was. The writer's thread. May be none.
    // While `mark_after` fails it is called again every few seconds: until then an old mark may stand, which
    // would agree with a store that has lost what was signed.
    BeforeCommit mark_before;
    std::function<Status(Store&)> mark_after;
    // The store is on a server, and lost to this process (store_loss.h), with why. Once; the writer's thread.
    // From then on it answers whatever waits and comes with an error. None: the store is a file, which is not
    // lost, and has no lease that must be kept.
    std::function<void(const Error&)> on_store_lost;
  };
  // `signer`: an observer has an error instead, with which every publish is refused. `reserve_bytes`: so much
  // of the disk is kept for our own log, settings and decisions.
  StoreWriter(std::unique_ptr<Store> store, Result<DraftSigner> signer, std::function<UnixMillis()> clock,
              Callbacks callbacks, std::uint64_t reserve_bytes);
  ~StoreWriter() override;
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // A writing intent of the engine: mostly what peers sent. Ours goes first: what is published or changed
  // waits for one group of these at most.
  void submit(Intent intent);
  void publish(const SigningPermit& permit, DraftMaker maker, PublishDone done) override;
  // A change of peers or settings, in a durable transaction of its own group.
  void change(std::function<Status(Store&)> apply, ChangeDone done) override;

  // Whether the thread still turns: called on it, before what waits next. Not called where it ends first.
  void ask(std::function<void()> answer);

  // From now on nothing is signed; every publish is refused with this.
  void stop_signing(Error reason);
  std::optional<Error> signing_stopped() const override;
  // Nothing is signed for now: our clock is in doubt, or peers have not answered yet. Any thread.
  std::optional<SigningWait> signing_waits() const override { return callbacks_.signing_waits(); }

  // Why the store cannot write, while it cannot; any thread. It is tried again every few seconds, whether
  // anybody wants to write or not.
  std::optional<Trouble> trouble() const { return trouble_.get(); }
  // Why what others send must wait, while it must: what is left of the disk is kept for our own log; any
  // thread.
  std::optional<Trouble> others_wait() const { return others_wait_.get(); }
  std::uint64_t reserve_bytes() const override { return reserve_bytes_; }

  // Carries out what was submitted, then ends the thread.
  void stop();

 private:
  void run();
  std::chrono::steady_clock::time_point next_idle() const;
  template <typename Write>
  void push(Write write);
  void carry_out(const WriteGroup& group);
  void do_intents(const std::vector<Intent>& intents);
  void refuse(const std::vector<Intent>& intents);
  void tell_committed() const;
  void do_drafts(const std::vector<DraftWrite>& drafts);
  Result<PublishedBatch> sign(const std::vector<DraftWrite>& drafts);
  void keep_lease();
  void note_loss(const Error& error);
  Error told(const Error& error);
  void note(const Status& written);
  void note(const std::vector<Intent>& intents, const std::vector<Completion>& done);
  void let_others_on();
  void on_idle();
  void fold();
  void mark();

  std::unique_ptr<Store> store_;
  Result<DraftSigner> signer_;
  std::function<UnixMillis()> clock_;
  Callbacks callbacks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  WriteQueue queue_;
  std::uint64_t reserve_bytes_;
  Troubled trouble_;
  Troubled others_wait_;
  std::optional<Error> stopped_signing_;
  bool stopping_ = false;
  struct Writers {         // the writer's alone
    bool folding = true;   // Store::fold has not taken all away yet
    bool marking = false;  // something was signed, and is not marked
    bool lost = false;     // the store is not touched any more
    WritePace pace;
    // When the lease is to be kept; never, where there is none.
    std::chrono::steady_clock::time_point lease_at = std::chrono::steady_clock::time_point::max();
    // When the node would have started if it had run on ever since. Time in which the machine sleeps does not
    // count.
    std::chrono::steady_clock::time_point born = {};
  };
  Writers own_;
  std::thread thread_;
};

}  // namespace koinon
