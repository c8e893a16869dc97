// Memory for the secrets of a program that keeps keys. It is never written to swap or into a core dump.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Where the bytes of a key are held. Locked memory (libsodium's sodium_malloc) takes whole pages, so it is
// for the few keys of a running node.
enum class KeyMemory : unsigned char { kPlain, kLocked };

// A secret of a fixed size. It is wiped when its last holder goes. Nobody changes it after it is filled; any
// thread may read it.
std::shared_ptr<unsigned char[]> make_secret(std::size_t size, KeyMemory memory);
// Overwrites bytes that held a secret.
void wipe(Bytes& bytes);
// Whether two secrets are the same. The time that it takes does not tell where they differ, but it does tell
// their lengths.
bool same_secret(std::string_view a, std::string_view b);

// A program calls this before it reads keys. From then on there are no core dumps, and OpenSSL keeps its
// copies of keys in locked memory. kInternal: the system refuses it.
Status protect_secrets();

}  // namespace koinon
