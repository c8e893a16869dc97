// The Store: what a node holds. Narrow, so that another engine can stand behind it.
//
// Truth only: logs as verified runs of entries with their bodies, the heads that prove them, the journal of
// accepted heads, the arrivals, peers. A Store belongs to one thread (the writer); Readers are made for
// other threads and see what was committed before each call.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/arrival.h"
#include "crypto/log_state.h"
#include "proto/codec/filter.h"

namespace koinon {

// Names of settings.
inline constexpr std::string_view kSubscriptions = "subscriptions";   // BodyFilter::text
inline constexpr std::string_view kObserverName = "observer";         // of a node without a log
inline constexpr std::string_view kFilterApplied = "filter_applied";  // the one that the bodies held follow
inline constexpr std::string_view kLived = "lived_ms";                // how long the node has run, decimal

// What may still be written, in bytes.
struct Room {
  std::uint64_t disk = 0;    // free on the disk
  std::uint64_t unused = 0;  // pages of the store that hold nothing any more, and are used before new ones
  std::uint64_t quota = 0;   // of the store; 0: none
  std::uint64_t quota_left = 0;  // unused pages counted
};
// How many bytes of it what other cities send may take, where `reserve` is kept for our own log. Of a quota
// at most a quarter is kept, so that a small one is no reason to take nothing.
std::uint64_t room_for_others(const Room& room, std::uint64_t reserve);
// Why what others send, or what the index makes of it, waits; the field says which.
Error kept_for_own(std::string field);

struct StoreCounts {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual Result<JournalId> journal() = 0;
  virtual Result<std::vector<PeerRecord>> peers() = 0;
  virtual Result<std::vector<InviteRecord>> invites() = 0;
  // At most `max_bytes` of entries and bodies, but at least one record; entries below `to` only.
  virtual Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                                     std::size_t max_bytes) = 0;
  virtual Result<Hash> root_at(const LogId& log, TreeSize size) = 0;
  virtual Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) = 0;
  virtual Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                        TreeSize size) = 0;
  // Roots of `count` perfect subtrees of one level, from `first` on: what a tile of tlog-tiles holds.
  virtual Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) = 0;
  virtual Result<StoredRecord> record(const LogId& log, EntryIndex index) = 0;
  // Its entry alone: whoever looks at many reads none of their bodies, which may be of 1 MiB each.
  virtual Result<Bytes> entry(const LogId& log, EntryIndex index) = 0;
  // One whole log's state.
  virtual Result<LogState> log_state(const LogId& log) = 0;
  // LogState::bytes alone.
  virtual Result<std::uint64_t> log_bytes(const LogId& log) = 0;
  // The logs of a name whose ids begin with these bytes, by log id; at most `limit`. More than one log may
  // have a name. The cost does not grow with how many do.
  virtual Result<std::vector<LogState>> logs_named(std::string_view name, BytesView id_prefix,
                                                   std::size_t limit) = 0;
  // Logs by name, then by log id, after the one given; at most `limit`.
  virtual Result<std::vector<LogState>> logs_after(const std::optional<LogState>& last,
                                                   std::size_t limit) = 0;
  // How many logs and records are held, and the store's size on disk in bytes.
  virtual Result<StoreCounts> counts() = 0;
  // Arrivals whose last number is above `after`, oldest first, at most `limit` rows.
  virtual Result<std::vector<Arrival>> arrivals(ArrivalSeq after, std::size_t limit) = 0;
  // The index of our own record with this content digest, if there is one.
  virtual Result<std::optional<EntryIndex>> own_content(BytesView digest) = 0;
  virtual Result<std::vector<Bytes>> evidence(const LogId& log) = 0;
  // The newest arrival that brought an entry or its body; none if the entry is not held.
  virtual Result<std::optional<Arrival>> arrival_of(const LogId& log, EntryIndex index) = 0;
  // What the operator set, by its name; none: never set.
  virtual Result<std::optional<Bytes>> setting(std::string_view name) = 0;
  // Entries from `from` on whose bodies are wanted and not held, in order, at most `limit`.
  virtual Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) = 0;
  // The same of all logs that policy admits: entries, at most `limit`.
  virtual Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) = 0;
  // Whom a vouch that stands calls so; none: nobody.
  virtual Result<std::optional<LogId>> vouched_as(std::string_view name) = 0;
  // What one city says of another; none: it does not vouch for it.
  virtual Result<std::optional<VouchFact>> vouch(const LogId& voucher, const LogId& target) = 0;
  // What is held of a file that a record names; kNotFound where the record's body, if it is here, does not.
  virtual Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) = 0;
  // kNotFound: not held.
  virtual Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) = 0;
  // A file that is held whole.
  virtual Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) = 0;
};

