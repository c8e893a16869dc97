#include "node/daemon/config_edit.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "crypto/key_file.h"
#include "node/daemon/config_text.h"

namespace koinon {
namespace {

std::string_view without_blanks(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
}

// Whether the line sets the key: its name, then =.
bool sets(std::string_view line, const ConfigKey& key) {
  line = without_blanks(line);
  if (!line.starts_with(key.name)) return false;
  return without_blanks(line.substr(key.name.size())).starts_with('=');
}

// The line that shows the key with its default, behind #.
bool shows(std::string_view line, const ConfigKey& key) {
  line = without_blanks(line);
  return line.starts_with('#') && sets(line.substr(1), key);
}

Error by_hand(const ConfigKey& key) {
  return fail(Code::kRefused, "the configuration has to be changed by hand", key.name);
}

// A name with dots belongs before the first [table].
std::size_t place_of(const std::vector<std::string>& lines, const ConfigKey& key) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (shows(lines[i], key)) return i + 1;
    if (without_blanks(lines[i]).starts_with('[')) return i;
  }
  // Before the end of the last line.
  return lines.empty() || !lines.back().empty() ? lines.size() : lines.size() - 1;
}

// Also those that are empty.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
    if (text.empty()) out.emplace_back();
  }
  return out;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : "\n") + lines[i];
  return out.empty() || out.ends_with('\n') ? out : out + "\n";
}

Status check_writable(const std::filesystem::path& file, const ConfigKey& key) {
  struct stat what {};
  if (::lstat(file.c_str(), &what) != 0) return {};
  return S_ISREG(what.st_mode) && what.st_uid == ::geteuid() ? Status() : by_hand(key);
}

}  // namespace

std::string config_line(const ConfigKey& key, const std::string& value) {
  Config config;
  (void)key.set(config, value);
  return key.name + " = " + toml_value(key, config);
}

// Read again, it must say what it should: a table, or a text of several lines, may have been in the way.
Result<std::string> with_config_value(const std::string& text, const ConfigKey& key,
                                      const std::string& value) {
  std::vector<std::string> lines = lines_of(text);
  const auto is_set = [&](const std::string& line) { return sets(line, key); };
  const auto found = std::find_if(lines.begin(), lines.end(), is_set);
  if (found != lines.end() && value.empty()) {
    lines.erase(found);
  } else if (found != lines.end()) {
    *found = config_line(key, value);
  } else if (!value.empty()) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place_of(lines, key)), config_line(key, value));
  }
  std::string out = text_of(lines);
  Config before;
  Config after;
  const bool was_sound = read_config_text(text, before).ok();
  if (was_sound != read_config_text(out, after).ok() || key.value(after) != value) return by_hand(key);
  return out;
}

Status write_config_value(const std::filesystem::path& file, const ConfigKey& key, const std::string& value) {
  KOINON_TRY(check_writable(file, key));
  auto text = read_kept_file(file, kConfigBytes);
  const bool is_new = !text.ok() && text.error().code == Code::kNotFound;
  if (!text.ok() && !is_new) return text.error();
  KOINON_ASSIGN(const std::string changed, with_config_value(is_new ? "" : *text, key, value));
  if (is_new ? changed.empty() : changed == *text) return {};
  std::error_code unknown;
  const auto mode = std::filesystem::status(file, unknown).permissions();
  KOINON_TRY(write_private_file(file, changed));
  if (!is_new && !unknown) std::filesystem::permissions(file, mode, unknown);
  return {};
}

}  // namespace koinon
