// The table of keys as people read it: a whole koinond.toml, and the help of koinond. Pure functions.
#pragma once

#include <string>

#include "node/daemon/config.h"

namespace koinon {

// The largest file that is read.
inline constexpr std::size_t kConfigBytes = 256 * limits::kKiB;

// How the key's value in this configuration stands in the file: 8471, "info", ["127.0.0.1"].
std::string toml_value(const ConfigKey& key, const Config& config);
// What help shows behind the key's option: the key, its default and what it is.
std::string help_line(const ConfigKey& key);
// What help shows for the value of the option: NUMBER, PATH.
std::string value_word(ValueForm form);

// A koinond.toml with every key, in sections, each behind a # with its default. It changes nothing as it is;
// without the # of a line that line says the default.
std::string default_config_text();

}  // namespace koinon
