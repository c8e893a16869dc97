// Structured log lines on standard error, as text for people or JSON for collectors. Thread-safe.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): theirs
}

namespace koinon {

class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  // level: debug, info, warning, error; format: text, json.
  Log(const std::string& level, const std::string& format);

  void debug(std::string_view message, Fields fields = {}) const { write(1, message, fields); }
  void info(std::string_view message, Fields fields = {}) const { write(2, message, fields); }
  void warning(std::string_view message, Fields fields = {}) const { write(3, message, fields); }
  void error(std::string_view message, Fields fields = {}) const { write(4, message, fields); }

 private:
  void write(int level, std::string_view message, Fields fields) const;

  std::shared_ptr<spdlog::logger> logger_;
  bool json_;
};

}  // namespace koinon
