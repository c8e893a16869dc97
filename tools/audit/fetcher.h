// Reads a log's files over HTTP or HTTPS, by libcurl. Each answer has a limit of bytes after unpacking
// (gzip), each request a deadline, redirects a limit; what fails for a moment is tried again, ever more
// slowly, a few times. One connection is kept open. One thread.
#pragma once

#include <memory>
#include <string>

#include "tools/audit/log_source.h"

namespace koinon::audit {

// The prefix of a log as somebody writes it, without slashes or /checkpoint at its end. kInvalidArgument: it
// is no http:// or https:// address, or has a query.
Result<std::string> log_prefix(std::string url);

class Fetcher : public LogSource {
 public:
  static Result<std::unique_ptr<Fetcher>> make(std::string prefix);
  ~Fetcher() override;

  Result<Bytes> get(const std::string& path, std::size_t most) override;
  void wait(unsigned tries) override;

 private:
  struct Answer;
  explicit Fetcher(std::string prefix) : prefix_(std::move(prefix)) {}
  void prepare(bool is_fresh);
  Answer ask(const std::string& url, std::size_t most);

  std::string prefix_;
  void* easy_ = nullptr;         // of libcurl
  void* fresh_lines_ = nullptr;  // headers of requests that no cache may answer
};

}  // namespace koinon::audit
