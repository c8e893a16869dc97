// HMAC-SHA-256 (RFC 2104).
#pragma once

#include "proto/base/types.h"

namespace koinon {

Bytes hmac_sha256(BytesView key, BytesView message);

}  // namespace koinon
