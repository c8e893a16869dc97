// Makes a node anew from its keys, where the store is lost: an empty store whose own log is named, marked as
// restored, with peers pinned. The daemon then takes the log back from the peers, and signs when it has all
// that they saw of it.
#pragma once

#include <string>
#include <vector>

#include "crypto/key_history.h"
#include "node/daemon/data_folder.h"

namespace koinon {

struct RebuildOptions {
  std::filesystem::path keys;           // the folder that has the key files
  std::optional<LogIdentity> identity;  // none: keys/identity says it
  std::vector<std::string> peers;       // lines of `koinon id` of peers, at least one
  std::string passphrase;               // of sealed keys; empty: they are not looked into
};
struct RebuildResult {
  LogIdentity identity;
  std::string first_operator;  // code of the one-time link that sets the password of `operator`
};

// `folder` must be there and hold nothing of a node. Whoever calls puts it in place only after this has
// succeeded.
Result<RebuildResult> rebuild_node(const DataFolder& folder, const RebuildOptions& options, UnixMillis now);

// What a node is made of whose key files are in the folder already.
struct NewStore {
  KeyHistory keys;                  // of its log
  std::optional<NodeKey> node_key;  // none: it is sealed, and not known
  std::vector<std::string> peers;   // lines of peers that have held the log
};
// Makes all but the key files: the public file beside them, the store, and the office. Returns the code of
// the one-time link that sets the password of `operator`.
Result<std::string> make_store_anew(const DataFolder& folder, const NewStore& wanted, UnixMillis now);
// Pins more peers that have held the log, in a store that was made so, by their lines; the answers of all are
// waited for. Whoever calls has the folder's lock.
Status pin_holders(const DataFolder& folder, const LogId& own, const NodeKey& node_key,
                   const std::vector<std::string>& lines, UnixMillis now);
// The folder for the key files, closed to others.
Status make_key_folder(const DataFolder& folder);

// Marks the node of a folder as restored from a backup: its store may lack what other cities hold of its log,
// and its office is as old.
Status mark_restored(const DataFolder& folder);

}  // namespace koinon
