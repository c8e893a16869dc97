#include "storage/search/document_rows.h"

#include <algorithm>
#include <string>
#include <vector>

namespace koinon {
std::vector<std::string> read_topics(const std::string& topics) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < topics.size();) {
    const auto end = std::min(topics.find(' ', begin), topics.size());
    out.push_back(topics.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

IndexedRecord read_document(const sqlite::Statement& row) {
  IndexedRecord record;
  if (row.blob(0).size() == LogId::kSize) record.log = LogId::from(row.blob(0));
  record.index = EntryIndex(row.number(1));
  record.arrival = ArrivalSeq(row.number(2));
  record.kind = static_cast<v1::Kind>(row.integer(3));
  record.created_at = UnixMillis{row.integer(4)};
  record.language = row.text(5);
  record.title = row.text(6);
  record.summary = row.text(7);
  record.topics = read_topics(row.text(8));
  record.readable = row.integer(9) != 0;
  record.status = static_cast<RecordStatus>(row.integer(10));
  if (row.integer(11) >= 0) record.status_by = EntryIndex(row.number(11));
  if (row.blob(12).size() == Hash::kSize) record.leaf = Hash::from(row.blob(12));
  record.recoveries = row.number(13);
  record.outcome = read_outcome(row.integer(14));
  record.stopped = row.integer(15) != 0;
  return record;
}

}  // namespace koinon
