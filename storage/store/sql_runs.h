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

  // LogWriter::append_runs.
  Result<std::vector<JournalSeq>> append(RunsInOrder runs);

 private:
  // The log's number.
  Result<std::int64_t> prepare(RunsInOrder runs);
  Status insert_records(RunsInOrder runs, std::int64_t number);
  Status append_hashes(RunsInOrder runs, std::int64_t number);
  Result<std::vector<JournalSeq>> extend(RunsInOrder runs, std::int64_t number);
  Status write_what_it_says(const RunCommit& run, std::int64_t number, bool ours);
  Status write_own_contents(const RunCommit& run);

  sql::Connection& db_;
  Parts parts_;
};

}  // namespace koinon
