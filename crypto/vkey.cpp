#include "crypto/vkey.h"

#include <array>

#include "crypto/hash.h"
#include "proto/base/encoding.h"

namespace koinon {

std::uint32_t key_id(std::string_view name, SignatureType type, const PublicKey& key) {
  const char separator[2] = {'\n', static_cast<char>(type)};
  return get_u32(sha256({name, BytesView(separator, 2), key.view()}).view());
}

bool is_key_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || !is_utf8(name)) return false;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || u == 0x7F || c == '+') return false;
  }
  // Unicode White_Space beyond ASCII, in UTF-8.
  constexpr std::array<std::string_view, 20> kSpaces = {
      "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
      "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};
  for (const auto space : kSpaces) {
    if (name.find(space) != std::string_view::npos) return false;
  }
  return true;
}

std::uint32_t VKey::id() const { return key_id(name, type, key); }

std::string VKey::text() const {
  Bytes id_bytes;
  put_u32(id_bytes, id());
  Bytes material(1, static_cast<char>(type));
  material += key.view();
  return name + "+" + to_hex(id_bytes) + "+" + to_base64(material);
}

Result<VKey> parse_vkey(std::string_view text) {
  const auto error = [](std::string_view why) {
    return fail(Code::kMalformed,
                Sentence{"vkey.form", "a verifier key reads NAME+ID+KEY: {why}", {{"why", std::string(why)}}},
                "vkey");
  };
  const auto first = text.find('+');
  if (first == std::string_view::npos) return error("it has no + sign");
  const auto second = text.find('+', first + 1);
  if (second == std::string_view::npos) return error("it has one + sign only");
  VKey vkey;
  vkey.name = text.substr(0, first);
  if (!is_key_name(vkey.name)) return error("its name has a space or is empty");
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  const auto material = from_base64(text.substr(second + 1));
  if (!id.ok() || id->size() != 4) return error("its ID is not eight hex digits");
  if (!material.ok() || material->size() != 1 + PublicKey::kSize) return error("its key is not 33 bytes");
  const auto type = static_cast<unsigned char>((*material)[0]);
  if (type != 0x01 && type != 0x04) return error("its signature type is not Ed25519");
  vkey.type = static_cast<SignatureType>(type);
  vkey.key = PublicKey::from(BytesView(*material).substr(1));
  if (vkey.id() != get_u32(*id)) return error("its ID does not match its name and key");
  return vkey;
}

}  // namespace koinon
