// The tables of the store on PostgreSQL: those of SQLite (storage/store/schema.cpp) under the same names, and
// what a server needs besides: the writer's lease, where erased bytes lie, and the version.
#pragma once

#include "storage/sql/server_schema.h"

namespace koinon::postgres {

const sql::ServerSchema& store_tables();
// Where bodies are kept that were erased, for a grace time.
const sql::ServerSchema& kept_tables();

}  // namespace koinon::postgres
