// The command line of koinond: its options, of which most are the keys of the configuration. Apart from the
// program, so that `koinon describe` makes the manual page and the completions of the same options.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "node/daemon/config.h"
#include "proto/base/result.h"

namespace koinon {

// What the command line says.
struct DaemonArguments {
  std::string data;            // the data folder
  std::string file;            // the configuration; empty: that of the data folder
  ConfigSources sources;       // its options alone, until the program adds the file
  bool check = false;          // look at the configuration, and start nothing
  std::vector<Error> unknown;  // options that there are not
  std::vector<Error> doubts;   // what does not keep it from going on
};

// Adds all options. Parsing writes into `given`, which must outlive `app`.
void add_daemon_options(CLI::App& app, DaemonArguments& given);

}  // namespace koinon
