#include "crypto/key_history_text.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

constexpr std::string_view kIdentityMagic = "koinon-identity/v1";

Result<PublicKey> read_key(std::string_view text) {
  KOINON_ASSIGN(const Bytes bytes, from_base64(text));
  if (bytes.size() != PublicKey::kSize) return fail(Code::kMalformed, "a key has 32 bytes", "key");
  return PublicKey::from(bytes);
}

// The rest of the next line, which begins with the word.
Result<std::string> value_of(BytesView& text, std::string_view word) {
  const auto end = text.find('\n');
  if (end == BytesView::npos) return fail(Code::kMalformed, "it is cut off", std::string(word));
  const BytesView line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (!line.starts_with(std::string(word) + " "))
    return fail(Code::kMalformed, "a line is missing", std::string(word));
  return std::string(line.substr(word.size() + 1));
}

}  // namespace

std::string key_history_text(const KeyHistory& keys) {
  const LogIdentity& identity = keys.identity();
  std::string out = std::string(kIdentityMagic) + "\nname " + identity.name + "\nsigning " +
                    to_base64(identity.signing_key.view()) + "\nrecovery " +
                    to_base64(identity.recovery_key.view()) + "\nlog " + to_text(identity.log_id()) + "\n";
  for (const KeyHistory::Change& change : keys.changes()) out += "statement " + to_base64(change.note) + "\n";
  return out;
}

Result<KeyHistory> parse_key_history(BytesView text) {
  if (text.size() > limits::kKeyHistoryBytes)
    return fail(Code::kTooLarge, "it is larger than the keys of a log can be", "identity");
  LogIdentity out;
  if (!text.starts_with(std::string(kIdentityMagic) + "\n"))
    return fail(Code::kMalformed, "it is of another kind", "identity");
  text.remove_prefix(kIdentityMagic.size() + 1);
  KOINON_ASSIGN(out.name, value_of(text, "name"));
  KOINON_TRY(check_name(out.name));
  KOINON_ASSIGN(const std::string signing, value_of(text, "signing"));
  KOINON_ASSIGN(out.signing_key, read_key(signing));
  KOINON_ASSIGN(const std::string recovery, value_of(text, "recovery"));
  KOINON_ASSIGN(out.recovery_key, read_key(recovery));
  KOINON_ASSIGN(const std::string log, value_of(text, "log"));
  if (log != to_text(out.log_id())) return fail(Code::kMalformed, "its parts are not of one log", "log");
  KeyHistory keys(std::move(out));
  while (!text.empty()) {
    KOINON_ASSIGN(const std::string line, value_of(text, "statement"));
    KOINON_ASSIGN(const Bytes statement, from_base64(line));
    KOINON_TRY(keys.add(statement));
  }
  return keys;
}

}  // namespace koinon
