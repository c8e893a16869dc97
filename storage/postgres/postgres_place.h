// Where a PostgreSQL server is.
#pragma once

#include <string>

namespace koinon {

// A connection URI or `key=value` text of libpq. It may name several servers: one that answers, and is of the
// kind that is wanted, is used. It holds no password: those are in a password file (passfile), or the server
// knows the user by its name on this machine.
struct PostgresPlace {
  std::string url;
};

}  // namespace koinon
