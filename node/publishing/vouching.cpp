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
  vouch->set_name(log.identity().name);
  vouch->set_vkey(log.keys.vkey().text());
  const auto lifetime = std::chrono::duration_cast<std::chrono::milliseconds>(limits::kVouchLifetime);
  vouch->set_expires_at_ms(now.value + lifetime.count());
  return draft;
}

}  // namespace

DraftMaker vouch_maker(const PeerRecord& peer, UnixMillis now) {
  return [peer, now](StoreReader& store) -> Result<Draft> {
    if (!peer.log)
      return fail(Code::kRefused, Sentence{"vouch.by_observer", "an observer has no log to vouch for"},
                  peer.name);
    KOINON_ASSIGN(const LogState log, store.log_state(*peer.log));
    KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(*peer.log));
    if (standing.keys.node != peer.node_key && standing.node_before != peer.node_key) {
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

DraftMaker vouch_withdrawal_maker(const LogId& own, const LogId& city) {
  return [own, city](StoreReader& store) -> Result<Draft> {
    KOINON_ASSIGN(const auto stands, store.vouch(own, city));
    if (!stands)
      return fail(Code::kNotFound, Sentence{"vouch.none", "this city does not vouch for it"}, "city");
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* vouch = draft.entry.mutable_control()->mutable_vouch();
    vouch->set_log_id(city.bytes());
    vouch->set_name(stands->name);
    vouch->set_vkey(stands->vkey);
    vouch->set_expires_at_ms(stands->expires_at.value);
    vouch->set_withdrawn(true);
    return draft;
  };
}

}  // namespace koinon
