// A Store in memory, for simulations and tests. It keeps every promise of the SQLite store, and in a crash it
// loses what that one would lose: what was not yet synced. One thread.
#pragma once

#include "proto/base/limits.h"
#include "storage/memory/memory_removal.h"

namespace koinon {

class MemoryStore final : public Store {
 public:
  struct Options {
    // The store begins an epoch when it is made, and with each start after a crash. None: its owner does,
    // before anything makes a row.
    EpochMaker epochs = unkeyed_epochs();
    std::shared_ptr<BlobPool> pool;      // none: one of its own
    std::uint64_t transit_bytes = 0;     // quota of the transit store; 0: limits::kTransitBytes
    std::uint64_t attachment_bytes = 0;  // quota of other cities' files; 0: limits::kAttachmentQuota
    // How long erased bodies are kept, unread; 0: not at all.
    std::chrono::milliseconds erase_grace = limits::kEraseGrace;
    std::uint64_t grace_bytes = limits::kEraseGraceBytes;  // quota of those of other cities
    std::size_t sync_after = 64;                           // transactions; after so many all becomes durable
  };
  explicit MemoryStore(Options options);

  // Power fails. The open transaction is gone, and so are the last `lost` transactions that were not durable.
  void crash(std::size_t lost);
  // How many committed transactions a crash could lose.
  std::size_t volatile_transactions() const { return undo_.volatile_transactions(); }
  // Keeps a copy of all that is committed, in place of an earlier one, as a backup of the folder does.
  void keep_copy() { undo_.keep_copy(); }
  // The store is again as the copy has it; the open transaction is gone. The copy stays. False: none was
  // kept.
  bool put_back();
  // While the store is full, everything that needs space fails with kDiskFull.
  void set_full(bool full) { disk_.full = full; }
  void set_room(const Room& room) { disk_.room = room; }
  std::uint64_t transit_bytes() const { return bodies_.transit_bytes(); }
  // Whether a body that was erased is still kept for its grace time.
  bool keeps_erased(BytesView body) const { return bodies_.keeps_erased(body); }

  // --- what logs hold ---
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override {
    return logs_.read_run(log, from, to, size, max_bytes);
  }
  Result<Hash> root_at(const LogId& log, TreeSize size) override { return logs_.root_at(log, size); }
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override {
    return logs_.inclusion(log, index, size);
  }
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override {
    return logs_.run_proof_at(log, from, count, size);
  }
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override {
    return logs_.hashes(log, first, count);
  }
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override {
    return logs_.record(log, index);
  }
  Result<Bytes> entry(const LogId& log, EntryIndex index) override;
  Result<std::uint64_t> log_bytes(const LogId& log) override;
  Result<StoreCounts> counts() override { return logs_.counts(); }
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override {
    return logs_.own_content(digest);
  }
  Result<std::vector<EntryIndex>> hidden(const LogId& log) override { return logs_.hidden(log); }
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override {
    return logs_.unheld(log, from, limit);
  }
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override {
    return logs_.lacking(limit);
  }
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override {
    return files_.state(log, index, sha256);
  }
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override {
    return files_.chunk(id, number);
  }
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override {
    return files_.named(sha256);
  }
  Result<bool> has_old_uploads(UnixMillis now) override { return files_.has_old_uploads(now); }

  Result<LogKeys> log_keys(const LogId& log) override { return logs_.log_keys(log); }
  Result<StandingKeys> standing_keys(const LogId& log) override { return logs_.standing_keys(log); }
  Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log) override {
    return logs_.cosigner_keys(log);
  }
  Result<bool> has_named_node(const LogId& log, const NodeKey& key) override {
    return logs_.has_named_node(log, key);
  }
  Result<bool> is_of_its_node(const LogId& log, const NodeKey& key) override {
    return logs_.is_of_its_node(log, key);
  }

