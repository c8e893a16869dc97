#include "storage/search/find_referring.h"

namespace koinon {
namespace {

constexpr std::string_view kColumns =
    "SELECT k.role, d.log_id, d.entry_index, d.status, k.kind FROM doc t CROSS JOIN link k ";
// The entry that stands there, not another one that was there before.
constexpr std::string_view kOfEntry =
    "ON k.log_id = t.log_id AND k.entry_index = t.entry_index AND k.leaf = t.leaf CROSS JOIN doc d ON d.id = "
    "k.doc WHERE t.log_id = ? AND t.entry_index = ? ";

Result<std::vector<RelatedRecord>> read_all(sqlite::Statement& select) {
  std::vector<RelatedRecord> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(1).size() != LogId::kSize) continue;
    out.push_back({static_cast<v1::RefRole>(select.integer(0)), LogId::from(select.blob(1)),
                   EntryIndex(select.number(2)), static_cast<RecordStatus>(select.integer(3)),
                   static_cast<v1::Kind>(select.integer(4))});
  }
}

}  // namespace

Result<std::vector<RelatedRecord>> find_referring(sqlite::Connection& db, const LogId& log, EntryIndex index,
                                                  std::size_t limit) {
  auto select = db.prepare(std::string(kColumns).append(kOfEntry) + "ORDER BY k.doc LIMIT ?");
  select.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(index.value))
      .bind(static_cast<std::int64_t>(limit));
  return read_all(select);
}

// The index is named: without statistics SQLite would walk past what others say.
Result<std::vector<RelatedRecord>> find_newest_referring(sqlite::Connection& db,
                                                         const ReferringQuery& query) {
  std::string sql(kColumns);
  sql.append(query.by ? "INDEXED BY link_by_log " : "INDEXED BY link_by_role ").append(kOfEntry);
  sql.append(query.by ? "AND k.role = ? AND k.by_log = ? " : "AND k.role = ? ");
  sql.append("ORDER BY k.doc DESC LIMIT ?");
  auto select = db.prepare(sql);
  select.bind_blob(query.log.view())
      .bind(static_cast<std::int64_t>(query.index.value))
      .bind(static_cast<std::int64_t>(query.role));
  if (query.by) select.bind_blob(query.by->view());
  select.bind(static_cast<std::int64_t>(query.limit));
  return read_all(select);
}

}  // namespace koinon
