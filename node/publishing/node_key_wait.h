// A new node key that our log names, and that this node does not show yet: until its peers hold the entry
// that names it, the old one serves. Who holds it is kept in the store, so that a start can decide.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ed25519.h"
#include "storage/store/store.h"

namespace koinon {

struct NodeKeyWait {
  NodeKey next;
  bool now = false;                // the operator's word: the next start shows it, whoever holds it
  std::set<NodeKey> holders = {};  // peers that said so, under the node keys that are pinned
};

// Whether our log names the key that is to replace the one which this node shows.
bool node_key_waits(const LogKeys& named, const std::optional<NodeKey>& next);
bool node_key_waits(const LogKeys& named, const std::optional<SigningKey>& next);

// Of this next key. Where nothing was kept of it, nobody holds it.
Result<NodeKeyWait> read_node_key_wait(StoreReader& store, const NodeKey& next);
Status write_node_key_wait(Store& store, const NodeKeyWait& wait);
// In a transaction of its own. `is_shown`: nothing waits any more; invites of before name the old key, and
// open nothing.
Status keep_node_key_wait(Store& store, const NodeKeyWait& wait, bool is_shown);

// The peer says to hold so many entries of our log. Does nothing where our log does not name `next`, or that
// is no news.
Status note_node_key_holder(Store& store, const LogId& own, const NodeKey& next, const NodeKey& peer,
                            TreeSize size);

// Whether peers that hold the entry still let in the node under the key of before it. Else nothing is won by
// going on with that one: whoever knows the new key refuses it.
Result<bool> old_node_key_serves(StoreReader& store, const LogId& own, const NodeKey& old);

// The pinned peers that are not known to hold it.
Result<std::vector<PeerRecord>> awaited_for(StoreReader& store, const NodeKeyWait& wait);

// What waits, as an operator is shown it.
struct NodeKeyWaitView {
  NodeKey next;
  EntryIndex entry;  // of our log, that names it
  bool now = false;
  std::size_t peers = 0;
  std::vector<std::string> awaited = {};  // peers, by name
};
// `shown`: the node key that this node shows. Nothing: no other one waits.
Result<std::optional<NodeKeyWaitView>> node_key_wait_view(StoreReader& store, const LogId& own,
                                                          const NodeKey& shown);

}  // namespace koinon
