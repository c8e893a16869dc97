#include "node/daemon/pin_following.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/replication/ask_writer.h"
#include "proto/base/encoding.h"
#include "storage/store/settings.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// The new pin has the address of the old one. The same node, under another key, goes on where it was; another
// one's journal is begun anew.
Result<PeerRecord> pin_instead(Store& store, const PeerRecord& old, const NodeKey& key, bool is_same_node) {
  PeerRecord moved = old;
  moved.node_key = key;
  moved.held_ours = old.held_ours && is_same_node;
  if (!is_same_node) {
    moved.epoch.reset();
    moved.cursor = JournalSeq(0);
  }
  KOINON_TRY(store.put_peer(moved));
  if (moved.epoch) KOINON_TRY(store.set_cursor({key, *moved.epoch, moved.cursor}));
  if (moved.held_ours) KOINON_TRY(store.set_held_ours(key));
  return moved;
}

}  // namespace

Result<PinFollowing::Moved> PinFollowing::move(Store& store, const LogId& log, const NodeKey& own,
                                               const Look& look) {
  const std::string noted = keys_to_follow(log);
  KOINON_ASSIGN(const auto due, store.setting(noted));
  Look now = look;
  now.moves = look.moves || due;
  Moved out;
  if (auto followed = follow(store, log, own, now); followed.ok()) {
    out = std::move(*followed);
  } else if (followed.error().code != Code::kNotFound) {  // else nothing of the log is held yet
    return followed.error();
  }
  if (due) KOINON_TRY(store.set_setting(noted, {}));
  return out;
}

Result<PinFollowing::Moved> PinFollowing::follow(Store& store, const LogId& log, const NodeKey& own,
                                                 const Look& look) {
  Moved out;
  KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(log));
  KOINON_ASSIGN(const std::vector<PeerRecord> peers, store.peers());
  const NodeKey stands = standing.keys.node;
  const auto holder = std::find_if(peers.begin(), peers.end(),
                                   [&](const PeerRecord& peer) { return peer.node_key == stands; });
  bool is_pinned = holder != peers.end();
  // Who has the log's key may name any node that helps: nobody's pin gives way to that of another's node.
  if (stands == own || (is_pinned && holder->log != log)) return out;
  // The key that may serve on.
  const auto before = is_pinned || look.shown == stands ? std::nullopt : standing.node_before;
  for (const PeerRecord& peer : peers) {
    if (peer.log != log || peer.node_key == stands) continue;
    KOINON_ASSIGN(const bool was_named, store.has_named_node(log, peer.node_key));
    if (!was_named) continue;
    if (peer.node_key == before) {
      out.awaits = Peers::Awaited{*before, stands, standing.node_since};
    } else if (look.moves) {
      out.dropped.push_back(peer);
    }
  }
  is_pinned = is_pinned || out.awaits.has_value();
  for (const PeerRecord& peer : out.dropped) {
    KOINON_TRY(store.remove_peer(peer.node_key));
    if (std::exchange(is_pinned, true)) continue;
    KOINON_ASSIGN(const bool is_same_node, store.is_of_its_node(log, peer.node_key));
    KOINON_ASSIGN(out.pinned, pin_instead(store, peer, before.value_or(stands), is_same_node));
    if (before) out.awaits = Peers::Awaited{*before, stands, standing.node_since};
  }
  return out;
}

void PinFollowing::begin(const LogId& log, const Look& look, std::chrono::seconds wait) {
  if (!parts_.network.pins(log)) return;
  change_and_ask<Moved>(
      parts_.writer,
      [log, look, own = parts_.own](Store& store) -> Result<Moved> { return move(store, log, own, look); },
      [this, log, look, wait](const Result<Moved>& moved) {
        if (!moved.ok()) return try_again(log, look, wait, moved.error());
        tell(log, *moved);
      });
}

// On the writer's thread; the network's has the clock.
void PinFollowing::try_again(const LogId& log, const Look& look, std::chrono::seconds wait,
                             const Error& why) {
  parts_.log.error(log_event::kPinNotMoved, "a pin is not moved yet; it is tried again",
                   {{"reason", why.text()}});
  asio::io_context& io = parts_.network.context();
  asio::post(io, [this, &io, log, look, wait] {
    const auto [waiting, is_first] = waiting_.try_emplace(log, look);
    if (!is_first) {
      waiting->second.moves = waiting->second.moves || look.moves;
      if (look.shown) waiting->second.shown = look.shown;
      return;
    }
    const auto pause = std::make_shared<asio::steady_timer>(io, wait);
    pause->async_wait([this, log, wait, pause](const boost::system::error_code& ended) {
      const auto waited = waiting_.extract(log);
      if (!ended && !waited.empty()) begin(log, waited.mapped(), std::min(2 * wait, limits::kStoreRetryMax));
    });
  });
}

// The new one first: its log is a peer's all the time.
void PinFollowing::tell(const LogId& log, const Moved& moved) {
  if (moved.pinned) parts_.network.add_peer(*moved.pinned);
  for (const PeerRecord& peer : moved.dropped) {
    parts_.network.remove_peer(peer.node_key);
    parts_.log.warning(log_event::kPinVoid,
                       "a peer's log names another node key, or the one that was pinned is void",
                       {{"peer", peer.name}, {"node_key", to_text(peer.node_key)}});
  }
  parts_.network.await_key(log, moved.awaits);
}

}  // namespace koinon
