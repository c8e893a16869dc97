// The half of the store that holds what logs hold: records, hashes, bodies, files. Another engine can take it
// and leave the other half (knowledge_store.h) to SQLite.
//
// Every function may fail with kIo. A reader belongs to one thread; the writer has a thread of its own.
#pragma once

#include <optional>
#include <vector>

#include "crypto/cosigned.h"
#include "crypto/identity.h"
#include "crypto/log_state.h"
#include "proto/codec/filter.h"

namespace koinon {

struct StoreCounts {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of the store on disk
};

// The keys of a log's node that stand: those of its last entry that names some, else those of its Genesis.
struct StandingKeys {
  LogKeys keys;
  // The entry from which on the log names this node key, and this cosigner key; 0: the Genesis.
  EntryIndex node_since;
  EntryIndex cosigner_since;
  // The node key that it named before. It serves until the node shows the new one. Nothing: there was none,
  // or a recovery came since, after which no earlier node is believed.
  std::optional<NodeKey> node_before;
};

// kNotFound means that the log, the entry or the hash is not held here, unless a function says otherwise.
class LogReader {
 public:
  virtual ~LogReader() = default;
  // Records below `to`: at most `max_bytes` of entries and bodies, but at least one record. kInvalidArgument:
  // the range is empty or beyond the tree of `size`.
  virtual Result<ServedRun> read_run(const LogId& log, EntryIndex from, EntryIndex to, TreeSize size,
                                     std::size_t max_bytes) = 0;
  virtual Result<Hash> root_at(const LogId& log, TreeSize size) = 0;
  virtual Result<HashPath> inclusion(const LogId& log, EntryIndex index, TreeSize size) = 0;
  virtual Result<RunProof> run_proof_at(const LogId& log, EntryIndex from, std::uint64_t count,
                                        TreeSize size) = 0;
  // The roots of `count` perfect subtrees of one level, from `first` on. A tile of tlog-tiles holds such
  // hashes.
  virtual Result<std::vector<Hash>> hashes(const LogId& log, TreeNode first, std::uint64_t count) = 0;
  virtual Result<StoredRecord> record(const LogId& log, EntryIndex index) = 0;
  // The entry without its body. A caller that looks at many entries does not read their bodies, which may
  // have 1 MiB each.
  virtual Result<Bytes> entry(const LogId& log, EntryIndex index) = 0;
  // Only LogState::bytes.
  virtual Result<std::uint64_t> log_bytes(const LogId& log) = 0;
  // How many logs and records are held, and the store's size on disk.
  virtual Result<StoreCounts> counts() = 0;
  // StandingKeys::keys alone.
  virtual Result<LogKeys> log_keys(const LogId& log) = 0;
  virtual Result<StandingKeys> standing_keys(const LogId& log) = 0;
  // The cosigner keys that entries of the log name which stand, the newest first, at most
  // limits::kCosignerKeys. Those that it named before a recovery are not among them.
  virtual Result<std::vector<CosignerKey>> cosigner_keys(const LogId& log) = 0;
  // Whether the log has ever named this node key, be it in an entry that is void.
  virtual Result<bool> has_named_node(const LogId& log, const NodeKey& key) = 0;
  // Whether the log names this node key in an entry that stands, since it was taken back last: it is, or was,
  // a key of the node that has the log now.
  virtual Result<bool> is_of_its_node(const LogId& log, const NodeKey& key) = 0;
  // The index of our own record with this content digest, or this sealed_digest (run_rules.h). An erasure
  // takes the first away and leaves the second. Nothing: there is none.
  virtual Result<std::optional<EntryIndex>> own_content(BytesView digest) = 0;
  // The entries of a log whose bodies are hidden, in order.
  virtual Result<std::vector<EntryIndex>> hidden(const LogId& log) = 0;
  // Entries from `from` on whose bodies are wanted but not held, in order, at most `limit`.
  virtual Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) = 0;
  // The same for all logs that policy admits: their entries, at most `limit`.
  virtual Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) = 0;
  // What is held of a file that a record names. kNotFound: the record's body is not here, or does not name
  // the file.
  virtual Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) = 0;
  // kNotFound: the chunk is not held.
  virtual Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) = 0;
  // The complete file with this digest. Nothing: there is none.
  virtual Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) = 0;
  // Whether files of our own office are so old that put_attachment would forget those that nothing names.
  virtual Result<bool> has_old_uploads(UnixMillis now) = 0;
};

