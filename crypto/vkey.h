// Verifier keys: `NAME+hex(key ID)+base64(type || key)`. C2SP signed-note, "Verifier keys".
#pragma once

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

enum class SignatureType : unsigned char {
  kEd25519 = 0x01,        // signs a note's text
  kCosignatureV1 = 0x04,  // C2SP tlog-cosignature
};

struct VKey {
  std::string name;
  SignatureType type = SignatureType::kEd25519;
  PublicKey key;

  std::uint32_t id() const;
  std::string text() const;
  auto operator<=>(const VKey&) const = default;
};

Result<VKey> parse_vkey(std::string_view text);

// SHA-256(name || 0x0A || type || key)[:4], big-endian.
std::uint32_t key_id(std::string_view name, SignatureType type, const PublicKey& key);

// Whether it is UTF-8, not empty, and without Unicode spaces, plus signs and control characters.
bool is_key_name(std::string_view name);

}  // namespace koinon
