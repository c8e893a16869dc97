#include "storage/store/sqlite_store.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "proto/base/limits.h"
#include "storage/store/hash_tiles.h"
#include "storage/store/schema.h"
#include "storage/store/sqlite_bodies.h"
#include "storage/store/sqlite_journal.h"
#include "storage/store/sqlite_reading.h"

namespace koinon {
namespace {

constexpr std::uint64_t kPageBytes = 8192;
constexpr std::uint64_t kUnknownRoom = std::uint64_t{1}
                                       << 62;  // a file system that does not say; it fails when it is full

class SqliteReader final : public SqliteReading<StoreReader> {
 public:
  using SqliteReading::SqliteReading;
};

class SqliteStore final : public SqliteReading<Store> {
 public:
  SqliteStore(sqlite::Connection db, std::filesystem::path folder, SqliteStoreOptions options)
      : SqliteReading(std::move(db)),
        folder_(std::move(folder)),
        options_(std::move(options)),
        journal_(db_, settings_),
        attachments_(db_,
                     options_.attachment_bytes == 0 ? limits::kAttachmentQuota : options_.attachment_bytes),
        bodies_(db_, logs_, attachments_,
                options_.transit_bytes == 0 ? limits::kTransitBytes : options_.transit_bytes) {}

  Status prepare();

  Result<StoreState> load_state() override;
  Status begin(bool durable) override;
  Status commit() override;
  void rollback() override;
  bool fold() override;
  Result<Room> room() override;
  Result<JournalSeq> append_run(const RunCommit& run) override;
  Status set_cursor(const PeerCursor& cursor) override { return peers_.set_cursor(cursor); }
  Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) override;
  Status add_bodies(const BodiesCommit& bodies) override { return bodies_.add(bodies); }
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most) override {
    return bodies_.apply_filter(log, filter, now, from, most);
  }
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) override;
  Result<JournalSeq> readmit(const LogId& log) override;
  Status set_asks(const std::vector<HeadAsk>& asks, bool open) override {
    return peers_.set_asks(asks, open);
  }
  Status remove_log(const LogId& log, UnixMillis now) override;
  Status set_blocked(const LogId& log, bool blocked) override { return policy_.set_blocked(log, blocked); }
  Status put_peer(const PeerRecord& peer) override { return peers_.put(peer); }
  Status remove_peer(const NodeKey& node_key) override { return peers_.remove(node_key); }
  Status put_invite(const InviteRecord& invite) override { return peers_.put_invite(invite); }
  Status remove_invite(const NodeKey& key) override { return peers_.remove_invite(key); }
  Status put_attachment(const CutAttachment& file, UnixMillis now) override {
    return attachments_.put(file, now);
  }
  Status want_attachment(const AttachmentWant& want, UnixMillis now) override {
    KOINON_ASSIGN(const std::int64_t number, logs_.log_number(want.log));
    return attachments_.want(record_id(number, want.index), want, now);
  }
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit) override {
    return attachments_.add_chunk(commit);
  }
  Status finish_attachment(const AttachmentId& id, bool whole) override {
    return attachments_.finish(id, whole);
  }
  Status drop_attachment(const AttachmentId& id) override { return attachments_.drop(id); }
  Status set_own_log(const LogId& log) override { return settings_.put_meta("own_log", log.view()); }
  Status set_setting(std::string_view name, BytesView value) override {
    return settings_.set_setting(name, value);
  }
  Status set_instance_token(BytesView token) override { return settings_.put_meta("instance_token", token); }

 private:
  Status set_durable(bool durable);
  void tidy();
  bool sweep();
  bool fold_erased();
  Result<std::int64_t> renumber(std::int64_t number);
  Status create_log(const RunCommit& run);
  Status write_run(const RunCommit& run, std::int64_t number);
  Result<JournalSeq> write_log_row(const RunCommit& run, std::int64_t number);

  std::filesystem::path folder_;  // in which the store lies
  SqliteStoreOptions options_;
  SqliteJournal journal_;
  SqliteAttachments attachments_;
  SqliteBodies bodies_;
  bool durable_ = false;
  bool in_transaction_ = false;
  bool unfolded_ = true;  // what was erased just before a crash is in the write-ahead log still
  bool swept_ = false;    // nothing is left of logs that were removed
};

