#include "node/daemon/daemon_log.h"

#include <chrono>

#include <boost/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "node/text/time_text.h"

namespace koinon {
namespace {

spdlog::level::level_enum level_of(const std::string& name) {
  if (name == "debug") return spdlog::level::debug;
  if (name == "warning") return spdlog::level::warn;
  if (name == "error") return spdlog::level::err;
  return spdlog::level::info;
}

// What peers say may hold line ends and terminal escapes: one line stays one line.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

}  // namespace

DaemonLog::DaemonLog(const std::string& level, const std::string& format) : json_(format == "json") {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  logger_ = std::make_shared<spdlog::logger>("koinond", sink);
  logger_->set_level(level_of(level));
  logger_->flush_on(spdlog::level::debug);
  logger_->set_pattern(json_ ? "%v" : "%Y-%m-%d %H:%M:%S.%e %l: %v");
}

void DaemonLog::set_level(const std::string& level) const { logger_->set_level(level_of(level)); }

void DaemonLog::write(int level, std::string_view message, Fields fields) const {
  const auto spd_level = static_cast<spdlog::level::level_enum>(level);
  if (!logger_->should_log(spd_level)) return;
  if (!json_) {
    std::string line = printable(message);
    for (const auto& [key, value] : fields) {
      if (!value.empty()) line += " " + std::string(key) + "=" + printable(value);
    }
    logger_->log(spd_level, "{}", line);
    return;
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  boost::json::object object;
  object["time"] = time_text({now.count()});
  object["level"] = std::string(spdlog::level::to_string_view(spd_level).data());
  object["message"] = message;
  for (const auto& [key, value] : fields) object[key] = value;
  logger_->log(spd_level, "{}", boost::json::serialize(object));
}

}  // namespace koinon