class Store : public StoreReader {
 public:
  // Everything that a start needs, and for the start alone: it grows with all that is held.
  virtual Result<StoreState> load_state() = 0;
  // Changes happen inside begin … commit. A failed call inside has changed nothing and the others stand;
  // a failed commit has undone them all. `durable`: commit returns after fsync.
  virtual Status begin(bool durable) = 0;
  virtual Status commit() = 0;
  virtual void rollback() = 0;
  // Erased bytes may still be in the store's own log, where somebody read as they went: tries again. Of logs
  // that were removed a piece may be left: takes it away. False: there is more.
  virtual bool fold() { return true; }
  // What may still be written, outside a transaction.
  virtual Result<Room> room() = 0;

  // Returns the journal row if the log now stands whole, 0 if not. kConflict if the run does not begin at
  // the size held, or the log is frozen. Erases what the run's withdrawals erase, and takes back marks of
  // erasure that they contradict.
  virtual Result<JournalSeq> append_run(const RunCommit& run) = 0;
  virtual Status set_cursor(const PeerCursor& cursor) = 0;
  // Freezes the log, and gives it a new journal row where it stands whole, so that followers hear of it; 0 if
  // not.
  virtual Result<JournalSeq> add_evidence(const EvidenceCommit& evidence) = 0;
  // Bodies of entries that are held without; others are ignored. What is only for peers goes into the
  // transit store, which forgets its oldest beyond its limits: of a log beyond its share that log's own.
  virtual Status add_bodies(const BodiesCommit& bodies) = 0;
  // Releases the bodies of a log that the filter does not want and marks as wanted those that it does: of
  // `most` entries at most from `from` on, and of some MiB of bodies. Returns where to go on; none: those
  // were the last.
  virtual Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter,
                                                         UnixMillis now, EntryIndex from,
                                                         std::uint64_t most) = 0;
  // `lived`: how long the node has run by now; the grace time counts from it.
  virtual Status set_out_of_policy(const LogId& log, UnixMillis since, std::chrono::milliseconds lived) = 0;
  // Policy admits the log again: it gets a new journal row, which is returned; 0 if it does not stand whole.
  virtual Result<JournalSeq> readmit(const LogId& log) = 0;
  // Remembers heads to ask for, or forgets them once they are settled.
  virtual Status set_asks(const std::vector<HeadAsk>& asks, bool open) = 0;
  // Removes a log's entries and bodies. Evidence against it stays, and freezes it should it come back. The
  // bytes go with fold(); a file that nobody else names is found by its digest until then.
  virtual Status remove_log(const LogId& log, UnixMillis now) = 0;
  virtual Status set_blocked(const LogId& log, bool blocked) = 0;
  // Pins a node. One that is pinned already as a node of the same city gets the new address and vouch;
  // kConflict: it is pinned as another's. kTooLarge: limits::kPeers are pinned.
  virtual Status put_peer(const PeerRecord& peer) = 0;
  virtual Status remove_peer(const NodeKey& node_key) = 0;
  virtual Status put_invite(const InviteRecord& invite) = 0;
  // kNotFound if it was used already.
  virtual Status remove_invite(const NodeKey& key) = 0;
  // Keeps a file of our own office for a note to name. Such that no note names are forgotten after a day.
  virtual Status put_attachment(const CutAttachment& file, UnixMillis now) = 0;
  // A file is to be fetched, and has its room from now on. kNotFound: no such record names it; kTooLarge: the
  // quota of other cities' files leaves no room, or the log's share of it does not where nobody asked for the
  // file by hand; kRefused: it is known to be broken.
  virtual Status want_attachment(const AttachmentWant& want, UnixMillis now) = 0;
  // The next chunk of a wanted file; another is ignored. Returns how many are held. kNotFound: not wanted,
  // since what named it is gone, or its room was needed.
  virtual Result<std::uint32_t> add_chunk(const ChunkCommit& commit) = 0;
  // All chunks are held; `whole`: and have the digest that names the file. Otherwise they are dropped.
  virtual Status finish_attachment(const AttachmentId& id, bool whole) = 0;
  // Forgets a file, and that it was wanted.
  virtual Status drop_attachment(const AttachmentId& id) = 0;
  virtual Status set_own_log(const LogId& log) = 0;
  virtual Status set_instance_token(BytesView token) = 0;
  // An empty value removes it.
  virtual Status set_setting(std::string_view name, BytesView value) = 0;
};

// The setting kLived as it is stored; none, or what cannot be read, counts as nothing.
std::chrono::milliseconds lived_of(const std::optional<Bytes>& setting);

// One log's part of a quota that all share; `least`: the largest single thing.
std::uint64_t share_of_log(std::uint64_t quota, std::uint64_t least);

// The rule of put_peer, the same in every store: how many are pinned, whether this key is, and as the same
// city.
Status check_pin(std::size_t pinned, bool known, bool same_city);

}  // namespace koinon
