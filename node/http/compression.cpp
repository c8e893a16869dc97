#include "node/http/compression.h"

#include <cstdint>

#include <brotli/encode.h>
#include <zlib.h>

#include "proto/base/limits.h"

namespace koinon {
namespace {

// Of zlib, 1 to 9. From 4 on it looks one byte ahead for a longer repetition, which texts gain most by.
constexpr int kGzipFast = 4;
constexpr int kGzipBest = 9;
constexpr int kGzipWindow = 15 + 16;  // 32 KiB, and the header of gzip
constexpr int kGzipMemory = 9;        // 256 KiB beside the window
// Of brotli, 0 to 11. Up to 4 it keeps a small table.
constexpr int kBrotliFast = 4;
constexpr int kBrotliBest = BROTLI_MAX_QUALITY;
// How far back it finds repetitions, as a power of two. It is also memory that the browser must have.
constexpr int kBrotliFastWindow = 18;
constexpr int kBrotliBestWindow = BROTLI_DEFAULT_WINDOW;

Error no_memory() { return fail(Code::kInternal, "there is no memory to compress an answer"); }

Result<std::string> gzip(std::string_view text, int level) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) != Z_OK)
    return no_memory();
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib does not write to what it reads; its type says const with ZLIB_CONST alone.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int done = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (done != Z_STREAM_END) return no_memory();
  out.shrink_to_fit();  // it stays until the client has read it
  return out;
}

Result<std::string> brotli(std::string_view text, int quality, int window) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, '\0');
  const auto done = BrotliEncoderCompress(quality, window, BROTLI_MODE_TEXT, text.size(),
                                          reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(out.data()));
  if (done != BROTLI_TRUE) return no_memory();
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

}  // namespace

Result<std::string> compress(std::string_view text, ContentCoding coding, Effort effort) {
  if (text.size() > limits::kCompressedMost)
    return fail(Code::kTooLarge, "the text is too long to be compressed at once");
  const bool best = effort == Effort::kBest;
  switch (coding) {
    case ContentCoding::kGzip:
      return gzip(text, best ? kGzipBest : kGzipFast);
    case ContentCoding::kBrotli:
      return brotli(text, best ? kBrotliBest : kBrotliFast, best ? kBrotliBestWindow : kBrotliFastWindow);
    default:
      return std::string(text);
  }
}

}  // namespace koinon
