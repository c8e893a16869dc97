// Our own log: drafts become entries, a batch of entries gets one signed checkpoint.
//
// An OwnLog is used on the thread that owns the Store, inside its begin(durable) … commit. What publish
// returns counts only once that commit has succeeded; before that no head may leave the node.
#pragma once

#include <functional>
#include <vector>

#include "crypto/log_state.h"
#include "node/replication/drafts.h"
#include "storage/store/store.h"

namespace koinon {

class OwnLog {
 public:
  // `random` gives the salts of bodies.
  OwnLog(LogIdentity identity, SigningKey key, std::function<Bytes(std::size_t)> random = random_bytes)
      : identity_(std::move(identity)), key_(std::move(key)), random_(std::move(random)) {}

  const LogIdentity& identity() const { return identity_; }
  LogId id() const { return identity_.log_id(); }

  // A draft that breaks a rule fails alone; an error of the store fails the whole batch.
  Result<PublishedBatch> publish(Store& store, const std::vector<DraftMaker>& makers, UnixMillis now);

 private:
  struct Batch;
  Result<Published> add(Store& store, Batch& batch, const DraftMaker& maker, UnixMillis now);

  LogIdentity identity_;
  SigningKey key_;
  std::function<Bytes(std::size_t)> random_;
};

// Signs for the writer, which knows of a log no more than this.
DraftSigner signer_of(OwnLog log);

// Forgets a name under which something was published once.
Status forget_once(Store& store, const std::string& once);

// SHA-256 over everything that a reader would see of a draft: all but salt and time.
Hash content_digest(const Draft& draft);

}  // namespace koinon
