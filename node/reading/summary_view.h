// One line of a list of records, as everything that lists them shows it.
#pragma once

#include <string>
#include <vector>

#include "node/reading/directory.h"

namespace koinon {

struct SummaryView {
  LogId log;
  EntryIndex index;
  std::string ref;        // seoul.example/17
  std::string city;       // what names its log here
  std::string city_name;  // what its city calls itself; empty: it has not said
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  bool readable = true;  // else nothing is known of its kind
  std::string title;
  std::string summary;
  std::string language;  // BCP 47
  std::vector<std::string> topics;
  UnixMillis created_at;
  ArrivalSeq arrival;
  RecordStatus status = RecordStatus::kCurrent;
  std::string status_by;  // the ref of the record that made it so; empty: none

  // "practice", …; "unreadable".
  std::string_view kind_text() const;
};

SummaryView read_summary(Directory& directory, IndexedRecord record);

}  // namespace koinon
