// Framing: four bytes of length, big-endian, then that many bytes of one koinon.v1.Frame.
// PROTOCOL.md section "Framing".
#pragma once

#include <optional>

#include "koinon/v1/wire.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

inline constexpr std::size_t kFramePrefixBytes = 4;

// The bytes of a frame with its length before it. Callers build frames below limits::kFrameBytes. A longer
// one is their defect, and is refused.
Result<Bytes> encode_frame(const v1::Frame& frame);

// Cuts a stream into frames. Not thread-safe. Keeps at most one frame and the bytes that were fed after it.
class FrameReader {
 public:
  void feed(BytesView bytes);
  // Returns the next whole frame, or nothing if more bytes are needed. After an error the stream is unusable
  // and every further call returns the same error. `size` receives the frame's bytes, its length included.
  Result<std::optional<v1::Frame>> next(std::size_t* size = nullptr);
  std::size_t buffered() const { return buffer_.size() - start_; }

 private:
  Bytes buffer_;
  std::size_t start_ = 0;  // consumed bytes at the front of buffer_
  std::optional<Error> broken_;
};

}  // namespace koinon
