// Logs that are removed from a store of SQL: one is out of sight at once, and its bytes go later, piece by
// piece. Part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/sql_bodies.h"
#include "storage/store/sql_cosigned.h"
#include "storage/store/sql_heads.h"
#include "storage/store/sql_log_keys.h"
#include "storage/store/sql_policy.h"
#include "storage/store/sql_seen.h"

namespace koinon {

class SqlRemoval {
 public:
  struct Parts {
    SqlLogs& logs;
    SqlHeads& heads;
    SqlBodies& bodies;
    SqlArrivals& arrivals;
    SqlPolicy& policy;
    SqlSeen& seen;
    SqlLogKeys& log_keys;
    SqlCosigned& cosigned;
  };
  explicit SqlRemoval(Parts parts) : parts_(parts) {}

  // The largest head that was seen of the log is kept, and so is evidence against it. What is held of it is
  // left for SqlBodies::sweep.
  Status remove(const LogId& log, UnixMillis now);
  // Whether it is known that nothing is left of removed logs. Not after a start: the node may have ended
  // before all of it had gone.
  bool is_swept() const { return swept_; }
  void set_swept() { swept_ = true; }

 private:
  Parts parts_;
  bool swept_ = false;
};

}  // namespace koinon
