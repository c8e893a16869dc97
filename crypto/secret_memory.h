// Memory for secrets of a program that keeps keys: never written to swap or into a core dump.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Where a key's bytes are held. Locked memory is kept for the few keys of a running node: it takes pages of
// its own (libsodium's sodium_malloc).
enum class KeyMemory : unsigned char { kPlain, kLocked };

// A secret of a fixed size that is wiped when its last holder goes. Immutable once filled; any thread.
std::shared_ptr<unsigned char[]> make_secret(std::size_t size, KeyMemory memory);
// Overwrites what a secret passed through.
void wipe(Bytes& bytes);
// Whether two secrets are the same, in a time that does not tell where they differ. It tells their lengths.
bool same_secret(std::string_view a, std::string_view b);

// For a program that reads keys, before it does: no core dumps, and OpenSSL's copies of keys in locked
// memory. kInternal: the system refuses it.
Status protect_secrets();

}  // namespace koinon
