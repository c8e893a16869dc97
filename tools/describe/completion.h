// Completion for shells, made of a command line. Pure functions.
#pragma once

#include <string>

#include "tools/describe/command_text.h"

namespace koinon {

// Each gives a whole file, to be put where the shell looks for it under the program's name.
std::string bash_completion(const CommandText& program);
std::string zsh_completion(const CommandText& program);
std::string fish_completion(const CommandText& program);

}  // namespace koinon
