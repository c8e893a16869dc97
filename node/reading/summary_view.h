// One line in a list of records. All lists show records so.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "node/reading/directory.h"
#include "node/reading/key_views.h"

namespace koinon {

struct SummaryView {
  LogId log;
  EntryIndex index;
  std::string ref;        // seoul.example/17
  std::string city;       // the name of its log on this node
  std::string city_name;  // the name in its city's profile; empty: it has not stated one
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  bool readable = true;  // if not, its kind is not known
  std::string title;     // without marks of Markdown
  std::string summary;   // the same, as one line
  std::string language;  // BCP 47
  std::vector<std::string> topics;
  UnixMillis created_at;
  ArrivalSeq arrival;
  RecordStatus status = RecordStatus::kCurrent;
  Outcome outcome = Outcome::kNone;     // of an adoption
  bool stopped = false;                 // an adoption that its city has ended
  std::string status_by;                // the ref of the record that gave it this status; empty: none
  std::optional<KeyChange> key_change;  // of a rotation, where that was looked for

  // "practice", …; "unreadable".
  std::string_view kind_text() const;
};

// A summary as the index keeps it, as plain text on one line.
std::string summary_line(std::string_view indexed);

SummaryView read_summary(Directory& directory, IndexedRecord record);

// What events and messages say of an entry that became void, as IndexReader::voided has it: which one it was,
// and nothing of what it said.
boost::json::object void_json(Directory& directory, const IndexedRecord& record);

}  // namespace koinon