Status SqliteStore::prepare() {
  if (options_.exclusive) KOINON_TRY(db_.execute("PRAGMA locking_mode=EXCLUSIVE"));
  KOINON_TRY(db_.execute("PRAGMA page_size=" + std::to_string(kPageBytes)));
  KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(db_.execute("PRAGMA cache_size=-16384"));
  KOINON_TRY(db_.execute("PRAGMA wal_autocheckpoint=" + std::to_string(options_.checkpoint_pages)));
  KOINON_TRY(db_.execute("PRAGMA journal_size_limit=67108864"));
  KOINON_TRY(set_durable(true));
  KOINON_TRY(migrate_store(db_));
  // After the migration, which a full store needs room for.
  if (options_.max_bytes > 0) {
    KOINON_TRY(db_.execute("PRAGMA max_page_count=" + std::to_string(options_.max_bytes / kPageBytes)));
  }
  // On a full disk these are tried again later, or at the next start, and reading goes on.
  tidy();
  (void)fold();
  KOINON_ASSIGN(const auto journal, settings_.meta("journal_id"));
  if (!journal) {
    KOINON_TRY(settings_.put_meta("journal_id", options_.random ? options_.random(16) : random_bytes(16)));
  }
  return journal_.prepare();
}

Result<StoreState> SqliteStore::load_state() {
  StoreState state;
  KOINON_ASSIGN(state.journal, settings_.journal());
  KOINON_ASSIGN(const auto token, settings_.meta("instance_token"));
  if (token) state.instance_token = *token;
  KOINON_ASSIGN(const auto own, settings_.meta("own_log"));
  if (own && own->size() == LogId::kSize) state.own_log = LogId::from(*own);
  KOINON_ASSIGN(state.logs, logs_.all());
  for (const LogState& log : state.logs) {
    state.last_journal_seq = std::max(state.last_journal_seq, log.journal_seq);
  }
  KOINON_ASSIGN(state.peers, peers_.peers());
  KOINON_ASSIGN(state.vouches, policy_.vouches());
  KOINON_ASSIGN(state.blocked, policy_.blocked());
  KOINON_ASSIGN(state.forked, policy_.forked());
  KOINON_ASSIGN(state.asks, peers_.asks());
  KOINON_ASSIGN(state.invites, peers_.invites());
  KOINON_ASSIGN(state.wants, files_.wants());
  KOINON_ASSIGN(const auto lived, settings_.setting(kLived));
  state.lived = lived_of(lived);
  return state;
}

Status SqliteStore::set_durable(bool durable) {
  if (durable == durable_) return {};
  KOINON_TRY(db_.execute("PRAGMA synchronous=" + (durable ? options_.durable : std::string("NORMAL"))));
  durable_ = durable;
  return {};
}

Status SqliteStore::begin(bool durable) {
  if (journal_.is_short()) {
    KOINON_TRY(set_durable(true));
    KOINON_TRY(journal_.reserve());
  }
  KOINON_TRY(set_durable(durable || options_.durable == "OFF"));
  KOINON_TRY(db_.execute("BEGIN IMMEDIATE"));
  in_transaction_ = true;
  return {};
}

Status SqliteStore::commit() {
  Status status = db_.execute("COMMIT");
  if (!status.ok()) {
    rollback();
    return status;
  }
  in_transaction_ = false;
  (void)fold_erased();  // what is left of removed logs waits for fold(): somebody waits for this answer
  return status;
}

// What was under way for peers when the node ended, and what an older version took.
void SqliteStore::tidy() {
  if (!db_.execute("BEGIN IMMEDIATE").ok()) return;
  if (!attachments_.prepare().ok() || !policy_.prepare().ok() || !db_.execute("COMMIT").ok())
    (void)db_.execute("ROLLBACK");
}

// A piece, in a transaction of its own.
bool SqliteStore::sweep() {
  if (!db_.execute("BEGIN IMMEDIATE").ok()) return false;
  const auto swept = bodies_.sweep();
  if (swept.ok() && db_.execute("COMMIT").ok()) return *swept;
  (void)db_.execute("ROLLBACK");
  return false;
}

bool SqliteStore::fold() {
  swept_ = swept_ || sweep();
  return fold_erased() && swept_;
}

bool SqliteStore::fold_erased() {
  if (!unfolded_ && !bodies_.erased() && !attachments_.erased()) return true;
  const auto folded = db_.fold();
  if (!folded.ok() || !*folded) return false;
  unfolded_ = false;
  bodies_.clear_erased();
  attachments_.clear_erased();
  return true;
}

Result<Room> SqliteStore::room() {
  auto count = db_.prepare("SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count");
  KOINON_TRY(count.step());
  Room room;
  room.unused = count.number(1) * kPageBytes;
  const std::uint64_t used = count.number(0) * kPageBytes - room.unused;
  room.quota = options_.max_bytes;
  room.quota_left = room.quota - std::min(room.quota, used);
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_, unknown);
  room.disk = unknown ? kUnknownRoom : space.available;
  return room;
}

