#include "storage/move/numbers_given.h"

#include <algorithm>

namespace koinon::move {
namespace {

// PostgreSQL's sequence of the column. Its functions read the name as SQL would.
std::string sequence_of(const Table& table) {
  return "pg_get_serial_sequence('" + quoted(table.name) + "', '" + std::string(table.columns.front().name) +
         "')";
}

Result<std::int64_t> largest(const Table& table, sql::Connection& db) {
  auto select = db.prepare("SELECT coalesce(max(" + std::string(table.columns.front().name) + "), 0) FROM " +
                           quoted(table.name));
  KOINON_TRY(select.step());
  return select.integer(0);
}

Status set_in_file(const Table& table, std::int64_t number, sql::Connection& db) {
  auto remove = db.prepare("DELETE FROM sqlite_sequence WHERE name = ?");
  KOINON_TRY(remove.bind_text(table.name).run());
  auto put = db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)");
  return put.bind_text(table.name).bind(number).run();
}

}  // namespace

Result<std::int64_t> last_number(const Table& table, const Numbering& place) {
  KOINON_ASSIGN(const std::int64_t held, largest(table, place.db));
  auto given = place.db.prepare(
      place.is_server ? "SELECT coalesce(pg_sequence_last_value(" + sequence_of(table) + "::regclass), 0)"
                      : std::string("SELECT seq FROM sqlite_sequence WHERE name = ?"));
  if (!place.is_server) given.bind_text(table.name);
  KOINON_ASSIGN(const bool there, given.step());
  return std::max(held, there ? given.integer(0) : 0);
}

Status carry_numbers(const Table& table, const Numbering& from, const Numbering& to) {
  KOINON_ASSIGN(const std::int64_t number, last_number(table, from));
  if (number == 0) return {};
  return sql::transact(to.db, false, [&]() -> Status {
    if (!to.is_server) return set_in_file(table, number, to.db);
    auto set = to.db.prepare("SELECT setval(" + sequence_of(table) + "::regclass, ?)");
    KOINON_TRY(set.bind(number).step());
    return {};
  });
}

}  // namespace koinon::move
