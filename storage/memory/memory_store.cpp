#include "storage/memory/memory_store.h"

#include <utility>

#include "proto/base/limits.h"
#include "storage/store/epoch_start.h"
#include "storage/store/file_rules.h"
#include "storage/store/run_rules.h"
#include "storage/store/settings.h"

namespace koinon {

MemoryStore::Options MemoryStore::with_defaults(Options options) {
  if (!options.pool) options.pool = std::make_shared<BlobPool>();
  if (options.transit_bytes == 0) options.transit_bytes = limits::kTransitBytes;
  if (options.attachment_bytes == 0) options.attachment_bytes = limits::kAttachmentQuota;
  return options;
}

MemoryStore::MemoryStore(Options options)
    : options_(with_defaults(std::move(options))),
      undo_(options_.sync_after),
      epochs_(undo_),
      logs_(undo_, *options_.pool, epochs_),
      arrivals_(undo_),
      files_(undo_, *options_.pool, options_.attachment_bytes),
      bodies_(undo_, *options_.pool, logs_, arrivals_, files_,
              {options_.transit_bytes, options_.erase_grace, options_.grace_bytes}),
      settings_(undo_),
      peers_(undo_, settings_),
      seen_(undo_),
      statements_(undo_),
      policy_(undo_),
      cosigned_(undo_, logs_),
      removal_({settings_, logs_, arrivals_, bodies_, peers_, seen_, statements_, policy_, cosigned_}) {
  start_epoch();
}

void MemoryStore::start_epoch() {
  if (options_.epochs) (void)begin_next_epoch(*this, options_.epochs);
}

// --- power and space ---

void MemoryStore::crash(std::size_t lost) {
  undo_.lose(lost);
  files_.start();
  epochs_.start();
  start_epoch();
}

bool MemoryStore::put_back() {
  if (!undo_.put_back()) return false;
  files_.start();
  epochs_.start();
  start_epoch();
  return true;
}

Status MemoryStore::need_space() const {
  if (disk_.full) return fail(Code::kDiskFull, "the disk is full", "store");
  return {};
}

Status MemoryStore::begin(bool durable) {
  undo_.begin(durable);
  return {};
}

// --- reading ---

Result<StoreState> MemoryStore::load_state() {
  StoreState state;
  state.epochs = epochs_.all();
  state.epoch_begun = epochs_.has_begun();
  state.epoch_handled = epochs_.handled();
  state.last_journal_seq = epochs_.last_row();
  state.instance_token = settings_.instance_token();
  state.own_log = settings_.own_log();
  for (const auto& [id, log] : logs_.all()) state.logs.push_back(log->state);
  state.peers = peers_.peers();
  state.seen_heads = seen_.heads();
  for (const auto& [log, notes] : statements_.all()) {
    if (logs_.held(log) == nullptr && !notes.empty()) state.statements.push_back({log, notes});
  }
  state.cosigned = cosigned_.all();
  state.vouches = policy_.vouches();
  state.blocked = policy_.blocked();
  state.forked = policy_.forked();
  for (const LogId& log : state.forked) {
    if (policy_.is_contradicted(log)) state.for_good.push_back(log);
  }
  state.thawed = policy_.thawed();
  state.asks = peers_.asks();
  state.invites = peers_.invites();
  state.wants = files_.wants();
  state.restored = settings_.setting(kRestored).has_value();
  state.lived = lived_of(settings_.setting(kLived));
  return state;
}

Result<Bytes> MemoryStore::entry(const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(StoredRecord found, logs_.record(log, index));
  return std::move(found.entry);
}

Result<std::uint64_t> MemoryStore::log_bytes(const LogId& log) {
  KOINON_ASSIGN(const MemoryLog* found, logs_.find(log));
  return found->state.bytes;
}

Result<std::optional<Arrival>> MemoryStore::arrival_of(const LogId& log, EntryIndex index) {
  return logs_.held(log) == nullptr ? std::nullopt : arrivals_.of(log, index);
}

// --- what logs hold ---

Result<JournalSeq> MemoryStore::write_run(const RunCommit& run) {
  KOINON_TRY(need_space());
  const MemoryLog* held = logs_.held(run.log);
  const bool frozen = held == nullptr ? freezes(policy_.evidence(run.log)) : held->state.frozen;
  KOINON_TRY(check_run(run, TreeSize(held == nullptr ? 0 : held->records.size()), frozen));
  const bool ours = is_own(run) || settings_.own_log() == run.log;
  KOINON_ASSIGN(KeyHistory keys, KeyHistory::kept(run.identity, statements_.of(run.log)));
  MemoryLog& log = logs_.append(run, std::move(keys), ours);
  policy_.write_vouches(run.vouches);
  if (!run.keys.empty()) peers_.note_keys(run.log);
  files_.add_uses(log, run.attachments, ours);
  arrivals_.add(run.log, run.records.front().index, run.records.size(), ArrivalKind::kAdded, run.arrived_at,
                run.source);
  bodies_.settle_withdrawals(log, run, ours, settings_.own_log());
  if (!stands_whole(run)) return JournalSeq(0);
  logs_.set_row(log, log.state.journal_seq, run.head);
  return logs_.write_row(log);
}

Result<std::vector<JournalSeq>> MemoryStore::append_runs(RunsInOrder runs) {
  return undo_.change([&]() -> Result<std::vector<JournalSeq>> {
    std::vector<JournalSeq> rows;
    for (const RunCommit* run : runs) {
      KOINON_ASSIGN(rows.emplace_back(), write_run(*run));
    }
    return rows;
  });
}

Status MemoryStore::add_bodies(const BodiesCommit& bodies) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    return bodies_.add(bodies, settings_.own_log() == bodies.log);
  });
}

