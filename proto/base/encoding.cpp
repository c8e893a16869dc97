#include "proto/base/encoding.h"

#include <array>

namespace koinon {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

constexpr std::array<int, 256> reverse(std::string_view alphabet) {
  std::array<int, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  }
  return table;
}

// Packs bytes into digits of `bits` bits each, most significant first.
std::string encode_bits(BytesView bytes, std::string_view alphabet, unsigned bits) {
  std::string out;
  out.reserve(bytes.size() * 8 / bits + 2);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= bits) {
      held -= bits;
      out.push_back(alphabet[(buffer >> held) & ((1U << bits) - 1)]);
    }
    buffer &= (1U << held) - 1;
  }
  if (held > 0) out.push_back(alphabet[(buffer << (bits - held)) & ((1U << bits) - 1)]);
  return out;
}

Result<Bytes> decode_bits(std::string_view text, const std::array<int, 256>& table, unsigned bits,
                          std::string_view what) {
  Bytes out;
  out.reserve(text.size() * bits / 8);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int digit = table[static_cast<unsigned char>(c)];
    if (digit < 0) return fail(Code::kMalformed, "it holds a character that is not " + std::string(what));
    buffer = (buffer << bits) | static_cast<std::uint32_t>(digit);
    held += bits;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>((buffer >> held) & 0xFF));
    }
    buffer &= (1U << held) - 1;
  }
  // Left-over bits must be zero and fewer than one digit, else two texts would mean the same bytes.
  if (held >= bits || buffer != 0) return fail(Code::kMalformed, "it is not canonical " + std::string(what));
  return out;
}

constexpr auto kBase64Reverse = reverse(kBase64);
constexpr auto kBase64UrlReverse = reverse(kBase64Url);
constexpr auto kBase32Reverse = reverse(kBase32);
constexpr auto kHexReverse = reverse(kHexDigits);

}  // namespace

std::string to_hex(BytesView bytes) { return encode_bits(bytes, kHexDigits, 4); }
Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Code::kMalformed, "hex needs an even number of digits");
  return decode_bits(text, kHexReverse, 4, "lower-case hex");
}

std::string to_base64(BytesView bytes) {
  std::string out = encode_bits(bytes, kBase64, 6);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Code::kMalformed, "base64 needs a multiple of four characters");
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  return decode_bits(text, kBase64Reverse, 6, "base64");
}

std::string to_base64url(BytesView bytes) { return encode_bits(bytes, kBase64Url, 6); }
Result<Bytes> from_base64url(std::string_view text) {
  return decode_bits(text, kBase64UrlReverse, 6, "base64url");
}

std::string to_base32(BytesView bytes) { return encode_bits(bytes, kBase32, 5); }
Result<Bytes> from_base32(std::string_view text) {
  return decode_bits(text, kBase32Reverse, 5, "lower-case base32");
}

std::string to_text(const LogId& id) { return to_base32(id.view()); }
Result<LogId> parse_log_id(std::string_view text) {
  auto bytes = from_base32(text);
  if (!bytes.ok() || bytes->size() != LogId::kSize) {
    return fail(Code::kMalformed, "a log id is 52 characters of lower-case base32");
  }
  return LogId::from(*bytes);
}

std::string to_text(const NodeKey& key) { return to_base64url(key.view()); }
Result<NodeKey> parse_node_key(std::string_view text) {
  auto bytes = from_base64url(text);
  if (!bytes.ok() || bytes->size() != NodeKey::kSize) {
    return fail(Code::kMalformed, "a node key is 43 characters of unpadded base64url");
  }
  return NodeKey::from(*bytes);
}

void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}
void put_u64(Bytes& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}
std::uint32_t get_u32(BytesView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}
std::uint64_t get_u64(BytesView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

Result<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 19) return fail(Code::kMalformed, "it is not a decimal number in range");
  if (text.size() > 1 && text.front() == '0') {
    return fail(Code::kMalformed, "a decimal number has no leading zeroes");
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return fail(Code::kMalformed, "it is not a decimal number");
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

bool is_utf8(BytesView bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto continues = [&](std::size_t i, unsigned char low, unsigned char high) {
    return i < bytes.size() && byte(i) >= low && byte(i) <= high;
  };
  std::size_t i = 0;
  while (i < bytes.size()) {
    const unsigned char lead = byte(i);
    if (lead < 0x80) {
      ++i;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      if (!continues(i + 1, 0x80, 0xBF)) return false;
      i += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
      const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
      if (!continues(i + 1, low, high) || !continues(i + 2, 0x80, 0xBF)) return false;
      i += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
      const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
      if (!continues(i + 1, low, high) || !continues(i + 2, 0x80, 0xBF) || !continues(i + 3, 0x80, 0xBF)) {
        return false;
      }
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

std::string_view clipped_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace koinon
