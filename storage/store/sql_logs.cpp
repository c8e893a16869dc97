#include "storage/store/sql_logs.h"

#include "proto/base/limits.h"
#include "storage/store/hash_tiles.h"
#include "storage/store/refusals.h"
#include "storage/store/run_rules.h"

namespace koinon {
namespace {

constexpr std::string_view kLogColumns =
    "SELECT l.log_id, l.name, l.signing_key, l.recovery_key, l.size, l.range, l.whole_size, l.whole_root, "
    "l.whole_note, l.seen_size, l.seen_root, l.seen_note, l.frozen, coalesce(j.seq, 0), l.seen_right, "
    "l.out_since_ms, coalesce(l.out_lived_ms, 0), l.bytes, "
    "l.held_under "
    "FROM log l LEFT JOIN journal j ON j.log = l.number ";

constexpr std::string_view kRecordColumns =
    "SELECT r.id, r.entry, r.body, r.state, r.erased_by, t.body, h.id FROM record r LEFT JOIN transit t ON "
    "t.id = r.id LEFT JOIN hidden h ON h.id = r.id ";

std::optional<StoredHead> read_head(const sql::Statement& row, int column) {
  if (row.is_null(column) || row.blob(column + 1).size() != Hash::kSize) return std::nullopt;
  return StoredHead{TreeSize(row.number(column)), Hash::from(row.blob(column + 1)), row.text(column + 2)};
}

StoredRecord read_record(const sql::Statement& row, EntryIndex index) {
  StoredRecord record;
  record.index = index;
  record.entry = row.blob(1);
  record.body = row.blob(2);
  record.state = static_cast<BodyState>(row.integer(3));
  record.erased_by = EntryIndex(row.number(4));
  if (!row.is_null(5)) {
    record.body = row.blob(5);
    record.transit = true;
  }
  record.hidden = !row.is_null(6);
  return record;
}

}  // namespace

std::int64_t record_id(std::int64_t log_number, EntryIndex index) {
  return (log_number << 40) | static_cast<std::int64_t>(index.value);
}

std::string in_ids() {
  std::string out = "(?";
  for (std::size_t i = 1; i < kIdsAtOnce; ++i) out += ", ?";
  return out + ")";
}

Result<std::int64_t> SqlLogs::log_number(const LogId& log) {
  auto select = db_.prepare("SELECT number FROM log WHERE log_id = ?");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return unknown_log();
  return select.integer(0);
}

Result<LogState> SqlLogs::read_log(const sql::Statement& row) {
  const Error damaged = fail(Code::kIo, "a log's row is damaged; restore the store", "log");
  if (row.blob(0).size() != 32 || row.blob(2).size() != 32 || row.blob(3).size() != 32) return damaged;
  LogState log;
  log.id = LogId::from(row.blob(0));
  KOINON_ASSIGN(const auto stated, statements_.of(log.id));
  const auto keys =
      KeyHistory::kept({row.text(1), PublicKey::from(row.blob(2)), PublicKey::from(row.blob(3))}, stated);
  if (!keys.ok()) return fail(Code::kIo, "a log's statements are damaged; restore the store", "rotation");
  log.keys = *keys;
  KOINON_ASSIGN(auto hashes, unpack_hashes(row.blob(5), "range"));
  KOINON_ASSIGN(log.range, CompactRange::from(TreeSize(row.number(4)), std::move(hashes)));
  log.whole = read_head(row, 6);
  log.seen = read_head(row, 9);
  log.frozen = row.integer(12) != 0;
  log.journal_seq = JournalSeq(row.number(13));
  KOINON_ASSIGN(log.seen_right, unpack_hashes(row.blob(14), "seen_right"));
  if (!row.is_null(15)) log.out_since = UnixMillis{row.integer(15)};
  log.out_lived = std::chrono::milliseconds(row.integer(16));
  log.bytes = row.number(17);
  log.held_under = row.number(18);
  return log;
}

Result<std::vector<LogState>> SqlLogs::all() {
  std::vector<LogState> out;
  auto select = db_.prepare(std::string(kLogColumns) + "WHERE l.size > 0 ORDER BY l.number");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(LogState log, read_log(select));
    out.push_back(std::move(log));
  }
}

Result<LogState> SqlLogs::log_state(const LogId& log) {
  auto select = db_.prepare(std::string(kLogColumns) + "WHERE l.log_id = ? AND l.size > 0");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return unknown_log();
  return read_log(select);
}

Result<std::uint64_t> SqlLogs::log_bytes(const LogId& log) {
  auto select = db_.prepare("SELECT bytes FROM log WHERE log_id = ?");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return unknown_log();
  return select.number(0);
}

