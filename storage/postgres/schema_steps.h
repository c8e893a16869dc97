// The schema on a server, and how one of an earlier version is brought up to date: steps, one a version, each
// kept as it is for ever (tests/fixtures/pin). The version stands in the table `schema_version` of the
// schema.
#pragma once

#include "storage/postgres/connection.h"
#include "storage/sql/server_schema.h"

namespace koinon::postgres {

// 0: nothing is there yet.
Result<int> schema_version(sql::Connection& db, const sql::ServerSchema& schema);
// Takes the steps to the newest version in one transaction. Several may try at once. A step of a large store
// may take two hours. kRefused: a newer program wrote it.
Status bring_up_to_date(Connection& db, const sql::ServerSchema& schema);
// For who only reads: kRefused unless it has the newest version.
Status check_schema(sql::Connection& db, const sql::ServerSchema& schema);

}  // namespace koinon::postgres
