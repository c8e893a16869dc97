#include "storage/sqlite_store.h"

#include <algorithm>

#include "crypto/ed25519.h"
#include "proto/base/limits.h"
#include "storage/hash_tiles.h"
#include "storage/schema.h"
#include "storage/sqlite_attachments.h"
#include "storage/sqlite_bodies.h"
#include "storage/sqlite_reader.h"

namespace koinon {
namespace {

constexpr std::uint64_t kPageBytes = 8192;
constexpr std::uint64_t kUnknownRoom = std::uint64_t{1}
                                       << 62;  // a file system that does not say; it fails when it is full

Bytes number_bytes(std::uint64_t value) { return std::to_string(value); }

// Shared by reader and writer: forwards the queries.
template <typename Base>
class SqliteBase : public Base {
 public:
  explicit SqliteBase(sqlite::Connection db) : db_(std::move(db)), queries_(db_), files_(db_) {}

  Result<JournalId> journal() override { return queries_.journal(); }
  Result<std::vector<PeerRecord>> peers() override { return queries_.peers(); }
  Result<std::vector<InviteRecord>> invites() override { return queries_.invites(); }
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override {
    return queries_.read_run(log, from, to, size, max_bytes);
  }
  Result<Hash> root_at(const LogId& log, TreeSize size) override { return queries_.root_at(log, size); }
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override {
    return queries_.inclusion(log, index, size);
  }
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override {
    return queries_.run_proof_at(log, from, count, size);
  }
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override {
    return queries_.hashes(log, first, count);
  }
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override {
    return queries_.record(log, index);
  }
  Result<Bytes> entry(const LogId& log, EntryIndex index) override { return queries_.entry(log, index); }
  Result<LogState> log_state(const LogId& log) override { return queries_.log_state(log); }
  Result<std::uint64_t> log_bytes(const LogId& log) override { return queries_.log_bytes(log); }
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override {
    return queries_.logs_after(last, limit);
  }
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override {
    return queries_.logs_named(name, id_prefix, limit);
  }
  Result<StoreCounts> counts() override { return queries_.counts(); }
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override {
    return queries_.arrivals(after, limit);
  }
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override {
    return queries_.own_content(digest);
  }
  Result<std::vector<Bytes>> evidence(const LogId& log) override { return queries_.evidence(log); }
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override {
    return queries_.arrival_of(log, index);
  }
  Result<std::optional<Bytes>> setting(std::string_view name) override { return queries_.setting(name); }
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override {
    return queries_.unheld(log, from, limit);
  }
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override {
    return queries_.lacking(limit);
  }
  Result<std::optional<LogId>> vouched_as(std::string_view name) override {
    return queries_.vouched_as(name);
  }
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override {
    return queries_.vouch(voucher, target);
  }
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override {
    KOINON_ASSIGN(const std::int64_t number, queries_.log_number(log));
    return files_.state(record_id(number, index), sha256);
  }
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override {
    return files_.chunk(id, number);
  }
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override {
    return files_.named(sha256);
  }

 protected:
  sqlite::Connection db_;
  SqliteQueries queries_;
  AttachmentQueries files_;
};

class SqliteReader final : public SqliteBase<StoreReader> {
 public:
  using SqliteBase::SqliteBase;
};

class SqliteStore final : public SqliteBase<Store> {
 public:
  SqliteStore(sqlite::Connection db, std::filesystem::path folder, SqliteStoreOptions options)
      : SqliteBase(std::move(db)),
        folder_(std::move(folder)),
        options_(std::move(options)),
        attachments_(db_,
                     options_.attachment_bytes == 0 ? limits::kAttachmentQuota : options_.attachment_bytes),
        bodies_(db_, queries_, attachments_,
                options_.transit_bytes == 0 ? limits::kTransitBytes : options_.transit_bytes) {}

  Status prepare();

