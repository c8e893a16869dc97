// A record as a row of the index has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/search/search_index.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// The columns that read_document reads, of a table or a join whose alias is `d`; what follows FROM is the
// caller's.
inline constexpr std::string_view kDocColumns =
    "SELECT d.log_id, d.entry_index, d.arrival, d.kind, d.created_at_ms, d.language, d.title, d.summary, "
    "d.topics, d.readable, d.status, d.status_by, d.leaf, d.recoveries, d.outcome, d.stopped FROM ";

IndexedRecord read_document(const sqlite::Statement& row);
// Topics as a row has them, with a blank between them.
std::vector<std::string> read_topics(const std::string& topics);

}  // namespace koinon
