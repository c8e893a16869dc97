// Looks at one log: its entries, the tree over them, its head, its bodies.
#pragma once

#include <vector>

#include "proto/codec/entry.h"
#include "storage/fsck/damage.h"
#include "storage/store/sql_logs.h"

namespace koinon::fsck {

class LogCheck {
 public:
  // `own`: it is this node's own log, which is not fetched again as a whole.
  LogCheck(sql::Connection& db, LogState state, std::int64_t number, bool own, Report& report)
      : db_(db), state_(std::move(state)), number_(number), own_(own), report_(report) {}

  Status check();

 private:
  Status check_records();
  Status take(const StoredRecord& record, const Bytes& transit);
  Status take_missing(EntryIndex until);
  void append(const Hash& leaf);
  Status put_hash(unsigned level, const Hash& hash);
  Status compare(unsigned level);
  Status check_body(const StoredRecord& record, const v1::Entry& entry, const Bytes& transit);
  Status check_erased(const StoredRecord& record);
  Status check_files(EntryIndex index, BytesView body);
  void check_heads();
  Status judge_tree();

  std::string place(EntryIndex index) const;
  Remedy whole_log() const { return own_ ? Remedy::kRestoreLog : Remedy::kFetchLog; }
  void found(std::string at, std::string what, Remedy remedy, std::int64_t number = 0);

  // The hashes of the tile that is being computed on one level.
  struct Level {
    Bytes hashes;
    std::uint64_t number = 0;
  };

  sql::Connection& db_;
  LogState state_;
  std::int64_t number_;
  bool own_;
  Report& report_;
  CompactRange range_;                 // of the entries, as they are
  std::optional<Hash> root_at_whole_;  // of the prefix that the newest whole head is of
  std::vector<Level> levels_;
  std::vector<EntryIndex> differing_;  // entries whose stored leaf hash is another
  bool tree_differs_ = false;
  bool entry_missing_ = false;
};

}  // namespace koinon::fsck