Result<std::vector<LogState>> SqlLogs::logs_named(std::string_view name, BytesView id_prefix,
                                                  std::size_t limit) {
  std::vector<LogState> out;
  Bytes least(id_prefix.substr(0, LogId::kSize));
  Bytes most = least;
  least.resize(LogId::kSize, '\0');
  most.resize(LogId::kSize, '\xFF');
  auto select =
      db_.prepare(std::string(kLogColumns) +
                  "WHERE l.name = ? AND l.size > 0 AND l.log_id BETWEEN ? AND ? ORDER BY l.log_id LIMIT ?");
  select.bind_text(name).bind_blob(least).bind_blob(most).bind(static_cast<std::int64_t>(limit));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(LogState log, read_log(select));
    out.push_back(std::move(log));
  }
}

Result<std::vector<LogState>> SqlLogs::logs_after(const std::optional<LogState>& last, std::size_t limit) {
  std::vector<LogState> out;
  auto select = db_.prepare(std::string(kLogColumns) +
                            "WHERE l.size > 0 AND (l.name, l.log_id) > (?, ?) ORDER BY l.name, l.log_id "
                            "LIMIT ?");
  select.bind_text(last ? std::string_view(last->identity().name) : std::string_view());
  select.bind_blob(last ? last->id.view() : BytesView());
  select.bind(static_cast<std::int64_t>(limit));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(LogState log, read_log(select));
    out.push_back(std::move(log));
  }
}

Result<StoreCounts> SqlLogs::counts() {
  StoreCounts out;
  auto logs = db_.prepare("SELECT logs, records FROM total");
  KOINON_TRY(logs.step());
  out.logs = logs.number(0);
  out.records = logs.number(1);
  KOINON_ASSIGN(out.bytes, db_.bytes());
  return out;
}

// Where the records end that go into one answer, as their sizes have it. A server sends hundreds of them at
// once, each with a body of a MiB perhaps, where an answer has a quarter of one.
Result<std::int64_t> SqlLogs::end_of_run(std::int64_t begin, std::int64_t end, std::size_t max_bytes) {
  if (!db_.walks_in_pieces()) return end;
  RunBudget budget(max_bytes);
  auto select = db_.walk(
      "SELECT r.id, length(r.entry) + coalesce(length(t.body), length(r.body), 0) FROM record r LEFT JOIN "
      "transit t ON t.id = r.id WHERE r.id >= ? AND r.id < ? ORDER BY r.id");
  select.bind(begin).bind(end);
  std::int64_t out = begin;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row || !budget.takes(static_cast<std::size_t>(select.number(1)))) return out;
    out = select.integer(0) + 1;
  }
}

Result<ServedRun> SqlLogs::read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                                    std::size_t max_bytes) {
  KOINON_TRY(check_range(from, to, size));
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  const std::int64_t begin = record_id(number, from);
  KOINON_ASSIGN(const std::int64_t end, end_of_run(begin, record_id(number, to), max_bytes));
  ServedRun run;
  run.records.reserve(HashTiles::kWidth);
  RunBudget budget(max_bytes);
  auto select = db_.prepare(std::string(kRecordColumns) + "WHERE r.id >= ? AND r.id < ? ORDER BY r.id");
  select.bind(begin).bind(end);
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    StoredRecord record = read_record(select, EntryIndex(from.value + run.records.size()));
    if (!budget.takes(record)) break;
    run.records.push_back(std::move(record));
    // Where a tile of the tree ends, the hashes beside the run are those of whole tiles: they are stored.
    const std::uint64_t next = from.value + run.records.size();
    if (next % HashTiles::kWidth == 0 && budget.is_half_full()) break;
  }
  if (run.records.empty()) return fail(Code::kNotFound, "the entries are not held here", "from");
  KOINON_ASSIGN(run.proof, run_proof_at(log, from, run.records.size(), size));
  return run;
}

Result<RunProof> SqlLogs::run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                       TreeSize size) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  HashTiles tiles(db_, number);
  KOINON_ASSIGN(const auto root, whole_root(log, size));
  if (!root) return run_proof(from, count, size, tiles.reader());
  return run_proof(from, count, size, proof_nodes_.of(log, size, *root, tiles));
}

// Of a head that is held whole. Nothing: this size is none of it.
Result<std::optional<Hash>> SqlLogs::whole_root(const LogId& log, TreeSize size) {
  auto held = db_.prepare("SELECT whole_root FROM log WHERE log_id = ? AND whole_size = ?");
  held.bind_blob(log.view()).bind(static_cast<std::int64_t>(size.value));
  KOINON_ASSIGN(const bool found, held.step());
  if (!found || held.blob(0).size() != Hash::kSize) return std::optional<Hash>();
  return std::optional(Hash::from(held.blob(0)));
}

