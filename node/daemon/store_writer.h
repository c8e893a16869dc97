// The one writer: a thread that owns the Store, groups what waits into transactions, and signs our log.
//
// submit calls may come from any thread. Answers are given on the writer's thread, in the order in which the
// commits were carried out; the callbacks pass them on to the threads that wait for them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "node/http/trouble.h"
#include "node/publishing/own_log.h"
#include "node/publishing/signing_permit.h"
#include "node/replication/execute.h"

namespace koinon {

class StoreWriter {
 public:
  struct Callbacks {
    std::function<void(std::vector<Completion>)> on_completions;
    // Our log was extended durably.
    std::function<void(LogState, std::vector<VouchFact>)> on_own_head;
    // Something that arrivals show was committed.
    std::function<void()> on_arrivals;
    // Why nothing is signed at this moment; kUnavailable, so that what is held waits on. Any thread.
    std::function<std::optional<Error>()> signing_waits;
  };
  using PublishDone = std::function<void(Result<Published>)>;
  using ChangeDone = std::function<void(Status)>;

  // Without an own log, an observer's, every publish is refused.
  StoreWriter(std::unique_ptr<Store> store, std::optional<OwnLog> own_log, std::function<UnixMillis()> clock,
              Callbacks callbacks);
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void submit(Intent intent);
  void publish(const SigningPermit& permit, DraftMaker maker, PublishDone done);
  // A change of peers or settings, in a durable transaction of its own group.
  void change(std::function<Status(Store&)> apply, ChangeDone done);

  // From now on nothing is signed; every publish is refused with this.
  void stop_signing(Error reason);
  std::optional<Error> signing_stopped() const;
  // Our clock is in doubt: nothing is signed until it is set, or the operator says that it is right.
  std::optional<Error> signing_waits() const { return callbacks_.signing_waits(); }

  // The store cannot write; any thread. It is tried again every few seconds, whether anybody wants to write
  // or not.
  std::optional<Trouble> trouble() const { return trouble_.get(); }

  // Carries out what was submitted, then ends the thread.
  void stop();

 private:
  struct Publish {
    DraftMaker maker;
    PublishDone done;
  };
  struct Change {
    std::function<Status(Store&)> apply;
    ChangeDone done;
  };
  using Task = std::variant<Intent, Publish, Change>;
  struct Group {
    std::vector<Intent> intents;
    std::vector<Publish> publishes;
    std::vector<Change> changes;
  };

  void run();
  void push(Task task);
  Group take_group(std::unique_lock<std::mutex>& lock);
  void carry_out(Group group);
  void do_intents(const std::vector<Intent>& intents);
  void do_publishes(std::vector<Publish> publishes);
  void do_change(const Change& change);
  void note(const Status& written);
  void idle();

  std::unique_ptr<Store> store_;
  std::optional<OwnLog> own_log_;
  std::function<UnixMillis()> clock_;
  Callbacks callbacks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool unfinished_ = true;  // the writer's: erased bytes are in the way of somebody's reading
  Troubled trouble_;
  std::optional<Error> stopped_signing_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace koinon
