#include "node/daemon/identity.h"

#include "crypto/key_file.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kTokenFileBytes = 128;

// A store that comes without its own token was restored from a backup, and peers may hold entries of our log
// that it does not: signing now could fork it.
Result<bool> is_restored(const StoreState& state, const DataFolder& folder) {
  const auto file = read_file(folder.instance(), kTokenFileBytes);
  if (!file.ok() && file.error().code != Code::kNotFound) return file.error();
  return !file.ok() || *file != to_hex(state.instance_token) + "\n";
}

Status check_city_keys(const LogIdentity& own, const NodeKeys& keys, const DataFolder& folder) {
  if (!keys.city) {
    return fail(Code::kRefused,
                "the keys of " + own.name +
                    " are missing; put signing.key, cosigner.key and sealing.key back from their backup",
                folder.key("signing").parent_path().string());
  }
  if (keys.city->signing.public_key() != own.signing_key) {
    return fail(Code::kRefused, "the signing key is not the one of this store's log",
                folder.key("signing").string());
  }
  return {};
}

}  // namespace

Result<NodeIdentity> read_node_identity(StoreReader& store, const StoreState& state, const NodeKeys& keys,
                                        const DataFolder& folder, const DaemonLog& log) {
  NodeIdentity out;
  out.node_key = NodeKey::from(keys.node.public_key().view());
  if (!state.own_log) {
    KOINON_ASSIGN(const auto observer, store.setting(kObserverName));
    if (!observer) return fail(Code::kIo, "the store has no log of its own", folder.store().string());
    out.name = *observer;
    return out;
  }
  KOINON_ASSIGN(const LogState own, store.log_state(*state.own_log));
  KOINON_TRY(check_city_keys(own.identity, keys, folder));
  out.log = own.identity;
  out.name = own.identity.name;
  KOINON_ASSIGN(out.restored, is_restored(state, folder));
  if (out.restored)
    log.warning(
        "this store was restored from a copy; its peers are asked what they saw of its log before it signs");
  if (own.frozen) {
    out.refusal = own_log_forked();
    log.error(out.refusal->message, {{"city", out.name}});
  }
  return out;
}

Error own_log_forked() {
  return fail(Code::kRefused,
              "our own log has forked: two heads that contradict each other carry its signature, and other "
              "cities have frozen it; nothing more is signed for it. Either its key is in other hands, or a "
              "copy of this node signed too. See RUNBOOK, \"A forked log\"",
              "log");
}

}  // namespace koinon
