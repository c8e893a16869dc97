// Attachments in a store of SQL: which records name which files, and the chunks that are held. Writing is
// part of SqlStore, inside its transactions.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "storage/store/file_rules.h"
#include "storage/store/sql_logs.h"

namespace koinon {

class AttachmentQueries {
 public:
  explicit AttachmentQueries(sql::Connection& db) : db_(db) {}

  Result<AttachmentState> state(std::int64_t record, const Hash& sha256);
  Result<AttachmentChunk> chunk(const AttachmentId& id, std::uint32_t number);
  Result<std::optional<AttachmentId>> named(const Hash& sha256);
  Result<bool> has_old_uploads(UnixMillis now);
  Result<std::vector<AttachmentWant>> wants();

 private:
  sql::Connection& db_;
};

class SqlAttachments {
 public:
  SqlAttachments(sql::Connection& db, std::uint64_t quota) : db_(db), quota_(quota) {}

  // Called after a start. Forgets the files that were being fetched for peers.
  Status prepare();
  Status add_uses(std::int64_t log_number, const std::vector<AttachmentFact>& facts, bool own);
  // Which of these records name files.
  Result<std::set<std::int64_t>> naming(const std::vector<std::int64_t>& records);
  // A body is no longer here. A file is dropped with the last record that names it.
  Status drop_uses(std::int64_t record);
  // The record was erased: it names its files no longer. Those that are complete are kept for as long as its
  // body is. A record that comes back names them again.
  Status hide_uses(std::int64_t record);
  Status show_uses(std::int64_t record);
  // The record's body is kept no longer.
  Status end_hidden(std::int64_t record);
  // The log was removed. Its records stop naming files, at most `most` of them. Files that nobody else names
  // are dropped, up to a number of bytes or one larger file. True: there may be more.
  Result<bool> drop_some_uses(std::int64_t log_number, std::int64_t most, std::uint64_t most_bytes);

  Status put(const CutAttachment& file, UnixMillis now);
  Status keep(const std::vector<Hash>& named, UnixMillis now);
  Status want(std::int64_t record, const AttachmentWant& want, UnixMillis now);
  Result<std::uint32_t> add_chunk(const ChunkCommit& commit);
  Status finish(const AttachmentId& id, bool whole);
  Status drop(const AttachmentId& id);

  // Whether bytes were deleted that may still be in the write-ahead log.
  bool take_erased() { return std::exchange(erased_, false); }
  // How many files have gone since the start.
  std::uint64_t forgotten() const { return forgotten_; }
  std::uint64_t forgotten_bytes() const { return forgotten_bytes_; }

 private:
  struct Row {
    std::int64_t number = 0;
    std::uint32_t chunks = 0;
    int state = 0;
  };
  Result<std::optional<Row>> find(const AttachmentId& id);
  Result<bool> is_used(const AttachmentId& id);
  Status insert(const AttachmentId& id, int wish, UnixMillis now, std::optional<std::int64_t> log = {});
  Status insert_chunk(std::int64_t number, const AttachmentChunk& chunk);
  Result<std::set<std::int64_t>> choose_victims(std::uint64_t size, AttachmentWish wish, const FileRoom& room,
                                                std::int64_t log);
  Status make_room(std::uint64_t size, AttachmentWish wish, std::int64_t log);
  static Result<std::vector<std::int64_t>> numbers_of(sql::Statement& select);
  Status forget(std::int64_t number);
  Status forget_each(const std::vector<std::int64_t>& numbers);
  static Result<std::vector<AttachmentId>> ids_of(sql::Statement& select);
  Status drop_unused(const std::vector<AttachmentId>& ids);
  Result<bool> is_named_by_erased(const AttachmentId& id);
  Status unhide_of(std::int64_t log_number, const AttachmentId& id);
  Status put_state(const AttachmentId& id, int from, int to);

  sql::Connection& db_;
  std::uint64_t quota_;
  bool erased_ = false;
  std::uint64_t forgotten_ = 0;
  std::uint64_t forgotten_bytes_ = 0;
};

}  // namespace koinon
