// Passwords, kept as Argon2id (RFC 9106) in libsodium's text form.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// About 64 MiB and 0.1 s of one core; not on a thread that others wait for.
Result<std::string> hash_password(BytesView password);
// False also for a text that is no hash. Takes as long for a wrong password as for the right one.
bool password_matches(const std::string& hash, BytesView password);
// The hash of a password that nobody has: checked where there is no account, so that time tells nothing.
const std::string& hash_of_nobody();

}  // namespace koinon
