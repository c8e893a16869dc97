// What a store of SQL holds of logs: entries, bodies, hashes, heads. It only reads, over a connection that
// somebody else owns.
#pragma once

#include "storage/store/proof_nodes.h"
#include "storage/store/sql_statements.h"
#include "storage/store/store.h"

namespace koinon {

// Each call reads one consistent snapshot: in autocommit each call is a transaction of its own.
class SqlLogs {
 public:
  explicit SqlLogs(sql::Connection& db) : db_(db), statements_(db) {}

  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes);
  Result<Hash> root_at(const LogId& log, TreeSize size);
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size);
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count, TreeSize size);
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count);
  Result<StoredRecord> record(const LogId& log, EntryIndex index);
  // The same, of the log with this number.
  Result<StoredRecord> record_at(std::int64_t number, EntryIndex index);
  Result<Bytes> entry(const LogId& log, EntryIndex index);
  // Only for a start: the logs that hold anything, in the order in which they came.
  Result<std::vector<LogState>> all();
  Result<LogState> log_state(const LogId& log);
  Result<std::uint64_t> log_bytes(const LogId& log);
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix, std::size_t limit);
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit);
  Result<StoreCounts> counts();
  Result<std::optional<EntryIndex>> own_content(BytesView digest);
  Result<std::vector<EntryIndex>> hidden(const LogId& log);
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit);
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit);

  Result<std::int64_t> log_number(const LogId& log);

 private:
  Result<LogState> read_log(const sql::Statement& row);
  Result<std::optional<Hash>> whole_root(const LogId& log, TreeSize size);
  Result<std::int64_t> end_of_run(std::int64_t begin, std::int64_t end, std::size_t max_bytes);

  sql::Connection& db_;
  SqlStatements statements_;
  ProofNodes proof_nodes_;
};

std::int64_t record_id(std::int64_t log_number, EntryIndex index);

// A list for so many ids: (?, ?, …).
inline constexpr std::size_t kIdsAtOnce = 64;
std::string in_ids();

}  // namespace koinon
