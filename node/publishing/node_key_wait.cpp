#include "node/publishing/node_key_wait.h"

#include <algorithm>
#include <utility>

#include "proto/base/encoding.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

constexpr std::string_view kNow = "now";

// The next key, the word if it was given, and the holders: keys in hexadecimal, blank between.
std::string text_of(const NodeKeyWait& wait) {
  std::string out = to_hex(wait.next.view());
  if (wait.now) out += " " + std::string(kNow);
  for (const NodeKey& peer : wait.holders) out += " " + to_hex(peer.view());
  return out;
}

// Of the word no harm comes if it is unreadable: what is no key is passed over. Nothing: it does not begin
// with the next key.
std::optional<NodeKeyWait> wait_of(std::string_view text) {
  std::optional<NodeKeyWait> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    const auto key = from_hex(word);
    const bool is_key = key.ok() && key->size() == NodeKey::kSize;
    if (!out) {
      if (!is_key) return std::nullopt;
      out = NodeKeyWait{NodeKey::from(*key)};
    } else if (word == kNow) {
      out->now = true;
    } else if (is_key) {
      out->holders.insert(NodeKey::from(*key));
    }
  }
  return out;
}

Result<std::optional<NodeKeyWait>> kept_wait(StoreReader& store) {
  KOINON_ASSIGN(const auto kept, store.setting(kNodeKeyWait));
  return kept ? wait_of(*kept) : std::nullopt;
}

}  // namespace

bool node_key_waits(const LogKeys& named, const std::optional<NodeKey>& next) { return next == named.node; }

bool node_key_waits(const LogKeys& named, const std::optional<SigningKey>& next) {
  return next && node_key_waits(named, NodeKey::from(next->public_key().view()));
}

Result<NodeKeyWait> read_node_key_wait(StoreReader& store, const NodeKey& next) {
  KOINON_ASSIGN(auto kept, kept_wait(store));
  return kept && kept->next == next ? std::move(*kept) : NodeKeyWait{next};
}

Status write_node_key_wait(Store& store, const NodeKeyWait& wait) {
  return store.set_setting(kNodeKeyWait, text_of(wait));
}

namespace {

Status drop_node_key_wait(Store& store) {
  KOINON_ASSIGN(const auto invites, store.invites());
  for (const InviteRecord& invite : invites) KOINON_TRY(store.remove_invite(invite.key));
  return store.set_setting(kNodeKeyWait, {});
}

}  // namespace

Status keep_node_key_wait(Store& store, const NodeKeyWait& wait, bool is_shown) {
  KOINON_TRY(store.begin(true));
  if (const Status kept = is_shown ? drop_node_key_wait(store) : write_node_key_wait(store, wait);
      !kept.ok()) {
    store.rollback();
    return kept;
  }
  return store.commit();
}

Status note_node_key_holder(Store& store, const LogId& own, const NodeKey& next, const NodeKey& peer,
                            TreeSize size) {
  const auto standing = store.standing_keys(own);
  if (!standing.ok()) return standing.error().code == Code::kNotFound ? Status() : Status(standing.error());
  if (!node_key_waits(standing->keys, next) || size.value <= standing->node_since.value) return {};
  KOINON_ASSIGN(NodeKeyWait wait, read_node_key_wait(store, next));
  if (!wait.holders.insert(peer).second) return {};
  return write_node_key_wait(store, wait);
}

// As peers decide it (pin_following.h).
Result<bool> old_node_key_serves(StoreReader& store, const LogId& own, const NodeKey& old) {
  KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(own));
  return standing.node_before == old;
}

Result<std::vector<PeerRecord>> awaited_for(StoreReader& store, const NodeKeyWait& wait) {
  KOINON_ASSIGN(std::vector<PeerRecord> out, store.peers());
  std::erase_if(out, [&](const PeerRecord& peer) { return wait.holders.contains(peer.node_key); });
  return out;
}

Result<std::optional<NodeKeyWaitView>> node_key_wait_view(StoreReader& store, const LogId& own,
                                                          const NodeKey& shown) {
  const auto standing = store.standing_keys(own);
  if (!standing.ok() && standing.error().code != Code::kNotFound) return standing.error();
  if (!standing.ok() || standing->keys.node == shown) return std::optional<NodeKeyWaitView>();
  KOINON_ASSIGN(const auto wait, kept_wait(store));
  // Without it the other key is not this node's: its log was taken back, say, or is an old one.
  if (!wait || !node_key_waits(standing->keys, wait->next)) return std::optional<NodeKeyWaitView>();
  NodeKeyWaitView out{wait->next, standing->node_since, wait->now};
  KOINON_ASSIGN(const auto peers, store.peers());
  out.peers = peers.size();
  KOINON_ASSIGN(const auto awaited, awaited_for(store, *wait));
  for (const PeerRecord& peer : awaited) out.awaited.push_back(peer.name);
  return std::optional(std::move(out));
}

}  // namespace koinon
