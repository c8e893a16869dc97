// What the SQLite store knows of whom to trust: vouches, blocks of the operator, evidence of forks. Writing
// is part of SqliteStore, inside its transactions.
#pragma once

#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

class SqlitePolicy {
 public:
  explicit SqlitePolicy(sqlite::Connection& db) : db_(db) {}

  // For a start alone: all that there are.
  Result<std::vector<VouchFact>> vouches();
  Result<std::vector<LogId>> blocked();
  Result<std::vector<LogId>> forked();

  Result<std::optional<LogId>> vouched_as(std::string_view name);
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target);
  Result<std::vector<Bytes>> evidence(const LogId& log);

  // Forgets the vouches of an older version that do not name one log: they count for nothing, and would take
  // the place of others.
  Status prepare();
  // All of one voucher.
  Status write_vouches(const std::vector<VouchFact>& vouches);
  Status forget_vouches_by(const LogId& voucher);
  Status set_blocked(const LogId& log, bool blocked);
  Status add_evidence(const EvidenceCommit& evidence);

 private:
  Status write_vouch(const VouchFact& vouch);

  sqlite::Connection& db_;
};

}  // namespace koinon
