#include "storage/office/worksheets.h"

#include "proto/base/limits.h"
#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, log_id, entry_index, leaf, office, answers, version, updated_at_ms, \"user\" FROM worksheet ";

StoredWorksheet read_worksheet(const sql::Statement& row) {
  StoredWorksheet out;
  out.id = {row.integer(0)};
  if (row.blob(1).size() == LogId::kSize) out.log = LogId::from(row.blob(1));
  out.index = EntryIndex(row.number(2));
  if (row.blob(3).size() == Hash::kSize) out.leaf = Hash::from(row.blob(3));
  out.office = row.text(4);
  out.answers = row.text(5);
  out.version = row.integer(6);
  out.updated_at = {row.integer(7)};
  out.user = {row.integer(8)};
  return out;
}

std::size_t worksheet_bytes(const StoredWorksheet& worksheet) { return worksheet.answers.size(); }

Error changed_meanwhile() {
  return fail(
      Code::kConflict,
      Sentence{"worksheet.changed", "the worksheet has been changed by somebody else since; read it again"},
      "If-Match");
}

}  // namespace

Result<std::optional<StoredWorksheet>> Worksheets::find(const LogId& log, EntryIndex index, const Hash& leaf,
                                                        const std::optional<std::string>& office) {
  auto select =
      db_.connection().prepare(std::string(kColumns) + "WHERE log_id = ? AND entry_index = ? AND leaf = ? " +
                               (office ? "AND office = ?" : "ORDER BY updated_at_ms DESC LIMIT 1"));
  select.bind_blob(log.view()).bind(number(index)).bind_blob(leaf.view());
  if (office) select.bind_text(*office);
  return read_one(select, read_worksheet);
}

Result<std::size_t> Worksheets::count(UserId user) {
  // At most kWorksheets.
  auto select = db_.connection().prepare("SELECT count(*) FROM worksheet WHERE \"user\" = ?");
  select.bind(user.value);
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

Status Worksheets::insert(StoredWorksheet& worksheet) {
  worksheet.version = 1;
  auto insert = db_.connection().prepare(
      "INSERT INTO worksheet (log_id, entry_index, leaf, office, answers, version, updated_at_ms, \"user\") "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  insert.bind_blob(worksheet.log.view())
      .bind(number(worksheet.index))
      .bind_blob(worksheet.leaf.view())
      .bind_text(worksheet.office)
      .bind_text(worksheet.answers)
      .bind(worksheet.version)
      .bind(worksheet.updated_at.value)
      .bind(worksheet.user.value);
  KOINON_ASSIGN(worksheet.id.value, added_id(insert));
  return {};
}

Status Worksheets::change(StoredWorksheet& worksheet) {
  auto update = db_.connection().prepare(
      "UPDATE worksheet SET answers = ?, version = ?, updated_at_ms = ?, \"user\" = ? WHERE id = ?");
  return update.bind_text(worksheet.answers)
      .bind(worksheet.version)
      .bind(worksheet.updated_at.value)
      .bind(worksheet.user.value)
      .bind(worksheet.id.value)
      .run();
}

Result<StoredWorksheet> Worksheets::put(StoredWorksheet worksheet, std::optional<std::int64_t> version) {
  return db_.transact([&]() -> Result<StoredWorksheet> {
    auto forget = db_.connection().prepare(
        "DELETE FROM worksheet WHERE log_id = ? AND entry_index = ? AND office = ? AND leaf <> ?");
    KOINON_TRY(forget.bind_blob(worksheet.log.view())
                   .bind(number(worksheet.index))
                   .bind_text(worksheet.office)
                   .bind_blob(worksheet.leaf.view())
                   .run());
    KOINON_ASSIGN(const auto there, find(worksheet.log, worksheet.index, worksheet.leaf, worksheet.office));
    if (version && *version != (there ? there->version : 0)) return changed_meanwhile();
    // Who takes on what another wrote has one more, too.
    if (!there || there->user != worksheet.user) {
      KOINON_ASSIGN(const std::size_t own, count(worksheet.user));
      if (own >= limits::kWorksheets)
        return fail(Code::kTooLarge,
                    Sentence{"worksheet.too_many",
                             "an account has at most {most} worksheets",
                             {{"most", std::int64_t{limits::kWorksheets}}}},
                    "worksheet");
    }
    if (!there) {
      KOINON_TRY(insert(worksheet));
      return worksheet;
    }
    worksheet.id = there->id;
    worksheet.version = there->version + 1;
    KOINON_TRY(change(worksheet));
    return worksheet;
  });
}

Status Worksheets::remove(WorksheetId id, std::optional<std::int64_t> version) {
  KOINON_ASSIGN(const bool removed, remove_version(db_.connection(), "worksheet", id.value, version));
  return removed ? Status() : Status(changed_meanwhile());
}

Result<DeskPage<StoredWorksheet>> Worksheets::list(const std::optional<std::string>& office,
                                                   std::size_t limit,
                                                   const std::optional<WorksheetPlace>& after) {
  auto select = db_.connection().walk(std::string(kColumns) + "WHERE (updated_at_ms, id) < (?, ?) " +
                                      (office ? "AND office = ? " : "") +
                                      "ORDER BY updated_at_ms DESC, id DESC LIMIT ?");
  bind_after(select, after);
  if (office) select.bind_text(*office);
  select.bind(static_cast<std::int64_t>(limit) + 1);
  return read_page(select, read_worksheet, worksheet_bytes, limit);
}

}  // namespace koinon
