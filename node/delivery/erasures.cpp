#include "node/delivery/erasures.h"

#include <vector>

namespace koinon {
namespace {

constexpr std::size_t kArrivalRows = 100;   // rows of arrivals that are read at once
constexpr std::size_t kErasureRows = 2000;  // rows of arrivals that are looked at in one turn

}  // namespace

Result<bool> Erasures::turn() {
  if (!after_) {
    KOINON_ASSIGN(const auto cursor, outbox_.erased_cursor());
    after_ = saved_ = cursor.value_or(ArrivalSeq(0));
  }
  ArrivalSeq after = *after_;
  bool more = false;
  std::vector<RecordAt> erased;
  std::vector<Arrival> voided;
  for (std::size_t rows = 0; rows < kErasureRows; rows += kArrivalRows) {
    KOINON_ASSIGN(const auto arrivals, store_.arrivals(after, kArrivalRows));
    for (const Arrival& arrival : arrivals) {
      after = ArrivalSeq(arrival.first.value + arrival.count - 1);
      if (arrival.kind == ArrivalKind::kVoided) voided.push_back(arrival);
      if (arrival.kind != ArrivalKind::kErased) continue;
      for (std::uint64_t i = 0; i < arrival.count; ++i)
        erased.emplace_back(arrival.log, EntryIndex(arrival.from.value + i));
    }
    if (arrivals.size() < kArrivalRows) break;
    more = rows + 2 * kArrivalRows > kErasureRows;
  }
  if (!voided.empty()) KOINON_TRY(outbox_.forget_void(voided));
  const bool forgets = !erased.empty() || !voided.empty();
  // If nothing was erased, the cursor is written only now and then. To look at arrivals again does no harm.
  if (forgets || after.value >= saved_.value + kErasureRows) {
    KOINON_TRY(outbox_.forget_remarks(erased, after));
    saved_ = after;
    unfolded_ = unfolded_ || forgets;
  }
  after_ = after;
  if (!unfolded_) return more;
  const auto folded = office_.connection().fold();
  unfolded_ = !folded.ok() || !*folded;
  return more;
}

}  // namespace koinon
