// SQLite behind the face that the store and the office use (storage/sql/connection.h).
#pragma once

#include <memory>
#include <string>

#include "storage/sql/connection.h"
#include "storage/sqlite/sqlite.h"

namespace koinon::sqlite {

// `durable`: PRAGMA synchronous of durable transactions; others have NORMAL.
std::unique_ptr<sql::Connection> shared(Connection db, std::string durable = "FULL");
// SQLite's own connection behind it. It must be one that shared() made.
Connection& own(sql::Connection& shared);

}  // namespace koinon::sqlite
