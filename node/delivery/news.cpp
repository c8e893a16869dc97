#include "node/delivery/news.h"

namespace koinon {
namespace {

constexpr std::size_t kNewsRows = 100;

// What arrived with this number. What came later is another entry: the one that arrived is void, which a
// later arrival says.
Result<std::optional<IndexedRecord>> told_of(IndexReader& index, const Arrival& arrival, EntryIndex at,
                                             ArrivalSeq number) {
  if (arrival.kind == ArrivalKind::kVoided) return index.voided(number);
  KOINON_ASSIGN(auto record, index.get(arrival.log, at));
  if (record && record->arrival > number) record.reset();
  return record;
}

}  // namespace

Result<News> read_news(StoreReader& store, IndexReader& index, ArrivalSeq after) {
  News news{after, {}};
  KOINON_ASSIGN(const ArrivalSeq indexed, index.position());
  KOINON_ASSIGN(const auto arrivals, store.arrivals(after, kNewsRows));
  std::size_t looked = 0;
  for (const Arrival& arrival : arrivals) {
    if (arrival.kind == ArrivalKind::kRemoved) {  // the count is that of all removed records
      const std::uint64_t last = arrival.first.value + arrival.count - 1;
      if (last > indexed.value) return news;
      news.last = ArrivalSeq(last);
      news.removed = true;
      continue;
    }
    for (std::uint64_t i = 0; i < arrival.count; ++i) {
      if (arrival.first.value + i > indexed.value) return news;
      if (looked++ >= kNewsRecords) {
        news.more = true;
        return news;
      }
      news.last = ArrivalSeq(arrival.first.value + i);
      KOINON_ASSIGN(auto record, told_of(index, arrival, EntryIndex(arrival.from.value + i), news.last));
      if (record) news.records.push_back({news.last, arrival.kind, std::move(*record)});
    }
  }
  news.more = arrivals.size() == kNewsRows;
  return news;
}

}  // namespace koinon
