#include "storage/store/sql_settings.h"

namespace koinon {

Result<std::optional<Bytes>> SqlSettings::meta(std::string_view key) {
  auto select = db_.prepare("SELECT value FROM meta WHERE key = ?");
  select.bind_text(key);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(Bytes(select.blob(0)));
}

Status SqlSettings::put_meta(std::string_view key, BytesView value) {
  auto put = db_.prepare(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  return put.bind_text(key).bind_blob(value).run();
}

Result<std::optional<LogId>> SqlSettings::own_log() {
  KOINON_ASSIGN(const auto own, meta("own_log"));
  if (!own || own->size() != LogId::kSize) return std::optional<LogId>();
  return std::optional(LogId::from(*own));
}

Status SqlSettings::note_program(std::string_view program) {
  if (program.empty()) return {};
  KOINON_ASSIGN(const auto noted, meta("program"));
  return noted == program ? Status() : put_meta("program", program);
}

Result<std::optional<Bytes>> SqlSettings::setting(std::string_view name) {
  return meta("setting." + std::string(name));
}

Status SqlSettings::set_setting(std::string_view name, BytesView value) {
  const std::string key = "setting." + std::string(name);
  if (!value.empty()) return put_meta(key, value);
  auto remove = db_.prepare("DELETE FROM meta WHERE key = ?");
  return remove.bind_text(key).run();
}

Status SqlSettings::forget_numbers(std::string_view begin, std::uint64_t least) {
  const std::string first = "setting." + std::string(begin);
  std::string end = first;
  ++end.back();
  std::vector<std::string> gone;
  {
    auto select = db_.prepare("SELECT key, value FROM meta WHERE key >= ? AND key < ?");
    select.bind_text(first).bind_text(end);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      if (std::strtoull(select.text(1).c_str(), nullptr, 10) >= least) gone.push_back(select.text(0));
    }
  }
  for (const std::string& key : gone) {
    auto remove = db_.prepare("DELETE FROM meta WHERE key = ?");
    KOINON_TRY(remove.bind_text(key).run());
  }
  return {};
}

}  // namespace koinon
