// Runs of entries that come to a log in a store of SQL: their records and hashes, and all that they say of
// keys, files, vouches and withdrawals. Part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/sql_bodies.h"
#include "storage/store/sql_heads.h"
#include "storage/store/sql_log_keys.h"
#include "storage/store/sql_peers.h"
#include "storage/store/sql_policy.h"
#include "storage/store/sql_settings.h"

namespace koinon {

class SqlRuns {
 public:
  struct Parts {
    SqlSettings& settings;
    SqlLogs& logs;
    SqlHeads& heads;
    SqlArrivals& arrivals;
    SqlPeers& peers;
    SqlPolicy& policy;
    SqlLogKeys& log_keys;
    SqlAttachments& attachments;
    SqlBodies& bodies;
  };
  SqlRuns(sql::Connection& db, Parts parts) : db_(db), parts_(parts) {}

  // LogWriter::append_run.
  Result<JournalSeq> append(const RunCommit& run);

 private:
  // `number` is that of the log.
  Status write_records(const RunCommit& run, std::int64_t number);
  Status insert_records(const RunCommit& run, std::int64_t number);
  Status write_own_contents(const RunCommit& run);

  sql::Connection& db_;
  Parts parts_;
};

}  // namespace koinon
