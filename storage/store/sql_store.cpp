#include "storage/store/sql_store.h"

#include <utility>

#include "proto/base/limits.h"
#include "storage/store/epoch_start.h"
#include "storage/store/move_marks.h"
#include "storage/store/settings.h"
#include "storage/store/sql_filter.h"
#include "storage/store/sql_reading.h"
#include "storage/store/sql_recovery.h"
#include "storage/store/sql_runs.h"
#include "storage/store/sql_transaction.h"

namespace koinon {
namespace {

class SqlReader final : public SqlReading<StoreReader> {
 public:
  explicit SqlReader(std::unique_ptr<ReadEngine> engine)
      : SqlReading(engine->connection()), engine_(std::move(engine)) {}
  Result<StoreLag> lag() override { return engine_->lag(); }

 private:
  std::unique_ptr<ReadEngine> engine_;
};

class SqlStore final : public SqlReading<Store> {
 public:
  SqlStore(std::unique_ptr<StoreEngine> engine, StoreOptions options)
      : SqlReading(engine->connection()),
        engine_(std::move(engine)),
        options_(std::move(options)),
        transaction_(db_),
        journal_(db_, epochs_),
        heads_(*engine_, logs_, journal_),
        seen_(db_),
        statements_(db_),
        attachments_(db_,
                     options_.attachment_bytes == 0 ? limits::kAttachmentQuota : options_.attachment_bytes),
        grace_(*engine_, options_.erase_grace, options_.grace_bytes),
        bodies_(db_, {logs_, arrivals_, attachments_, grace_},
                options_.transit_bytes == 0 ? limits::kTransitBytes : options_.transit_bytes),
        filter_(db_, {logs_, arrivals_, attachments_, bodies_}),
        runs_(db_, {settings_, logs_, heads_, arrivals_, peers_, policy_, log_keys_, attachments_, bodies_}),
        removal_({logs_, heads_, bodies_, arrivals_, policy_, seen_, log_keys_, cosigned_}),
        recovery_(db_, {settings_, logs_, heads_, bodies_, arrivals_, peers_, policy_, seen_, statements_,
                        log_keys_, cosigned_, removal_}) {}

  // Once, before anything else.
  Status prepare();

  Result<StoreState> load_state() override;
  Status begin(bool durable) override;
  Status commit() override;
  void rollback() override {
    transaction_.rollback();
    grace_.after_rollback();
  }
  Status as_one(const std::function<Status()>& act) override { return transaction_.change(act); }
  Result<Recovered> recover(const RecoveryCommit& recovery) override {
    return transaction_.change([&] { return recovery_.take_back(recovery); });
  }
  bool fold(std::chrono::milliseconds lived) override;
  Result<Room> room() override { return engine_->room(); }
  Result<StoreLag> lag() override { return engine_->lag(); }
  bool has_lease() const override { return engine_->has_lease(); }
  Status keep_lease() override { return engine_->keep_lease(); }

