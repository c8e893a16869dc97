// Records, cities and lineage as the API's JSON.
#pragma once

#include <map>
#include <optional>

#include <boost/json/object.hpp>

#include "node/http/time_text.h"
#include "node/publishing/note_file.h"
#include "storage/search_index.h"
#include "storage/store.h"

namespace koinon {

// Names for log ids, and the other way round, as one request sees them.
class Directory {
 public:
  // With an index it also knows what cities call themselves.
  explicit Directory(StoreReader& store, IndexReader* index = nullptr) : store_(store), index_(index) {}

  // seoul.example, or with ~ and a part of the log id where two logs claim the name.
  std::string city(const LogId& log);
  std::string ref(const LogId& log, EntryIndex index);
  // Of its latest profile; empty where there is none.
  std::string display_name(const LogId& log);
  // Refuses a name that two logs claim, saying how to tell them apart.
  Result<LogState> find_city(std::string_view text);
  // By its name, or by its whole log id where nothing of it is held.
  Result<LogId> find_log(std::string_view text);
  struct Found {
    LogState log;
    EntryIndex index;
  };
  Result<Found> find_ref(std::string_view text);

 private:
  StoreReader& store_;
  IndexReader* index_;
  std::map<LogId, std::string> cities_;
  std::map<LogId, std::string> names_;
};

// What a record refers to, each with its title and what became of it: so an event or a message says what it
// is about.
boost::json::array about_json(Directory& directory, StoreReader& store, IndexReader& index,
                              const IndexedRecord& record);
// Why its city took a record back: what the withdrawal says, if it says anything; limits::kIndexedSummaryBytes of
// it at most.
std::string withdrawal_reason(StoreReader& store, const LogId& log, EntryIndex withdrawal);

// One line of a list.
boost::json::object summary_json(Directory& directory, const IndexedRecord& record);

// A record as our own readers see it: without a body that is held for peers only.
Result<StoredRecord> shown_record(StoreReader& store, const LogId& log, EntryIndex index);

// Everything that is known of a record. `brief`: long texts and lists are cut short, for where it stands
// beside another record.
Result<boost::json::object> record_json(Directory& directory, StoreReader& store, IndexReader& index,
                                        const LogId& log, EntryIndex entry, bool brief = false);

// The files that a record names, and which of them are here. Without its body there are none.
Result<boost::json::array> attachments_json(StoreReader& store, const LogId& log, EntryIndex index);

// The record as the file that would publish it.
Result<NoteFile> record_note(Directory& directory, const StoredRecord& record);

}  // namespace koinon
