// Text encodings of bytes: hex, base64 (RFC 4648 §4), base64url without padding (§5), base32 lower-case
// without padding (§6). Decoders are strict: one byte sequence has one text, so a changed character never
// decodes to the same bytes.
#pragma once

#include <cstddef>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

std::string to_hex(BytesView bytes);
Result<Bytes> from_hex(std::string_view text);

std::string to_base64(BytesView bytes);
Result<Bytes> from_base64(std::string_view text);

std::string to_base64url(BytesView bytes);
Result<Bytes> from_base64url(std::string_view text);

std::string to_base32(BytesView bytes);
Result<Bytes> from_base32(std::string_view text);

// A log id is written as 52 characters of lower-case base32.
std::string to_text(const LogId& id);
Result<LogId> parse_log_id(std::string_view text);

// A node key is written as unpadded base64url.
std::string to_text(const NodeKey& key);
Result<NodeKey> parse_node_key(std::string_view text);

// Big-endian integers, as in everything that is hashed or signed.
void put_u32(Bytes& out, std::uint32_t value);
void put_u64(Bytes& out, std::uint64_t value);
std::uint32_t get_u32(BytesView bytes);  // requires bytes.size() >= 4
std::uint64_t get_u64(BytesView bytes);  // requires bytes.size() >= 8

// A decimal number without sign or leading zeroes.
Result<std::uint64_t> parse_decimal(std::string_view text);

// True where the bytes are well-formed UTF-8 (Unicode 15 §3.9, table 3-7).
bool is_utf8(BytesView bytes);
// The longest beginning of at most `most` bytes that ends between characters.
std::string_view clipped_utf8(std::string_view text, std::size_t most);

}  // namespace koinon
