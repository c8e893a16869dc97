// koinon describe.
#pragma once

#include "tools/command_line.h"

namespace koinon {

// Describes `app` with all that it has once the command runs. Both must outlive the action.
void add_describe_command(CLI::App& app, CommandLine& line);

}  // namespace koinon
