// The mark of a running node, in its file or in etcd. When it is written is the rule of
// node/replication/mark.h. The writer's thread, once the node runs.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "node/daemon/daemon_log.h"
#include "node/daemon/mark_place.h"
#include "storage/store/store.h"

namespace koinon {

// The store's current epoch; all zeros before the first.
Result<Epoch> current_epoch(StoreReader& store);

class SigningMark {
 public:
  // `opener`: of node/daemon/mark_opener.h. `log`: of our own city. Without a place that can be used there is
  // no mark, which is logged once and shown by is_lost(). `out`: may be null; outlives this.
  static Result<SigningMark> open(MarkOpener opener, const LogId& log, StoreReader& store,
                                  const DaemonLog* out);

  // Of the store as it was opened.
  MarkSays says() const { return rules_.says(); }
  // A new epoch begins with this start. Where the mark agreed it names the store with the old epoch and with
  // the new one; call it before the epoch is begun.
  Status before_epoch(StoreReader& store, const Epoch& next);

  // Around a commit that signs or cosigns: `store` is as the commit will leave it. A mark that cannot be
  // written is taken away, which is said once, and signing goes on: the next start asks the peers.
  // kUnavailable: it can be neither written nor taken away, or an old one in another folder cannot, so that
  // it would agree with an old store: each signature tries again. Or another node of this log has taken it
  // over: this one signs nothing any more.
  Status before_commit(StoreReader& store);
  Status after_commit(StoreReader& store);
  // Any thread: there is no mark, or the last one could not be written: the next start asks the peers.
  bool is_lost() const { return *lost_; }
  // The store is the newest copy: it is marked as it stands.
  Status mark_now(StoreReader& store) { return after_commit(store); }
  // Peers are asked anew. Until mark_now the mark is no reason to sign, for later starts either; what it
  // proves of an older store it proves still.
  Status ask_anew();

 private:
  SigningMark(MarkOpener opener, const LogId& log, const DaemonLog* out)
      : opener_(std::move(opener)), log_(log), out_(out) {}
  Status open_place();
  Status keep(const Mark& mark);
  Status take_away();

  MarkOpener opener_;
  LogId log_;
  const DaemonLog* out_;
  std::unique_ptr<MarkPlace> place_;  // none: there is no mark
  bool old_one_stays_ = false;        // of an earlier run; it could not be removed
  // There is none, or the last one could not be written.
  std::shared_ptr<std::atomic<bool>> lost_ = std::make_shared<std::atomic<bool>>(false);
  MarkRules rules_;
};

}  // namespace koinon
