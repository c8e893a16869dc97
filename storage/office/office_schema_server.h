// The schema of an office's database on a server, for PostgreSQL. A change of the office's tables is a step
// here and one in office_schema.cpp.
#pragma once

#include "storage/sql/server_schema.h"

namespace koinon {

const sql::ServerSchema& office_server_schema();

}  // namespace koinon
