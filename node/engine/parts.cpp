#include "node/engine/parts.h"

namespace koinon::engine {

Parts::Parts(EngineConfig config, StoreState state, Now now)
    : effects(std::move(config), state.own_log, now),
      trust({effects.config().trust_hops, effects.config().trust_paths, effects.config().trust_admits}),
      peers(effects, std::move(state.peers)),
      logs(trust, state.own_log, std::move(state.logs), state.forked),
      links(effects, peers),
      journal(logs, {std::move(state.epochs), state.epoch_begun, state.epoch_handled},
              state.last_journal_seq),
      seen(effects, store, peers, logs, links, news, std::move(state.seen_heads)),
      admission(effects, store, trust, peers, logs, journal, news, state.lived),
      asks(effects, store, peers, logs, links, state.asks),
      cosigned(effects, store, logs, journal, news, std::move(state.cosigned)) {
  logs.remember(std::move(state.statements));
  if (const auto& key = effects.config().signing_key) logs.set_own_key(*key);
  if (state.own_log) trust.set_own(*state.own_log);
  for (const VouchFact& vouch : state.vouches) trust.add_vouch(vouch);
  for (const LogId& log : state.blocked) trust.set_blocked(log, true);
  forks.remember(state.thawed);
  for (const LogId& log : state.for_good) forks.note_for_good(logs.at(log));
}

}  // namespace koinon::engine
