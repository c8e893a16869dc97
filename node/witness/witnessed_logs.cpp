#include "node/witness/witnessed_logs.h"

#include <algorithm>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {

// Reads one list, line by line.
class WitnessListReader {
 public:
  explicit WitnessListReader(WitnessedLogs& logs) : logs_(logs) {}

  void take_line(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) return;
    if (line.empty()) return end_log();
    if (line.starts_with("logs/")) {
      if (line != "logs/v0") warn("this version of the format is not known; what we understand of it counts");
      return;
    }
    const auto space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    const std::string_view value = space == line.npos ? std::string_view() : line.substr(space + 1);
    if (word == "origin") return take_origin(value);
    if (word == "vkey") return take_vkey(value);
    if (word == "qpd") return take_rate(value);
    // A witness that listens itself needs no bastion. The others are for people.
    if (word == "bastion" || word == "contact" || word == "revision") return;
    warn("this line is not known");
  }

  void end_log() {
    // Under a bad origin its keys count for nothing: they may be meant for another one than their name.
    if (!has_bad_origin_) {
      for (const VKey& key : keys_) add(origin_.value_or(key.name), key);
    }
    if (origin_ && keys_.empty() && !has_bad_key_) warn("the log before this line has no vkey");
    fresh_.clear();
    origin_.reset();
    keys_.clear();
    per_day_ = 0;
    has_bad_key_ = false;
    has_bad_origin_ = false;
  }

  std::vector<std::string> warnings() && {
    if (unsaid_ > 0) warnings_.push_back("and " + std::to_string(unsaid_) + " more");
    return std::move(warnings_);
  }

 private:
  // A second origin begins another log where the empty line between them is missing.
  void take_origin(std::string_view value) {
    if (origin_) end_log();
    const bool has_control =
        std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (value.empty() || value.size() > limits::kOriginBytes || has_control || !is_utf8(value)) {
      has_bad_origin_ = true;
      return warn("this origin is not one");
    }
    origin_ = std::string(value);
  }

  void take_vkey(std::string_view value) {
    const auto key = parse_vkey(value);
    if (!key.ok() || key->type != SignatureType::kEd25519) {
      has_bad_key_ = true;
      return warn(key.ok() ? "a log signs with keys of type 1" : key.error().message);
    }
    if (std::find(keys_.begin(), keys_.end(), *key) != keys_.end()) return;
    if (keys_.size() == limits::kWitnessKeys) return warn("one log has more keys than we take");
    keys_.push_back(*key);
  }

  void take_rate(std::string_view value) {
    const auto number = parse_decimal(value);
    if (!number.ok() || *number == 0) return warn("it is not a number of requests a day");
    per_day_ = *number;
  }

  void add(const std::string& origin, const VKey& key) {
    auto& logs = logs_.logs_;
    const bool is_fresh = std::find(fresh_.begin(), fresh_.end(), origin) != fresh_.end();
    const auto it = logs.find(origin);
    if (it != logs.end() && !is_fresh) {
      const auto& known = it->second.keys;
      if (std::find(known.begin(), known.end(), key) == known.end())
        warn("the log of this origin stands already, with other keys: " + origin);
      return;
    }
    if (it == logs.end() && logs.size() == limits::kWitnessLogs)
      return warn("these are more logs than we take");
    WitnessedLog& log = logs[origin];
    log.origin = origin;
    log.keys.push_back(key);
    log.per_day = per_day_;
    if (!is_fresh) fresh_.push_back(origin);
  }

  void warn(std::string_view what) {
    if (warnings_.size() == limits::kWitnessWarnings) {
      ++unsaid_;
      return;
    }
    warnings_.push_back("line " + std::to_string(line_) + ": " + std::string(what));
  }

  WitnessedLogs& logs_;
  std::vector<std::string> warnings_;
  std::size_t unsaid_ = 0;
  std::size_t line_ = 0;
  // Of the log that is being read.
  std::optional<std::string> origin_;
  std::vector<VKey> keys_;
  std::vector<std::string> fresh_;  // origins that it has added
  std::uint64_t per_day_ = 0;
  bool has_bad_key_ = false;
  bool has_bad_origin_ = false;
};

std::vector<std::string> WitnessedLogs::add_list(std::string_view text) {
  WitnessListReader reader(*this);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    reader.take_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  reader.end_log();
  return std::move(reader).warnings();
}

const WitnessedLog* WitnessedLogs::find(std::string_view origin) const {
  const auto it = logs_.find(origin);
  return it == logs_.end() ? nullptr : &it->second;
}

}  // namespace koinon
