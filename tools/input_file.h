// Files that somebody names to a command for it to read.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Reads at most `limit` bytes. `by_pipe`: the command with "-" in place of the file, where that stands for
// standard input, as "koinon publish -". Empty: the command takes a file alone.
Result<Bytes> read_input(const std::string& file, std::size_t limit, const std::string& by_pipe = {});
// Where this user may not read the file, the error says so, and how to give it all the same; else it stays.
Error input_error(Error error, const std::string& file, const std::string& by_pipe = {});

}  // namespace koinon
