// An office on a server. Several processes may have it open, and change it.
#pragma once

#include "storage/office/office_db.h"
#include "storage/postgres/postgres_place.h"

namespace koinon {

// `may_change_schema`: makes its tables, and brings those of an earlier version up to date. Else kRefused,
// unless they are today's. kUnavailable: the server is away.
Result<OfficeDb> open_postgres_office(const PostgresPlace& place, bool may_change_schema);

}  // namespace koinon
