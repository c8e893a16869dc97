// Serves logs as C2SP tlog-tiles says, so that monitors and witnesses outside can audit them:
// /log/CITY/checkpoint, /log/CITY/tile/…. Beside them /log/CITY/keys has the log's keys and the statements
// that changed them: whoever knows one key can follow the log to its newest one, and to its newest origin.
//
// Belongs to one reading thread, like its store. Its references must live longer than it.
#pragma once

#include <optional>
#include <string>

#include "node/http/message.h"
#include "node/log_files/tiles.h"
#include "node/reading/directory.h"
#include "storage/store/store.h"

namespace koinon {

// A log as its address names it.
struct LogName {
  std::string city;    // its name, or log id
  std::string origin;  // N of its origin; empty: it was never taken back
};

class LogFiles {
 public:
  // `own` is our own log, which everybody may audit. Nothing: an observer has no log.
  LogFiles(StoreReader& store, const Nearness& nearness, std::optional<LogId> own)
      : store_(store), nearness_(nearness), own_(own) {}

  // `may_read` is the error for callers who may not read; it counts for logs of
  // others. kNotFound: there is no such city or tile, or the log has another origin, which it names.
  // kUnavailable: the log is still being fetched. The newest head, with the cosignatures that it has so far.
  Result<HttpResponse> checkpoint(const LogName& name, const Status& may_read);
  // `path`: L/N[.p/W] or entries/N[.p/W].
  Result<HttpResponse> tile(const LogName& name, const std::string& path, const Status& may_read);
  // crypto/key_history_text.h; whatever the origin is now.
  Result<HttpResponse> keys(const std::string& city, const Status& may_read);

 private:
  Result<LogState> find_log(const std::string& city, const Status& may_read);
  Result<LogState> find(const LogName& name, const Status& may_read);
  Result<std::string> newest_note(const LogState& log);
  Result<HttpResponse> hashes(const LogState& log, const TilePath& path);
  Result<HttpResponse> entries(const LogState& log, const TilePath& path);

  StoreReader& store_;
  const Nearness& nearness_;
  std::optional<LogId> own_;
};

}  // namespace koinon
