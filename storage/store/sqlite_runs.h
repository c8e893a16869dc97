// Runs of entries that come to a log in the SQLite store: their records and hashes, and all that they say of
// keys, files, vouches and withdrawals. Part of SqliteStore, inside its transactions.
#pragma once

#include "storage/store/sqlite_bodies.h"
#include "storage/store/sqlite_heads.h"
#include "storage/store/sqlite_log_keys.h"
#include "storage/store/sqlite_peers.h"
#include "storage/store/sqlite_policy.h"
#include "storage/store/sqlite_settings.h"

namespace koinon {

class SqliteRuns {
 public:
  struct Parts {
    SqliteSettings& settings;
    SqliteLogs& logs;
    SqliteHeads& heads;
    SqliteArrivals& arrivals;
    SqlitePeers& peers;
    SqlitePolicy& policy;
    SqliteLogKeys& log_keys;
    SqliteAttachments& attachments;
    SqliteBodies& bodies;
  };
  SqliteRuns(sqlite::Connection& db, Parts parts) : db_(db), parts_(parts) {}

  // LogWriter::append_run.
  Result<JournalSeq> append(const RunCommit& run);

 private:
  // `number` is that of the log.
  Status write_records(const RunCommit& run, std::int64_t number);
  Status write_own_contents(const RunCommit& run);

  sqlite::Connection& db_;
  Parts parts_;
};

}  // namespace koinon
