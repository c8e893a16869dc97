// The groups of which command_line.cpp makes all commands, and what they share.
#pragma once

#include <string>

#include "tools/command_line.h"

namespace koinon {

// A command that runs `action`. `line` must outlive `app`, as in add_commands.
CLI::App* command(CLI::App& app, CommandLine& line, const std::string& name, const std::string& help,
                  Action action);
// --limit, --after and --all, into `line.list.paging`. `limit`: what the first is for.
void add_paging(CLI::App* sub, CommandLine& line, const std::string& limit);

// command_line_calls.cpp
void add_call_commands(CLI::App& app, CommandLine& line);
// command_line_office.cpp
void add_office_commands(CLI::App& app, CommandLine& line);

}  // namespace koinon
