#include "node/daemon/access_log.h"

#include <array>
#include <ctime>
#include <utility>

#include <boost/json.hpp>
#include <unistd.h>

#include "node/daemon/daemon_log.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::size_t kAgentBytes = 200;

std::string sender_of(const Exchange& exchange) {
  return exchange.address.empty() ? std::string("unix") : exchange.address;
}

// 06/Mar/2020:09:00:00 +0000. The months are not those of a locale, as strftime's are.
std::string ncsa_time(UnixMillis at) {
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = at.value / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> rest{};
  const std::size_t size = std::strftime(rest.data(), rest.size(), "%Y:%H:%M:%S +0000", &utc);
  const std::string day = (utc.tm_mday < 10 ? "0" : "") + std::to_string(utc.tm_mday);
  return day + "/" + kMonths.at(static_cast<std::size_t>(utc.tm_mon)) + "/" + std::string(rest.data(), size);
}

// What anybody sends stays between its quotes, and in its line, as Apache writes it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += "\\x" + to_hex(BytesView(&c, 1));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string version_of(const Exchange& exchange) { return exchange.version == 10 ? "1.0" : "1.1"; }

std::string request_of(const Exchange& exchange) {
  if (exchange.method.empty()) return "-";
  return exchange.method + " " + (exchange.target.empty() ? "-" : exchange.target) + " HTTP/" +
         version_of(exchange);
}

std::string agent_of(const Exchange& exchange) {
  return exchange.agent.empty() ? "-" : exchange.agent.substr(0, kAgentBytes);
}

}  // namespace

std::string access_line_combined(const Exchange& exchange, UnixMillis at) {
  return sender_of(exchange) + " - " + (exchange.who.empty() ? "-" : exchange.who) + " [" + ncsa_time(at) +
         "] " + in_quotes(request_of(exchange)) + " " + std::to_string(exchange.status) + " " +
         (exchange.bytes == 0 ? "-" : std::to_string(exchange.bytes)) + " \"-\" " +
         in_quotes(agent_of(exchange));
}

std::string access_line_json(const Exchange& exchange, UnixMillis at) {
  boost::json::object line{{"time", time_text(at)},
                           {"event", log_event::kRequest.name},
                           {"from", sender_of(exchange)},
                           {"who", exchange.who},
                           {"method", log_utf8(exchange.method)},
                           {"route", exchange.route},
                           {"target", exchange.target},
                           {"http", version_of(exchange)},
                           {"status", exchange.status},
                           {"bytes", exchange.bytes},
                           {"seconds", std::chrono::duration<double>(exchange.took).count()},
                           {"agent", log_utf8(exchange.agent.substr(0, kAgentBytes))}};
  if (exchange.uid) line["uid"] = *exchange.uid;
  return boost::json::serialize(line);
}

AccessLog::AccessLog(const std::string& format, LineWriter::OnLost on_lost) : json_(format == "json") {
  if (format == "off") return;
  lines_ =
      std::make_unique<LineWriter>(STDOUT_FILENO, limits::kAccessLogBytes, std::move(on_lost), "access log");
}

void AccessLog::write(const Exchange& exchange, UnixMillis at) const {
  if (!lines_) return;
  lines_->write(json_ ? access_line_json(exchange, at) : access_line_combined(exchange, at));
}

}  // namespace koinon
