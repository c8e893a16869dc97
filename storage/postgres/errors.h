// What PostgreSQL says went wrong, in the codes that every store has.
#pragma once

#include <string_view>

#include <libpq-fe.h>

#include "proto/base/result.h"

namespace koinon::postgres {

// The server cannot be reached, or the connection to it is gone. kUnavailable, "database.away".
Error away(std::string_view why);
// The server answers, and does not let this node in until somebody corrects something. `error`: as what
// it was taken for, of away(). kRefused, "database.refused".
Error turned_away(const Error& error);
// kDiskFull: the server's disk is full. kConflict: a constraint. kUnavailable: another transaction is in the
// way, or the server is away. kRefused: this user may not. kInternal: the text of a statement is wrong. kIo:
// all others.
Error error_of(const PGresult* result);
// Of a connection that could not be made, or has failed.
Error error_of(const PGconn* connection);

}  // namespace koinon::postgres
