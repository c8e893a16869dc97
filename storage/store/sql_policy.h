// Trust in a store of SQL: vouches, blocks of the operator, evidence of forks. Writing is part of
// SqlStore, inside its transactions.
#pragma once

#include "storage/sql/connection.h"
#include "storage/store/store.h"

namespace koinon {

class SqlPolicy {
 public:
  explicit SqlPolicy(sql::Connection& db) : db_(db) {}

  // Only for a start: all vouches.
  Result<std::vector<VouchFact>> vouches();
  Result<std::vector<VouchFact>> vouches_by(const LogId& voucher);
  Result<std::vector<LogId>> blocked();
  Result<std::vector<LogId>> forked();  // that evidence freezes
  Result<std::vector<ThawedEvidence>> thawed();

  Result<std::optional<LogId>> vouched_as(std::string_view name);
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target);
  Result<std::vector<KeptEvidence>> evidence(const LogId& log);

  // Forgets vouches of an older version whose log id, name and vkey do not belong to one log. They do not
  // count, and would take the place of others.
  Status prepare();
  // All vouches are of one voucher.
  Status write_vouches(const std::vector<VouchFact>& vouches);
  Status forget_vouches_by(const LogId& voucher);
  Status set_blocked(const LogId& log, bool blocked);
  // False: nothing was added, evidence of the same contradiction is held.
  Result<bool> add_evidence(const EvidenceCommit& evidence);
  Status thaw(const ThawCommit& thaw, const std::optional<LogId>& own);
  // That against origins of before its last of so many recoveries. Whether what is left freezes the log.
  Result<bool> forget_evidence(const LogId& log, std::uint64_t recoveries);

 private:
  Status write_vouch(const VouchFact& vouch);

  sql::Connection& db_;
};

}  // namespace koinon
