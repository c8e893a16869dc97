#include "storage/postgres/postgres_office.h"

#include <array>

#include "storage/office/office_schema_server.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/erased_rows.h"
#include "storage/postgres/schema_steps.h"

namespace koinon {
namespace {

// Somebody waits for the answer.
constexpr std::chrono::seconds kDeadline{10};
// Of each step in which erased bytes go. Whoever stops waits for the thread that does it.
constexpr std::chrono::seconds kFoldDeadline{60};
constexpr std::array<const char*, 7> kWithTexts = {"inbox", "watch",    "worksheet", "held",
                                                   "draft", "delivery", "mail"};

// They are small. So they are written anew as soon as something was erased of them.
Result<bool> fold_office(postgres::Connection& db) {
  bool all = true;
  for (const char* table : kWithTexts) {
    KOINON_ASSIGN(
        const bool written,
        postgres::write_anew(db, std::string(office_server_schema().name) + "." + table, kFoldDeadline));
    all = all && written;
  }
  postgres::end_old_log(db, kFoldDeadline);
  return all;
}

}  // namespace

Result<OfficeDb> open_postgres_office(const PostgresPlace& place, bool may_change_schema) {
  const sql::ServerSchema& schema = office_server_schema();
  postgres::ConnectionOptions options;
  options.schema = std::string(schema.name);
  options.name = "koinon office";
  options.to_primary = true;
  options.deadline = kDeadline;
  KOINON_ASSIGN(auto db, postgres::Connection::open(place, options));
  KOINON_TRY(may_change_schema ? postgres::bring_up_to_date(*db, schema)
                               : postgres::check_schema(*db, schema));
  db->set_fold([own = db.get()] { return fold_office(*own); });
  return OfficeDb::on_server(std::move(db));
}

}  // namespace koinon