  Result<std::vector<JournalSeq>> append_runs(RunsInOrder runs) override {
    return transaction_.change([&] { return runs_.append(runs); });
  }
  Status add_bodies(const BodiesCommit& bodies) override {
    return transaction_.change([&]() -> Status {
      KOINON_ASSIGN(const auto own, settings_.own_log());
      return bodies_.add(bodies, own == bodies.log);
    });
  }
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most) override {
    return transaction_.change([&] { return filter_.apply(log, filter, now, from, most); });
  }
  Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now) override {
    return transaction_.change([&] { return bodies_.set_hidden(log, index, hidden, now); });
  }
  Status remove_log(const LogId& log, UnixMillis now) override {
    return transaction_.change([&] { return removal_.remove(log, now); });
  }
  Status put_attachment(const CutAttachment& file, UnixMillis now) override {
    return transaction_.change([&] { return attachments_.put(file, now); });
  }
  Status keep_uploads(const std::vector<Hash>& named, UnixMillis now) override {
    return transaction_.change([&] { return attachments_.keep(named, now); });
  }
  Status want_attachment(const AttachmentWant& want, UnixMillis now) override {
    return transaction_.change([&]() -> Status {
      KOINON_ASSIGN(const std::int64_t number, logs_.log_number(want.log));
      KOINON_ASSIGN(const auto own, settings_.own_log());
      AttachmentWant kept = want;
      kept.wish = wish_kept(want, own);
      return attachments_.want(record_id(number, want.index), kept, now);
    });
  }
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit) override {
    return transaction_.change([&] { return attachments_.add_chunk(commit); });
  }
  Status finish_attachment(const AttachmentId& id, bool whole) override {
    return transaction_.change([&] { return attachments_.finish(id, whole); });
  }
  Status drop_attachment(const AttachmentId& id) override {
    return transaction_.change([&] { return attachments_.drop(id); });
  }

  Status begin_epoch(const Epoch& epoch) override {
    return transaction_.change([&] { return epochs_.begin(epoch); });
  }
  Status set_epoch_handled(std::uint32_t counter) override {
    return transaction_.change([&] { return epochs_.set_handled(counter); });
  }
  Status set_cursor(const PeerCursor& cursor) override {
    return transaction_.change([&] { return peers_.set_cursor(cursor); });
  }
  Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) override {
    return transaction_.change([&]() -> Result<JournalSeq> {
      KOINON_ASSIGN(const bool added, policy_.add_evidence(evidence));
      return added ? heads_.freeze(evidence.log) : JournalSeq(0);
    });
  }
  Status thaw(const ThawCommit& thaw) override {
    return transaction_.change([&]() -> Status {
      KOINON_ASSIGN(const auto own, settings_.own_log());
      KOINON_TRY(policy_.thaw(thaw, own));
      return heads_.thaw(thaw.log);
    });
  }
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) override {
    return transaction_.change([&] { return heads_.set_out_of_policy(log, since, lived); });
  }
  Result<JournalSeq> readmit(const LogId& log) override {
    return transaction_.change([&] { return heads_.readmit(log); });
  }
  Status keep_seen(const SeenHead& seen) override {
    return transaction_.change([&] { return seen_.keep(seen); });
  }
  Status forget_seen(const LogId& log, TreeSize beyond) override {
    return transaction_.change([&] { return seen_.forget(log, beyond); });
  }
  Status keep_statements(const LogId& log, const std::vector<Bytes>& notes) override {
    return transaction_.change([&] { return statements_.keep(log, notes); });
  }
  Result<std::vector<CosignedBrief>> keep_cosigned(const LogId& log, const CosignedHead& head,
                                                   UnixMillis now) override {
    return transaction_.change([&] { return cosigned_.keep(log, head, now); });
  }
  Status note_cosigned(const LogId& log, const LastCosigned& next) override {
    return transaction_.change([&] { return cosigned_.note(log, next); });
  }
  Result<JournalSeq> renew_row(const LogId& log) override {
    return transaction_.change([&] { return heads_.renew_row(log); });
  }
  Status set_held_ours(const NodeKey& peer) override {
    return transaction_.change([&] { return seen_.set_held_ours(peer); });
  }
  Status set_asks(const std::vector<HeadAsk>& asks, bool open) override {
    return transaction_.change([&] { return peers_.set_asks(asks, open); });
  }
  Status set_blocked(const LogId& log, bool blocked) override {
    return transaction_.change([&] { return policy_.set_blocked(log, blocked); });
  }
  Status put_peer(const PeerRecord& peer) override {
    return transaction_.change([&] { return peers_.put(peer); });
  }
  Status remove_peer(const NodeKey& node_key) override {
    return transaction_.change([&]() -> Status {
      KOINON_TRY(peers_.remove(node_key));
      return seen_.forget_holder(node_key);
    });
  }
  Status put_invite(const InviteRecord& invite) override {
    return transaction_.change([&] { return peers_.put_invite(invite); });
  }
  Status remove_invite(const NodeKey& key) override {
    return transaction_.change([&] { return peers_.remove_invite(key); });
  }
  Status set_own_log(const LogId& log) override {
    return transaction_.change([&] { return settings_.put_meta("own_log", log.view()); });
  }
  Status set_instance_token(BytesView token) override {
    return transaction_.change([&] { return settings_.put_meta("instance_token", token); });
  }
  Status set_setting(std::string_view name, BytesView value) override {
    return transaction_.change([&] { return settings_.set_setting(name, value); });
  }

 private:
  void tidy();
  bool sweep();
  bool end_grace();
  bool fold_erased();

  std::unique_ptr<StoreEngine> engine_;
  StoreOptions options_;
  SqlTransaction transaction_;
  SqlJournal journal_;
  SqlHeads heads_;
  SqlSeen seen_;
  SqlStatements statements_;
  SqlAttachments attachments_;
  SqlGrace grace_;
  SqlBodies bodies_;
  SqlFilter filter_;
  SqlRuns runs_;
  SqlRemoval removal_;
  SqlRecovery recovery_;
  bool unfolded_ = true;      // bytes that were erased just before a crash are still in the write-ahead log
  bool begins_epoch_ = true;  // nothing is left to be done of options_.epochs
};

Status SqlStore::prepare() {
  KOINON_TRY(grace_.open());
  // If the disk is full, these fail. They are tried again later or at the next start, and reading goes on.
  tidy();
  (void)sweep();
  (void)fold_erased();
  if (!options_.epochs) return {};
  const Status begun = begin_next_epoch(*this, options_.epochs);
  begins_epoch_ = begun.ok();
  return begun.ok() || begun.error().code == Code::kDiskFull ? Status() : begun;
}

