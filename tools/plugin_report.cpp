#include "tools/plugin_report.h"

#include <boost/json.hpp>

#include "node/text/plain_text.h"
#include "tools/answers.h"

namespace koinon {
namespace json = boost::json;
namespace {

// A bar begins the measures, and a line ends what is read.
std::string plain(const std::string& text) {
  std::string out = plain_line(text);
  for (char& c : out) {
    if (c == '|') c = '/';
  }
  return out;
}

std::vector<std::string> measures_of(const json::value& status) {
  std::vector<std::string> out;
  const auto put = [&](const char* name, const char* key, const char* unit) {
    if (member_of(status, key) != nullptr)
      out.push_back(std::string(name) + "=" + std::to_string(number_of(status, key)) + unit + ";;;0");
  };
  put("peers", "peers", "");
  put("peers_connected", "peers_connected", "");
  put("records", "records", "");
  put("index_lag", "index_lag", "");
  put("bodies_missing", "bodies_missing", "");
  put("store", "store_bytes", "B");
  put("disk_free", "disk_free_bytes", "B");
  return out;
}

std::string well(const json::value& status) {
  const std::string signing = text_of(status, "signing");
  return text_of(status, "name") + " is ready, signing " + signing.substr(0, signing.find(':')) + ", " +
         std::to_string(number_of(status, "peers_connected")) + " of " +
         std::to_string(number_of(status, "peers")) + " peers connected";
}

}  // namespace

std::string_view plugin_word(PluginState state) {
  switch (state) {
    case PluginState::kOk:
      return "OK";
    case PluginState::kWarning:
      return "WARNING";
    case PluginState::kCritical:
      return "CRITICAL";
    case PluginState::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::string PluginReport::line() const {
  std::string out = "KOINON " + std::string(plugin_word(state)) + " - ";
  for (std::size_t i = 0; i < said.size(); ++i) out += (i == 0 ? "" : "; ") + plain(said[i]);
  for (std::size_t i = 0; i < measures.size(); ++i) out += (i == 0 ? " | " : " ") + measures[i];
  return out;
}

PluginReport plugin_report(const json::value& status, const std::optional<Error>& not_ready) {
  PluginReport out;
  if (member_of(status, "alarms") == nullptr)
    return {PluginState::kUnknown, {"the answer of koinond is not that of a status"}};
  std::vector<std::string> warnings;
  std::vector<std::string> critical;
  for (const json::value& alarm : list_of(status, "alarms")) {
    const std::string said = text_of(alarm, "id") + ": " + text_of(alarm, "text");
    (text_of(alarm, "severity") == "critical" ? critical : warnings).push_back(said);
  }
  if (not_ready && critical.empty()) critical.push_back("not ready: " + not_ready->message);
  out.state = !critical.empty()   ? PluginState::kCritical
              : !warnings.empty() ? PluginState::kWarning
                                  : PluginState::kOk;
  out.said = std::move(critical);
  for (std::string& one : warnings) out.said.push_back(std::move(one));
  if (out.said.empty()) out.said.push_back(well(status));
  out.measures = measures_of(status);
  return out;
}

PluginReport plugin_report(const Error& unasked) {
  const bool down = unasked.code == Code::kUnavailable || unasked.code == Code::kIo;
  return {down ? PluginState::kCritical : PluginState::kUnknown, {unasked.text()}};
}

}  // namespace koinon
