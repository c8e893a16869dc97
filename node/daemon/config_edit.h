// Sets one key in the file of a configuration that people write: all else in it stays as it is.
#pragma once

#include <filesystem>
#include <string>

#include "node/daemon/config.h"

namespace koinon {

// The text with the key set to this value; empty: without its line. kRefused: the text sets it in a way that
// a person must see to.
Result<std::string> with_config_value(const std::string& text, const ConfigKey& key,
                                      const std::string& value);
// The line that says so, as the file has it: store.url = "postgresql://db.example/koinon"
std::string config_line(const ConfigKey& key, const std::string& value);
// The same of a file, which may be missing. Who may read it stays as it is. kRefused: as above, or it is a
// link or belongs to another user; then nothing was changed.
Status write_config_value(const std::filesystem::path& file, const ConfigKey& key, const std::string& value);

}  // namespace koinon
