// Reads koinond.toml and what the command line says.
#include <algorithm>

#include "crypto/key_file.h"
#include "node/daemon/config.h"
#include "node/daemon/config_text.h"
#include "node/text/toml.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/base/nearest_word.h"
#include "proto/base/no_permission.h"

namespace koinon {
namespace {

Result<std::string> value_text(const toml::node& value) {
  if (const auto text_value = value.value<std::string>(); value.is_string()) return *text_value;
  if (value.is_boolean()) return std::string(*value.value<bool>() ? "true" : "false");
  if (const auto whole = value.value_exact<std::int64_t>(); whole) return std::to_string(*whole);
  if (const auto* list = value.as_array(); list != nullptr) {
    std::string out;
    for (const auto& item : *list) {
      if (!item.is_string()) return fail(Code::kInvalidArgument, "it is a list of texts");
      out += (out.empty() ? "" : ",") + *item.value<std::string>();
    }
    return out;
  }
  return fail(Code::kInvalidArgument, "it is a text, a whole number, true or false, or a list of texts");
}

// The names before the dots, each once.
std::vector<std::string> table_names() {
  std::vector<std::string> out;
  for (const ConfigKey& key : config_keys()) {
    const auto dot = key.name.find('.');
    if (dot == std::string::npos) continue;
    std::string name = key.name.substr(0, dot);
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

Error unknown_key(const std::string& name) {
  const ConfigKey* meant = config_key_meant(name);
  return fail(
      Code::kInvalidArgument,
      "the configuration has an unknown key" +
          (meant == nullptr ? "; koinond --help lists them all" : "; did you mean " + meant->name + "?"),
      name);
}

// A table that has keys is told by them.
Status check_empty_table(const std::string& name) {
  const std::vector<std::string> known = table_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  const auto near = nearest_word(name, known);
  return fail(Code::kInvalidArgument,
              "the configuration has an unknown table" +
                  (near ? "; did you mean [" + *near + "]?" : "; koinond --help lists all keys"),
              name);
}

Status set_key(const std::string& name, const toml::node& value, Config& config) {
  const ConfigKey* key = find_config_key(name);
  if (key == nullptr) return unknown_key(name);
  const auto text_value = value_text(value);
  const Status set = text_value.ok() ? key->set(config, *text_value) : Status(text_value.error());
  return set.ok() ? Status() : Status(again_as(set.error().code, set.error(), name));
}

void apply_table(const toml::table& table, const std::string& prefix, Config& config,
                 std::vector<Error>& faults) {
  for (const auto& [inner, value] : table) {
    const std::string name = prefix + std::string(inner.str());
    const auto* deeper = value.as_table();
    if (deeper == nullptr) {
      take_fault(faults, set_key(name, value, config));
    } else if (deeper->empty()) {
      take_fault(faults, check_empty_table(name));
    } else {
      apply_table(*deeper, name + ".", config, faults);
    }
  }
}

// Where a shell's user stands, a path begins.
std::string from_root(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return path.empty() || error ? path : whole.string();
}

std::string option_text(const ConfigKey& key, const std::string& given) {
  if (key.form == ValueForm::kPath) return from_root(given);
  if (key.form != ValueForm::kPaths) return given;
  std::string out;
  for (const std::string& one : split(given, ',')) out += (out.empty() ? "" : ",") + from_root(one);
  return out;
}

// What lies in the data folder is koinond's own; elsewhere root keeps it.
Error not_read(Error error, const std::filesystem::path& file, const std::string& data) {
  if (!may_not_read(file)) return error;
  const auto own = (std::filesystem::path(data) / "").lexically_normal().parent_path();
  const bool is_own = file.parent_path().lexically_normal() == own;
  error.message = "it could not be opened: Permission denied: " +
                  (is_own ? why_refused_to_node(file, data) : why_refused_to_reader(file));
  return error;
}

void read_file_into(const ConfigSources& sources, const std::string& data, ConfigRead& read) {
  const auto text = read_kept_file(sources.file, kConfigBytes);
  if (!text.ok() && text.error().code == Code::kNotFound && !sources.file_is_named) return;
  const auto table = text.ok() ? parse_toml(*text, sources.file.string(), 1)
                               : Result<toml::table>(not_read(text.error(), sources.file, data));
  read.file_is_read = table.ok();
  if (table.ok()) {
    apply_table(*table, "", read.config, read.faults);
  } else {
    Error fault = table.error();
    if (text.ok()) fault.message += "; what stands elsewhere is looked at once this is mended";
    read.faults.push_back(std::move(fault));
  }
}

}  // namespace

Status read_config_text(std::string_view text, Config& config) {
  KOINON_ASSIGN(const toml::table table, parse_toml(text, "koinond.toml", 1));
  std::vector<Error> faults;
  apply_table(table, "", config, faults);
  return all_faults(std::move(faults));
}

ConfigRead read_config(const std::string& data, const ConfigSources& sources) {
  ConfigRead out;
  out.config.data = data;
  read_file_into(sources, data, out);
  for (const ConfigKey& key : config_keys()) {
    const auto given = sources.options.find(key.name);
    if (given == sources.options.end()) continue;
    const Status set = key.set(out.config, option_text(key, given->second));
    if (!set.ok()) out.faults.push_back(again_as(set.error().code, set.error(), key.option));
  }
  return out;
}

}  // namespace koinon
