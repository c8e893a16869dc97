// A PostgreSQL server of the tests (tests/postgres/serve): it is started when the first test of a program
// asks for it, and ends with the program. Each place is a database of its own.
#pragma once

#include <string>

#include "storage/postgres/postgres_place.h"

namespace koinon::test {

// A database that nobody has used yet. Fails the test where no server can be started.
PostgresPlace fresh_database();
// The folder of the server's own files.
std::string server_data_folder();
// For statements of a test itself: libpq's text for a database of that server.
std::string place_of(const std::string& database);

}  // namespace koinon::test
