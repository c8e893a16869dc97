// What arrived since a place in the arrivals, as far as it is indexed. Whoever tells others of news reads it
// from here.
//
// On the thread of the readers.
#pragma once

#include <vector>

#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

inline constexpr std::size_t kNewsRecords = 500;  // that are read at once

struct NewRecord {
  ArrivalSeq arrival;
  ArrivalKind kind = ArrivalKind::kAdded;
  IndexedRecord record;
};
struct News {
  ArrivalSeq last;  // all up to here was read
  std::vector<NewRecord> records;
  bool removed = false;  // a log was removed with all its records, which nobody can name any more
  bool more = false;     // there is more to read at once
};

// The records that arrived after `after` and are indexed, at most kNewsRecords.
Result<News> read_news(StoreReader& store, IndexReader& index, ArrivalSeq after);

}  // namespace koinon
