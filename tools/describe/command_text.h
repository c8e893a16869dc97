// What a program's command line offers, read from the CLI11 app itself, so that manual pages and completions
// say what the program does. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace koinon {

struct OptionText {
  std::vector<std::string> names;    // "-o", "--output"; of an argument without a dash its one name
  std::string value;                 // what stands for its value: PATH; empty: it takes none
  std::vector<std::string> choices;  // all values that it takes; empty: others too
  std::string description;
  std::string group;         // the heading of --help
  bool needs_value = false;  // false with a value: `--flag` is as good as `--flag true`
  bool required = false;
  bool repeats = false;  // may be given more than once
};

struct CommandText {
  std::string name;
  std::string description;
  std::string footer;
  std::vector<OptionText> options;    // those with a dash
  std::vector<OptionText> arguments;  // those without, in their order
  std::vector<CommandText> commands;
};

// Without what --help hides. Options of a command count for those below it too.
CommandText command_text(const CLI::App& app);

}  // namespace koinon
