#include "storage/store/sqlite_settings.h"

namespace koinon {

Result<std::optional<Bytes>> SqliteSettings::meta(std::string_view key) {
  auto select = db_.prepare("SELECT value FROM meta WHERE key = ?");
  select.bind_text(key);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(Bytes(select.blob(0)));
}

Status SqliteSettings::put_meta(std::string_view key, BytesView value) {
  auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  return put.bind_text(key).bind_blob(value).run();
}

Result<std::optional<LogId>> SqliteSettings::own_log() {
  KOINON_ASSIGN(const auto own, meta("own_log"));
  if (!own || own->size() != LogId::kSize) return std::optional<LogId>();
  return std::optional(LogId::from(*own));
}

Result<std::optional<Bytes>> SqliteSettings::setting(std::string_view name) {
  return meta("setting." + std::string(name));
}

Status SqliteSettings::set_setting(std::string_view name, BytesView value) {
  const std::string key = "setting." + std::string(name);
  if (!value.empty()) return put_meta(key, value);
  auto remove = db_.prepare("DELETE FROM meta WHERE key = ?");
  return remove.bind_text(key).run();
}

}  // namespace koinon
