// Where the configuration of a node stands: what koinond goes by, other programs find too.
//
// koinond is told of another file than that of its data folder by its command line, which other programs do
// not see. So once it has started it notes that file in the data folder, where koinon looks.
#pragma once

#include <string>

#include "node/daemon/config.h"
#include "node/daemon/data_folder.h"

namespace koinon {

struct ConfigPlace {
  std::filesystem::path file;  // from the root on, where somebody named it
  bool is_named = false;       // by somebody: then it must exist

  bool operator==(const ConfigPlace&) const = default;
};

// Of koinond: the file that its command line names, else that of the data folder. `named`: empty, if none.
ConfigPlace config_for_start(const DataFolder& folder, const std::string& named);

// koinond runs, and goes by this one. kIo: it could not be noted.
Status note_config(const DataFolder& folder, const ConfigPlace& place);

// Of other programs: the file that their command line names; else that with which koinond was started last;
// else that of the data folder (DataFolder::config).
ConfigPlace find_config(const DataFolder& folder, const std::string& named);

// What the file of find_config() says, each value by itself: what is right of it, and its faults.
ConfigRead read_found(const DataFolder& folder, const std::string& named);
// The same, where the first of its faults is the error.
Result<Config> read_found_config(const DataFolder& folder, const std::string& named);

}  // namespace koinon
