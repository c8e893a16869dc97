#include "node/daemon/pin_following.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "proto/base/encoding.h"

namespace koinon {

// The new pin has the address of the old one, and begins the peer's journal anew.
Result<PinFollowing::Moved> PinFollowing::move(Store& store, const LogId& log, const NodeKey& own) {
  Moved out;
  KOINON_ASSIGN(const LogKeys stands, store.log_keys(log));
  KOINON_ASSIGN(const std::vector<NodeKey> old, store.old_node_keys(log));
  KOINON_ASSIGN(const std::vector<PeerRecord> peers, store.peers());
  bool is_pinned = stands.node == own;
  for (const PeerRecord& peer : peers) {
    is_pinned = is_pinned || peer.node_key == stands.node;
    const bool is_old = std::find(old.begin(), old.end(), peer.node_key) != old.end();
    if (peer.log == log && is_old) out.dropped.push_back(peer);
  }
  for (const PeerRecord& peer : out.dropped) {
    KOINON_TRY(store.remove_peer(peer.node_key));
    if (std::exchange(is_pinned, true)) continue;
    PeerRecord moved = peer;
    moved.node_key = stands.node;
    moved.epoch.reset();
    moved.cursor = JournalSeq(0);
    moved.held_ours = false;
    KOINON_TRY(store.put_peer(moved));
    out.pinned = moved;
  }
  return out;
}

void PinFollowing::look(const LogId& log) {
  if (!parts_.network.pins(log)) return;
  const auto moved = std::make_shared<Moved>();
  parts_.writer.change(
      [moved, log, own = parts_.own](Store& store) -> Status {
        auto now = move(store, log, own);
        // Nothing of it is held yet.
        if (!now.ok()) return now.error().code == Code::kNotFound ? Status() : Status(now.error());
        *moved = std::move(*now);
        return {};
      },
      [this, moved](const Status& done) {
        if (!done.ok()) return parts_.log.error("a pin is not moved", {{"reason", done.error().text()}});
        for (const PeerRecord& peer : moved->dropped) {
          parts_.network.remove_peer(peer.node_key);
          parts_.log.warning("a peer's log names another node key, or the one that was pinned is void",
                             {{"peer", peer.name}, {"node_key", to_text(peer.node_key)}});
        }
        if (moved->pinned) parts_.network.add_peer(*moved->pinned);
      });
}

}  // namespace koinon
