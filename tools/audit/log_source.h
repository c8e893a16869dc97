// Where the files of a log come from: a web server, or in tests a map in memory. Paths are those of C2SP
// tlog-tiles, below the log's prefix: `checkpoint`, `tile/0/000`.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon::audit {

class LogSource {
 public:
  LogSource() = default;
  LogSource(const LogSource&) = delete;
  LogSource& operator=(const LogSource&) = delete;
  virtual ~LogSource() = default;

  // At most `most` bytes. kNotFound: the log has no such file. kTooLarge: the file has more bytes.
  // kUnavailable: no answer came, after as many tries as a source makes by itself.
  virtual Result<Bytes> get(const std::string& path, std::size_t most) = 0;
  // Waits before something is asked again that was answered wrongly: `tries` answers were.
  virtual void wait(unsigned tries) = 0;
};

}  // namespace koinon::audit
