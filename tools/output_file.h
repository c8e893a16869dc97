// Files that a command writes where somebody says.
#pragma once

#include <string>

#include "proto/base/result.h"

namespace koinon {

// What stands there already is replaced.
Status write_output(const std::string& path, const std::string& bytes);

}  // namespace koinon
