#include "proto/codec/entry.h"

#include <array>
#include <utility>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

constexpr std::array<std::pair<v1::Kind, std::string_view>, 16> kKindNames = {{
    {v1::KIND_GENESIS, "genesis"},
    {v1::KIND_KEYS, "keys"},
    {v1::KIND_ROTATION, "rotation"},
    {v1::KIND_PROFILE, "profile"},
    {v1::KIND_PRACTICE, "practice"},
    {v1::KIND_ADOPTION, "adoption"},
    {v1::KIND_QUESTION, "question"},
    {v1::KIND_ANSWER, "answer"},
    {v1::KIND_VOUCH, "vouch"},
    {v1::KIND_WITHDRAWAL, "withdrawal"},
    {v1::KIND_NODE_NOTICE, "node-notice"},
    {v1::KIND_SEALED, "sealed"},
    {v1::KIND_CALL, "call"},
    {v1::KIND_CALL_REPLY, "call-reply"},
    {v1::KIND_PROPOSAL, "proposal"},
    {v1::KIND_PROPOSAL_REPLY, "proposal-reply"},
}};

Status check_ref(const v1::Ref& ref) {
  if (ref.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "refs.log_id");
  if (ref.leaf_hash().size() != Hash::kSize) {
    return fail(Code::kMalformed, "it has not 32 bytes", "refs.leaf_hash");
  }
  if (ref.index() >= limits::kMaxLogSize) return fail(Code::kTooLarge, "it is out of range", "refs.index");
  return {};
}

Status check_body_fields(const v1::Entry& entry) {
  if (entry.body_size() == 0 && !entry.body_digest().empty()) {
    return fail(Code::kMalformed, "a digest stands without a size", "body_digest");
  }
  if (entry.body_size() != 0 && entry.body_digest().size() != Hash::kSize) {
    return fail(Code::kMalformed, "it has not 32 bytes", "body_digest");
  }
  if (entry.body_size() > limits::kBodyBytes) {
    return fail(Code::kTooLarge, "a body has at most 1 MiB", "body_size");
  }
  return {};
}

}  // namespace

Result<v1::Entry> parse_entry(BytesView leaf) {
  v1::Entry entry;
  KOINON_TRY(parse_entry_into(leaf, entry));
  return entry;
}

Status parse_entry_into(BytesView leaf, v1::Entry& entry) {
  if (leaf.size() > limits::kLeafBytes)
    return fail(Code::kTooLarge, "an entry has at most 65,535 bytes", "entry");
  if (!entry.ParseFromArray(leaf.data(), static_cast<int>(leaf.size()))) {
    return fail(Code::kMalformed, "the entry does not parse", "entry");
  }
  return check_entry(entry);
}

Status check_entry(const v1::Entry& entry) {
  if (entry.kind() == v1::KIND_UNSPECIFIED) return fail(Code::kMalformed, "the entry has no kind", "kind");
  if (entry.created_at_ms() < 0) return fail(Code::kMalformed, "it lies before 1970", "created_at_ms");
  if (!entry.language().empty()) KOINON_TRY(check_language(entry.language()));
  if (static_cast<std::size_t>(entry.topics_size()) > limits::kTopics) {
    return fail(Code::kTooLarge, "a note has at most 8 topics", "topics");
  }
  for (const auto& topic : entry.topics()) KOINON_TRY(check_topic(topic));
  if (static_cast<std::size_t>(entry.refs_size()) > limits::kRefs) {
    return fail(Code::kTooLarge, "a note refers to at most 16 others", "refs");
  }
  for (const auto& ref : entry.refs()) KOINON_TRY(check_ref(ref));
  if (static_cast<std::size_t>(entry.to_size()) > limits::kAddressees) {
    return fail(Code::kTooLarge, "a note is addressed to at most 8 cities", "to");
  }
  for (const auto& to : entry.to()) {
    if (to.size() != LogId::kSize) return fail(Code::kMalformed, "it has not 32 bytes", "to");
  }
  return check_body_fields(entry);
}

BodyClaim body_claim(const v1::Entry& entry) {
  if (!check_body_fields(entry).ok() || entry.body_size() == 0) return {};
  return {entry.body_digest(), entry.body_size()};
}

Result<v1::Body> parse_body(BytesView bytes) {
  if (bytes.size() > limits::kBodyBytes) return fail(Code::kTooLarge, "a body has at most 1 MiB", "body");
  v1::Body body;
  // proto3 strings are checked for UTF-8 by the parser; nesting is bounded by its recursion limit.
  if (!body.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(Code::kMalformed, "the body does not parse", "body");
  }
  if (body.salt().size() != limits::kSaltBytes)
    return fail(Code::kMalformed, "it has not 16 bytes", "body.salt");
  return body;
}

Bytes serialize(const google::protobuf::MessageLite& message) {
  Bytes out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return out;
}

std::string_view kind_name(v1::Kind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  return "unknown";
}

Result<v1::Kind> parse_kind(std::string_view name) {
  for (const auto& [value, known] : kKindNames) {
    if (known == name) return value;
  }
  return fail(Code::kInvalidArgument, "no kind of record is called so", "kind");
}

std::string_view role_name(v1::RefRole role) {
  switch (role) {
    case v1::REF_ROLE_DERIVES_FROM:
      return "derives-from";
    case v1::REF_ROLE_REVISES:
      return "revises";
    case v1::REF_ROLE_TRANSLATES:
      return "translates";
    case v1::REF_ROLE_ADOPTS:
      return "adopts";
    case v1::REF_ROLE_ABOUT:
      return "about";
    case v1::REF_ROLE_ANSWERS:
      return "answers";
    case v1::REF_ROLE_POINTS_TO:
      return "points-to";
    case v1::REF_ROLE_WITHDRAWS:
      return "withdraws";
    case v1::REF_ROLE_PROPOSES_TO:
      return "proposes-to";
    case v1::REF_ROLE_ACCEPTS:
      return "accepts";
    default:
      return "refers-to";
  }
}

}  // namespace koinon