  Result<StoreState> load_state() override { return queries_.load_state(); }
  Status begin(bool durable) override;
  Status commit() override;
  void rollback() override;
  bool fold() override;
  Result<Room> room() override;
  Result<JournalSeq> append_run(const RunCommit& run) override;
  Status set_cursor(const PeerCursor& cursor) override;
  Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) override;
  Status add_bodies(const BodiesCommit& bodies) override { return bodies_.add(bodies); }
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most) override {
    return bodies_.apply_filter(log, filter, now, from, most);
  }
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) override;
  Result<JournalSeq> readmit(const LogId& log) override;
  Status set_asks(const std::vector<HeadAsk>& asks, bool open) override;
  Status remove_log(const LogId& log, UnixMillis now) override;
  Status set_blocked(const LogId& log, bool blocked) override;
  Status put_peer(const PeerRecord& peer) override;
  Status remove_peer(const NodeKey& node_key) override;
  Status put_invite(const InviteRecord& invite) override;
  Status remove_invite(const NodeKey& key) override;
  Status put_attachment(const CutAttachment& file, UnixMillis now) override {
    return attachments_.put(file, now);
  }
  Status want_attachment(const AttachmentWant& want, UnixMillis now) override {
    KOINON_ASSIGN(const std::int64_t number, queries_.log_number(want.log));
    return attachments_.want(record_id(number, want.index), want, now);
  }
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit) override {
    return attachments_.add_chunk(commit);
  }
  Status finish_attachment(const AttachmentId& id, bool whole) override {
    return attachments_.finish(id, whole);
  }
  Status drop_attachment(const AttachmentId& id) override { return attachments_.drop(id); }
  Status set_own_log(const LogId& log) override { return put_meta("own_log", log.view()); }
  Status set_setting(std::string_view name, BytesView value) override {
    const std::string key = "setting." + std::string(name);
    if (!value.empty()) return put_meta(key, value);
    auto remove = db_.prepare("DELETE FROM meta WHERE key = ?");
    return remove.bind_text(key).run();
  }
  Status set_instance_token(BytesView token) override { return put_meta("instance_token", token); }

 private:
  Status put_meta(std::string_view key, BytesView value);
  Status set_durable(bool durable);
  Status reserve_journal();
  bool sweep();
  bool fold_erased();
  Result<std::int64_t> renumber(std::int64_t number);
  Status create_log(const RunCommit& run);
  Status write_run(const RunCommit& run, std::int64_t number);
  Status write_vouches(const std::vector<VouchFact>& vouches);
  Status write_vouch(const VouchFact& vouch);
  Result<JournalSeq> write_journal_row(std::int64_t number);
  Result<JournalSeq> write_log_row(const RunCommit& run, std::int64_t number);

  std::filesystem::path folder_;  // in which the store lies
  SqliteStoreOptions options_;
  SqliteAttachments attachments_;
  SqliteBodies bodies_;
  bool durable_ = false;
  bool in_transaction_ = false;
  bool unfolded_ = true;  // what was erased just before a crash is in the write-ahead log still
  bool swept_ = false;    // nothing is left of logs that were removed
  std::uint64_t journal_next_ = 0;
  std::uint64_t journal_reserved_ = 0;  // numbers below it may be used
};

Status SqliteStore::prepare() {
  if (options_.exclusive) KOINON_TRY(db_.execute("PRAGMA locking_mode=EXCLUSIVE"));
  KOINON_TRY(db_.execute("PRAGMA page_size=" + std::to_string(kPageBytes)));
  KOINON_TRY(db_.execute("PRAGMA journal_mode=WAL"));
  KOINON_TRY(db_.execute("PRAGMA secure_delete=ON"));
  KOINON_TRY(db_.execute("PRAGMA cache_size=-16384"));
  KOINON_TRY(db_.execute("PRAGMA wal_autocheckpoint=" + std::to_string(options_.checkpoint_pages)));
  KOINON_TRY(db_.execute("PRAGMA journal_size_limit=67108864"));
  if (options_.max_bytes > 0) {
    KOINON_TRY(db_.execute("PRAGMA max_page_count=" + std::to_string(options_.max_bytes / kPageBytes)));
  }
  KOINON_TRY(set_durable(true));
  KOINON_TRY(migrate_store(db_));
  (void)fold();  // on a full disk it is tried again later, and reading goes on
  KOINON_ASSIGN(const auto journal, queries_.meta("journal_id"));
  if (!journal) KOINON_TRY(put_meta("journal_id", options_.random ? options_.random(16) : random_bytes(16)));
  KOINON_TRY(attachments_.prepare());
  KOINON_ASSIGN(const auto reserved, queries_.meta("journal_reserved"));
  if (reserved) {
    const auto value = std::strtoull(reserved->c_str(), nullptr, 10);
    journal_reserved_ = value;
  } else {
    journal_reserved_ = 1;
  }
  journal_next_ = journal_reserved_;
  return {};
}

Status SqliteStore::put_meta(std::string_view key, BytesView value) {
  auto put = db_.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  return put.bind_text(key).bind_blob(value).run();
}

Status SqliteStore::set_durable(bool durable) {
  if (durable == durable_) return {};
  KOINON_TRY(db_.execute("PRAGMA synchronous=" + (durable ? options_.durable : std::string("NORMAL"))));
  durable_ = durable;
  return {};
}

Status SqliteStore::reserve_journal() {
  if (journal_reserved_ - journal_next_ >= limits::kJournalBlock / 2) return {};
  KOINON_TRY(set_durable(true));
  const std::uint64_t reserved = journal_next_ + limits::kJournalBlock;
  KOINON_TRY(put_meta("journal_reserved", number_bytes(reserved)));
  journal_reserved_ = reserved;
  return {};
}

