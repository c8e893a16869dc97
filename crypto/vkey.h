// Verifier keys: `NAME+hex(key ID)+base64(type || key)`. C2SP signed-note, "Verifier keys".
#pragma once

#include <optional>

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

// A verifier key of any type. Types that Koinon cannot check (ML-DSA and what comes) may stand in a policy.
struct AnyVKey {
  std::string name;
  std::uint32_t id = 0;    // as it is written: types that are not known may make it in other ways
  unsigned char type = 0;  // C2SP signed-note, "Signature types"
  Bytes key;               // what follows the type

  AnyVKey() = default;
  explicit AnyVKey(const VKey& vkey);
  std::string text() const;
  bool is_ed25519() const;  // of one of the types that Koinon checks
  // The ID that those types have, and ML-DSA-44.
  std::uint32_t made_id() const;
  // Nothing: Koinon cannot check it.
  std::optional<VKey> vkey() const;
  bool operator==(const AnyVKey&) const = default;
};

// What all types have in common: a proper name, an ID, a type, and a key that is not empty. kMalformed.
Result<AnyVKey> parse_any_vkey(std::string_view text);

// One of a type that Koinon checks, with the ID that its name and key give. kMalformed.
Result<VKey> parse_vkey(std::string_view text);

// SHA-256(name || 0x0A || type || key)[:4], big-endian.
std::uint32_t key_id(std::string_view name, SignatureType type, const PublicKey& key);

// Whether it is UTF-8, not empty, and without Unicode spaces, plus signs and control characters.
bool is_key_name(std::string_view name);

}  // namespace koinon
