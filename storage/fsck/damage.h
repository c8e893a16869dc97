// What is damaged in a node's folder, and what can be done about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::fsck {

// What repairs it. Those with a number say of what: of a log, a record or a file, as the store counts them.
enum class Remedy : unsigned char {
  kNone,          // a backup or another city has it
  kRestoreLog,    // as kNone, of our own log: it is not fetched again while the rest of it stands
  kFetchBody,     // the body is marked as wanted, not held. `number`: the record's row
  kDropBody,      // a body goes that nothing names. `number`: the record's row
  kDropTransit,   // a body that is held for peers goes. `number`: the record's row
  kNameFiles,     // which files a record names is read again from its body. `number`: the record's row
  kFetchFile,     // the file is marked as wanted, from the first chunk that is lost. `number`: the file's;
                  // `from`
  kRebuildTree,   // hashes are computed again from the entries. `number`: the log's
  kFetchLog,      // another city's log is removed and asked for again. `log`
  kCountAgain,    // sums are made again
  kDropKept,      // the file of erased bodies that are kept for a while goes
  kDropCosigned,  // a cosigned head goes, with its lines. `number`: its row
  kRebuildIndex,  // the index is made again from the store
};

// Whether repair_folder does something about it.
bool is_repairable(Remedy remedy);

struct Damage {
  std::string place;  // CITY/NUMBER, CITY, or a file
  std::string what;   // for people, without an end
  Remedy remedy = Remedy::kNone;
  std::int64_t number = 0;
  std::uint32_t from = 0;
  LogId log = {};

  std::string text() const;  // one line
};

class Report {
 public:
  void add(Damage damage);
  // The first limits::kFsckLines of them.
  const std::vector<Damage>& damages() const { return damages_; }
  std::uint64_t count() const { return count_; }
  std::uint64_t logs = 0;  // that were looked at, as with the others
  std::uint64_t entries = 0;
  std::uint64_t bodies = 0;
  std::uint64_t files = 0;
  std::uint64_t documents = 0;  // of the index

 private:
  std::vector<Damage> damages_;
  std::uint64_t count_ = 0;
};

}  // namespace koinon::fsck
