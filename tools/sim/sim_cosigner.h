// The cosigner key of a simulated city, as the files of its folder have it, and the process that signs with
// it: by the daemon's rules (node/publishing/cosigner.h, keys_entry.h).
#pragma once

#include <optional>

#include "node/publishing/cosigner.h"
#include "node/publishing/own_keys.h"
#include "storage/store/store.h"

namespace koinon::sim {

class SimCosigner {
 public:
  SimCosigner(LogId own, NamedKeys first) : own_(own), files_{std::move(first)} {}

  // Its process starts. Where the log names the next key, that one is in use.
  void start(StoreReader& store);
  PublicKey key() const { return keys_->keys().now.cosigner.public_key(); }  // in use
  const OwnKeys& keys() const { return *keys_; }                             // from one start to the next

  // The name is that of the log's current origin, which may change here while a node runs.
  Result<CosignatureLine> sign(StoreReader& store, const Checkpoint& checkpoint, UnixMillis now,
                               const std::optional<SigningWait>& waits) const;

  // A key that was never used is in a file; the log is to name it. The log names it.
  void set_next(const SigningKey& next);
  void take_next();

  // A copy of the folder has its keys.
  void keep_copy() { copy_ = files_; }
  void put_back() { files_ = copy_.value_or(files_); }
  void forget_copy() { copy_.reset(); }

 private:
  LogId own_;
  OwnKeys::Keys files_;
  std::optional<OwnKeys::Keys> copy_;
  std::optional<OwnKeys> keys_;  // of the process
};

}  // namespace koinon::sim
