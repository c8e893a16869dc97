#include "node/api/api.h"

namespace koinon {

std::optional<LogId> NodeFacts::log() const {
  return identity ? std::optional(identity->log_id()) : std::nullopt;
}

PeerLine NodeFacts::peer_line() const {
  return {identity ? std::optional(identity->vkey()) : std::nullopt, address, node_key};
}

ApiShared::ApiShared(ApiParts given)
    : parts(std::move(given)),
      accounts(*parts.office),
      desk(*parts.office),
      outbox(*parts.office),
      access(accounts, parts.options.access, parts.commons.guesses, parts.clock.wall),
      publisher(*parts.store, parts.nearness, *parts.index, parts.writer, parts.facts.log(),
                parts.options.gate) {}

}  // namespace koinon
