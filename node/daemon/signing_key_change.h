// Changes the signing key of a node that runs.
//
// The new key is on disk before anything is signed that names it, and takes the place of the old one after
// that is durable: a start finds out where a change was cut short (FolderInUse::settle_next_key).
#pragma once

#include <functional>

#include "node/daemon/key_change_parts.h"
#include "node/publishing/key_changing.h"
#include "node/transport/network.h"

namespace koinon {

class SigningKeyChange {
 public:
  using Done = std::function<void(Result<KeyChanged>)>;

  SigningKeyChange(KeyChangeParts parts, Network& network) : parts_(std::move(parts)), network_(network) {}

  // Any thread. kConflict: a change is under way. The answer comes on the writer's thread, which is held up
  // for as long as opening and sealing keys takes, or at once.
  void change(const SigningPermit& permit, Done done);

 private:
  void sign(const SigningPermit& permit, const SigningKey& next, const Done& done);
  void on_signed(const SigningKey& next, const Published& published, const Done& done);
  KeyChanged put_in_place(const KeyHistory& keys, const SigningKey& next, const Published& published);
  void finish(const Done& done, const Result<KeyChanged>& result);

  KeyChangeParts parts_;
  Network& network_;
};

}  // namespace koinon
