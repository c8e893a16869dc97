#include "storage/office/changing_rows.h"

#include <string>

namespace koinon {

Result<bool> remove_version(sql::Connection& db, std::string_view table, std::int64_t id,
                            std::optional<std::int64_t> version) {
  auto remove =
      db.prepare("DELETE FROM " + std::string(table) + " WHERE id = ?" + (version ? " AND version = ?" : ""));
  remove.bind(id);
  if (version) remove.bind(*version);
  KOINON_TRY(remove.run());
  KOINON_ASSIGN(const std::int64_t removed, db.changes());
  return !version || removed > 0;
}

}  // namespace koinon
