// The addresses of logs for monitors and witnesses outside, and who may read them.
#pragma once

#include "node/api/routes.h"
#include "node/log_files/log_files.h"

namespace koinon {

// Everybody may audit our own log. For logs of others the caller must be allowed to read. `files` must live
// longer than the table.
void add_log_file_routes(RouteTable& routes, LogFiles& files, bool public_reading);

}  // namespace koinon
