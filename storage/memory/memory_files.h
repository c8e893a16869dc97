// Files of the store in memory: which records name which files, and the chunks that are held. Part of
// MemoryStore, inside its transactions.
#pragma once

#include "storage/memory/memory_logs.h"

namespace koinon {

class MemoryFiles {
 public:
  // `quota`: how many bytes the files of other cities may take.
  MemoryFiles(MemoryUndo& undo, BlobPool& pool, std::uint64_t quota)
      : undo_(undo), pool_(pool), quota_(quota) {}

  Result<AttachmentState> state(const LogId& log, EntryIndex index, const Hash& sha256) const;
  Result<AttachmentChunk> chunk(const AttachmentId& id, std::uint32_t number) const;
  std::optional<AttachmentId> named(const Hash& sha256) const;
  bool has_old_uploads(UnixMillis now) const;
  std::vector<AttachmentWant> wants() const;

  void add_uses(const MemoryLog& log, const std::vector<AttachmentFact>& facts, bool own);
  // A body is no longer here. A file is dropped with the last record that names it.
  void drop_uses(const LogId& log, EntryIndex index);
  // The record was erased: it names its files no longer. Those that are complete are kept for as long as its
  // body is. A record that comes back names them again.
  void hide_uses(const LogId& log, EntryIndex index);
  void show_uses(const LogId& log, EntryIndex index);
  // The record's body is kept no longer.
  void end_hidden(const LogId& log, EntryIndex index);
  // Called after a start. Forgets the files that were being fetched for peers.
  void start();

  void put(const CutAttachment& cut, UnixMillis now);
  void keep(const std::vector<Hash>& named, UnixMillis now);
  Status want(const AttachmentWant& want, UnixMillis now);
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit);
  Status finish(const AttachmentId& id, bool whole);
  void drop(const AttachmentId& id);

 private:
  struct File {
    std::vector<std::pair<BlobPool::Blob, Bytes>> chunks;  // bytes, proof
    bool complete = false;
    bool broken = false;
    bool own = false;
    bool hidden = false;  // complete, and only records that were erased name it
    AttachmentWish wish = AttachmentWish::kForPeer;
    LogId log;  // the log for which it was first wanted
    UnixMillis at;
    bool settled() const { return complete || broken; }
  };
  void set(const AttachmentId& id, std::optional<File> file);
  bool names(const LogId& log, EntryIndex index, const AttachmentId& id) const;
  using Uses = std::map<std::pair<LogId, EntryIndex>, std::vector<AttachmentId>>;
  static bool is_used(const Uses& uses, const AttachmentId& id);
  std::vector<AttachmentId> take_uses(Uses& from, const LogId& log, EntryIndex index);
  void put_uses(Uses& to, const LogId& log, EntryIndex index, std::vector<AttachmentId> ids);
  void settle_unused(const AttachmentId& id);
  void set_hidden(const AttachmentId& id, bool hidden);
  Status make_room(std::uint64_t size, AttachmentWish wish, const LogId& log);

  MemoryUndo& undo_;
  BlobPool& pool_;
  std::uint64_t quota_;
  std::map<AttachmentId, File> files_;
  Uses uses_;
  Uses hidden_uses_;  // of records that were erased
};

}  // namespace koinon