  Result<std::vector<JournalSeq>> append_runs(RunsInOrder runs) override;
  Status add_bodies(const BodiesCommit& bodies) override;
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most) override;
  Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now) override;
  Status remove_log(const LogId& log, UnixMillis now) override;
  Status put_attachment(const CutAttachment& file, UnixMillis now) override;
  Status keep_uploads(const std::vector<Hash>& named, UnixMillis now) override;
  Status want_attachment(const AttachmentWant& want, UnixMillis now) override;
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit) override;
  Status finish_attachment(const AttachmentId& id, bool whole) override;
  Status drop_attachment(const AttachmentId& id) override;

  // --- what the node knows ---
  Result<std::vector<EpochRange>> epochs() override { return epochs_.all(); }
  Result<std::optional<Epoch>> epoch() override;
  Result<std::uint32_t> epoch_handled() override { return epochs_.handled(); }
  Result<ArrivalSeq> newest_arrival() override { return arrivals_.newest(); }
  Result<std::vector<PeerRecord>> peers() override { return peers_.peers(); }
  Result<std::vector<InviteRecord>> invites() override { return peers_.invites(); }
  Result<LogState> log_state(const LogId& log) override { return logs_.log_state(log); }
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override {
    return logs_.logs_named(name, id_prefix, limit);
  }
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override {
    return logs_.logs_after(last, limit);
  }
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override {
    return arrivals_.after(after, limit);
  }
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override;
  Result<std::vector<KeptEvidence>> evidence(const LogId& log) override { return policy_.evidence(log); }
  Result<std::optional<Bytes>> setting(std::string_view name) override { return settings_.setting(name); }
  Result<std::optional<LogId>> own_log() override { return settings_.own_log(); }
  Result<std::optional<LogId>> vouched_as(std::string_view name) override { return policy_.vouched_as(name); }
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override {
    return policy_.vouch(voucher, target);
  }

  Result<std::vector<CosignedHead>> cosigned(const LogId& log) override { return cosigned_.heads(log); }
  Result<std::optional<LastCosigned>> last_cosigned(const LogId& log) override { return cosigned_.last(log); }
  Result<std::uint64_t> cosignatures_made() override { return cosigned_.made(); }

  Status begin_epoch(const Epoch& epoch) override;
  Status set_epoch_handled(std::uint32_t counter) override;
  Status set_cursor(const PeerCursor& cursor) override;
  Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) override;
  Status thaw(const ThawCommit& thaw) override {
    return undo_.change([&]() -> Status {
      KOINON_TRY(need_space());
      KOINON_TRY(policy_.thaw(thaw, settings_.own_log()));
      if (MemoryLog* log = logs_.held(thaw.log); log != nullptr) logs_.set_frozen(*log, false);
      return {};
    });
  }
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) override;
  Result<JournalSeq> readmit(const LogId& log) override;
  Status keep_seen(const SeenHead& seen) override;
  Status forget_seen(const LogId& log, TreeSize beyond) override;
  Status keep_statements(const LogId& log, const std::vector<Bytes>& notes) override;
  Result<std::vector<CosignedBrief>> keep_cosigned(const LogId& log, const CosignedHead& head,
                                                   UnixMillis now) override;
  Status note_cosigned(const LogId& log, const LastCosigned& next) override;
  Result<JournalSeq> renew_row(const LogId& log) override;
  Status set_held_ours(const NodeKey& peer) override;
  Status set_asks(const std::vector<HeadAsk>& asks, bool open) override;
  Status set_blocked(const LogId& log, bool blocked) override;
  Status put_peer(const PeerRecord& peer) override;
  Status remove_peer(const NodeKey& node_key) override;
  Status put_invite(const InviteRecord& invite) override;
  Status remove_invite(const NodeKey& key) override;
  Status set_own_log(const LogId& log) override;
  Status set_instance_token(BytesView token) override;
  Status set_setting(std::string_view name, BytesView value) override;

  Result<StoreState> load_state() override;
  Status begin(bool durable) override;
  Status commit() override { return undo_.commit(); }
  void rollback() override { undo_.rollback(); }
  Status as_one(const std::function<Status()>& act) override { return undo_.change(act); }
  bool fold(std::chrono::milliseconds lived) override;
  Result<Recovered> recover(const RecoveryCommit& recovery) override;
  Result<Room> room() override { return disk_.room; }

 private:
  struct Disk {
    bool full = false;
    Room room{std::uint64_t{1} << 62, 0, 0, 0};
  };
  static Options with_defaults(Options options);
  void start_epoch();
  Status need_space() const;
  Result<JournalSeq> write_run(const RunCommit& run);

  Options options_;
  MemoryUndo undo_;
  MemoryEpochs epochs_;
  MemoryLogs logs_;
  MemoryArrivals arrivals_;
  MemoryFiles files_;
  MemoryBodies bodies_;
  MemorySettings settings_;
  MemoryPeers peers_;
  MemorySeen seen_;
  MemoryStatements statements_;
  MemoryPolicy policy_;
  MemoryCosigned cosigned_;
  MemoryRemoval removal_;
  Disk disk_;
};

}  // namespace koinon
