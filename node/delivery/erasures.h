// Carries erasures out in the office's own database: remarks on what is gone, and what its write-ahead log
// holds.
//
// Belongs to the courier's thread, as all does that it is given; that must outlive it.
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

  // Goes on from where it was, through some thousand arrivals at most. True: there is more.
  Result<bool> turn();
  // Whether the write-ahead log is free of what was erased.
  bool folded() const { return !unfolded_; }

 private:
  StoreReader& store_;
  Outbox& outbox_;
  OfficeDb& office_;
  bool unfolded_ = true;  // something was erased, or may have been, and the write-ahead log holds it still
  std::optional<ArrivalSeq> after_;  // erasures up to here are carried out in the office's database
  ArrivalSeq saved_;
};

}  // namespace koinon
