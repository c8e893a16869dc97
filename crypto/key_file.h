// Keys on disk. Each key has a file of mode 0600, written atomically. A passphrase may seal it (Argon2id,
// XChaCha20-Poly1305). The file names its role, so that keys cannot be mixed up.
#pragma once

#include <filesystem>
#include <optional>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Writes bytes to a file of mode 0600: temporary file, fsync, rename, fsync of the folder.
Status write_private_file(const std::filesystem::path& path, BytesView bytes);
// Reads at most `limit` bytes.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);
// The same of what a program keeps, or goes by, which is a file (or a link to one) and nothing else.
// kRefused: it is something else, as a device or a pipe; that is not opened, since to open it may do
// something, or wait.
Result<Bytes> read_kept_file(const std::filesystem::path& path, std::size_t limit);

// Reads a secret that somebody put into a file: a passphrase, a password, recovery words. kRefused: others
// may read or change the file. A file of root its group may read too: so an administrator gives a service its
// secrets. Not looked at are the modes of what is no file, as a pipe, and of what the service manager hands
// over in $CREDENTIALS_DIRECTORY, which it keeps private by other means.
Result<Bytes> read_secret_file(const std::filesystem::path& path, std::size_t limit);

// `seed` is 32 secret bytes. `role` is a word such as "signing". With an empty passphrase the file is not
// sealed.
Status write_key_file(const std::filesystem::path& path, std::string_view role, BytesView seed,
                      std::string_view passphrase);
// Refuses a file that other users may read, a key of another role, and a wrong or missing passphrase.
Result<Bytes> read_key_file(const std::filesystem::path& path, std::string_view role,
                            std::string_view passphrase);
Result<bool> key_file_is_sealed(const std::filesystem::path& path);

// Removes a file durably. kIo: that failed.
Status remove_file(const std::filesystem::path& path);
// One file takes the place of another of its folder, durably. kIo: that failed.
Status replace_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace koinon
