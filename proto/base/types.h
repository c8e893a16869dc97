// The strong types of Koinon. Bare integers and strings do not cross an interface.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace koinon {

// Bytes are kept in std::string, as the generated protocol buffers keep them.
using Bytes = std::string;
using BytesView = std::string_view;
// The same bytes as libraries in C take them.
inline const unsigned char* raw(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

// A 32-byte value whose Tag says what it is.
template <typename Tag>
struct Bytes32 {
  static constexpr std::size_t kSize = 32;
  std::array<unsigned char, kSize> data{};

  // Requires bytes.size() == 32; check the length of outside input first.
  static Bytes32 from(BytesView bytes) {
    Bytes32 out;
    std::memcpy(out.data.data(), bytes.data(), kSize);
    return out;
  }
  BytesView view() const { return {reinterpret_cast<const char*>(data.data()), kSize}; }
  Bytes bytes() const { return Bytes(view()); }
  auto operator<=>(const Bytes32&) const = default;
};

using Hash = Bytes32<struct HashTag>;            // SHA-256
using LogId = Bytes32<struct LogIdTag>;          // identifies a log for ever
using PublicKey = Bytes32<struct PublicKeyTag>;  // Ed25519 public key
using NodeKey = Bytes32<struct NodeKeyTag>;      // Ed25519 public key of a TLS identity
using SealingKey = Bytes32<struct SealingTag>;   // X25519 public key

// A 64-bit number whose Tag says what it counts.
template <typename Tag>
struct Number {
  std::uint64_t value = 0;
  constexpr Number() = default;
  constexpr explicit Number(std::uint64_t v) : value(v) {}
  auto operator<=>(const Number&) const = default;
};

using EntryIndex = Number<struct EntryIndexTag>;  // position in a log, from 0
using TreeSize = Number<struct TreeSizeTag>;      // number of entries of a log
using JournalSeq = Number<struct JournalTag>;     // position in a node's journal; 0 is before the first
using ArrivalSeq = Number<struct ArrivalTag>;     // position in a node's arrivals; 0 is before the first
using SessionId = Number<struct SessionTag>;      // a connection between two nodes, unique in a process
using IntentId = Number<struct IntentTag>;        // an intent of the engine, unique in a process

// Names the time from one start of a node to the next; rows of its journal and its arrivals count in it. Made
// and checked in crypto/epoch.h.
struct Epoch {
  static constexpr std::size_t kSize = 24;  // counter (4, big-endian), randomness (8), MAC (12)
  std::array<unsigned char, kSize> data{};
  static Epoch from(BytesView bytes) {  // requires bytes.size() == kSize
    Epoch out;
    std::memcpy(out.data.data(), bytes.data(), out.data.size());
    return out;
  }
  BytesView view() const { return {reinterpret_cast<const char*>(data.data()), data.size()}; }
  auto operator<=>(const Epoch&) const = default;
};

// Wall-clock time in Unix milliseconds, as records carry it.
struct UnixMillis {
  std::int64_t value = 0;
  auto operator<=>(const UnixMillis&) const = default;
};

// Monotonic time since an arbitrary start, injected at the edge.
using MonoTime = std::chrono::nanoseconds;

}  // namespace koinon

template <typename Tag>
struct std::hash<koinon::Bytes32<Tag>> {
  std::size_t operator()(const koinon::Bytes32<Tag>& v) const noexcept {
    // Values are hashes or keys. A peer may choose its keys, so all bytes are hashed.
    return std::hash<std::string_view>{}(v.view());
  }
};
template <typename Tag>
struct std::hash<koinon::Number<Tag>> {
  std::size_t operator()(const koinon::Number<Tag>& v) const noexcept {
    return std::hash<std::uint64_t>{}(v.value);
  }
};
