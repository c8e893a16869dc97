#include "storage/office/changing_rows.h"

#include <string>

namespace koinon {

Result<bool> remove_version(sqlite::Connection& db, std::string_view table, std::int64_t id,
                            std::optional<std::int64_t> version) {
  auto remove =
      db.prepare("DELETE FROM " + std::string(table) + " WHERE id = ?1 AND (?2 IS NULL OR version = ?2)");
  remove.bind(id);
  if (version) {
    remove.bind(*version);
  } else {
    remove.bind_null();
  }
  KOINON_TRY(remove.run());
  return !version || db.changes() > 0;
}

}  // namespace koinon