void SqliteStore::rollback() {
  if (in_transaction_) (void)db_.execute("ROLLBACK");  // fails only where SQLite has rolled back already
  in_transaction_ = false;
}

Status SqliteStore::create_log(const RunCommit& run) {
  auto insert = db_.prepare(
      "INSERT INTO log (log_id, name, signing_key, recovery_key, size, range) VALUES (?, ?, ?, ?, 0, x'') "
      "ON CONFLICT (log_id) DO NOTHING");
  return insert.bind_blob(run.log.view())
      .bind_text(run.identity.name)
      .bind_blob(run.identity.signing_key.view())
      .bind_blob(run.identity.recovery_key.view())
      .run();
}

Result<JournalSeq> SqliteStore::append_run(const RunCommit& run) {
  if (run.records.empty() || run.records.size() != run.leaves.size()) {
    return fail(Code::kInternal, "a run without records", "run");
  }
  KOINON_TRY(db_.execute("SAVEPOINT run"));
  auto result = [&]() -> Result<JournalSeq> {
    auto state = logs_.log_state(run.log);
    if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
    const std::uint64_t held = state.ok() ? state->range.size().value : 0;
    if (state.ok() && state->frozen) return fail(Code::kConflict, "the log is frozen: it forked", "log");
    if (run.records.front().index.value != held) {
      return fail(Code::kConflict, "the run does not begin where the log ends", "from");
    }
    if (!state.ok()) {
      KOINON_TRY(create_log(run));
      KOINON_ASSIGN(const auto proof, policy_.evidence(run.log));
      if (!proof.empty()) return fail(Code::kConflict, "the log is frozen: it forked", "log");
    }
    KOINON_ASSIGN(const std::int64_t number, logs_.log_number(run.log));
    KOINON_TRY(write_run(run, number));
    return write_log_row(run, number);
  }();
  if (!result.ok()) {
    (void)db_.execute("ROLLBACK TO run");
    (void)db_.execute("RELEASE run");
    return result;
  }
  KOINON_TRY(db_.execute("RELEASE run"));
  return result;
}

Status SqliteStore::write_run(const RunCommit& run, std::int64_t number) {
  for (const StoredRecord& record : run.records) {
    auto insert =
        db_.prepare("INSERT INTO record (id, entry, body, state, erased_by) VALUES (?, ?, ?, ?, ?)");
    insert.bind(record_id(number, record.index)).bind_blob(record.entry);
    if (record.body.empty()) {
      insert.bind_null();
    } else {
      insert.bind_blob(record.body);
    }
    insert.bind(static_cast<std::int64_t>(record.state));
    if (record.state == BodyState::kErased) {
      insert.bind(static_cast<std::int64_t>(record.erased_by.value));
    } else {
      insert.bind_null();
    }
    KOINON_TRY(insert.run());
  }
  HashTiles tiles(db_, number);
  KOINON_TRY(tiles.append(TreeSize(run.records.front().index.value), run.leaves));
  KOINON_TRY(policy_.write_vouches(run.vouches));
  for (std::size_t i = 0; i < run.own_contents.size(); ++i) {
    if (run.own_contents[i].empty()) continue;
    auto put = db_.prepare("INSERT OR REPLACE INTO own_content (digest, entry_index) VALUES (?, ?)");
    KOINON_TRY(
        put.bind_blob(run.own_contents[i]).bind(static_cast<std::int64_t>(run.records[i].index.value)).run());
  }
  KOINON_TRY(attachments_.add_uses(number, run.attachments, !run.own_contents.empty()));
  KOINON_TRY(bodies_.write_arrival(number, run.records.front().index, run.records.size(), ArrivalKind::kAdded,
                                   run.arrived_at, run.source));
  return bodies_.settle_withdrawals(number, run);
}

Result<JournalSeq> SqliteStore::write_log_row(const RunCommit& run, std::int64_t number) {
  const bool whole = run.head.size == run.after.size();
  if (whole && run.after.root() != run.head.root) {
    return fail(Code::kInternal, "the run does not lead to its head", "run");
  }
  const Bytes range = pack_hashes(run.after.hashes());
  auto update = db_.prepare(
      "UPDATE log SET size = ?, range = ?, seen_size = ?, seen_root = ?, seen_note = ?, seen_right = ?, "
      "bytes = bytes + ? WHERE number = ?");
  const Bytes right = pack_hashes(run.right);
  KOINON_TRY(update.bind(static_cast<std::int64_t>(run.after.size().value))
                 .bind_blob(range)
                 .bind(static_cast<std::int64_t>(run.head.size.value))
                 .bind_blob(run.head.root.view())
                 .bind_blob(run.head.note)
                 .bind_blob(right)
                 .bind(static_cast<std::int64_t>(bytes_held(run.records)))
                 .bind(number)
                 .run());
  if (!whole) return JournalSeq(0);
  auto head = db_.prepare("UPDATE log SET whole_size = ?, whole_root = ?, whole_note = ? WHERE number = ?");
  KOINON_TRY(head.bind(static_cast<std::int64_t>(run.head.size.value))
                 .bind_blob(run.head.root.view())
                 .bind_blob(run.head.note)
                 .bind(number)
                 .run());
  return journal_.write_row(number);
}

