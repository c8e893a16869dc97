// The addresses of logs for outside monitors and witnesses, and who may read them.
#pragma once

#include "node/api/routes.h"
#include "node/log_files/log_files.h"

namespace koinon {

// Our own log is anyone's to audit, those of others as far as reading is open. `files` outlives the table.
void add_log_file_routes(RouteTable& routes, LogFiles& files, bool public_reading);

}  // namespace koinon