// Changes are made inside Store::begin … commit. Each is made as a whole or not at all: see store.h. A change
// of a log also changes the other half (head, journal row, arrivals, vouches) in the same step.
class LogWriter {
 public:
  virtual ~LogWriter() = default;
  // Returns the journal row if the log is now whole, else 0. Erases what the run's withdrawals erase, and
  // takes back marks of erasure that the run contradicts. kConflict: the run does not begin where the log
  // ends, or the log is frozen.
  Result<JournalSeq> append_run(const RunCommit& run) {
    const RunCommit* const one = &run;
    KOINON_ASSIGN(const auto rows, append_runs({&one, 1}));
    return rows.front();
  }
  // What is held then is the same as if each was appended for itself, and so is the answer. At least one run.
  virtual Result<std::vector<JournalSeq>> append_runs(RunsInOrder runs) = 0;
  // Adds bodies of entries that are held without a body; other bodies are ignored. Bodies for peers only go
  // to the transit store. When that is full, its oldest go; when one log has more than its share, the oldest
  // of this log go.
  virtual Status add_bodies(const BodiesCommit& bodies) = 0;
  // Releases the bodies of a log that the filter does not want, and marks those as wanted that it wants. It
  // looks at `most` entries at most, from `from` on, and at some MiB of bodies. Returns where to go on.
  // Nothing: all is done.
  virtual Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter,
                                                         UnixMillis now, EntryIndex from,
                                                         std::uint64_t most) = 0;
  // Hides the body of a record from readers here, or shows it again. Peers get it as before. An erasure ends
  // it. Nothing is changed if it is so already, or if there is no body and none is awaited: one that comes
  // later is hidden as well. kNotFound: the record is not held.
  virtual Status set_hidden(const LogId& log, EntryIndex index, bool hidden, UnixMillis now) = 0;
  // Removes a log's entries and bodies. Evidence against the log stays, and freezes it if it comes back.
  // fold() removes the bytes. Until then a file that no other log names is still found by its digest.
  virtual Status remove_log(const LogId& log, UnixMillis now) = 0;
  // Keeps a file of our own office, for a note that will name it. If no note names it within a day, it is
  // forgotten when the next one comes.
  virtual Status put_attachment(const CutAttachment& file, UnixMillis now) = 0;
  // Drafts, or notes that wait to be signed, name these: they are kept for another day. Others in the list
  // are passed over.
  virtual Status keep_uploads(const std::vector<Hash>& named, UnixMillis now) = 0;
  // A file is wanted. Its room is reserved from now on. kNotFound: the record does not name it. kTooLarge:
  // the quota of other cities' files has no room, or nobody asked for the file by hand and its log has no
  // share left. kRefused: the file is known to be broken.
  virtual Status want_attachment(const AttachmentWant& want, UnixMillis now) = 0;
  // Adds the next chunk of a wanted file; any other chunk is ignored. Returns how many chunks are held.
  // kNotFound: the file is no longer wanted, because no note names it any more or its room was needed.
  virtual Result<std::uint32_t> add_chunk(const ChunkCommit& commit) = 0;
  // All chunks are held. `whole`: together they have the file's digest. If they do not, they are dropped.
  virtual Status finish_attachment(const AttachmentId& id, bool whole) = 0;
  // Forgets a file, and also that it was wanted.
  virtual Status drop_attachment(const AttachmentId& id) = 0;
};

}  // namespace koinon
