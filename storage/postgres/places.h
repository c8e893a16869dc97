// Partitions of the large tables. Records and tiles of 256 logs, one after the other as they came, are in one
// partition: so a log that is erased, or is written anew on disk, does not touch those of others.
#pragma once

#include <set>

#include "storage/sql/connection.h"

namespace koinon::postgres {

class Places {
 public:
  // Makes the partition for the records of a log, if there is none. Inside a transaction.
  Status make(sql::Connection& db, std::int64_t log_number);
  // The transaction was undone: what it made is gone.
  void forget() { known_.clear(); }

 private:
  std::set<std::int64_t> known_;
};

}  // namespace koinon::postgres
