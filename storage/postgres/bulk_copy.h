// Rows in bulk: COPY in the binary format (PostgreSQL, "COPY", "Binary Format"); a few rows as plain inserts,
// which need no wait.
#pragma once

#include "storage/postgres/connection.h"

namespace koinon::postgres {

Result<std::unique_ptr<sql::BulkInsert>> make_bulk(Connection& connection, const sql::BulkTable& table,
                                                   std::size_t rows);

}  // namespace koinon::postgres
