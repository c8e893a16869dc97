#include "node/api/api.h"

namespace koinon {

std::optional<LogId> NodeFacts::log() const {
  return identity ? std::optional(identity->log_id()) : std::nullopt;
}

ApiShared::ApiShared(ApiParts given)
    : parts(std::move(given)),
      accounts(*parts.office),
      desk(*parts.office),
      outbox(*parts.office),
      worksheets(*parts.office),
      access(accounts, parts.options.access, parts.commons.guesses, parts.clock.wall),
      publisher(*parts.store, parts.nearness, *parts.index, parts.writer, parts.facts.log(),
                parts.options.gate) {}

PeerLine own_peer_line(const ApiParts& parts) {
  PeerLine line{std::nullopt, parts.facts.address, parts.facts.node_key};
  if (!parts.facts.identity) return line;
  const auto own = parts.store->log_state(*parts.facts.log());
  line.vkey = own.ok() ? own->keys.vkey() : parts.facts.keys.vkey();
  return line;
}

}  // namespace koinon
