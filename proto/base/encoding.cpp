#include "proto/base/encoding.h"

#include <array>

#include <sodium.h>

namespace koinon {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";

constexpr std::array<int, 256> reverse(std::string_view alphabet) {
  std::array<int, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  }
  return table;
}

constexpr auto kBase32Reverse = reverse(kBase32);

// The library ends what it writes with a zero byte. That byte falls on the one with which a string ends
// anyway.
std::string encode_base64(BytesView bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant) - 1, '\0');
  sodium_bin2base64(out.data(), out.size() + 1, raw(bytes), bytes.size(), variant);
  return out;
}

// Only the text that the encoder would write is accepted. Otherwise two signed texts could mean the same
// bytes. The library also reads some bytes above 0x7F as letters.
Result<Bytes> decode_base64(std::string_view text, int variant, std::string_view what) {
  Bytes out(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(raw(out), out.size(), text.data(), text.size(), nullptr, &size, nullptr, variant) !=
      0)
    return fail(Code::kMalformed, "it is not canonical " + std::string(what));
  out.resize(size);
  if (encode_base64(out, variant) != text)
    return fail(Code::kMalformed, "it is not canonical " + std::string(what));
  return out;
}

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string out(2 * bytes.size(), '\0');
  sodium_bin2hex(out.data(), out.size() + 1, raw(bytes), bytes.size());
  return out;
}
Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Code::kMalformed, "hex needs an even number of digits");
  Bytes out(text.size() / 2, '\0');
  std::size_t size = 0;
  // The library also reads capital letters. With them two texts would mean the same bytes.
  if (sodium_hex2bin(raw(out), out.size(), text.data(), text.size(), nullptr, &size, nullptr) != 0 ||
      size != out.size() || to_hex(out) != text)
    return fail(Code::kMalformed, "it holds a character that is not lower-case hex");
  return out;
}

std::string to_base64(BytesView bytes) { return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL); }
Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Code::kMalformed, "base64 needs a multiple of four characters");
  return decode_base64(text, sodium_base64_VARIANT_ORIGINAL, "base64");
}

std::string to_base64url(BytesView bytes) {
  return encode_base64(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
Result<Bytes> from_base64url(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING, "base64url");
}

// libsodium has no base32. A digit holds five bits, the most significant first.
std::string to_base32(BytesView bytes) {
  std::string out;
  out.reserve(bytes.size() * 8 / 5 + 1);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 5) {
      held -= 5;
      out.push_back(kBase32[(buffer >> held) & 31U]);
    }
    buffer &= (1U << held) - 1;
  }
  if (held > 0) out.push_back(kBase32[(buffer << (5 - held)) & 31U]);
  return out;
}
Result<Bytes> from_base32(std::string_view text) {
  Bytes out;
  out.reserve(text.size() * 5 / 8);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (const char c : text) {
    const int digit = kBase32Reverse[static_cast<unsigned char>(c)];
    if (digit < 0) return fail(Code::kMalformed, "it holds a character that is not lower-case base32");
    buffer = (buffer << 5) | static_cast<std::uint32_t>(digit);
    held += 5;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>((buffer >> held) & 0xFF));
    }
    buffer &= (1U << held) - 1;
  }
  // Left-over bits must be zero and fewer than one digit, else two texts would mean the same bytes.
  if (held >= 5 || buffer != 0) return fail(Code::kMalformed, "it is not canonical lower-case base32");
  return out;
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
