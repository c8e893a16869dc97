// Logs that are removed from the SQLite store: one is out of sight at once, and its bytes go later, piece by
// piece. Part of SqliteStore, inside its transactions.
#pragma once

#include "storage/store/sqlite_bodies.h"
#include "storage/store/sqlite_cosigned.h"
#include "storage/store/sqlite_heads.h"
#include "storage/store/sqlite_log_keys.h"
#include "storage/store/sqlite_policy.h"
#include "storage/store/sqlite_seen.h"

namespace koinon {

class SqliteRemoval {
 public:
  struct Parts {
    SqliteLogs& logs;
    SqliteHeads& heads;
    SqliteBodies& bodies;
    SqliteArrivals& arrivals;
    SqlitePolicy& policy;
    SqliteSeen& seen;
    SqliteLogKeys& log_keys;
    SqliteCosigned& cosigned;
  };
  explicit SqliteRemoval(Parts parts) : parts_(parts) {}

  // The largest head that was seen of the log is kept, and so is evidence against it. What is held of it is
  // left for SqliteBodies::sweep.
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
