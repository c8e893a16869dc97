// Peers in a store of SQL: the pinned peers and how far we have read their journals, heads to ask them for,
// and invites. Writing is part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/sql_settings.h"

namespace koinon {

class SqlPeers {
 public:
  SqlPeers(sql::Connection& db, SqlSettings& settings) : db_(db), settings_(settings) {}

  Result<std::vector<PeerRecord>> peers();
  Result<std::vector<HeadAsk>> asks();
  Result<std::vector<InviteRecord>> invites();

  Status put(const PeerRecord& peer);
  Status remove(const NodeKey& node_key);
  Status set_cursor(const PeerCursor& cursor);
  Status set_asks(const std::vector<HeadAsk>& asks, bool open);
  Status put_invite(const InviteRecord& invite);
  Status remove_invite(const NodeKey& key);
  // Entries of the log that name keys came, or became void: where it is a pinned peer's, the pin is to follow
  // them (keys_to_follow). With the last pin of a log, remove() forgets that.
  Status note_keys(const LogId& log);

 private:
  Result<std::optional<PeerRecord>> find(const NodeKey& node_key);
  Result<bool> has_pin_of(const LogId& log);
  Status write(const PeerRecord& peer);

  sql::Connection& db_;
  SqlSettings& settings_;
};

}  // namespace koinon
