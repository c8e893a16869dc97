// How liars put their words on the wire.
#pragma once

#include <utility>

#include "proto/codec/frame.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {

// Empty where the frame is too long to be sent.
inline Bytes encoded(const v1::Frame& frame) {
  auto bytes = encode_frame(frame);
  return bytes.ok() ? std::move(*bytes) : Bytes();
}

// The same frame again and again, in pieces such as a socket gives: a receiver that has enough reads no more.
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
