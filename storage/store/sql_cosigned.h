// What cities have signed of the heads of logs, and what our own cosigner has signed, in a store of SQL.
// Writing is part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/cosigned_rules.h"
#include "storage/store/sql_logs.h"
#include "storage/store/sql_settings.h"

namespace koinon {

class SqlCosigned {
 public:
  SqlCosigned(sql::Connection& db, SqlLogs& logs, SqlSettings& settings)
      : db_(db), logs_(logs), settings_(settings) {}

  Result<std::vector<CosignedHead>> heads(const LogId& log);
  Result<std::optional<LastCosigned>> last(const LogId& log);
  Result<std::uint64_t> made();
  // Only for a start: some hundred bytes of each log that was cosigned.
  Result<std::vector<LogCosigned>> all();

  Result<std::vector<CosignedBrief>> keep(const LogId& log, const CosignedHead& head, UnixMillis now);
  Status note(const LogId& log, const LastCosigned& next);
  // The heads of a log, not what our own cosigner has signed.
  Status forget_heads(const LogId& log);

 private:
  RootAt roots_of(const LogId& log);
  // Puts a head in place of what is kept of its size; null: nothing is.
  Status put(const LogId& log, const CosignedHead& head, const CosignedHead* kept);
  Status put_lines(std::int64_t number, const std::vector<CosignatureLine>& lines,
                   const std::vector<CosignatureLine>& kept);
  Status drop(const LogId& log, const CosignedHead& head);
  Result<std::int64_t> number_of(const LogId& log, const CosignedHead& head);

  sql::Connection& db_;
  SqlLogs& logs_;
  SqlSettings& settings_;
};

}  // namespace koinon
