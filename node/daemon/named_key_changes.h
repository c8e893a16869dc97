// Replaces the node key or the cosigner key of a node that runs, by an entry of its log that names the new
// one.
//
// The new key is on disk before the entry is signed. A cosigner key takes the place of the old one once the
// entry is durable. A node key waits in its own file: the old one serves until the peers hold the entry, and
// a start decides (Daemon::settle_named_keys).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "node/daemon/key_change_parts.h"
#include "node/publishing/key_changing.h"
#include "node/publishing/keys_entry.h"

namespace koinon {

class NamedKeyChanges {
 public:
  using Done = std::function<void(Result<NamedKeyChanged>)>;

  NamedKeyChanges(KeyChangeParts parts, OwnKeys& keys) : parts_(std::move(parts)), keys_(keys) {}

  // Any thread. kConflict: a change is under way; of a node key also: one waits already, and this is not the
  // word to show it at the next start. The answer comes on the writer's thread, which is held up for as long
  // as opening and sealing keys takes, or at once.
  void change(const SigningPermit& permit, const NamedKeyWish& wish, Done done);

 private:
  // What the log says now, and who holds that.
  struct Before {
    LogKeys named;
    std::vector<std::string> awaited;
  };
  Result<Before> look(StoreReader& store) const;
  bool waits(const LogKeys& named) const;
  Result<SigningKey> prepare(const NamedKeyWish& wish, const LogKeys& named);
  Result<SigningKey> unused_cosigner(const LogKeys& named);
  Result<NamedKeyChanged> put_wait(Store& store, bool now) const;
  void begin(const SigningPermit& permit, const NamedKeyWish& wish, const Before& before, const Done& done);
  void announce(const SigningPermit& permit, const NamedKeyWish& wish, std::function<Status(Store&)> note,
                const Done& done);
  void publish(const SigningPermit& permit, const NamedKeyWish& wish, const Done& done);
  void keep_wait(const NamedKeyWish& wish, const Done& done);
  void on_cosigner(const Done& done);
  NamedKeyChanged put_in_place(const StandingKeys& standing);
  void finish(const Done& done, const Result<NamedKeyChanged>& result);

  KeyChangeParts parts_;
  OwnKeys& keys_;
  std::optional<PublicKey> made_;  // in place of a lost one; under the guard
};

}  // namespace koinon
