// SHA-256 (FIPS 180-4) through OpenSSL. Pure; safe from any thread.
#pragma once

#include <initializer_list>

#include "proto/base/types.h"

namespace koinon {

Hash sha256(BytesView bytes);
// Of the concatenation of the parts.
Hash sha256(std::initializer_list<BytesView> parts);

}  // namespace koinon
