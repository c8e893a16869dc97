#include "storage/search/city_rows.h"

#include <cmath>

#include "proto/codec/entry.h"
#include "storage/search/note_facts.h"

namespace koinon {

Status CityRows::begin(StoreReader& store, const LogId& log) {
  const auto state = store.log_state(log);
  // It may have been removed since. A later arrival says so.
  if (!state.ok()) return state.error().code == Code::kNotFound ? Status() : Status(state.error());
  return called_.put_domain(log, state->identity().name);
}

Status CityRows::remove(const LogId& log) {
  auto remove = db_.prepare("DELETE FROM city WHERE log_id = ?");
  KOINON_TRY(remove.bind_blob(log.view()).run());
  return called_.remove_city(log);
}

Status CityRows::settle(StoreReader& store, const LogId& log) {
  std::int64_t latest = -1;
  {
    auto select = db_.prepare(
        "SELECT entry_index FROM doc INDEXED BY profile_by_log WHERE log_id = ? AND kind = 4 AND status < 2 "
        "AND length > 0 ORDER BY arrival DESC LIMIT 1");
    select.bind_blob(log.view());
    KOINON_ASSIGN(const bool found, select.step());
    if (found) latest = select.integer(0);
  }
  {
    auto same = db_.prepare("SELECT 1 FROM city WHERE log_id = ? AND entry_index = ?");
    same.bind_blob(log.view()).bind(latest);
    KOINON_ASSIGN(const bool found, same.step());
    if (found) return {};
  }
  auto remove = db_.prepare("DELETE FROM city WHERE log_id = ?");
  KOINON_TRY(remove.bind_blob(log.view()).run());
  const bool removed = db_.changes() > 0;
  if (removed) changes_.note_taken_away();
  KOINON_TRY(called_.remove_names(log));
  if (latest >= 0) {
    const EntryIndex index(static_cast<std::uint64_t>(latest));
    const auto record = store.record(log, index);
    // It may be void since. A later arrival says so.
    if (!record.ok() && record.error().code != Code::kNotFound) return record.error();
    const auto body = record.ok() ? parse_body(record->body) : Result<v1::Body>(record.error());
    if (body.ok() && body->has_profile()) return put(log, index, body->profile());
  }
  return removed ? changes_.note_removed(log, IndexChanges::Removed::kProfile) : Status();
}

Status CityRows::put(const LogId& log, EntryIndex index, const v1::Profile& profile) {
  KOINON_TRY(called_.put_names(log, profile));
  KOINON_ASSIGN(const std::int64_t change, changes_.next());
  const CityMeasures measures = city_measures(profile);
  const bool is_placed = std::abs(profile.latitude()) <= 90 && std::abs(profile.longitude()) <= 180;
  auto insert = db_.prepare(
      "INSERT INTO city (log_id, entry_index, name, population, density, climate, income, country, "
      "latitude, longitude, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log_id) DO UPDATE "
      "SET entry_index = "
      "excluded.entry_index, "
      "name = excluded.name, population = excluded.population, density = excluded.density, climate = "
      "excluded.climate, income = excluded.income, country = excluded.country, latitude = excluded.latitude, "
      "longitude = excluded.longitude, change = excluded.change "
      "WHERE excluded.entry_index >= entry_index");
  return insert.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(index.value))
      .bind_text(profile.display_name())
      .bind_real(measures.population)
      .bind_real(measures.density)
      .bind_text(measures.climate)
      .bind(measures.income)
      .bind_text(measures.country)
      .bind_real(is_placed ? profile.latitude() : 0)
      .bind_real(is_placed ? profile.longitude() : 0)
      .bind(change)
      .run();
}

}  // namespace koinon
