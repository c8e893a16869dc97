#include "node/publishing/vouching.h"

#include "proto/base/limits.h"

namespace koinon {

namespace {

Draft vouch_for(const LogState& log, UnixMillis now) {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_VOUCH);
  auto* vouch = draft.entry.mutable_control()->mutable_vouch();
  vouch->set_log_id(log.id.bytes());
  vouch->set_name(log.identity.name);
  vouch->set_vkey(log.identity.vkey().text());
  const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(limits::kVouchLifetime);
  vouch->set_expires_at_ms(now.value + lifetime.count());
  return draft;
}

}  // namespace

DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now) {
  return [peer, now](StoreReader& store) -> Result<Draft> {
    if (!peer.log) return fail(Code::kRefused, "an observer has no log to vouch for", peer.name);
    KOINON_ASSIGN(const LogState log, store.log_state(*peer.log));
    KOINON_ASSIGN(const StoredRecord genesis, store.record(*peer.log, EntryIndex(0)));
    KOINON_ASSIGN(const LogKeys keys, check_genesis(genesis.entry, log.identity));
    if (keys.node != peer.node_key) {
      return fail(Code::kRefused, "its log names another node key than the one that was pinned", peer.name);
    }
    return vouch_for(log, now);
  };
}

DraftMaker city_vouch_maker(const LogId& city, UnixMillis now) {
  return [city, now](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const LogState log, store.log_state(city));
    return vouch_for(log, now);
  };
}

DraftMaker vouch_withdrawal_maker(const LogId& city) {
  return [city](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const StoreState state, store.load_state());
    for (const VouchFact& fact : state.vouches) {
      if (fact.voucher != state.own_log || fact.target != city || fact.withdrawn) continue;
      Draft draft;
      draft.again = true;
      draft.entry.set_kind(v1::KIND_VOUCH);
      auto* vouch = draft.entry.mutable_control()->mutable_vouch();
      vouch->set_log_id(city.bytes());
      vouch->set_name(fact.name);
      vouch->set_vkey(fact.vkey);
      vouch->set_expires_at_ms(fact.expires_at.value);
      vouch->set_withdrawn(true);
      return draft;
    }
    return fail(Code::kNotFound, "this city does not vouch for it", "city");
  };
}

}  // namespace koinon
