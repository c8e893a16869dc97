// Files of the store in memory: which records name which, and the chunks that are held. Part of MemoryStore,
// inside its transactions.
#pragma once

#include "storage/memory/memory_logs.h"

namespace koinon {

class MemoryFiles {
 public:
  // `quota`: of other cities' files, in bytes.
  MemoryFiles(MemoryUndo& undo, BlobPool& pool, std::uint64_t quota)
      : undo_(undo), pool_(pool), quota_(quota) {}

  Result<AttachmentState> state(const LogId& log, EntryIndex index, const Hash& sha256) const;
  Result<AttachmentChunk> chunk(const AttachmentId& id, std::uint32_t number) const;
  std::optional<AttachmentId> named(const Hash& sha256) const;
  std::vector<AttachmentWant> wants() const;

  void add_uses(const MemoryLog& log, const std::vector<AttachmentFact>& facts, bool own);
  // A body is no longer here: a file goes with the last record that names it.
  void drop_uses(const LogId& log, EntryIndex index);
  // After a start: what was being fetched for peers is not gone on with.
  void start();

  void put(const CutAttachment& cut, UnixMillis now);
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
    AttachmentWish wish = AttachmentWish::kForPeer;
    LogId log;  // that it was first wanted for
    UnixMillis at;
    bool settled() const { return complete || broken; }
  };
  void set(const AttachmentId& id, std::optional<File> file);
  bool names(const LogId& log, EntryIndex index, const AttachmentId& id) const;
  Status make_room(std::uint64_t size, AttachmentWish wish, const LogId& log);

  MemoryUndo& undo_;
  BlobPool& pool_;
  std::uint64_t quota_;
  std::map<AttachmentId, File> files_;
  std::map<std::pair<LogId, EntryIndex>, std::vector<AttachmentId>> uses_;
};

}  // namespace koinon
