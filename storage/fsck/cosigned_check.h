// Looks at the cosigned heads of a log: what is wrong there goes, and comes again from other cities.
#pragma once

#include "storage/fsck/damage.h"
#include "storage/store/sql_logs.h"

namespace koinon::fsck {

// Of a log that is held. Its tree is looked at elsewhere.
Status check_cosigned_heads(sql::Connection& db, const LogState& log, Report& report);
// Heads of logs that are not held, and lines of no head.
Status check_stray_cosignatures(sql::Connection& db, Report& report);

}  // namespace koinon::fsck
