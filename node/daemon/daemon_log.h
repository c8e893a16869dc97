// What the daemon says to its operator: structured lines on standard error, as text for people or JSON for
// collectors. Any thread. No log of a city, which is what a log is everywhere else.
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

class DaemonLog {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

  // level: debug, info, warning, error; format: text, json.
  DaemonLog(const std::string& level, const std::string& format);
  // Any thread; of this and its copies, from the next line on.
  void set_level(const std::string& level) const;

  void debug(std::string_view message, Fields fields = {}) const { write(1, message, fields); }
  void info(std::string_view message, Fields fields = {}) const { write(2, message, fields); }
  void warning(std::string_view message, Fields fields = {}) const { write(3, message, fields); }
  void error(std::string_view message, Fields fields = {}) const { write(4, message, fields); }

 private:
  // `level`: as spdlog numbers them.
  void write(int level, std::string_view message, Fields fields) const;

  std::shared_ptr<spdlog::logger> logger_;
  bool json_;
};

}  // namespace koinon
