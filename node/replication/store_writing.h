// What requests know of the writer: they have it change and sign, and ask why it does not. A node that only
// reads has one that refuses (refusing_writer.h). Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "node/replication/drafts.h"
#include "node/replication/signing_permit.h"
#include "node/replication/signing_wait.h"
#include "storage/store/store.h"

namespace koinon {

class StoreWriting {
 public:
  using PublishDone = std::function<void(Result<Published>)>;
  using ChangeDone = std::function<void(Status)>;

  virtual ~StoreWriting() = default;
  // Both answer on the writer's thread, once what they did is durable.
  virtual void publish(const SigningPermit& permit, DraftMaker maker, PublishDone done) = 0;
  virtual void change(std::function<Status(Store&)> apply, ChangeDone done) = 0;

  // Why nothing is signed from now on. Nothing: it is.
  virtual std::optional<Error> signing_stopped() const = 0;
  // Why nothing is signed for now. Nothing: it is.
  virtual std::optional<SigningWait> signing_waits() const = 0;
  // So much of the disk is kept for our own log.
  virtual std::uint64_t reserve_bytes() const = 0;
};

}  // namespace koinon
