// A Store in memory, for simulations and tests: everything that the SQLite store promises, and the ways in
// which that one loses what was not yet synced. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "storage/store/store.h"

namespace koinon {

// Keeps each run of bytes once, for any number of stores of one thread.
class BlobPool {
 public:
  using Blob = std::shared_ptr<const Bytes>;
  Blob intern(BytesView bytes);
  std::size_t size() const { return blobs_.size(); }

 private:
  std::unordered_map<std::string_view, Blob> blobs_;
};

class MemoryStore final : public Store {
 public:
  struct Options {
    JournalId journal;
    std::shared_ptr<BlobPool> pool;      // none: one of its own
    std::uint64_t transit_bytes = 0;     // quota of the transit store; 0: limits::kTransitBytes
    std::uint64_t attachment_bytes = 0;  // quota of other cities' files; 0: limits::kAttachmentQuota
    std::size_t sync_after = 64;         // transactions; then what was not durable becomes so
  };
  explicit MemoryStore(Options options);

  // Power fails: an open transaction is gone, and of those that were not durable the last `lost`. Journal
  // numbers go on from the durable reservation.
  void crash(std::size_t lost);
  // How many committed transactions a crash could lose.
  std::size_t volatile_transactions() const { return volatile_.size(); }
  // While full, whatever needs space fails with kDiskFull.
  void set_full(bool full) { full_ = full; }
  void set_room(const Room& room) { room_ = room; }
  std::uint64_t transit_bytes() const { return transit_bytes_; }

