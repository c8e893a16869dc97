#include "proto/codec/frame.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {

Result<Bytes> encode_frame(const v1::Frame& frame) {
  const std::size_t size = frame.ByteSizeLong();
  if (size > limits::kFrameBytes) return fail(Code::kTooLarge, "the frame to send exceeds 2 MiB", "frame");
  Bytes out;
  out.reserve(kFramePrefixBytes + size);
  put_u32(out, static_cast<std::uint32_t>(size));
  if (!frame.AppendToString(&out)) return fail(Code::kInternal, "the frame could not be encoded", "frame");
  return out;
}

void FrameReader::feed(BytesView bytes) {
  if (broken_) return;
  if (start_ > 0 && start_ == buffer_.size()) {
    buffer_.clear();
    start_ = 0;
  } else if (start_ > limits::kChunkTargetBytes) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  buffer_.append(bytes);
}

Result<std::optional<v1::Frame>> FrameReader::next(std::size_t* size) {
  if (broken_) return *broken_;
  const BytesView rest = BytesView(buffer_).substr(start_);
  if (rest.size() < kFramePrefixBytes) return std::optional<v1::Frame>();
  const std::size_t length = get_u32(rest);
  if (length > limits::kFrameBytes) {
    broken_ = fail(Code::kTooLarge, "a frame claims " + std::to_string(length) + " bytes; 2 MiB is the limit",
                   "frame");
    return *broken_;
  }
  if (rest.size() < kFramePrefixBytes + length) return std::optional<v1::Frame>();
  std::optional<v1::Frame> frame(std::in_place);
  if (!frame->ParseFromArray(rest.data() + kFramePrefixBytes, static_cast<int>(length))) {
    broken_ = fail(Code::kMalformed, "a frame does not parse", "frame");
    return *broken_;
  }
  start_ += kFramePrefixBytes + length;
  if (size != nullptr) *size = kFramePrefixBytes + length;
  return frame;
}

}  // namespace koinon
