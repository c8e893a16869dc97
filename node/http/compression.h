// Text made shorter: gzip (RFC 1952, by zlib) and brotli (RFC 7932, by libbrotlienc). Pure functions, for any
// thread. What they work with is freed when they return: a few hundred KiB, and a few MiB with kBest.
#pragma once

#include <string>
#include <string_view>

#include "node/http/accept_encoding.h"
#include "proto/base/result.h"

namespace koinon {

enum class Effort : unsigned char {
  kFast,  // for an answer that somebody waits for
  kBest,  // for what is compressed once, when the program is built: it takes some fifty times as long
};

// The same text, coding and libraries give the same bytes: they hold no time and no name. kIdentity gives the
// text. kTooLarge: the text has more than limits::kCompressedMost. kInternal: the library failed, so there is
// no memory.
Result<std::string> compress(std::string_view text, ContentCoding coding, Effort effort);

}  // namespace koinon