Result<StoreState> SqlStore::load_state() {
  StoreState state;
  KOINON_ASSIGN(state.epochs, epochs_.all());
  KOINON_ASSIGN(state.epoch_begun, epochs_.has_begun());
  KOINON_ASSIGN(state.epoch_handled, epochs_.handled());
  KOINON_ASSIGN(state.last_journal_seq, epochs_.last_row());
  KOINON_ASSIGN(const auto token, settings_.meta("instance_token"));
  if (token) state.instance_token = *token;
  KOINON_ASSIGN(state.own_log, settings_.own_log());
  KOINON_ASSIGN(state.logs, logs_.all());
  KOINON_ASSIGN(state.peers, peers_.peers());
  KOINON_ASSIGN(state.seen_heads, seen_.heads());
  KOINON_ASSIGN(state.cosigned, cosigned_.all());
  KOINON_ASSIGN(state.statements, statements_.of_unheld());
  KOINON_ASSIGN(state.vouches, policy_.vouches());
  KOINON_ASSIGN(state.blocked, policy_.blocked());
  KOINON_ASSIGN(state.forked, policy_.forked());
  for (const LogId& log : state.forked) {
    KOINON_ASSIGN(const bool for_good, recovery_.is_contradicted(log));
    if (for_good) state.for_good.push_back(log);
  }
  KOINON_ASSIGN(state.thawed, policy_.thawed());
  KOINON_ASSIGN(state.asks, peers_.asks());
  KOINON_ASSIGN(state.invites, peers_.invites());
  KOINON_ASSIGN(state.wants, files_.wants());
  KOINON_ASSIGN(const auto restored, settings_.setting(kRestored));
  state.restored = restored.has_value();
  KOINON_ASSIGN(const auto lived, settings_.setting(kLived));
  state.lived = lived_of(lived);
  return state;
}

Status SqlStore::begin(bool durable) {
  if (options_.epochs && !std::exchange(begins_epoch_, true)) {
    KOINON_ASSIGN(const bool begun, epochs_.has_begun());
    const Status late = begun ? Status() : begin_next_epoch(*this, options_.epochs);
    begins_epoch_ = late.ok();
    KOINON_TRY(late);
  }
  return transaction_.begin(durable);
}

Status SqlStore::commit() {
  if (const Status kept = grace_.before_commit(); !kept.ok()) {
    rollback();
    return kept;
  }
  const Status committed = transaction_.commit();
  if (!committed.ok()) return committed;
  grace_.after_commit(transaction_.is_durable());
  const bool bodies = bodies_.take_erased();
  const bool files = attachments_.take_erased();
  if (bodies || files) {
    unfolded_ = true;
    engine_->note_erased();
  }
  (void)fold_erased();  // the rest of removed logs waits for fold(), because somebody waits for this answer
  return {};
}

// Removes files that were being fetched for peers when the node ended, and vouches that only an older version
// took; notes which version has written here.
void SqlStore::tidy() {
  (void)sql::transact(db_, true, [&]() -> Status {
    KOINON_TRY(attachments_.prepare());
    KOINON_TRY(policy_.prepare());
    return settings_.note_program(options_.program);
  });
}

// Takes away a piece, in a transaction of its own.
bool SqlStore::sweep() {
  if (removal_.is_swept()) return true;
  if (!transaction_.begin(true).ok()) return false;
  const auto swept = transaction_.change([&] { return bodies_.sweep(); });
  if (!swept.ok() || !commit().ok()) {
    rollback();
    return false;
  }
  if (*swept) removal_.set_swept();
  return *swept;
}

// Takes away a piece, in a transaction of its own. That the node has run on may be lost with the power: then
// what is kept stays for longer.
bool SqlStore::end_grace() {
  const auto over = grace_.over(1);
  const auto counts = grace_.is_to_count();
  if (!over.ok() || !counts.ok()) return false;
  if (over->empty() && !*counts) return true;
  if (!begin(!over->empty()).ok()) return false;
  const auto ended = transaction_.change([&]() -> Result<bool> {
    KOINON_TRY(grace_.count());
    return bodies_.end_grace();
  });
  if (ended.ok() && commit().ok()) return *ended;
  rollback();
  return false;
}

bool SqlStore::fold(std::chrono::milliseconds lived) {
  grace_.set_lived(lived);
  const bool swept = sweep();
  const bool ended = end_grace();
  const bool tidy = grace_.tidy();
  return fold_erased() && tidy && ended && swept;
}

bool SqlStore::fold_erased() {
  if (!unfolded_) return true;
  const auto folded = db_.fold();
  unfolded_ = !folded.ok() || !*folded;
  return !unfolded_;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sql_store(std::unique_ptr<StoreEngine> engine, StoreOptions options) {
  KOINON_TRY(check_move_marks(engine->connection()));
  auto store = std::make_unique<SqlStore>(std::move(engine), std::move(options));
  KOINON_TRY(store->prepare());
  return std::unique_ptr<Store>(std::move(store));
}

Result<StoreState> read_sql_state(std::unique_ptr<StoreEngine> engine) {
  return SqlStore(std::move(engine), {}).load_state();
}

std::unique_ptr<StoreReader> make_sql_reader(std::unique_ptr<ReadEngine> engine) {
  return std::make_unique<SqlReader>(std::move(engine));
}

}  // namespace koinon