  Result<StoreState> load_state() override;
  Result<JournalId> journal() override;
  Result<std::vector<PeerRecord>> peers() override;
  Result<std::vector<InviteRecord>> invites() override;
  Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                             std::size_t max_bytes) override;
  Result<Hash> root_at(const LogId& log, TreeSize size) override;
  Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) override;
  Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                TreeSize size) override;
  Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) override;
  Result<StoredRecord> record(const LogId& log, EntryIndex index) override;
  Result<Bytes> entry(const LogId& log, EntryIndex index) override;
  Result<LogState> log_state(const LogId& log) override;
  Result<std::uint64_t> log_bytes(const LogId& log) override;
  Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                           std::size_t limit) override;
  Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last, std::size_t limit) override;
  Result<StoreCounts> counts() override;
  Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) override;
  Result<std::optional<EntryIndex>> own_content(BytesView digest) override;
  Result<std::vector<Bytes>> evidence(const LogId& log) override;
  Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) override;
  Result<std::optional<Bytes>> setting(std::string_view name) override;
  Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) override;
  Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) override;
  Result<std::optional<LogId>> vouched_as(std::string_view name) override;
  Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) override;
  Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) override;
  Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) override;
  Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) override;

  Status begin(bool durable) override;
  Status commit() override;
  void rollback() override;
  Result<Room> room() override { return room_; }
  Result<JournalSeq> append_run(const RunCommit& run) override;
  Status set_cursor(const PeerCursor& cursor) override;
  Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) override;
  Status add_bodies(const BodiesCommit& bodies) override;
  Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                 EntryIndex from, std::uint64_t most) override;
  Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) override;
  Result<JournalSeq> readmit(const LogId& log) override;
  Status set_asks(const std::vector<HeadAsk>& asks, bool open) override;
  Status remove_log(const LogId& log, UnixMillis now) override;
  Status set_blocked(const LogId& log, bool blocked) override;
  Status put_peer(const PeerRecord& peer) override;
  Status remove_peer(const NodeKey& node_key) override;
  Status put_invite(const InviteRecord& invite) override;
  Status remove_invite(const NodeKey& key) override;
  Status put_attachment(const CutAttachment& file, UnixMillis now) override;
  Status want_attachment(const AttachmentWant& want, UnixMillis now) override;
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit) override;
  Status finish_attachment(const AttachmentId& id, bool whole) override;
  Status drop_attachment(const AttachmentId& id) override;
  Status set_own_log(const LogId& log) override;
  Status set_instance_token(BytesView token) override;
  Status set_setting(std::string_view name, BytesView value) override;

 private:
  struct Record {
    BlobPool::Blob entry;
    BlobPool::Blob body;  // null: none here
    BodyState state = BodyState::kHeld;
    EntryIndex erased_by;
    bool transit = false;
  };
  struct LogData {
    LogState state;
    std::vector<Record> records;
    std::vector<std::vector<Hash>> levels;  // roots of perfect subtrees, by level
  };
  using Undo = std::function<void()>;
  struct TransitEntry {
    LogId log;
    EntryIndex index;
    UnixMillis at;
  };

  Result<const LogData*> find(const LogId& log) const;
  Result<LogData*> find(const LogId& log);
  static NodeReader nodes(const LogData& log);
  static StoredRecord stored(const Record& record, EntryIndex index);
  static std::uint64_t bytes_of(const Record& record);
  void undo_with(Undo undo) { undo_.push_back(std::move(undo)); }
  void set_record(LogData& log, EntryIndex index, Record record);
  void add_arrival(const LogId& log, EntryIndex from, std::uint64_t count, ArrivalKind kind, UnixMillis at,
                   std::optional<NodeKey> source = {});
  void append_records(LogData& log, const RunCommit& run);
  void settle_withdrawals(LogData& log, const RunCommit& run);
  void set_vouch(const LogId& voucher, const LogId& target, std::optional<VouchFact> vouch);
  void add_vouches(const std::vector<VouchFact>& vouches);
  void drop_transit(std::map<std::uint64_t, TransitEntry>::iterator it);
  void trim_transit(const LogId& log, UnixMillis now);
  Status need_space() const;

  // memory_attachments.cpp
  struct File {
    std::vector<std::pair<BlobPool::Blob, Bytes>> chunks;  // bytes, proof
    bool complete = false;
    bool broken = false;
    bool own = false;
    AttachmentWish wish = AttachmentWish::kForPeer;
    LogId log;  // that it was first wanted for
    UnixMillis at;
  };
  void set_file(const AttachmentId& id, std::optional<File> file);
  bool names(const LogId& log, EntryIndex index, const AttachmentId& id) const;
  void add_uses(const LogData& log, const std::vector<AttachmentFact>& facts, bool own);
  void drop_uses(const LogId& log, EntryIndex index);
  void forget_peers_files();
  Status make_room(std::uint64_t size, AttachmentWish wish, const LogId& log);
  std::vector<AttachmentWant> wants() const;

  Options options_;
  std::map<LogId, std::unique_ptr<LogData>> logs_;
  std::map<NodeKey, PeerRecord> peers_;
  std::map<std::pair<LogId, LogId>, VouchFact> vouches_;
  std::map<LogId, std::vector<Bytes>> evidence_;
  std::map<LogId, bool> blocked_;
  std::set<HeadAsk> asks_;
  std::map<NodeKey, InviteRecord> invites_;
  std::map<AttachmentId, File> files_;
  std::map<std::pair<LogId, EntryIndex>, std::vector<AttachmentId>> uses_;
  std::map<Bytes, EntryIndex> own_contents_;
  std::deque<Arrival> arrivals_;
  std::map<std::uint64_t, TransitEntry> transit_;  // by age
  std::uint64_t next_transit_ = 1;
  std::uint64_t transit_bytes_ = 0;
  std::map<LogId, std::uint64_t> transit_of_;  // the same, of each log
  std::optional<LogId> own_log_;
  Bytes instance_token_;
  std::map<std::string, Bytes, std::less<>> settings_;
  std::uint64_t journal_next_ = 1;
  std::uint64_t journal_reserved_ = 1;
  bool in_transaction_ = false;
  bool durable_ = false;
  bool full_ = false;
  Room room_{std::uint64_t{1} << 62, 0, 0, 0};
  std::vector<Undo> undo_;                  // of the open transaction
  std::deque<std::vector<Undo>> volatile_;  // of committed transactions that are not durable yet
};

}  // namespace koinon
