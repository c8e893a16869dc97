#include "storage/postgres/places.h"

#include <string>

namespace koinon::postgres {
namespace {

constexpr std::int64_t kLogsOfPlace = 256;

// It is made apart and attached then: that does not wait for those who read the others.
std::string make_partition(const std::string& table, std::int64_t place, unsigned bits) {
  const std::string name = table + "_" + std::to_string(place);
  const std::string from = std::to_string((place * kLogsOfPlace) << bits);
  const std::string to = std::to_string(((place + 1) * kLogsOfPlace) << bits);
  return "CREATE TABLE " + name + " (LIKE " + table + " INCLUDING ALL, CONSTRAINT " + name +
         "_range CHECK (id >= " + from + " AND id < " + to + ")); ALTER TABLE " + table +
         " ATTACH PARTITION " + name + " FOR VALUES FROM (" + from + ") TO (" + to + "); ALTER TABLE " +
         name + " DROP CONSTRAINT " + name + "_range;";
}

}  // namespace

Status Places::make(sql::Connection& db, std::int64_t log_number) {
  const std::int64_t place = log_number / kLogsOfPlace;
  if (known_.contains(place)) return {};
  auto there = db.prepare("SELECT to_regclass(?) IS NOT NULL");
  const std::string name = "koinon_store.record_" + std::to_string(place);
  KOINON_TRY(there.bind_text(name).step());
  if (there.integer(0) == 0)
    KOINON_TRY(db.execute(make_partition("record", place, 40) + make_partition("tile", place, 36)));
  known_.insert(place);
  return {};
}

}  // namespace koinon::postgres
