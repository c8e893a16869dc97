#include "crypto/vkey.h"

#include <array>

#include "crypto/hash.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

std::uint32_t hashed_id(std::string_view name, unsigned char type, BytesView key) {
  const char separator[2] = {'\n', static_cast<char>(type)};
  return get_u32(sha256({name, BytesView(separator, 2), key}).view());
}

Error bad_vkey(std::string_view why) {
  return fail(Code::kMalformed,
              Sentence{"vkey.form", "a verifier key reads NAME+ID+KEY: {why}", {{"why", std::string(why)}}},
              "vkey");
}

}  // namespace

std::uint32_t key_id(std::string_view name, SignatureType type, const PublicKey& key) {
  return hashed_id(name, static_cast<unsigned char>(type), key.view());
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

std::string VKey::text() const { return AnyVKey(*this).text(); }

AnyVKey::AnyVKey(const VKey& vkey)
    : name(vkey.name), id(vkey.id()), type(static_cast<unsigned char>(vkey.type)), key(vkey.key.view()) {}

std::string AnyVKey::text() const {
  Bytes id_bytes;
  put_u32(id_bytes, id);
  Bytes material(1, static_cast<char>(type));
  material += key;
  return name + "+" + to_hex(id_bytes) + "+" + to_base64(material);
}

bool AnyVKey::is_ed25519() const {
  return type == static_cast<unsigned char>(SignatureType::kEd25519) ||
         type == static_cast<unsigned char>(SignatureType::kCosignatureV1);
}

std::uint32_t AnyVKey::made_id() const { return hashed_id(name, type, key); }

std::optional<VKey> AnyVKey::vkey() const {
  if (!is_ed25519() || key.size() != PublicKey::kSize) return std::nullopt;
  return VKey{name, static_cast<SignatureType>(type), PublicKey::from(key)};
}

Result<AnyVKey> parse_any_vkey(std::string_view text) {
  const auto first = text.find('+');
  if (first == std::string_view::npos) return bad_vkey("it has no + sign");
  const auto second = text.find('+', first + 1);
  if (second == std::string_view::npos) return bad_vkey("it has one + sign only");
  AnyVKey out;
  out.name = text.substr(0, first);
  if (!is_key_name(out.name)) return bad_vkey("its name has a space or is empty");
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  if (!id.ok() || id->size() != 4) return bad_vkey("its ID is not eight hex digits");
  const auto material = from_base64(text.substr(second + 1));
  if (!material.ok() || material->size() < 2) return bad_vkey("its key is not base64");
  out.id = get_u32(*id);
  out.type = static_cast<unsigned char>(material->front());
  out.key = material->substr(1);
  return out;
}

Result<VKey> parse_vkey(std::string_view text) {
  KOINON_ASSIGN(const AnyVKey any, parse_any_vkey(text));
  if (any.key.size() != PublicKey::kSize) return bad_vkey("its key is not 33 bytes");
  const auto out = any.vkey();
  if (!out) return bad_vkey("its signature type is not Ed25519");
  if (any.id != any.made_id()) return bad_vkey("its ID does not match its name and key");
  return *out;
}

}  // namespace koinon
