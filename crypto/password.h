// Passwords, kept as Argon2id (RFC 9106) in libsodium's text form.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Takes about 64 MiB and 0.1 s of one core. Do not call it on a thread for which others wait.
Result<std::string> hash_password(BytesView password);
// Also false if `hash` is not a hash. Takes as long for a wrong password as for the right one.
bool password_matches(const std::string& hash, BytesView password);
// The hash of a password that nobody has. It is checked if there is no such account, so that the time does
// not tell whether there is one.
const std::string& hash_of_nobody();

}  // namespace koinon
