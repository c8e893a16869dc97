#include "node/daemon/config_place.h"

#include <system_error>

#include "crypto/key_file.h"

namespace koinon {
namespace {

constexpr std::size_t kNoteBytes = 8192;  // a path, which has at most 4,096

ConfigPlace named_place(const std::string& named) {
  std::error_code error;
  auto whole = std::filesystem::absolute(named, error);
  return {error ? std::filesystem::path(named) : std::move(whole), true};
}

ConfigPlace own_place(const DataFolder& folder) { return {folder.config(), false}; }

// Nothing: koinond was started with that of its data folder, or never.
std::optional<std::string> noted(const DataFolder& folder) {
  auto text = read_kept_file(folder.config_note(), kNoteBytes);
  if (!text.ok()) return std::nullopt;
  while (!text->empty() && text->back() == '\n') text->pop_back();
  if (!text->starts_with('/')) return std::nullopt;
  return std::move(*text);
}

}  // namespace

ConfigPlace config_for_start(const DataFolder& folder, const std::string& named) {
  return named.empty() ? own_place(folder) : named_place(named);
}

Status note_config(const DataFolder& folder, const ConfigPlace& place) {
  const auto before = noted(folder);
  if (place.is_named)
    return before == place.file.string()
               ? Status()
               : write_private_file(folder.config_note(), place.file.string() + "\n");
  return before ? remove_file(folder.config_note()) : Status();
}

ConfigPlace find_config(const DataFolder& folder, const std::string& named) {
  if (!named.empty()) return named_place(named);
  if (const auto before = noted(folder); before) return {*before, true};
  return own_place(folder);
}

ConfigRead read_found(const DataFolder& folder, const std::string& named) {
  ConfigSources sources;
  const ConfigPlace place = find_config(folder, named);
  sources.file = place.file;
  sources.file_is_named = place.is_named;
  return read_config(folder.path().string(), sources);
}

Result<Config> read_found_config(const DataFolder& folder, const std::string& named) {
  ConfigRead read = read_found(folder, named);
  KOINON_TRY(all_faults(std::move(read.faults)));
  return std::move(read.config);
}

}  // namespace koinon