Result<std::optional<EntryIndex>> MemoryStore::apply_filter(const LogId& log, const BodyFilter& filter,
                                                            UnixMillis now, EntryIndex from,
                                                            std::uint64_t most) {
  return undo_.change([&] { return bodies_.apply_filter(log, filter, now, from, most); });
}

Status MemoryStore::set_hidden(const LogId& id, EntryIndex index, bool hidden, UnixMillis now) {
  return undo_.change([&] { return bodies_.set_hidden(id, index, hidden, now); });
}

Status MemoryStore::remove_log(const LogId& id, UnixMillis now) {
  return undo_.change([&]() -> Status {
    KOINON_ASSIGN(const MemoryLog* log, logs_.find(id));
    removal_.remove(*log, now);
    return {};
  });
}

bool MemoryStore::fold(std::chrono::milliseconds lived) {
  bodies_.set_lived(lived);
  const bool counts =
      bodies_.keeps_some() && lived - lived_of(settings_.setting(kLived)) >= limits::kEraseGraceCounted;
  if (bodies_.over().empty() && !counts) return true;
  undo_.begin(false);
  settings_.set_setting(kLived, std::to_string(lived.count()));
  bodies_.end_grace();
  return undo_.commit().ok();
}

Result<Recovered> MemoryStore::recover(const RecoveryCommit& recovery) {
  return undo_.change([&]() -> Result<Recovered> {
    KOINON_TRY(need_space());
    return removal_.take_back(recovery);
  });
}

Status MemoryStore::put_attachment(const CutAttachment& file, UnixMillis now) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    files_.put(file, now);
    return {};
  });
}

Status MemoryStore::keep_uploads(const std::vector<Hash>& named, UnixMillis now) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    files_.keep(named, now);
    return {};
  });
}

Status MemoryStore::want_attachment(const AttachmentWant& want, UnixMillis now) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    AttachmentWant kept = want;
    kept.wish = wish_kept(want, settings_.own_log());
    return files_.want(kept, now);
  });
}

Result<std::uint32_t> MemoryStore::add_chunk(const ChunkCommit& commit) {
  return undo_.change([&]() -> Result<std::uint32_t> {
    KOINON_TRY(need_space());
    return files_.add_chunk(commit);
  });
}

Status MemoryStore::finish_attachment(const AttachmentId& id, bool whole) {
  return undo_.change([&] { return files_.finish(id, whole); });
}

Status MemoryStore::drop_attachment(const AttachmentId& id) {
  return undo_.change([&]() -> Status {
    files_.drop(id);
    return {};
  });
}

// --- what the node knows ---

Result<std::optional<Epoch>> MemoryStore::epoch() {
  if (epochs_.all().empty()) return std::optional<Epoch>();
  return std::optional(epochs_.all().back().epoch);
}

// It takes no space: a node whose disk is full starts all the same.
Status MemoryStore::begin_epoch(const Epoch& epoch) {
  return undo_.change([&] { return epochs_.begin(epoch, arrivals_.newest()); });
}

Status MemoryStore::set_epoch_handled(std::uint32_t counter) {
  return undo_.change([&]() -> Status {
    epochs_.set_handled(counter);
    return {};
  });
}

