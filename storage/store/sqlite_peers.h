// Peers in the SQLite store: the pinned peers and how far we have read their journals, heads to ask them for,
// and invites. Writing is part of SqliteStore, inside its transactions.
#pragma once

#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

class SqlitePeers {
 public:
  explicit SqlitePeers(sqlite::Connection& db) : db_(db) {}

  Result<std::vector<PeerRecord>> peers();
  Result<std::vector<HeadAsk>> asks();
  Result<std::vector<InviteRecord>> invites();
  Result<bool> has_pin_of(const LogId& log);
  // Whose log the peer has. Nothing: it is not pinned, or an observer.
  Result<std::optional<LogId>> log_of(const NodeKey& node_key);

  Status put(const PeerRecord& peer);
  Status remove(const NodeKey& node_key);
  Status set_cursor(const PeerCursor& cursor);
  Status set_asks(const std::vector<HeadAsk>& asks, bool open);
  Status put_invite(const InviteRecord& invite);
  Status remove_invite(const NodeKey& key);

 private:
  Result<std::optional<PeerRecord>> find(const NodeKey& node_key);
  Status write(const PeerRecord& peer);

  sqlite::Connection& db_;
};

}  // namespace koinon
