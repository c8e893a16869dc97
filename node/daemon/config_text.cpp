#include "node/daemon/config_text.h"

#include "node/daemon/version.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::size_t kWidth = 100;  // of a line of the file

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// 1073741824 as 1 GiB; empty: no larger unit divides it.
std::string in_larger_unit(std::uint64_t bytes) {
  constexpr std::pair<std::uint64_t, const char*> kUnits[] = {
      {limits::kMiB * 1024, " GiB"}, {limits::kMiB, " MiB"}, {limits::kKiB, " KiB"}};
  for (const auto& [size, name] : kUnits) {
    if (bytes >= size && bytes % size == 0) return std::to_string(bytes / size) + name;
  }
  return {};
}

std::string unit_of(const ConfigKey& key, const Config& config) {
  return key.form == ValueForm::kBytes ? in_larger_unit(std::stoull(key.value(config))) : std::string();
}

// Lines of a comment.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  for (const std::string& word : split(text, ' ')) {
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line = "#";
    }
    line += " " + word;
  }
  return out + line + "\n";
}

std::string key_text(const ConfigKey& key, const Config& defaults) {
  const std::string unit = unit_of(key, defaults);
  std::string what = key.form == ValueForm::kBytes ? "bytes " + key.description : key.description;
  if (key.reloads) what += " (a reload is enough)";
  return "\n" + comment(what) + "#" + key.name + " = " + toml_value(key, defaults) +
         (unit.empty() ? "" : "  # " + unit) + "\n";
}

std::string head_text() {
  return comment("koinond.toml: what koinond " + std::string(kVersion) + " goes by, all of it.") + "#\n" +
         comment(
             "Each line with = is a key with its default. To set one, take away its first # and write "
             "another value.") +
         comment(
             "Each key is an option of koinond too: http.port = 8471 is --http-port 8471. The option "
             "wins.") +
         comment(
             "Lists may be written as [\"one\", \"two\"]. Keys may stand in tables ([http], then port = "
             "8471), but then all of one table.") +
         "#\n" + comment("koinond --check-config says whether all is well, before a restart.") +
         comment(
             "A restart takes all changes over; a reload (SIGHUP, systemctl reload koinond) those keys "
             "that say so, and the log names the others.");
}

}  // namespace

std::string toml_value(const ConfigKey& key, const Config& config) {
  const std::string value = key.value(config);
  switch (key.form) {
    case ValueForm::kNumber:
    case ValueForm::kBytes:
    case ValueForm::kFlag:
      return value;
    case ValueForm::kText:
    case ValueForm::kPath:
      return toml_text(value);
    case ValueForm::kList:
    case ValueForm::kPaths:
      break;
  }
  std::string out;
  for (const std::string& item : split(value, ',')) out += (out.empty() ? "" : ", ") + toml_text(item);
  return "[" + out + "]";
}

std::string help_line(const ConfigKey& key) {
  const Config defaults;
  const std::string unit = unit_of(key, defaults);
  const std::string value = unit.empty() ? toml_value(key, defaults) : unit;
  return key.name + " = " + value + ": " + (key.form == ValueForm::kBytes ? "bytes " : "") + key.description;
}

std::string value_word(ValueForm form) {
  switch (form) {
    case ValueForm::kText:
      return "TEXT";
    case ValueForm::kPath:
      return "PATH";
    case ValueForm::kNumber:
      return "NUMBER";
    case ValueForm::kBytes:
      return "BYTES";
    case ValueForm::kFlag:
      return "true|false";
    case ValueForm::kList:
      return "TEXT,…";
    case ValueForm::kPaths:
      return "PATH,…";
  }
  return "TEXT";
}

std::string default_config_text() {
  const Config defaults;
  std::string out = head_text();
  std::string section;
  for (const ConfigKey& key : config_keys()) {
    if (key.section != section) out += "\n\n" + comment("--- " + key.section + " ---");
    section = key.section;
    out += key_text(key, defaults);
  }
  return out;
}

}  // namespace koinon
