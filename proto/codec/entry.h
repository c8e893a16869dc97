// Entries and bodies as bytes: reads those from outside, and checks those that we are about to sign.
#pragma once

#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

// Parses the bytes of a leaf and checks every rule of PROTOCOL.md "Entries". A leaf that fails is still
// stored, relayed and shown as unreadable (DESIGN 5). Only our own leaves must pass.
Result<v1::Entry> parse_entry(BytesView leaf);
// The same into a message that many are read into, one after the other: it keeps its memory. After an error
// it says nothing.
Status parse_entry_into(BytesView leaf, v1::Entry& entry);
Status check_entry(const v1::Entry& entry);

// What an entry says of its body; nothing else of the entry is checked. `size` 0 means: no body. An entry
// that does not parse, or that claims more than limits::kBodyBytes, has no body to fetch.
struct BodyClaim {
  Bytes digest;  // 32 bytes, or empty
  std::uint32_t size = 0;
};
BodyClaim body_claim(const v1::Entry& entry);

// Parses a body's bytes and checks its salt and text (UTF-8).
Result<v1::Body> parse_body(BytesView bytes);

// The serialised bytes of an entry or body that we wrote ourselves. Deterministic for one build.
Bytes serialize(const google::protobuf::MessageLite& message);

std::string_view kind_name(v1::Kind kind);  // "practice", …; "unknown" for kinds of later versions
Result<v1::Kind> parse_kind(std::string_view name);
std::string_view role_name(v1::RefRole role);
// Whether people write such records and answer them. The other kinds are statements of the city itself.
inline bool is_note(v1::Kind kind) {
  return (kind >= v1::KIND_PRACTICE && kind <= v1::KIND_ANSWER) ||
         (kind >= v1::KIND_CALL && kind <= v1::KIND_PROPOSAL_REPLY);
}
// A question that names no city is to all of them.
inline bool asks_all_cities(const v1::Entry& entry) {
  return entry.kind() == v1::KIND_QUESTION && entry.to().empty();
}

}  // namespace koinon
