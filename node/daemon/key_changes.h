// Replaces the signing key of a node that runs.
//
// The new key is on disk before the statement is signed, and takes the place of the old one after that is
// durable: a start finds out where a change was cut short (FolderInUse::settle_next_key).
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"
#include "node/publishing/key_changed.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"

namespace koinon {

class KeyChanges {
 public:
  struct Parts {
    const DataFolder& folder;
    std::string passphrase_file;  // seals the new key as it does the others
    LogId log;
    StoreWriter& writer;
    Network& network;
    DaemonLog& log_lines;
  };
  using Done = std::function<void(Result<KeyChanged>)>;

  explicit KeyChanges(Parts parts) : parts_(std::move(parts)) {}

  // Any thread. kConflict: a change is under way. The answer comes on the writer's thread, which is held up
  // for as long as opening and sealing keys takes, or at once.
  void change(const SigningPermit& permit, Done done);

 private:
  Result<SigningKey> prepare(const KeyHistory& stated) const;
  void sign(const SigningPermit& permit, const SigningKey& next, const Done& done);
  void on_signed(const SigningKey& next, const Published& published, const Done& done);
  void finish(const Done& done, const Result<KeyChanged>& result);

  Parts parts_;
  std::atomic<bool> under_way_ = false;
};

}  // namespace koinon
