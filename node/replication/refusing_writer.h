// The writer of a node that only reads: it refuses everything, with one error. Requests for a change are
// refused before they come here; what got here all the same changes nothing.
#pragma once

#include <utility>

#include "node/replication/store_writing.h"

namespace koinon {

class RefusingWriter final : public StoreWriting {
 public:
  explicit RefusingWriter(Error why) : why_(std::move(why)) {}

  void publish(const SigningPermit&, DraftMaker, PublishDone done) override { done(why_); }
  void change(std::function<Status(Store&)>, ChangeDone done) override { done(why_); }
  std::optional<Error> signing_stopped() const override { return why_; }
  std::optional<SigningWait> signing_waits() const override { return std::nullopt; }
  std::uint64_t reserve_bytes() const override { return 0; }

 private:
  Error why_;
};

}  // namespace koinon