Status MemoryStore::set_cursor(const PeerCursor& cursor) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    peers_.set_cursor(cursor);
    return {};
  });
}

Result<JournalSeq> MemoryStore::add_evidence(const EvidenceCommit& evidence) {
  return undo_.change([&]() -> Result<JournalSeq> {
    KOINON_TRY(need_space());
    if (!policy_.add_evidence(evidence)) return JournalSeq(0);
    MemoryLog* log = logs_.held(evidence.log);
    if (log == nullptr) return JournalSeq(0);
    logs_.set_frozen(*log, true);
    return logs_.write_row(*log);
  });
}

Status MemoryStore::set_out_of_policy(const LogId& id, UnixMillis since, std::chrono::milliseconds lived) {
  return undo_.change([&]() -> Status {
    KOINON_ASSIGN(MemoryLog * log, logs_.find(id));
    logs_.set_out(*log, since, lived);
    return {};
  });
}

Result<JournalSeq> MemoryStore::readmit(const LogId& id) {
  return undo_.change([&]() -> Result<JournalSeq> {
    KOINON_TRY(need_space());
    KOINON_ASSIGN(MemoryLog * log, logs_.find(id));
    logs_.set_out(*log, std::nullopt, std::chrono::milliseconds(0));
    return logs_.write_row(*log);
  });
}

Status MemoryStore::keep_seen(const SeenHead& seen) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    seen_.keep(seen);
    return {};
  });
}

Status MemoryStore::forget_seen(const LogId& log, TreeSize beyond) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    seen_.forget(log, beyond);
    return {};
  });
}

Status MemoryStore::keep_statements(const LogId& id, const std::vector<Bytes>& notes) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    statements_.keep(id, notes);
    MemoryLog* log = logs_.held(id);
    if (log == nullptr) return {};
    KOINON_ASSIGN(KeyHistory keys, KeyHistory::kept(log->state.identity(), notes));
    logs_.set_keys(*log, std::move(keys));
    return {};
  });
}

Result<std::vector<CosignedBrief>> MemoryStore::keep_cosigned(const LogId& log, const CosignedHead& head,
                                                              UnixMillis now) {
  return undo_.change([&]() -> Result<std::vector<CosignedBrief>> {
    KOINON_TRY(need_space());
    return cosigned_.keep(log, head, now);
  });
}

Status MemoryStore::note_cosigned(const LogId& log, const LastCosigned& next) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    return cosigned_.note(log, next);
  });
}

Result<JournalSeq> MemoryStore::renew_row(const LogId& id) {
  return undo_.change([&]() -> Result<JournalSeq> {
    KOINON_TRY(need_space());
    MemoryLog* log = logs_.held(id);
    return log == nullptr ? JournalSeq(0) : logs_.write_row(*log);
  });
}

Status MemoryStore::set_held_ours(const NodeKey& peer) {
  return undo_.change([&]() -> Status {
    KOINON_TRY(need_space());
    peers_.set_held_ours(peer);
    return {};
  });
}

Status MemoryStore::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  return undo_.change([&]() -> Status {
    peers_.set_asks(asks, open);
    return {};
  });
}

Status MemoryStore::set_blocked(const LogId& log, bool blocked) {
  return undo_.change([&]() -> Status {
    policy_.set_blocked(log, blocked);
    return {};
  });
}

Status MemoryStore::put_peer(const PeerRecord& peer) {
  return undo_.change([&] { return peers_.put(peer); });
}

Status MemoryStore::remove_peer(const NodeKey& node_key) {
  return undo_.change([&] { return peers_.remove(node_key); });
}

Status MemoryStore::put_invite(const InviteRecord& invite) {
  return undo_.change([&]() -> Status {
    peers_.put_invite(invite);
    return {};
  });
}

Status MemoryStore::remove_invite(const NodeKey& key) {
  return undo_.change([&] { return peers_.remove_invite(key); });
}

Status MemoryStore::set_own_log(const LogId& log) {
  return undo_.change([&]() -> Status {
    settings_.set_own_log(log);
    return {};
  });
}

Status MemoryStore::set_instance_token(BytesView token) {
  return undo_.change([&]() -> Status {
    settings_.set_instance_token(token);
    return {};
  });
}

Status MemoryStore::set_setting(std::string_view name, BytesView value) {
  return undo_.change([&]() -> Status {
    settings_.set_setting(name, value);
    return {};
  });
}

}  // namespace koinon
