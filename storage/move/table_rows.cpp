#include "storage/move/table_rows.h"

#include <algorithm>

#include "storage/postgres/portable.h"

namespace koinon::move {
namespace {

constexpr std::uint64_t kPageBytes = 4 << 20;
constexpr std::int64_t kPageRows = 2000;

}  // namespace

std::uint64_t bytes_of(const Row& row) {
  std::uint64_t out = 0;
  for (const Value& value : row) out += value.bytes.size() + sizeof value.number;
  return out;
}

std::string TableRows::key_condition(const char* comparison) const {
  std::string marks;
  for (std::size_t i = 0; i < table_.keys; ++i) marks += i == 0 ? "?" : ", ?";
  return "(" + column_list(table_, table_.keys) + ") " + comparison + " (" + marks + ")";
}

void TableRows::bind_key(sql::Statement& statement, const Row& key) const {
  for (std::size_t i = 0; i < table_.keys; ++i) {
    if (table_.columns[i].kind == Kind::kNumber) {
      statement.bind(key[i].number);
    } else {
      statement.bind_blob(key[i].bytes);
    }
  }
}

Value TableRows::value(const sql::Statement& row, std::size_t column, Kind kind) const {
  Value out;
  const int at = static_cast<int>(column);
  out.null = row.is_null(at);
  if (out.null) return out;
  if (kind == Kind::kNumber) {
    out.number = row.integer(at);
  } else {
    out.bytes = row.blob(at);
    const auto kept = kind == Kind::kText ? postgres::text_for_server(out.bytes) : std::nullopt;
    if (kept) out.bytes = *kept;
  }
  return out;
}

bool TableRows::is_of_place(const Row& row) const {
  const auto& keys = table_.of_place;
  return std::find(keys.begin(), keys.end(), std::string_view(row.front().bytes)) != keys.end();
}

Result<Rows> TableRows::select(const std::string& rest, const std::optional<Row>& after,
                               const std::optional<Row>& to) {
  auto statement = db_.prepare("SELECT " + column_list(table_) + " FROM " + name_ + rest);
  if (after) bind_key(statement, *after);
  if (to) bind_key(statement, *to);
  Rows out;
  while (true) {
    KOINON_ASSIGN(const bool there, statement.step());
    if (!there) return out;
    Row row;
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
      row.push_back(value(statement, i, table_.columns[i].kind));
    if (!is_of_place(row)) out.push_back(std::move(row));
  }
}

Result<std::optional<Row>> TableRows::end_of_page(const std::optional<Row>& key) {
  const std::string keys = column_list(table_, table_.keys);
  auto statement = db_.prepare("SELECT " + keys + ", " + std::string(table_.weight) + " FROM " + name_ +
                               (key ? " WHERE " + key_condition(">") : "") + " ORDER BY " + keys + " LIMIT " +
                               std::to_string(kPageRows));
  if (key) bind_key(statement, *key);
  std::optional<Row> out;
  for (std::uint64_t bytes = 0; bytes < kPageBytes;) {
    KOINON_ASSIGN(const bool there, statement.step());
    if (!there) break;
    Row last;
    for (std::size_t i = 0; i < table_.keys; ++i) last.push_back(value(statement, i, table_.columns[i].kind));
    bytes += statement.number(static_cast<int>(table_.keys));
    // A row that is too much for this page begins the next one, unless it is alone.
    if (out && bytes > kPageBytes) break;
    out = std::move(last);
  }
  return out;
}

Result<Rows> TableRows::page_after(const std::optional<Row>& key) {
  if (has_text_key(table_)) return key ? Result<Rows>(Rows()) : select("", std::nullopt, std::nullopt);
  if (!table_.weight.empty()) {
    KOINON_ASSIGN(const auto end, end_of_page(key));
    return end ? between(key, *end) : Result<Rows>(Rows());
  }
  return select((key ? " WHERE " + key_condition(">") : std::string()) + " ORDER BY " +
                    column_list(table_, table_.keys) + " LIMIT " + std::to_string(kPageRows),
                key, std::nullopt);
}

Result<Rows> TableRows::between(const std::optional<Row>& after, const Row& to) {
  return select(" WHERE " + (after ? key_condition(">") + " AND " : std::string()) + key_condition("<=") +
                    " ORDER BY " + column_list(table_, table_.keys),
                after, to);
}

Result<std::optional<Row>> TableRows::last_key() {
  std::string order;
  for (std::size_t i = 0; i < table_.keys; ++i)
    order += (i == 0 ? "" : ", ") + quoted(table_.columns[i].name) + " DESC";
  auto statement = db_.prepare("SELECT " + column_list(table_, table_.keys) + " FROM " + name_ +
                               " ORDER BY " + order + " LIMIT 1");
  KOINON_ASSIGN(const bool there, statement.step());
  if (!there) return std::optional<Row>();
  Row out;
  for (std::size_t i = 0; i < table_.keys; ++i) out.push_back(value(statement, i, table_.columns[i].kind));
  return std::optional(std::move(out));
}

Result<std::uint64_t> TableRows::count() {
  auto statement = db_.prepare("SELECT count(*) FROM " + name_);
  KOINON_TRY(statement.step());
  return statement.number(0);
}

Status TableRows::remove(const std::optional<Row>& after, const std::optional<Row>& to) {
  std::string where;
  if (after) where = " WHERE " + key_condition(">");
  if (to) where += (where.empty() ? " WHERE " : " AND ") + key_condition("<=");
  auto statement = db_.prepare("DELETE FROM " + name_ + where);
  if (after) bind_key(statement, *after);
  if (to) bind_key(statement, *to);
  return statement.run();
}

Status TableRows::clear() {
  std::string where;
  for (const std::string_view key : table_.of_place)
    where += (where.empty() ? " WHERE " : " AND ") + quoted(table_.columns.front().name) + " <> '" +
             std::string(key) + "'";
  return db_.prepare("DELETE FROM " + name_ + where).run();
}

Status TableRows::put(const Rows& rows) {
  sql::BulkTable columns{name_, {}};
  for (const Column& column : table_.columns) columns.columns.push_back(column.name);
  KOINON_ASSIGN(const auto bulk, db_.bulk(columns, rows.size()));
  for (const Row& row : rows) KOINON_TRY(put_one(*bulk, row));
  return bulk->finish();
}

Status TableRows::put_one(sql::BulkInsert& bulk, const Row& row) const {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Value& value = row[i];
    if (value.null) {
      bulk.put_null();
    } else if (table_.columns[i].kind == Kind::kNumber) {
      bulk.put(value.number);
    } else if (table_.columns[i].kind == Kind::kBytes) {
      bulk.put_blob(value.bytes);
    } else {
      bulk.put_text(value.bytes);
    }
  }
  return bulk.end_row();
}

}  // namespace koinon::move
