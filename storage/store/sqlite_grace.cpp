#include "storage/store/sqlite_grace.h"

#include <limits>
#include <utility>

#include "storage/store/body_rules.h"

namespace koinon {
namespace {

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS body (record INTEGER PRIMARY KEY, body BLOB NOT NULL)";

bool is_damaged(const Status& status) { return !status.ok() && status.error().id == "database.damaged"; }

}  // namespace

// A damaged file keeps no node from its work: what it has is to go soon in any case.
Status SqliteGrace::open(const std::filesystem::path& path, const sqlite::OpenOptions& options) {
  path_ = path;
  options_ = options;
  Status opened = open_file();
  if (is_damaged(opened) && options.vfs.empty()) {
    for (const char* part : {"", "-wal", "-shm"}) {
      std::error_code error;
      std::filesystem::remove(path.string() + part, error);
      if (error)
        return fail(Code::kIo, "it is damaged and cannot be removed: " + error.message(), path.string());
    }
    opened = open_file();
  }
  // A node whose disk is full starts all the same: until there is room nothing can be kept or taken away.
  if (!opened.ok()) return opened.error().code == Code::kDiskFull ? Status() : opened;
  KOINON_TRY(find_orphans());
  (void)tidy();
  return {};
}

// Tried again whenever the file is used, as long as the disk was too full for it.
Status SqliteGrace::open_file() {
  if (kept_.handle() != nullptr) return {};
  KOINON_ASSIGN(auto file, sqlite::Connection::open(path_, options_));
  KOINON_TRY(file.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(file.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(file.execute("PRAGMA synchronous=FULL"));
  KOINON_TRY(file.execute("PRAGMA temp_store=MEMORY"));
  KOINON_TRY(file.execute(kTable));
  KOINON_TRY(file.prepare("SELECT count(*) FROM body WHERE record < 0").run());
  kept_ = std::move(file);
  return {};
}

// A commit of the store may have failed behind ours, or ours behind the store's. All that is kept is looked
// at, once after the file was opened.
Status SqliteGrace::find_orphans() {
  if (looked_) return {};
  auto select = kept_.prepare("SELECT record, 0 FROM body");
  const auto all = rows(select);
  if (!all.ok()) return is_damaged(all.error()) ? Status() : Status(all.error());
  for (const Kept& one : *all) {
    KOINON_ASSIGN(const bool noted, is_noted(one.record));
    if (!noted) gone_.push_back(one.record);
  }
  looked_ = true;
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
  KOINON_TRY(open_file());
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
  std::erase(dropped_, record);
  std::erase(gone_, record);
  // Not one statement: what is replaced must be taken off the log's sum.
  auto old = store_.prepare("DELETE FROM grace WHERE id = ?");
  KOINON_TRY(old.bind(record).run());
  auto note = store_.prepare("INSERT INTO grace (id, bytes, at_ms) VALUES (?, ?, ?)");
  return note.bind(record).bind(static_cast<std::int64_t>(body.size())).bind(at.value).run();
}

Result<bool> SqliteGrace::has_room(std::int64_t log_number, std::uint64_t bytes) {
  auto sums = store_.prepare("SELECT (SELECT grace FROM log WHERE number = ?), (SELECT grace FROM total)");
  KOINON_TRY(sums.bind(log_number).step());
  return has_grace_room(bytes, sums.number(0), sums.number(1), quota_);
}

Result<bool> SqliteGrace::is_noted(std::int64_t record) {
  auto find = store_.prepare("SELECT 1 FROM grace WHERE id = ?");
  return find.bind(record).step();
}

Result<std::optional<Bytes>> SqliteGrace::body(std::int64_t record) {
  KOINON_ASSIGN(const bool noted, is_noted(record));
  if (!noted) return std::optional<Bytes>();
  auto kept = read(record);
  if (!kept.ok() && is_damaged(kept.error())) return std::optional<Bytes>();
  return kept;
}

// Nothing: a store out of a backup has the note alone.
Result<std::optional<Bytes>> SqliteGrace::read(std::int64_t record) {
  KOINON_TRY(open_file());
  auto select = kept_.prepare("SELECT body FROM body WHERE record = ?");
  KOINON_ASSIGN(const bool there, select.bind(record).step());
  return there ? std::optional(Bytes(select.blob(0))) : std::nullopt;
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
  const std::int64_t since = keeps() ? now.value - grace_.count() : std::numeric_limits<std::int64_t>::max();
  select.bind(since).bind(most);
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
  for (const std::int64_t record : std::exchange(dropped_, {})) {
    // Those whose change failed, or that were erased once more, are kept on.
    const auto noted = is_noted(record);
    if (noted.ok() && !*noted) gone_.push_back(record);
  }
  (void)tidy();
}

bool SqliteGrace::tidy() {
  if (!open_file().ok() || !find_orphans().ok()) return false;
  if (!gone_.empty()) {
    if (!remove(gone_).ok()) {
      after_rollback();
      return false;
    }
    gone_.clear();
    unfolded_ = true;
  }
  if (!unfolded_) return true;
  const auto folded = kept_.fold();
  unfolded_ = !folded.ok() || !*folded;
  return !unfolded_;
}

void SqliteGrace::after_rollback() {
  if (std::exchange(open_, false) && kept_.in_transaction()) (void)kept_.execute("ROLLBACK");
}

}  // namespace koinon