Status SqliteStore::begin(bool durable) {
  KOINON_TRY(reserve_journal());
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
  (void)fold();
  return status;
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
    auto state = queries_.log_state(run.log);
    if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
    const std::uint64_t held = state.ok() ? state->range.size().value : 0;
    if (state.ok() && state->frozen) return fail(Code::kConflict, "the log is frozen: it forked", "log");
    if (run.records.front().index.value != held) {
      return fail(Code::kConflict, "the run does not begin where the log ends", "from");
    }
    if (!state.ok()) {
      KOINON_TRY(create_log(run));
      KOINON_ASSIGN(const auto proof, queries_.evidence(run.log));
      if (!proof.empty()) return fail(Code::kConflict, "the log is frozen: it forked", "log");
    }
    KOINON_ASSIGN(const std::int64_t number, queries_.log_number(run.log));
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
  KOINON_TRY(write_vouches(run.vouches));
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
  return write_journal_row(number);
}

Result<JournalSeq> SqliteStore::write_journal_row(std::int64_t number) {
  if (journal_next_ >= journal_reserved_)
    return fail(Code::kInternal, "no journal number is reserved", "journal");
  auto remove = db_.prepare("DELETE FROM journal WHERE log = ?");
  KOINON_TRY(remove.bind(number).run());
  auto insert = db_.prepare("INSERT INTO journal (seq, log) VALUES (?, ?)");
  KOINON_TRY(insert.bind(static_cast<std::int64_t>(journal_next_)).bind(number).run());
  return JournalSeq(journal_next_++);
}

// What a voucher takes back makes room: so many of its vouches count, the first that it gave and has not
// taken back.
Status SqliteStore::write_vouches(const std::vector<VouchFact>& vouches) {
  if (vouches.empty()) return {};
  std::int64_t standing = 0;
  {
    auto count = db_.prepare("SELECT count(*) FROM vouch WHERE voucher = ?");
    KOINON_TRY(count.bind_blob(vouches.front().voucher.view()).step());
    standing = count.integer(0);
  }
  for (const VouchFact& vouch : vouches) {
    auto remove = db_.prepare("DELETE FROM vouch WHERE voucher = ? AND target = ?");
    KOINON_TRY(remove.bind_blob(vouch.voucher.view()).bind_blob(vouch.target.view()).run());
    standing -= db_.changes();
    if (vouch.withdrawn || standing >= static_cast<std::int64_t>(limits::kVouches)) continue;
    KOINON_TRY(write_vouch(vouch));
    ++standing;
  }
  return {};
}

Status SqliteStore::write_vouch(const VouchFact& vouch) {
  auto put = db_.prepare(
      "INSERT OR REPLACE INTO vouch (voucher, target, entry_index, name, vkey, expires_at_ms, withdrawn) "
      "VALUES "
      "(?, ?, ?, ?, ?, ?, ?)");
  return put.bind_blob(vouch.voucher.view())
      .bind_blob(vouch.target.view())
      .bind(static_cast<std::int64_t>(vouch.index.value))
      .bind_text(vouch.name)
      .bind_text(vouch.vkey)
      .bind(vouch.expires_at.value)
      .bind(vouch.withdrawn ? 1 : 0)
      .run();
}

Status SqliteStore::set_cursor(const PeerCursor& cursor) {
  // Within one journal a cursor only moves on.
  auto update = db_.prepare(
      "UPDATE peer SET cursor = CASE WHEN journal IS ?1 THEN max(cursor, ?2) ELSE ?2 END, journal = ?1 WHERE "
      "node_key = ?3");
  return update.bind_blob(cursor.journal.view())
      .bind(static_cast<std::int64_t>(cursor.seq.value))
      .bind_blob(cursor.peer.view())
      .run();
}

Result<JournalSeq> SqliteStore::add_evidence(const EvidenceCommit& evidence) {
  auto insert = db_.prepare("INSERT INTO evidence (log_id, evidence, at_ms) VALUES (?, ?, ?)");
  KOINON_TRY(
      insert.bind_blob(evidence.log.view()).bind_blob(evidence.evidence).bind(evidence.at.value).run());
  auto freeze = db_.prepare("UPDATE log SET frozen = 1 WHERE log_id = ?");
  KOINON_TRY(freeze.bind_blob(evidence.log.view()).run());
  const auto state = queries_.log_state(evidence.log);
  if (!state.ok() || !state->whole) return JournalSeq(0);
  KOINON_ASSIGN(const std::int64_t number, queries_.log_number(evidence.log));
  return write_journal_row(number);
}

