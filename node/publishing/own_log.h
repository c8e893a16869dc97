// Our own log. It makes entries out of drafts, and signs one checkpoint for a batch of entries.
//
// An OwnLog is used on the thread that owns the Store, inside its begin(durable) … commit. The result of
// publish counts only after this commit has succeeded. Before that no head may leave the node.
#pragma once

#include <functional>
#include <vector>

#include "crypto/log_state.h"
#include "node/replication/drafts.h"
#include "storage/store/store.h"

namespace koinon {

class OwnLog {
 public:
  // `random` makes the salts of bodies.
  OwnLog(LogIdentity identity, SigningKey key, std::function<Bytes(std::size_t)> random = random_bytes)
      : identity_(std::move(identity)), keys_{std::move(key)}, random_(std::move(random)) {}

  const LogIdentity& identity() const { return identity_; }
  LogId id() const { return identity_.log_id(); }

  // If a draft breaks a rule, only this draft fails. If the store fails, the whole batch fails. kRefused:
  // the log is frozen, or by its statements another key signs it by now. kUnavailable: the log was taken
  // back, and what it keeps is not all here yet. The statement that took it back is published with the first
  // drafts, and before them, even if none of these stands.
  Result<PublishedBatch> publish(Store& store, const std::vector<DraftMaker>& makers, UnixMillis now);

 private:
  struct Batch;
  Result<Batch> begin(Store& store, UnixMillis now) const;
  Status finish(Store& store, Batch& batch) const;
  Status state_recovery(Batch& batch, bool has_head, UnixMillis now) const;
  Result<Published> add(Store& store, Batch& batch, const DraftMaker& maker, UnixMillis now);

  LogIdentity identity_;
  std::vector<SigningKey>
      keys_;  // the store says which of them signs: a rotation counts once it is committed
  std::function<Bytes(std::size_t)> random_;
};

// The function with which the writer signs. The writer knows nothing else of the log.
DraftSigner signer_of(OwnLog log);

// Forgets a name under which something was published only once.
Status forget_once(Store& store, const std::string& once);

// SHA-256 over all that a reader sees of a draft: everything except salt and time.
Hash content_digest(const Draft& draft);

}  // namespace koinon
