#include "node/engine/parts.h"

namespace koinon::engine {

Parts::Parts(EngineConfig config, StoreState state, Now now)
    : effects(std::move(config), state.own_log, now),
      trust({effects.config().trust_hops, effects.config().trust_paths, effects.config().trust_admits}),
      peers(effects, std::move(state.peers)),
      logs(trust, state.own_log, std::move(state.logs), state.forked),
      links(effects, peers),
      journal(logs, state.journal, state.last_journal_seq),
      holdings(links),
      intake(effects, trust, logs),
      sessions(effects, peers, logs, links, journal, news),
      admission(effects, store, trust, peers, logs, links, journal, news,
                {state.lived, std::move(state.asks)}),
      cursors(effects, peers, logs, links, intake, admission),
      offers(peers, links, cursors),
      fetcher(effects, store, peers, logs, links, journal, intake, admission, cursors, offers, news),
      forks(effects, store, logs, links, journal, cursors, offers, fetcher, news),
      files(effects, logs, links, holdings, intake, fetcher, news),
      bodies(effects, store, logs, links, holdings, intake, fetcher, files),
      filtering(effects, store, logs, links, intake, bodies),
      follower(effects, logs, links, holdings, intake, admission, cursors, offers, fetcher, forks, bodies,
               filtering),
      file_serving(effects, logs, links, files),
      broadcast(effects, logs, links, journal, holdings, forks, bodies),
      serving(effects, logs, links, holdings, bodies, file_serving, broadcast) {
  if (state.own_log) trust.set_own(*state.own_log);
  for (const VouchFact& vouch : state.vouches) trust.add_vouch(vouch);
  for (const LogId& log : state.blocked) trust.set_blocked(log, true);
}

}  // namespace koinon::engine
