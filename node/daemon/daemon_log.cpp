#include "node/daemon/daemon_log.h"

#include <algorithm>
#include <chrono>

#include <boost/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "node/text/plain_text.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

spdlog::level::level_enum level_of(const std::string& name) {
  if (name == "debug") return spdlog::level::debug;
  if (name == "warning") return spdlog::level::warn;
  if (name == "error") return spdlog::level::err;
  return spdlog::level::info;
}

}  // namespace

std::string log_printable(std::string_view text) { return plain_line(log_utf8(text)); }

std::string LogValue::text() const {
  if (const auto* text = std::get_if<std::string>(&value_); text != nullptr) return *text;
  if (const auto* flag = std::get_if<bool>(&value_); flag != nullptr) return *flag ? "true" : "false";
  return std::to_string(std::get<std::int64_t>(value_));
}

std::string log_utf8(std::string_view text) {
  std::string out(text);
  if (!is_utf8(text))
    std::replace_if(
        out.begin(), out.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return out;
}

std::string log_line_json(std::string_view level, std::string_view time, LogEvent event,
                          std::string_view message, DaemonLog::Fields fields) {
  boost::json::object object{
      {"time", time}, {"level", level}, {"event", event.name}, {"message", log_utf8(message)}};
  for (const auto& [key, value] : fields) {
    if (const auto* text = std::get_if<std::string>(&value.value()); text != nullptr) {
      object[key] = log_utf8(*text);
    } else if (const auto* flag = std::get_if<bool>(&value.value()); flag != nullptr) {
      object[key] = *flag;
    } else {
      object[key] = std::get<std::int64_t>(value.value());
    }
  }
  return boost::json::serialize(object);
}

DaemonLog::DaemonLog(const std::string& level, const std::string& format) : json_(format == "json") {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  logger_ = std::make_shared<spdlog::logger>("koinond", sink);
  logger_->set_level(level_of(level));
  logger_->flush_on(spdlog::level::debug);
  logger_->set_pattern(json_ ? "%v" : "%Y-%m-%d %H:%M:%S.%e %l: %v");
}

void DaemonLog::set_level(const std::string& level) const { logger_->set_level(level_of(level)); }

void DaemonLog::write(int level, LogEvent event, std::string_view message, Fields fields) const {
  const auto spd_level = static_cast<spdlog::level::level_enum>(level);
  if (!logger_->should_log(spd_level)) return;
  if (!json_) {
    std::string line = log_printable(message);
    for (const auto& [key, value] : fields) {
      const std::string text = value.text();
      if (!text.empty()) line += " " + std::string(key) + "=" + log_printable(text);
    }
    logger_->log(spd_level, "{}", line);
    return;
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto word = spdlog::level::to_string_view(spd_level);
  logger_->log(spd_level, "{}",
               log_line_json({word.data(), word.size()}, time_text({now.count()}), event, message, fields));
}

}  // namespace koinon