Result<Hash> SqlLogs::root_at(const LogId& log, TreeSize size) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  HashTiles tiles(db_, number);
  CompactRange range;
  for (const auto node : cover(0, size.value)) {
    KOINON_ASSIGN(const Hash hash, tiles.node(node));
    range.append_node(node.level, hash);
  }
  return range.root();
}

Result<HashPath> SqlLogs::inclusion(const LogId& log, EntryIndex index, TreeSize size) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  HashTiles tiles(db_, number);
  return inclusion_proof(index, size, tiles.reader());
}

Result<std::vector<Hash>> SqlLogs::hashes(const LogId& log, TreeNode first, std::uint64_t count) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  HashTiles tiles(db_, number);
  std::vector<Hash> out;
  for (std::uint64_t i = 0; i < count; ++i) {
    KOINON_ASSIGN(const Hash hash, tiles.node({first.level, first.index + i}));
    out.push_back(hash);
  }
  return out;
}

Result<StoredRecord> SqlLogs::record(const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  return record_at(number, index);
}

Result<StoredRecord> SqlLogs::record_at(std::int64_t number, EntryIndex index) {
  if (index.value >= limits::kMaxLogSize) return no_such_entry();
  auto select = db_.prepare(std::string(kRecordColumns) + "WHERE r.id = ?");
  select.bind(record_id(number, index));
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return no_such_entry();
  return read_record(select, index);
}

// The body comes after the entry in the row, on pages that are not read.
Result<Bytes> SqlLogs::entry(const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  if (index.value >= limits::kMaxLogSize) return no_such_entry();
  auto select = db_.prepare("SELECT entry FROM record WHERE id = ?");
  select.bind(record_id(number, index));
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return no_such_entry();
  return Bytes(select.blob(0));
}

Result<std::optional<EntryIndex>> SqlLogs::own_content(BytesView digest) {
  auto select = db_.prepare("SELECT entry_index FROM own_content WHERE digest = ?");
  select.bind_blob(digest);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<EntryIndex>();
  return std::optional<EntryIndex>(EntryIndex(select.number(0)));
}

Result<std::vector<EntryIndex>> SqlLogs::hidden(const LogId& log) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  auto select = db_.prepare("SELECT id FROM hidden WHERE id >= ? AND id < ? ORDER BY id");
  const std::int64_t begin = record_id(number, EntryIndex(0));
  select.bind(begin).bind(record_id(number + 1, EntryIndex(0)));
  std::vector<EntryIndex> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.emplace_back(static_cast<std::uint64_t>(select.integer(0) - begin));
  }
}

Result<std::vector<StoredRecord>> SqlLogs::unheld(const LogId& log, EntryIndex from, std::size_t limit) {
  KOINON_ASSIGN(const std::int64_t number, log_number(log));
  auto select =
      db_.prepare(std::string(kRecordColumns) +
                  "WHERE r.state = 3 AND r.id >= ?1 AND r.id < ?2 AND t.id IS NULL ORDER BY r.id LIMIT ?3");
  const std::int64_t end = record_id(number + 1, EntryIndex(0));
  select.bind(record_id(number, from)).bind(end).bind(static_cast<std::int64_t>(limit));
  std::vector<StoredRecord> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(read_record(select, EntryIndex(static_cast<std::uint64_t>(
                                          select.integer(0) - record_id(number, EntryIndex(0))))));
  }
}

Result<std::vector<std::pair<LogId, Bytes>>> SqlLogs::lacking(std::size_t limit) {
  std::vector<std::pair<LogId, Bytes>> out;
  for (std::int64_t from = 0; out.size() < limit;) {
    LogId log;
    bool admitted = false;
    {
      auto next = db_.prepare(
          "SELECT l.log_id, l.out_since_ms, r.id >> 40 FROM record r LEFT JOIN log l ON l.number = r.id >> "
          "40 "
          "WHERE r.state = 3 AND r.id >= ? ORDER BY r.id LIMIT 1");
      next.bind(from);
      KOINON_ASSIGN(const bool found, next.step());
      if (!found) return out;
      // Records of a removed log may be here for some time.
      const bool is_held = !next.is_null(0);
      if (is_held) log = LogId::from(next.blob(0));
      admitted = is_held && next.is_null(1);
      from = record_id(next.integer(2) + 1, EntryIndex(0));
    }
    if (!admitted) continue;
    KOINON_ASSIGN(auto records, unheld(log, EntryIndex(0), limit - out.size()));
    for (StoredRecord& record : records) out.emplace_back(log, std::move(record.entry));
  }
  return out;
}

}  // namespace koinon
