// Signs held notes when their time comes, or when a reviewer has released them. A node has one queue, on a
// thread of its own, with connections of its own.
//
// A note is claimed before it is signed, so that nobody can take it back while it is signed. Then the gate
// looks at it again, as if its account asked for it now. The note has a name under which it can be signed
// only once. So after a crash in between it is not signed twice. It also has a salt of its own. So it is not
// signed twice where an old copy of office.db is put back: our log has a record with that salt already.
//
// While the node may not sign, what is due is kept, and signed in order once the node may.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "node/access/refusals.h"
#include "node/publishing/clock_standing.h"
#include "node/publishing/publisher.h"
#include "node/publishing/signing_request.h"
#include "node/replication/store_writer.h"
#include "proto/base/clock.h"
#include "storage/office/accounts.h"
#include "storage/office/desk.h"

namespace koinon {

class HoldQueue {
 public:
  struct Parts {
    std::unique_ptr<OfficeDb> office;
    std::unique_ptr<StoreReader> store;
    std::unique_ptr<IndexReader> index;
    StoreWriter& writer;
    const Nearness& nearness;
    std::optional<LogId> own;
    GateRules rules;
    Clock clock;
    std::function<ClockStanding()> clock_standing;
    Refusals& refusals;
    std::function<void(const AuditLine&)> log_change;
    std::function<void(const RefusalSum&)> log_refusals;
    std::function<void(const Error&)> on_error;
    StoredRequests requests;
  };
  using Done = std::function<void(Result<EntryIndex>)>;

  // Hides what is to be hidden before it returns. So the writer must run, and no request be served yet.
  explicit HoldQueue(Parts parts);
  ~HoldQueue();
  HoldQueue(const HoldQueue&) = delete;
  HoldQueue& operator=(const HoldQueue&) = delete;

  // Any thread: a new note waits.
  void notify();
  // Any thread: signs an approved note now. `done` is called on the queue's thread.
  void sign_now(HeldId id, Done done);
  // Any thread. Our store is older than our log: that was proven at this time. What waits to be signed is set
  // aside until a person has looked at it, before anything else is signed; mails and webhooks start at now;
  // tokens are paused. Once for each time: a restart tells it again.
  void set_aside_after_rollback(UnixMillis proven_at);
  // Joins the thread. A note that is being signed is finished first, so the writer must still run.
  void stop();

 private:
  struct Request {
    HeldId id;
    Done done;
  };

  void run();
  Result<EntryIndex> signed_before(HeldId id);
  // False: it could not be written, and is tried again.
  bool set_aside();
  // Whether the thread has more urgent work.
  bool is_wanted_elsewhere();
  // Signs the notes that are due. False: something stood in the way.
  bool sign_due();
  // Notes that are due are kept while the node may not sign. False: it could not be written.
  bool keep_due();
  // Hides the texts whose erasure is kept, and shows those again whose erasure was taken back.
  Status settle_hidden();
  Result<EntryIndex> claim_and_sign(const HeldNote& note);
  Result<EntryIndex> sign_or_fault(const HeldNote& note);
  Result<EntryIndex> sign(const HeldNote& note);
  Status give_back(const HeldNote& note, const Error& why);
  Result<EntryIndex> settle(const HeldNote& note, HeldState to, const Error& why);
  Result<EntryIndex> put_off(const HeldNote& note, const Error& why);
  Result<Caller> owner_of(const HeldNote& note);
  void note_line(const HeldNote& note, const std::string& outcome);
  // Tells if the note was to erase a text that is shown again, because it will not be signed.
  void tell_if_shown(const HeldNote& note);
  void keep_house();
  std::chrono::milliseconds until_next(bool trouble);

  Parts parts_;
  Accounts accounts_;
  Desk desk_;
  Publisher publisher_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Request> requests_;
  std::optional<UnixMillis> rolled_back_;  // what is left to be set aside for
  bool notified_ = false;
  bool stopping_ = false;
  MonoTime kept_house_;
  std::thread thread_;
};

}  // namespace koinon
