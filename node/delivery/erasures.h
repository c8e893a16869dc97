// Carries out erasures in the office's own database: removes remarks on erased records, and all that it keeps
// of void ones, and cleans its write-ahead log.
//
// Belongs to the courier's thread, like its references. They must live longer than it.
#pragma once

#include <optional>

#include "proto/base/result.h"
#include "proto/base/types.h"
#include "storage/office/outbox.h"
#include "storage/store/store.h"

namespace koinon {

class Erasures {
 public:
  Erasures(StoreReader& store, Outbox& outbox, OfficeDb& office)
      : store_(store), outbox_(outbox), office_(office) {}

  // Goes on where it was, through some thousand arrivals at most. True: there is more.
  Result<bool> turn();
  // Whether the write-ahead log is free of what was erased.
  bool folded() const { return !unfolded_; }

 private:
  StoreReader& store_;
  Outbox& outbox_;
  OfficeDb& office_;
  // Erased text may still be in the write-ahead log: at a start, what was erased just before a crash.
  bool unfolded_ = true;
  std::optional<ArrivalSeq> after_;  // erasures up to this arrival are carried out
  ArrivalSeq saved_;
};

}  // namespace koinon
