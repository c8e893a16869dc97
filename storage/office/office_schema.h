// The schema of an office's database, as SQLite has it: office.db. That of a server: office_schema_server.h.
#pragma once

#include "storage/sqlite/schema_steps.h"

namespace koinon {

const sqlite::SchemaSteps& office_schema();

}  // namespace koinon
