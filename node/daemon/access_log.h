// A line for each request that was answered, on standard output: in the combined format of NCSA and Apache,
// or as JSON. It has no query, so no key of a feed and nothing that a person searches for; no code of a
// one-time link; and no address at which nothing is. It does have addresses of visitors, which are personal
// data: it is off unless an operator wants it.
#pragma once

#include <memory>
#include <string>

#include "node/daemon/line_writer.h"
#include "node/http/exchange.h"

namespace koinon {

// Without its end. 192.0.2.7 - press [06/Mar/2020:09:00:00 +0000] "GET /records/seoul.example/2 HTTP/1.1" 200
// 5120 "-" "Firefox". `unix` stands for an address where the request came over the Unix socket.
std::string access_line_combined(const Exchange& exchange, UnixMillis at);
// The event http.request of log_events.h. `seconds` until the answer began to be sent.
std::string access_line_json(const Exchange& exchange, UnixMillis at);

class AccessLog {
 public:
  // format: off, combined, json. `on_lost`: of lines that nobody took in time.
  AccessLog(const std::string& format, LineWriter::OnLost on_lost);
  // Any thread. It waits for nobody: line_writer.h.
  void write(const Exchange& exchange, UnixMillis at) const;

 private:
  std::unique_ptr<LineWriter> lines_;  // none: off
  bool json_;
};

}  // namespace koinon
