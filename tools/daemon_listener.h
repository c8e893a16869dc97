// Who listens on the socket of a data folder: its koinond, or somebody who has put a socket of their own
// there.
#pragma once

#include <filesystem>

#include "proto/base/result.h"

namespace koinon {

// The process that listens at the other end of this connected Unix socket (SO_PEERCRED of unix(7): whoever
// called listen(), systemd or koinond). What it says is believed where it runs as the owner of `data`, as
// root, or as the user who asks. kRefused: it is another user; the sentence names them. kIo: the folder
// cannot be looked at, or the system does not say who listens.
Result<int> trusted_listener(int descriptor, const std::filesystem::path& data);

}  // namespace koinon
