// Records and lineage as the API's JSON.
#pragma once

#include <boost/json/object.hpp>

#include "node/publishing/note_file.h"
#include "node/reading/directory.h"
#include "node/reading/record_view.h"
#include "node/reading/shown_record.h"
#include "node/reading/summary_view.h"
#include "node/text/time_text.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// What an entry refers to.
boost::json::array refs_json(const std::vector<RefView>& refs);

// The records to which a record refers, each with its title and its status. With it an event or a message
// states what it is about.
boost::json::array about_json(Directory& directory, StoreReader& store, IndexReader& index,
                              const IndexedRecord& record);

// A record for the message of a webhook: its line of a list, why its city withdrew it, and what it is about.
// `because` is empty if it was not withdrawn.
boost::json::object told_json(Directory& directory, StoreReader& store, IndexReader& index,
                              const IndexedRecord& record, const std::optional<std::string>& because);

// One line of a list.
boost::json::object summary_json(const SummaryView& view);

// All that is known of a record.
boost::json::object record_json(const RecordView& view);

}  // namespace koinon
