// The lease of the one who writes: a row whose number each transaction of the writer checks, and holds until
// its end. Whoever takes it over raises the number, and waits for the transaction that is open: from then on
// the writer before can commit nothing. Times are the server's.
#pragma once

#include <chrono>
#include <string>

#include "storage/sql/connection.h"
#include "storage/store/store.h"

namespace koinon::postgres {

inline constexpr std::chrono::seconds kLeaseTime{15};

// Who has taken over, of a writer that was fenced off. kRefused, "store.fenced".
Error fenced(const std::string& by);

class Lease {
 public:
  // Takes the lease of the schema that is set. `holder`: who writes, for people. kUnavailable,
  // "store.written": another has it, and has shown a sign of life within kLeaseTime.
  static Result<Lease> take(sql::Connection& db, const std::string& holder);

  // Inside a transaction: kRefused, "store.fenced": another has taken over.
  Status check(sql::Connection& db) const;
  // Outside a transaction: shows a sign of life. Errors as check().
  Status keep(sql::Connection& db) const;
  // Whoever comes next need not wait.
  void give_back(sql::Connection& db) const;

 private:
  explicit Lease(std::int64_t number) : number_(number) {}
  std::int64_t number_;
};

// How old the writer's last sign of life is that has come to this server.
Result<StoreLag> lag_of(sql::Connection& db);

}  // namespace koinon::postgres
