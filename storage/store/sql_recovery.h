// A log in a store of SQL that was taken back: what is void goes, piece by piece, and what it did to others
// is undone. Part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/recovery_rules.h"
#include "storage/store/sql_peers.h"
#include "storage/store/sql_removal.h"
#include "storage/store/sql_settings.h"

namespace koinon {

class SqlRecovery {
 public:
  struct Parts {
    SqlSettings& settings;
    SqlLogs& logs;
    SqlHeads& heads;
    SqlBodies& bodies;
    SqlArrivals& arrivals;
    SqlPeers& peers;
    SqlPolicy& policy;
    SqlSeen& seen;
    SqlStatements& statements;
    SqlLogKeys& log_keys;
    SqlCosigned& cosigned;
    SqlRemoval& removal;
  };
  SqlRecovery(sql::Connection& db, Parts parts) : db_(db), parts_(parts) {}

  // Store::recover.
  Result<Recovered> take_back(const RecoveryCommit& recovery);
  // Two recoveries contradict each other: nothing changes, whatever else is stated.
  Result<bool> is_contradicted(const LogId& log);

 private:
  struct Piece {
    std::int64_t number = 0;  // of the log
    EntryIndex from;
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
  };
  Result<Recovered> contradicted(const LogId& log);
  // What must be known of it is written. Nothing: nothing of it is held. Of a log that is held already under
  // the current origin nothing changes.
  Result<std::optional<LogState>> begin(const RecoveryCommit& recovery);
  // The standing_size of what is held, where no head of the current origin proves it.
  Result<TreeSize> standing(const RecoveryCommit& recovery, const LogState& held);
  // Takes away a piece of what is void, and does not stand. `own`: it is our own log.
  Result<Recovered> take_piece(const RecoveryCommit& recovery, const LogState& held, TreeSize stands,
                               bool own);
  Result<Piece> choose(const LogState& held, TreeSize stands);
  Status remove(const Piece& piece, bool own);
  Result<bool> is_news(const RecoveryCommit& recovery, const Result<LogState>& held);
  Result<bool> put_back_bodies(std::int64_t number, EntryIndex from, const RecoveryCommit& recovery);
  Status put_back_vouches(const Piece& piece, const LogId& log);

  sql::Connection& db_;
  Parts parts_;
};

}  // namespace koinon
