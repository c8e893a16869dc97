// How liars send frames.
#pragma once

#include <utility>

#include "proto/codec/frame.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {

// Empty if the frame is too long to be sent.
inline Bytes encoded(const v1::Frame& frame) {
  auto bytes = encode_frame(frame);
  return bytes.ok() ? std::move(*bytes) : Bytes();
}

// Applies a change to every whole frame among the bytes, and gives the frames back as they are then. A frame
// for which `change` returns false is left out.
template <typename Change>
Bytes each_frame(BytesView bytes, Change change) {
  FrameReader reader;
  reader.feed(bytes);
  Bytes out;
  while (true) {
    auto frame = reader.next();
    if (!frame.ok() || !*frame) return out;
    if (change(**frame)) out += encoded(**frame);
  }
}

// Sends the same frame again and again, in pieces like those of a socket. A receiver that has enough stops
// reading.
inline void repeat(SimNode& node, SessionId session, const v1::Frame& frame, std::size_t times) {
  constexpr std::size_t kPiece = 64 * 1024;
  const Bytes one = encoded(frame);
  Bytes piece;
  for (std::size_t i = 0; i < times; ++i) {
    piece += one;
    if (piece.size() < kPiece && i + 1 < times) continue;
    node.inject(session, std::exchange(piece, {}));
  }
}

}  // namespace koinon::sim
