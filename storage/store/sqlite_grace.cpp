#include "storage/store/sqlite_grace.h"

#include <utility>

namespace koinon {
namespace {

bool is_damaged(const Status& status) { return !status.ok() && status.error().id == "database.damaged"; }

}  // namespace

// A damaged file keeps no node from its work: what it has is to go soon in any case.
Status SqliteGrace::open(const std::filesystem::path& path, const sqlite::OpenOptions& options) {
  const Status opened = open_as_it_is(path, options);
  if (!is_damaged(opened) || !options.vfs.empty()) return opened;
  kept_ = {};
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(path.string() + part, error);
    if (error)
      return fail(Code::kIo, "it is damaged and cannot be removed: " + error.message(), path.string());
  }
  return open_as_it_is(path, options);
}

Status SqliteGrace::open_as_it_is(const std::filesystem::path& path, const sqlite::OpenOptions& options) {
  KOINON_ASSIGN(kept_, sqlite::Connection::open(path, options));
  KOINON_TRY(kept_.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(kept_.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(kept_.execute("PRAGMA synchronous=FULL"));
  KOINON_TRY(kept_.execute("PRAGMA temp_store=MEMORY"));
  KOINON_TRY(
      kept_.execute("CREATE TABLE IF NOT EXISTS body (record INTEGER PRIMARY KEY, body BLOB NOT NULL)"));
  return remove_orphans();
}

// A commit of the store may have failed behind ours, or ours behind the store's. All that is kept is looked
// at, at a start alone.
Status SqliteGrace::remove_orphans() {
  std::vector<std::int64_t> orphans;
  {
    auto select = kept_.prepare("SELECT record, 0 FROM body");
    KOINON_ASSIGN(const auto all, rows(select));
    for (const Kept& one : all) {
      KOINON_ASSIGN(const bool noted, is_noted(one.record));
      if (!noted) orphans.push_back(one.record);
    }
  }
  if (!orphans.empty()) KOINON_TRY(remove(orphans));
  KOINON_ASSIGN(const bool folded, kept_.fold());
  (void)folded;  // nobody else reads it
  return {};
}

Status SqliteGrace::remove(const std::vector<std::int64_t>& records) {
  KOINON_TRY(begin());
  for (const std::int64_t record : records) {
    auto gone = kept_.prepare("DELETE FROM body WHERE record = ?");
    KOINON_TRY(gone.bind(record).run());
  }
  KOINON_TRY(kept_.execute("COMMIT"));
  open_ = false;
  return {};
}

Status SqliteGrace::begin() {
  if (open_ && kept_.in_transaction()) return {};
  KOINON_TRY(kept_.execute("BEGIN IMMEDIATE"));
  open_ = true;
  return {};
}

Status SqliteGrace::keep(std::int64_t record, BytesView body) {
  KOINON_TRY(begin());
  auto put = kept_.prepare("INSERT OR REPLACE INTO body (record, body) VALUES (?, ?)");
  return put.bind(record).bind_blob(body).run();
}

Status SqliteGrace::put(std::int64_t record, BytesView body, UnixMillis at) {
  // An erasure does not wait for a file that is damaged: then nothing is kept.
  const Status kept = keep(record, body);
  if (!kept.ok() && !is_damaged(kept)) return kept;
  // Not one statement: what is replaced must be taken off the log's sum.
  auto old = store_.prepare("DELETE FROM grace WHERE id = ?");
  KOINON_TRY(old.bind(record).run());
  auto note = store_.prepare("INSERT INTO grace (id, bytes, at_ms) VALUES (?, ?, ?)");
  return note.bind(record).bind(static_cast<std::int64_t>(body.size())).bind(at.value).run();
}

Result<bool> SqliteGrace::is_noted(std::int64_t record) {
  auto find = store_.prepare("SELECT 1 FROM grace WHERE id = ?");
  return find.bind(record).step();
}

Result<std::optional<Bytes>> SqliteGrace::body(std::int64_t record) {
  KOINON_ASSIGN(const bool noted, is_noted(record));
  if (!noted) return std::optional<Bytes>();
  auto select = kept_.prepare("SELECT body FROM body WHERE record = ?");
  const auto kept = select.bind(record).step();
  if (!kept.ok() && !is_damaged(kept.error())) return kept.error();
  if (!kept.ok() || !*kept) return std::optional<Bytes>();  // a store out of a backup has none
  return std::optional(Bytes(select.blob(0)));
}

Result<bool> SqliteGrace::drop(std::int64_t record) {
  auto gone = store_.prepare("DELETE FROM grace WHERE id = ?");
  KOINON_TRY(gone.bind(record).run());
  if (store_.changes() == 0) return false;
  dropped_.push_back(record);
  return true;
}

Result<std::vector<SqliteGrace::Kept>> SqliteGrace::rows(sqlite::Statement& select) {
  std::vector<Kept> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back({select.integer(0), select.number(1)});
  }
}

Result<std::vector<SqliteGrace::Kept>> SqliteGrace::over(UnixMillis now, std::int64_t most) {
  auto select = store_.prepare("SELECT id, bytes FROM grace WHERE at_ms <= ? ORDER BY at_ms LIMIT ?");
  select.bind(now.value - grace_.count()).bind(most);
  return rows(select);
}

Result<std::vector<SqliteGrace::Kept>> SqliteGrace::between(std::int64_t begin, std::int64_t end,
                                                            std::int64_t most) {
  auto select = store_.prepare("SELECT id, bytes FROM grace WHERE id >= ? AND id < ? ORDER BY id LIMIT ?");
  select.bind(begin).bind(end).bind(most);
  return rows(select);
}

Status SqliteGrace::before_commit() {
  if (!open_) return {};
  KOINON_TRY(kept_.execute("COMMIT"));
  open_ = false;
  return {};
}

// A body may be in the store again. As long as that is not on the disk, the one here stays.
void SqliteGrace::after_commit(bool durable) {
  if (!durable || dropped_.empty()) return;
  // Those whose change failed, or that were erased once more, are kept on.
  std::erase_if(dropped_, [this](std::int64_t record) {
    const auto noted = is_noted(record);
    return !noted.ok() || *noted;
  });
  // Where the disk is full it is tried again with the next commit.
  if (!remove(dropped_).ok()) return after_rollback();
  dropped_.clear();
  (void)kept_.fold();
}

void SqliteGrace::after_rollback() {
  if (std::exchange(open_, false) && kept_.in_transaction()) (void)kept_.execute("ROLLBACK");
}

}  // namespace koinon
