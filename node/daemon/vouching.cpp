#include "node/daemon/vouching.h"

#include "proto/base/limits.h"

namespace koinon {

DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now) {
  return [peer, now](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const LogState log, store.log_state(peer.log));
    KOINON_ASSIGN(const StoredRecord genesis, store.record(peer.log, EntryIndex(0)));
    KOINON_ASSIGN(const LogKeys keys, check_genesis(genesis.entry, log.identity));
    if (keys.node != peer.node_key) {
      return fail(Code::kRefused, "its log names another node key than the one that was pinned", peer.name);
    }
    Draft draft;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* vouch = draft.entry.mutable_control()->mutable_vouch();
    vouch->set_log_id(peer.log.bytes());
    vouch->set_name(log.identity.name);
    vouch->set_vkey(log.identity.vkey().text());
    const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(limits::kVouchLifetime);
    vouch->set_expires_at_ms(now.value + lifetime.count());
    return draft;
  };
}

}  // namespace koinon
