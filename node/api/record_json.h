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

// What a record refers to, each with its title and what became of it: so an event or a message says what it
// is about.
boost::json::array about_json(Directory& directory, StoreReader& store, IndexReader& index,
                              const IndexedRecord& record);

// What a webhook's message says of a record: its line of a list, why its city took it back, what it is about.
// `because`: none where it was not taken back.
boost::json::object told_json(Directory& directory, StoreReader& store, IndexReader& index,
                              const IndexedRecord& record, const std::optional<std::string>& because);

// One line of a list.
boost::json::object summary_json(const SummaryView& view);

// Everything that is known of a record.
boost::json::object record_json(const RecordView& view);

}  // namespace koinon
