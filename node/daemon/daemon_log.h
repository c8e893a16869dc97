// What the daemon says to its operator: structured lines on standard error, as text for people or JSON for
// collectors. Any thread. No log of a city, which is what a log is everywhere else.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "node/daemon/log_events.h"

namespace spdlog {
class logger;  // NOLINT(readability-identifier-naming): theirs
}

namespace koinon {

// What a field of a line says. A number is a number in JSON, too.
class LogValue {
 public:
  LogValue(std::string text) : value_(std::move(text)) {}         // NOLINT(google-explicit-constructor)
  LogValue(std::string_view text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  LogValue(const char* text) : value_(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  LogValue(bool flag) : value_(flag) {}                           // NOLINT(google-explicit-constructor)
  template <std::integral Number>
  LogValue(Number number)
      : value_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)

  // Empty: there is nothing to say.
  std::string text() const;
  const std::variant<std::string, bool, std::int64_t>& value() const { return value_; }

 private:
  std::variant<std::string, bool, std::int64_t> value_;
};

class DaemonLog {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, LogValue>>;

  // level: debug, info, warning, error; format: text, json.
  DaemonLog(const std::string& level, const std::string& format);
  // Any thread; of this and its copies, from the next line on.
  void set_level(const std::string& level) const;

  // In JSON a line has `time`, `level`, `event`, `message` and the fields; in text `level: message` and those
  // fields that say something.
  void debug(LogEvent event, std::string_view message, Fields fields = {}) const {
    write(1, event, message, fields);
  }
  void info(LogEvent event, std::string_view message, Fields fields = {}) const {
    write(2, event, message, fields);
  }
  void warning(LogEvent event, std::string_view message, Fields fields = {}) const {
    write(3, event, message, fields);
  }
  void error(LogEvent event, std::string_view message, Fields fields = {}) const {
    write(4, event, message, fields);
  }

 private:
  // `level`: as spdlog numbers them.
  void write(int level, LogEvent event, std::string_view message, Fields fields) const;

  std::shared_ptr<spdlog::logger> logger_;
  bool json_;
};

// A line of JSON, without its end.
std::string log_line_json(std::string_view level, std::string_view time, LogEvent event,
                          std::string_view message, DaemonLog::Fields fields);
// One line stays one line, a terminal's escapes do nothing, and nothing hides or turns its neighbours around
// (plain_line): peers and visitors write parts of it.
std::string log_printable(std::string_view text);
// A line of JSON is UTF-8, whatever a peer or a browser sent.
std::string log_utf8(std::string_view text);

}  // namespace koinon
