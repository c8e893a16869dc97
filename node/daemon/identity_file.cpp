#include "node/daemon/identity_file.h"

#include <system_error>

#include "crypto/key_file.h"
#include "crypto/key_history_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon {
namespace {

Error malformed(const std::filesystem::path& path) {
  return fail(Code::kMalformed, "it does not say whose keys these are", path.string());
}

Result<PublicKey> read_key(std::string_view text) {
  KOINON_ASSIGN(const Bytes bytes, from_base64(text));
  if (bytes.size() != PublicKey::kSize) return fail(Code::kMalformed, "a key has 32 bytes", "key");
  return PublicKey::from(bytes);
}

}  // namespace

Status write_identity_file(const std::filesystem::path& path, const KeyHistory& keys) {
  return write_private_file(path, key_history_text(keys));
}

Result<KeyHistory> read_identity_file(const std::filesystem::path& path) {
  KOINON_ASSIGN(const Bytes text, read_kept_file(path, limits::kKeyHistoryBytes));
  auto keys = parse_key_history(text);
  if (!keys.ok()) return malformed(path);
  return keys;
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
    return fail(Code::kInvalidArgument,
                "the line and the recovery public key are not of one log; give the line from before the "
                "signing key was changed",
                "recovery-key");
  return out;
}

void keep_identity_file(const DataFolder& folder, const KeyHistory& keys, const DaemonLog& log) {
  const auto kept = read_identity_file(folder.identity());
  if (kept.ok() && kept->changes().size() >= keys.changes().size()) return;
  if (const Status written = write_identity_file(folder.identity(), keys); !written.ok())
    log.warning(log_event::kIdentityNotKept, "the public file beside the keys cannot be written",
                {{"reason", written.error().text()}});
}

}  // namespace koinon
