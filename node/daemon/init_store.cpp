#include "node/daemon/init_store.h"

#include <system_error>

#include "crypto/key_file.h"
#include "node/daemon/config_place.h"
#include "node/daemon/config_text.h"
#include "proto/base/limits.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

constexpr std::size_t kFileBytes = 256 * limits::kKiB;

// A file elsewhere has an owner and a mode of its own, and whoever reads it may not write it.
Status write_url(const DataFolder& folder, const Config& config, const std::string& url) {
  Config wanted = config;
  wanted.store_url = url;
  const std::string line = "store.url = " + toml_value(*find_config_key("store.url"), wanted) + "\n";
  const std::filesystem::path file = find_config(folder, "").file;
  const auto before = read_kept_file(file, kFileBytes);
  const bool is_there = before.ok() || before.error().code != Code::kNotFound;
  // Before the first table, so that it is in none.
  const std::string text = line + (before.ok() ? *before : std::string());
  Config ignored;
  if (file.parent_path() != folder.path() || (is_there && !before.ok()) ||
      !read_config_text(text, ignored).ok())
    return fail(Code::kRefused,
                "write this line into the configuration, before its first [table], and run init again: " +
                    line.substr(0, line.size() - 1),
                file.string());
  return write_private_file(file, text);
}

}  // namespace

Status check_no_node(Store& store, const StoreSource& source) {
  KOINON_ASSIGN(const auto own, store.own_log());
  KOINON_ASSIGN(const auto observer, store.setting(kObserverName));
  if (!own && !observer) return {};
  return fail(
      Code::kConflict,
      "a node lives there already; name another database, or put the folder of that node back from its "
      "backup",
      source.place());
}

Result<StoreSource> settle_source(const DataFolder& folder, const std::string& url) {
  KOINON_ASSIGN(const Config config, read_found_config(folder, ""));
  if (!url.empty() && !config.store_url.empty() && url != config.store_url)
    return fail(Code::kConflict, "the configuration names another store; change store.url there first",
                find_config(folder, "").file.string());
  KOINON_ASSIGN(const StoreSource source,
                StoreSource::of(folder, url.empty() ? config.store_url : url, false));
  if (!source.is_on_server()) return source;
  {
    KOINON_ASSIGN(const auto store, source.open_writer({}));
    KOINON_TRY(check_no_node(*store, source));
  }
  if (config.store_url.empty()) KOINON_TRY(write_url(folder, config, url));
  return source;
}

}  // namespace koinon