Result<JournalSeq> SqliteStore::add_evidence(const EvidenceCommit& evidence) {
  KOINON_TRY(policy_.add_evidence(evidence));
  auto freeze = db_.prepare("UPDATE log SET frozen = 1 WHERE log_id = ?");
  KOINON_TRY(freeze.bind_blob(evidence.log.view()).run());
  const auto state = logs_.log_state(evidence.log);
  if (!state.ok() || !state->whole) return JournalSeq(0);
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(evidence.log));
  return journal_.write_row(number);
}

Status SqliteStore::set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) {
  KOINON_TRY(logs_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = ?, out_lived_ms = ? WHERE log_id = ?");
  return update.bind(since.value).bind(lived.count()).bind_blob(log.view()).run();
}

Result<JournalSeq> SqliteStore::readmit(const LogId& log) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = NULL, out_lived_ms = NULL WHERE number = ?");
  KOINON_TRY(update.bind(number).run());
  if (!state.whole) return JournalSeq(0);
  return journal_.write_row(number);
}

// From now on nobody who asks for a log finds what is held under its old number. What walks records or
// arrivals of all logs passes it by.
Result<std::int64_t> SqliteStore::renumber(std::int64_t number) {
  std::int64_t fresh = 0;
  bool files = false;
  {
    auto last = db_.prepare("SELECT (SELECT max(number) FROM log) + 1, files FROM log WHERE number = ?");
    KOINON_TRY(last.bind(number).step());
    fresh = last.integer(0);
    files = last.integer(1) != 0;
  }
  auto log = db_.prepare("UPDATE log SET number = ? WHERE number = ?");
  KOINON_TRY(log.bind(fresh).bind(number).run());
  if (files) {  // that notes of other cities name too
    // Those of others alone: by their index, and nothing is counted for the rest.
    auto move = db_.prepare("UPDATE attachment SET log = ? WHERE log = ? AND wish < 3");
    KOINON_TRY(move.bind(fresh).bind(number).run());
  }
  return fresh;
}

// The row of the log itself stays: arrivals name it, and a frozen log stays frozen. It gets another number,
// and its records and files are taken away by and by: a log may have gigabytes, and in one transaction they
// would fill the write-ahead log, beyond what is kept free for our own, and keep what we publish waiting.
Status SqliteStore::remove_log(const LogId& log, UnixMillis now) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_ASSIGN(const std::int64_t before, logs_.log_number(log));
  KOINON_TRY(bodies_.remove_all(before));
  KOINON_ASSIGN(const std::int64_t number, renumber(before));
  swept_ = false;
  // Before what it replaces goes: a number that was given is never given again.
  KOINON_TRY(bodies_.write_arrival(number, EntryIndex(0),
                                   std::max<std::uint64_t>(state.range.size().value, 1),
                                   ArrivalKind::kRemoved, now));
  auto journal = db_.prepare("DELETE FROM journal WHERE log = ?");
  KOINON_TRY(journal.bind(before).run());
  auto clear = db_.prepare(
      "UPDATE log SET size = 0, range = x'', whole_size = NULL, whole_root = NULL, whole_note = NULL, "
      "seen_size = NULL, seen_root = NULL, seen_note = NULL, seen_right = NULL, out_since_ms = NULL, "
      "out_lived_ms = NULL, bytes = 0, transit = 0 WHERE number = ?");
  KOINON_TRY(clear.bind(number).run());
  return policy_.forget_vouches_by(log);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& path,
                                                 const SqliteStoreOptions& options) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {false, options.exclusive, options.vfs}));
  auto store = std::make_unique<SqliteStore>(std::move(db), path.parent_path(), options);
  KOINON_TRY(store->prepare());
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<StoreReader>> open_sqlite_reader(const std::filesystem::path& path, int cache_kib) {
  KOINON_ASSIGN(auto db, sqlite::Connection::open(path, {true, false, ""}));
  KOINON_TRY(db.execute("PRAGMA cache_size=-" + std::to_string(cache_kib)));
  return std::unique_ptr<StoreReader>(std::make_unique<SqliteReader>(std::move(db)));
}

}  // namespace koinon
