// The assets as they are sent to browsers that take compressed answers. They are packed once, when the
// program is built (pack_assets.cpp), as tightly as can be. They lie in the program's file, and in memory
// only while they are asked for.
#pragma once

#include <string_view>

#include "node/http/accept_encoding.h"

namespace koinon {

// The bytes of koinon.css, koinon.js and so on in gzip or brotli. Empty: there is no such asset, or the
// coding is kIdentity. For any thread.
std::string_view packed_asset(std::string_view name, ContentCoding coding);

}  // namespace koinon
