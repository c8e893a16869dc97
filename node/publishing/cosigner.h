// Signs for our city that it holds a head of another city's log (C2SP cosignature/v1), while the node may
// sign its own log, and with the key that our log names alone: a line under any other key counts nowhere.
//
// What was cosigned before is the store's to know (Store::note_cosigned), inside the same transaction.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "crypto/cosigned.h"
#include "crypto/identity.h"
#include "node/publishing/own_keys.h"
#include "node/replication/signing_wait.h"

namespace koinon {

class Cosigner {
 public:
  // `origin`: of our own log, the name under which it signs; it stays the same while the node runs. `keys`
  // outlives this.
  Cosigner(LogId own, std::string origin, const OwnKeys& keys)
      : own_(own), origin_(std::move(origin)), keys_(keys) {}
  Cosigner(const Cosigner&) = delete;
  Cosigner& operator=(const Cosigner&) = delete;

  // Any thread: what our log names now. Nothing: it is not known.
  void set_named(const std::optional<PublicKey>& key) {
    const std::lock_guard lock(mutex_);
    named_ = key;
  }

  // Any thread. `waits`: why nothing is signed at this moment; nothing: the node may sign. kUnavailable: it
  // waits, or our log names another key than the one that is in use here.
  Result<CosignatureLine> sign(const Checkpoint& checkpoint, UnixMillis now,
                               const std::optional<SigningWait>& waits) const;

 private:
  LogId own_;
  std::string origin_;
  const OwnKeys& keys_;
  mutable std::mutex mutex_;
  std::optional<PublicKey> named_;
};

}  // namespace koinon
