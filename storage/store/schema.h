// The schema of the store and its migrations. Each version's step is kept for ever: a database of any
// earlier version is brought up to date in one transaction when it is opened.
#pragma once

#include "storage/sqlite/sqlite.h"

namespace koinon {

int store_schema_version();
// Brings the database to `target` (default: the newest). Refuses one that a newer program wrote.
Status migrate_store(sqlite::Connection& db, int target = store_schema_version());

}  // namespace koinon
