#include "node/daemon/identity_file.h"

#include <system_error>

#include "crypto/key_file.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

constexpr std::string_view kMagic = "koinon-identity/v1";

Error malformed(const std::filesystem::path& path) {
  return fail(Code::kMalformed, "it does not say whose keys these are", path.string());
}

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

Result<LogIdentity> parse_identity(BytesView text) {
  LogIdentity out;
  if (!text.starts_with(std::string(kMagic) + "\n"))
    return fail(Code::kMalformed, "it is of another kind", "identity");
  text.remove_prefix(kMagic.size() + 1);
  KOINON_ASSIGN(out.name, value_of(text, "name"));
  KOINON_TRY(check_name(out.name));
  KOINON_ASSIGN(const std::string signing, value_of(text, "signing"));
  KOINON_ASSIGN(out.signing_key, read_key(signing));
  KOINON_ASSIGN(const std::string recovery, value_of(text, "recovery"));
  KOINON_ASSIGN(out.recovery_key, read_key(recovery));
  KOINON_ASSIGN(const std::string log, value_of(text, "log"));
  if (!text.empty() || log != to_text(out.log_id()))
    return fail(Code::kMalformed, "its parts are not of one log", "log");
  return out;
}

Status write_identity_file(const std::filesystem::path& path, const LogIdentity& identity) {
  return write_private_file(path, std::string(kMagic) + "\nname " + identity.name + "\nsigning " +
                                      to_base64(identity.signing_key.view()) + "\nrecovery " +
                                      to_base64(identity.recovery_key.view()) + "\nlog " +
                                      to_text(identity.log_id()) + "\n");
}

Result<LogIdentity> read_identity_file(const std::filesystem::path& path) {
  KOINON_ASSIGN(const Bytes text, read_file(path, kIdentityFileBytes));
  const auto identity = parse_identity(text);
  if (!identity.ok()) return malformed(path);
  return *identity;
}

Result<LogIdentity> identity_of_line(std::string_view line, std::string_view recovery_key) {
  KOINON_ASSIGN(const PeerLine own, parse_peer_line(without_blanks(line)));
  if (!own.vkey)
    return fail(Code::kInvalidArgument, "this is the line of an observer, which has no log", "id");
  KOINON_ASSIGN(const Origin origin, parse_origin(own.vkey->name));
  const auto recovery = read_key(recovery_key);
  if (!recovery.ok())
    return fail(Code::kInvalidArgument, "give the recovery public key: 32 bytes in base64", "recovery-key");
  LogIdentity out{origin.name, own.vkey->key, *recovery};
  if (out.log_id() != origin.log)
    return fail(Code::kInvalidArgument, "the line and the recovery public key are not of one log",
                "recovery-key");
  return out;
}

void keep_identity_file(const DataFolder& folder, const std::optional<LogIdentity>& identity,
                        const DaemonLog& log) {
  std::error_code ignored;
  if (!identity || std::filesystem::exists(folder.identity(), ignored)) return;
  if (const Status written = write_identity_file(folder.identity(), *identity); !written.ok())
    log.warning("the public file beside the keys cannot be written", {{"reason", written.error().text()}});
}

}  // namespace koinon
