// keys/identity: whose keys a folder has, in public words. With this file and the keys alone a store that is
// lost can be made anew from peers: the log id is the hash of what stands here, and the statements behind it
// lead to the key that signs now.
#pragma once

#include <filesystem>
#include <optional>

#include "crypto/key_history.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/data_folder.h"

namespace koinon {

Status write_identity_file(const std::filesystem::path& path, const KeyHistory& keys);
// kNotFound: there is none. kMalformed: it is none, or its parts do not belong together.
Result<KeyHistory> read_identity_file(const std::filesystem::path& path);

// The identity out of a `koinon id` line and the recovery public key, in base64, for folders older than the
// file. kInvalidArgument: they do not belong together.
Result<LogIdentity> identity_of_line(std::string_view line, std::string_view recovery_key);

// Folders that an older version made have no such file, and one may be older than the log's last statement.
// That one cannot be written is only logged.
void keep_identity_file(const DataFolder& folder, const KeyHistory& keys, const DaemonLog& log);

}  // namespace koinon
