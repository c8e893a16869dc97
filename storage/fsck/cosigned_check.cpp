#include "storage/fsck/cosigned_check.h"

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::fsck {
namespace {

constexpr std::size_t kSecondsBytes = 8;  // of a cosignature/v1, before its signature

// Its note is signed by the log, and is of the tree that is held.
bool fits(const LogState& log, const StoredHead& head, SqlLogs& logs) {
  if (!log.whole || head.size > log.whole->size) return false;
  const auto opened = log.keys.open_any_head(head.note);
  if (!opened.ok() || opened->checkpoint.size != head.size || opened->checkpoint.root != head.root)
    return false;
  const auto root = logs.root_at(log.id, head.size);
  return root.ok() && *root == head.root;
}

bool is_line(const sql::Statement& row, int column) {
  if (row.blob(column).size() != LogId::kSize || !is_key_name(row.blob(column + 1))) return false;
  const BytesView signature = row.blob(column + 2);
  if (row.is_null(column + 3)) return signature.size() <= limits::kUnknownLineBytes;
  return signature.size() == kSecondsBytes + kSignatureBytes && get_u64(signature) == row.number(column + 3);
}

}  // namespace

Status check_cosigned_heads(sql::Connection& db, const LogState& log, Report& report) {
  SqlLogs logs(db);
  auto select = db.prepare(
      "SELECT h.number, h.size, h.root, h.note, c.city, c.name, c.signature, c.seconds FROM cosigned_head h "
      "LEFT JOIN cosignature c ON c.head = h.number WHERE h.log_id = ? ORDER BY h.recoveries, h.size");
  select.bind_blob(log.id.view());
  std::int64_t number = 0;
  bool good = true;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    const bool is_next = select.integer(0) != number;
    if (!is_next && !good) continue;
    if (is_next) {
      number = select.integer(0);
      good = select.blob(2).size() == Hash::kSize &&
             fits(log, {TreeSize(select.number(1)), Hash::from(select.blob(2)), Bytes(select.blob(3))}, logs);
    }
    good = good && (select.is_null(4) || is_line(select, 4));
    if (!good)
      report.add({log.identity().name, "what cities have signed of one of its heads is damaged",
                  Remedy::kDropCosigned, number, 0, log.id});
  }
}

Status check_stray_cosignatures(sql::Connection& db, Report& report) {
  auto select = db.prepare(
      "SELECT h.number FROM cosigned_head h LEFT JOIN log l ON l.log_id = h.log_id AND l.size > 0 "
      "WHERE l.log_id IS NULL UNION SELECT head FROM cosignature c LEFT JOIN cosigned_head h ON "
      "h.number = c.head WHERE h.number IS NULL");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    report.add({"store.db",
                "signatures of cities are kept of a head that is not held",
                Remedy::kDropCosigned,
                select.integer(0),
                0,
                {}});
  }
}

}  // namespace koinon::fsck
