// Logs as C2SP tlog-tiles serves them, so that outside monitors and witnesses can audit:
// /log/CITY/checkpoint, /log/CITY/tile/….
//
// Belongs to one reading thread, as the store does that it is given; all of that outlives it.
#pragma once

#include <optional>
#include <string>

#include "node/http/message.h"
#include "node/log_files/tiles.h"
#include "node/reading/directory.h"
#include "storage/store/store.h"

namespace koinon {

class LogFiles {
 public:
  // `own`: our own log, which is anyone's to audit; none: an observer has none.
  LogFiles(StoreReader& store, const Nearness& nearness, std::optional<LogId> own)
      : store_(store), nearness_(nearness), own_(own) {}

  // `city`: its name or log id. `may_read`: what stands in the way of whoever asks where reading is not open.
  // kNotFound: no such city or tile. kUnavailable: the log is still being fetched.
  Result<HttpResponse> checkpoint(const std::string& city, const Status& may_read);
  // `path`: L/N[.p/W] or entries/N[.p/W].
  Result<HttpResponse> tile(const std::string& city, const std::string& path, const Status& may_read);

 private:
  Result<LogState> find(const std::string& city, const Status& may_read);
  Result<HttpResponse> hashes(const LogState& log, const TilePath& path);
  Result<HttpResponse> entries(const LogState& log, const TilePath& path);

  StoreReader& store_;
  const Nearness& nearness_;
  std::optional<LogId> own_;
};

}  // namespace koinon
