// The schema of the store and its migrations. The step to each version is kept for ever. A database of any
// earlier version is brought up to date in one transaction when it is opened.
#pragma once

#include "storage/sqlite/schema_steps.h"

namespace koinon {

const sqlite::SchemaSteps& store_schema();
int store_schema_version();
// Brings the database to the version `target`, by default the newest. Refuses a database that a newer program
// wrote.
Status migrate_store(sqlite::Connection& db, int target = store_schema_version());
// The version that was noted last in a store that nobody has open. Empty: none was, or it cannot be read.
std::string noted_program(const std::filesystem::path& path);
// For who only reads: kRefused unless it has the newest version.
Status check_store_schema(sqlite::Connection& db);

}  // namespace koinon
