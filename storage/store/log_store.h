// The half of the store that holds what logs hold: records, hashes, bodies, files. Another engine can take it
// and leave the other half (knowledge_store.h) to SQLite.
//
// Every function may fail with kIo. A reader belongs to one thread; the writer has a thread of its own.
#pragma once

#include <optional>
#include <vector>

#include "crypto/log_state.h"
#include "proto/codec/filter.h"

namespace koinon {

struct StoreCounts {
  std::uint64_t logs = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of the store on disk
};

// kNotFound, where nothing else is said: the log, the entry or the hash is not held here.
class LogReader {
 public:
  virtual ~LogReader() = default;
  // At most `max_bytes` of entries and bodies, but at least one record; entries below `to` only.
  // kInvalidArgument: the range is empty or beyond the tree of `size`.
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
  // LogState::bytes alone.
  virtual Result<std::uint64_t> log_bytes(const LogId& log) = 0;
  // How many logs and records are held, and the store's size on disk.
  virtual Result<StoreCounts> counts() = 0;
  // The index of our own record with this content digest, if there is one.
  virtual Result<std::optional<EntryIndex>> own_content(BytesView digest) = 0;
  // Entries from `from` on whose bodies are wanted and not held, in order, at most `limit`.
  virtual Result<std::vector<StoredRecord>> unheld(const LogId& log, EntryIndex from, std::size_t limit) = 0;
  // The same of all logs that policy admits: entries, at most `limit`.
  virtual Result<std::vector<std::pair<LogId, Bytes>>> lacking(std::size_t limit) = 0;
  // What is held of a file that a record names; kNotFound where the record's body, if it is here, does not.
  virtual Result<AttachmentState> attachment(const LogId& log, EntryIndex index, const Hash& sha256) = 0;
  // kNotFound: not held.
  virtual Result<AttachmentChunk> attachment_chunk(const AttachmentId& id, std::uint32_t number) = 0;
  // A file that is held whole.
  virtual Result<std::optional<AttachmentId>> attachment_named(const Hash& sha256) = 0;
};

// Changes stand inside Store::begin … commit, and each is whole: see store.h. What a change of a log means
// for the other half (head, journal row, arrivals, vouches) is part of the same change.
class LogWriter {
 public:
  virtual ~LogWriter() = default;
  // Returns the journal row if the log now stands whole, 0 if not. kConflict if the run does not begin at
  // the size held, or the log is frozen. Erases what the run's withdrawals erase, and takes back marks of
  // erasure that they contradict.
  virtual Result<JournalSeq> append_run(const RunCommit& run) = 0;
  // Bodies of entries that are held without; others are ignored. What is only for peers goes into the
  // transit store, which forgets its oldest beyond its limits: of a log beyond its share that log's own.
  virtual Status add_bodies(const BodiesCommit& bodies) = 0;
  // Releases the bodies of a log that the filter does not want and marks as wanted those that it does: of
  // `most` entries at most from `from` on, and of some MiB of bodies. Returns where to go on; none: those
  // were the last.
  virtual Result<std::optional<EntryIndex>> apply_filter(const LogId& log, const BodyFilter& filter,
                                                         UnixMillis now, EntryIndex from,
                                                         std::uint64_t most) = 0;
  // Removes a log's entries and bodies. Evidence against it stays, and freezes it should it come back. The
  // bytes go with fold(); a file that nobody else names is found by its digest until then.
  virtual Status remove_log(const LogId& log, UnixMillis now) = 0;
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
};

}  // namespace koinon
