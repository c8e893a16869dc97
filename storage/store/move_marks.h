// What a store says of itself while it is moved to another database, and after that (storage/move/). As long
// as one of these stands, nobody opens the store: one that is filled only in part would be taken for all that
// there is, and an old one that went on beside the new one would fork the log.
#pragma once

#include <optional>
#include <string>

#include "storage/sql/connection.h"

namespace koinon {

struct MoveMarks {
  std::optional<Bytes> moving;    // the setting kMoving
  std::optional<Bytes> moved_to;  // the setting kMovedTo
};

Result<MoveMarks> read_move_marks(sql::Connection& db);
// For whoever opens a store: kRefused, with what to do, while one of them stands.
Status check_move_marks(sql::Connection& db);

// What tells the stores of two nodes apart, and is the same of a store and of what was copied of it: its
// instance token, in hexadecimal digits; of one that was made anew from its keys, its log id. Empty: nothing
// is in it yet.
Result<std::string> store_name(sql::Connection& db);

// In a transaction of its own each, durably.
Status mark_moving(sql::Connection& db, const std::string& name);  // takes kMovedTo away
Status mark_moved(sql::Connection& db, const std::string& where);
Status take_moving_away(sql::Connection& db);

}  // namespace koinon