Status SqliteStore::set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) {
  KOINON_TRY(queries_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = ?, out_lived_ms = ? WHERE log_id = ?");
  return update.bind(since.value).bind(lived.count()).bind_blob(log.view()).run();
}

Result<JournalSeq> SqliteStore::readmit(const LogId& log) {
  KOINON_ASSIGN(const LogState state, queries_.log_state(log));
  KOINON_ASSIGN(const std::int64_t number, queries_.log_number(log));
  auto update = db_.prepare("UPDATE log SET out_since_ms = NULL, out_lived_ms = NULL WHERE number = ?");
  KOINON_TRY(update.bind(number).run());
  if (!state.whole) return JournalSeq(0);
  return write_journal_row(number);
}

Status SqliteStore::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  for (const auto& [peer, log] : asks) {
    auto change = db_.prepare(open ? "INSERT OR IGNORE INTO head_ask (node_key, log_id) VALUES (?, ?)"
                                   : "DELETE FROM head_ask WHERE node_key = ? AND log_id = ?");
    KOINON_TRY(change.bind_blob(peer.view()).bind_blob(log.view()).run());
  }
  return {};
}

// From now on nothing finds what is held under its old number.
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
    auto move = db_.prepare("UPDATE attachment SET log = ? WHERE log = ?");
    KOINON_TRY(move.bind(fresh).bind(number).run());
  }
  return fresh;
}

// The row of the log itself stays: arrivals name it, and a frozen log stays frozen. It gets another number,
// and its records are taken away by and by: a log may have gigabytes, and in one transaction they would fill
// the write-ahead log, beyond what is kept free for our own, and keep what we publish waiting.
Status SqliteStore::remove_log(const LogId& log, UnixMillis now) {
  KOINON_ASSIGN(const LogState state, queries_.log_state(log));
  KOINON_ASSIGN(const std::int64_t before, queries_.log_number(log));
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
      "out_lived_ms = NULL, bytes = 0 WHERE number = ?");
  KOINON_TRY(clear.bind(number).run());
  auto vouches = db_.prepare("DELETE FROM vouch WHERE voucher = ?");
  return vouches.bind_blob(log.view()).run();
}

Status SqliteStore::put_invite(const InviteRecord& invite) {
  auto put = db_.prepare("INSERT OR IGNORE INTO invite (node_key, expects, expires_at_ms) VALUES (?, ?, ?)");
  return put.bind_blob(invite.key.view()).bind_text(invite.expects).bind(invite.expires_at.value).run();
}

Status SqliteStore::remove_invite(const NodeKey& key) {
  auto remove = db_.prepare("DELETE FROM invite WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(key.view()).run());
  if (db_.changes() == 0) return fail(Code::kNotFound, "the invite was used, or never given", "invite");
  return {};
}

Status SqliteStore::set_blocked(const LogId& log, bool blocked) {
  auto change = db_.prepare(blocked ? "INSERT OR IGNORE INTO blocked (log_id) VALUES (?)"
                                    : "DELETE FROM blocked WHERE log_id = ?");
  return change.bind_blob(log.view()).run();
}

Status SqliteStore::put_peer(const PeerRecord& peer) {
  auto known = db_.prepare(  // of at most kPeers
      "SELECT count(*), count(*) FILTER (WHERE node_key = ?1), count(*) FILTER (WHERE node_key = ?1 AND "
      "log_id = ?2) FROM peer");
  known.bind_blob(peer.node_key.view()).bind_blob(peer.log ? peer.log->view() : BytesView());
  KOINON_TRY(known.step());
  KOINON_TRY(
      check_pin(static_cast<std::size_t>(known.integer(0)), known.integer(1) > 0, known.integer(2) > 0));
  auto put = db_.prepare(
      "INSERT INTO peer (node_key, log_id, vkey, name, address, vouch, added_at_ms) VALUES (?, ?, ?, ?, ?, "
      "?, ?) "
      "ON CONFLICT (node_key) DO UPDATE SET address = excluded.address, vouch = excluded.vouch");
  return put.bind_blob(peer.node_key.view())
      .bind_blob(peer.log ? peer.log->view() : BytesView())
      .bind_text(peer.vkey)
      .bind_text(peer.name)
      .bind_text(peer.address)
      .bind(peer.vouch ? 1 : 0)
      .bind(peer.added_at.value)
      .run();
}

Status SqliteStore::remove_peer(const NodeKey& node_key) {
  auto remove = db_.prepare("DELETE FROM peer WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(node_key.view()).run());
  if (db_.changes() == 0) return fail(Code::kNotFound, "no peer has that node key", "peer");
  auto forget = db_.prepare("DELETE FROM head_ask WHERE node_key = ?");
  return forget.bind_blob(node_key.view()).run();
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
