#include "storage/store/sql_attachments.h"

#include <algorithm>
#include <utility>

#include "storage/store/file_rules.h"
#include "storage/store/refusals.h"

namespace koinon {
namespace {

// Values in rows of `attachment`: how far the file is, and who wants it. Wishes have the numbers of
// AttachmentWish, then some of our own.
constexpr int kIncomplete = 0;
constexpr int kComplete = 1;
constexpr int kBroken = 2;
constexpr int kHidden = 3;  // complete, and only records that were erased name it
constexpr int kOwn = static_cast<int>(AttachmentWish::kOwn);
constexpr int kUploaded = 4;  // our own file, and no note names it yet

constexpr std::int64_t kChunkBits = 16;

std::int64_t chunk_id(std::int64_t number, std::uint32_t chunk) {
  return (number << kChunkBits) | static_cast<std::int64_t>(chunk);
}

sql::Statement& bind_id(sql::Statement& statement, const AttachmentId& id) {
  return statement.bind_blob(id.sha256.view())
      .bind(static_cast<std::int64_t>(id.size))
      .bind_blob(id.chunk_root.view());
}

// Reads three columns: digest, size, root.
Result<AttachmentId> read_id(const sql::Statement& row, int column) {
  if (row.blob(column).size() != Hash::kSize || row.blob(column + 2).size() != Hash::kSize)
    return fail(Code::kIo, "an attachment's row is damaged; restore the store", "attachment");
  return AttachmentId{Hash::from(row.blob(column)), row.number(column + 1), Hash::from(row.blob(column + 2))};
}

}  // namespace

// --- reading ---

Result<AttachmentState> AttachmentQueries::state(std::int64_t record, const Hash& sha256) {
  auto select = db_.prepare(
      "SELECT u.sha256, u.size, u.chunk_root, a.chunks, a.state FROM attachment_use u LEFT JOIN attachment a "
      "ON a.sha256 = u.sha256 AND a.size = u.size AND a.chunk_root = u.chunk_root WHERE u.record = ? AND "
      "u.sha256 = ?");
  select.bind(record).bind_blob(sha256.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return no_note_names_file();
  AttachmentState out;
  KOINON_ASSIGN(out.id, read_id(select, 0));
  const bool hidden = !select.is_null(4) && select.integer(4) == kHidden;
  out.chunks_held = hidden ? 0 : static_cast<std::uint32_t>(select.number(3));
  out.complete = !select.is_null(4) && select.integer(4) == kComplete;
  out.broken = !select.is_null(4) && select.integer(4) == kBroken;
  return out;
}

Result<AttachmentChunk> AttachmentQueries::chunk(const AttachmentId& id, std::uint32_t number) {
  auto select = db_.prepare(
      "SELECT c.bytes, c.proof FROM attachment a JOIN attachment_chunk c ON c.id = (a.number << 16) + ?4 "
      "WHERE a.sha256 = ?1 AND a.size = ?2 AND a.chunk_root = ?3 AND a.state <> 3");
  bind_id(select, id).bind(static_cast<std::int64_t>(number));
  KOINON_ASSIGN(const bool found, select.step());
  if (!found || number >= chunk_count(id.size)) return no_such_chunk();
  return AttachmentChunk{number, Bytes(select.blob(0)), Bytes(select.blob(1))};
}

Result<std::optional<AttachmentId>> AttachmentQueries::named(const Hash& sha256) {
  auto select =
      db_.prepare("SELECT sha256, size, chunk_root FROM attachment WHERE sha256 = ? AND state = 1 LIMIT 1");
  select.bind_blob(sha256.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<AttachmentId>();
  KOINON_ASSIGN(const AttachmentId id, read_id(select, 0));
  return std::optional<AttachmentId>(id);
}

Result<bool> AttachmentQueries::has_old_uploads(UnixMillis now) {
  auto select = db_.prepare("SELECT EXISTS (SELECT 1 FROM attachment WHERE wish = 4 AND at_ms < ?)");
  select.bind(unnamed_kept_since(now).value);
  KOINON_TRY(select.step());
  return select.integer(0) != 0;
}

Result<std::vector<AttachmentWant>> AttachmentQueries::wants() {
  std::vector<AttachmentWant> out;
  auto select = db_.prepare(
      "SELECT a.sha256, a.size, a.chunk_root, a.wish, a.chunks, u.record, l.log_id FROM attachment a "
      "JOIN attachment_use u ON u.sha256 = a.sha256 AND u.size = a.size AND u.chunk_root = a.chunk_root "
      "JOIN log l ON l.number = u.record >> 40 WHERE a.state = 0 AND u.record = (SELECT min(v.record) FROM "
      "attachment_use v WHERE v.sha256 = a.sha256 AND v.size = a.size AND v.chunk_root = a.chunk_root) "
      "ORDER BY a.number");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    AttachmentWant want;
    KOINON_ASSIGN(want.id, read_id(select, 0));
    want.wish = static_cast<AttachmentWish>(select.integer(3));
    if (!outlives_start(want.wish)) continue;
    want.chunks_held = static_cast<std::uint32_t>(select.number(4));
    want.index = EntryIndex(select.number(5) & ((std::uint64_t{1} << 40) - 1));
    if (select.blob(6).size() != LogId::kSize) continue;
    want.log = LogId::from(select.blob(6));
    out.push_back(want);
  }
}

// --- which records name which files ---

Status SqlAttachments::prepare() {
  std::vector<std::int64_t> left;
  {
    auto select = db_.prepare("SELECT number, wish FROM attachment WHERE state = 0");
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      if (!outlives_start(static_cast<AttachmentWish>(select.integer(1)))) left.push_back(select.integer(0));
    }
  }
  return forget_each(left);
}

Status SqlAttachments::add_uses(std::int64_t log_number, const std::vector<AttachmentFact>& facts, bool own) {
  for (const AttachmentFact& fact : facts) {
    auto put = db_.prepare(
        "INSERT INTO attachment_use (record, sha256, size, chunk_root) SELECT ?1, ?2, ?3, ?4 "
        "WHERE EXISTS (SELECT 1 FROM record WHERE id = ?1 AND body IS NOT NULL) OR EXISTS (SELECT 1 FROM "
        "transit WHERE id = ?1) ON CONFLICT (record, sha256) DO NOTHING");
    put.bind(record_id(log_number, fact.index));
    KOINON_TRY(bind_id(put, fact.id).run());
    KOINON_ASSIGN(const std::int64_t added, db_.changes());
    if (added > 0) KOINON_TRY(unhide_of(log_number, fact.id));
    if (!own) continue;
    auto keep = db_.prepare(
        "UPDATE attachment SET wish = 3 WHERE (sha256, size, chunk_root) IN "
        "(SELECT sha256, size, chunk_root FROM attachment_use WHERE record = ?)");
    KOINON_TRY(keep.bind(record_id(log_number, fact.index)).run());
  }
  return {};
}

Result<std::vector<AttachmentId>> SqlAttachments::ids_of(sql::Statement& select) {
  std::vector<AttachmentId> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(out.emplace_back(), read_id(select, 0));
  }
}

Result<std::set<std::int64_t>> SqlAttachments::naming(const std::vector<std::int64_t>& records) {
  std::set<std::int64_t> out;
  for (std::size_t begin = 0; begin < records.size(); begin += kIdsAtOnce) {
    auto select = db_.prepare("SELECT DISTINCT record FROM attachment_use WHERE record IN " + in_ids());
    for (std::size_t i = begin; i < begin + kIdsAtOnce; ++i)
      select.bind(records[std::min(i, records.size() - 1)]);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      out.insert(select.integer(0));
    }
  }
  return out;
}

Status SqlAttachments::drop_uses(std::int64_t record) {
  auto select = db_.prepare("SELECT sha256, size, chunk_root FROM attachment_use WHERE record = ?");
  KOINON_ASSIGN(const auto ids, ids_of(select.bind(record)));
  if (ids.empty()) return {};
  {
    auto remove = db_.prepare("DELETE FROM attachment_use WHERE record = ?");
    KOINON_TRY(remove.bind(record).run());
  }
  return drop_unused(ids);
}

Status SqlAttachments::put_state(const AttachmentId& id, int from, int to) {
  auto put = db_.prepare(
      "UPDATE attachment SET state = ?5 WHERE sha256 = ?1 AND size = ?2 AND chunk_root = ?3 AND state = ?4");
  return bind_id(put, id).bind(from).bind(to).run();
}

Status SqlAttachments::unhide_of(std::int64_t log_number, const AttachmentId& id) {
  bool in_sight = false;
  {
    auto erased =
        db_.prepare("SELECT record >> 40 FROM grace_use WHERE sha256 = ? AND size = ? AND chunk_root = ?");
    bind_id(erased, id);
    while (!in_sight) {
      KOINON_ASSIGN(const bool row, erased.step());
      if (!row) break;
      in_sight = comes_into_sight(log_number, erased.integer(0));
    }
  }
  return in_sight ? put_state(id, kHidden, kComplete) : Status();
}

Status SqlAttachments::hide_uses(std::int64_t record) {
  auto keep = db_.prepare(
      "INSERT INTO grace_use (record, sha256, size, chunk_root) SELECT record, sha256, size, chunk_root FROM "
      "attachment_use WHERE record = ? ON CONFLICT (record, sha256) DO UPDATE SET size = excluded.size, "
      "chunk_root = excluded.chunk_root");
  KOINON_TRY(keep.bind(record).run());
  auto select = db_.prepare("SELECT sha256, size, chunk_root FROM attachment_use WHERE record = ?");
  KOINON_ASSIGN(const auto ids, ids_of(select.bind(record)));
  auto remove = db_.prepare("DELETE FROM attachment_use WHERE record = ?");
  KOINON_TRY(remove.bind(record).run());
  return drop_unused(ids);
}

Status SqlAttachments::show_uses(std::int64_t record) {
  auto put = db_.prepare(
      "INSERT INTO attachment_use (record, sha256, size, chunk_root) SELECT record, sha256, size, "
      "chunk_root FROM grace_use WHERE record = ? ON CONFLICT (record, sha256) DO NOTHING");
  KOINON_TRY(put.bind(record).run());
  auto select = db_.prepare("SELECT sha256, size, chunk_root FROM grace_use WHERE record = ?");
  KOINON_ASSIGN(const auto ids, ids_of(select.bind(record)));
  for (const AttachmentId& id : ids) KOINON_TRY(put_state(id, kHidden, kComplete));
  auto remove = db_.prepare("DELETE FROM grace_use WHERE record = ?");
  return remove.bind(record).run();
}

Status SqlAttachments::end_hidden(std::int64_t record) {
  auto select = db_.prepare("SELECT sha256, size, chunk_root FROM grace_use WHERE record = ?");
  KOINON_ASSIGN(const auto ids, ids_of(select.bind(record)));
  auto remove = db_.prepare("DELETE FROM grace_use WHERE record = ?");
  KOINON_TRY(remove.bind(record).run());
  for (const AttachmentId& id : ids) {
    KOINON_ASSIGN(const auto row, find(id));
    if (!row || row->state != kHidden) continue;
    KOINON_ASSIGN(const bool named, is_named_by_erased(id));
    if (fate_of(false, true, named) == FileFate::kGone) KOINON_TRY(forget(row->number));
  }
  return {};
}

Result<bool> SqlAttachments::is_named_by_erased(const AttachmentId& id) {
  auto select =
      db_.prepare("SELECT 1 FROM grace_use WHERE sha256 = ? AND size = ? AND chunk_root = ? LIMIT 1");
  return bind_id(select, id).step();
}

Result<bool> SqlAttachments::drop_some_uses(std::int64_t log_number, std::int64_t most,
                                            std::uint64_t most_bytes) {
  std::vector<std::pair<std::int64_t, AttachmentId>> uses;
  {
    auto select = db_.prepare(
        "SELECT record, sha256, size, chunk_root FROM attachment_use WHERE record >= ? AND record < ? LIMIT "
        "?");
    select.bind(record_id(log_number, EntryIndex(0)))
        .bind(record_id(log_number + 1, EntryIndex(0)))
        .bind(most);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      KOINON_ASSIGN(const AttachmentId id, read_id(select, 1));
      uses.emplace_back(select.integer(0), id);
    }
  }
  std::uint64_t bytes = 0;
  for (const auto& [record, id] : uses) {
    const std::uint64_t before = forgotten_;
    auto remove = db_.prepare("DELETE FROM attachment_use WHERE record = ? AND sha256 = ?");
    KOINON_TRY(remove.bind(record).bind_blob(id.sha256.view()).run());
    KOINON_TRY(drop_unused({id}));
    if (forgotten_ > before) bytes += id.size;
    if (bytes >= most_bytes) return true;
  }
  return static_cast<std::int64_t>(uses.size()) == most;
}

Status SqlAttachments::drop_unused(const std::vector<AttachmentId>& ids) {
  for (const AttachmentId& id : ids) {
    KOINON_ASSIGN(const auto row, find(id));
    if (!row) continue;
    KOINON_ASSIGN(const bool used, is_used(id));
    KOINON_ASSIGN(const bool named, is_named_by_erased(id));
    switch (fate_of(used, row->state == kComplete || row->state == kHidden, named)) {
      case FileFate::kStays:
        break;
      case FileFate::kHidden:
        KOINON_TRY(put_state(id, kComplete, kHidden));
        break;
      case FileFate::kGone:
        KOINON_TRY(forget(row->number));
        break;
    }
  }
  return {};
}

Result<bool> SqlAttachments::is_used(const AttachmentId& id) {
  auto select =
      db_.prepare("SELECT 1 FROM attachment_use WHERE sha256 = ? AND size = ? AND chunk_root = ? LIMIT 1");
  bind_id(select, id);
  return select.step();
}

// --- files ---

Result<std::optional<SqlAttachments::Row>> SqlAttachments::find(const AttachmentId& id) {
  auto select = db_.prepare(
      "SELECT number, chunks, state FROM attachment WHERE sha256 = ? AND size = ? AND chunk_root = ?");
  bind_id(select, id);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Row>();
  return std::optional<Row>(Row{select.integer(0), static_cast<std::uint32_t>(select.number(1)),
                                static_cast<int>(select.integer(2))});
}

Status SqlAttachments::insert(const AttachmentId& id, int wish, UnixMillis now,
                              std::optional<std::int64_t> log) {
  auto put = db_.prepare(
      "INSERT INTO attachment (number, sha256, size, chunk_root, chunks, state, wish, at_ms, log) SELECT "
      "coalesce(max(number), 0) + 1, ?, ?, ?, 0, 0, ?, ?, ? FROM attachment");
  bind_id(put, id).bind(wish).bind(now.value);
  if (log) {
    put.bind(*log);
  } else {
    put.bind_null();
  }
  return put.run();
}

Status SqlAttachments::insert_chunk(std::int64_t number, const AttachmentChunk& chunk) {
  auto put = db_.prepare("INSERT INTO attachment_chunk (id, bytes, proof) VALUES (?, ?, ?)");
  KOINON_TRY(put.bind(chunk_id(number, chunk.number)).bind_blob(chunk.bytes).bind_blob(chunk.proof).run());
  auto count = db_.prepare("UPDATE attachment SET chunks = ? WHERE number = ?");
  return count.bind(static_cast<std::int64_t>(chunk.number) + 1).bind(number).run();
}

Result<std::set<std::int64_t>> SqlAttachments::choose_victims(std::uint64_t size, AttachmentWish wish,
                                                              const FileRoom& room, std::int64_t log) {
  const GivesWay gives_way = gives_way_to(wish);
  // Files are sorted by wish. So the walk ends at the first file that may not go.
  const auto next_of = [&gives_way](sql::Statement& select) {
    return [&select, &gives_way]() -> Result<std::optional<FileThatMayGo>> {
      while (true) {
        KOINON_ASSIGN(const bool found, select.step());
        if (!found) return std::optional<FileThatMayGo>();
        const auto held = static_cast<AttachmentWish>(select.integer(2));
        if (!gives_way.includes(held, true)) return std::optional<FileThatMayGo>();
        if (!gives_way.includes(held, select.integer(3) != kIncomplete)) continue;
        return std::optional(FileThatMayGo{select.integer(0), select.number(1)});
      }
    };
  };
  // Of the files that nobody asked for by hand only those for peers go. An index finds them.
  auto of_log =
      db_.walk("SELECT number, size, wish, state FROM attachment WHERE log = ? AND wish = 0 ORDER BY at_ms");
  of_log.bind(log);
  auto of_all =
      db_.walk("SELECT number, size, wish, state FROM attachment WHERE wish < 3 ORDER BY wish, at_ms");
  return files_that_go(size, wish, room, next_of(of_log), next_of(of_all));
}

Status SqlAttachments::make_room(std::uint64_t size, AttachmentWish wish, std::int64_t log) {
  FileRoom room;
  room.quota = quota_;
  {
    auto sums = db_.prepare("SELECT (SELECT files FROM total), (SELECT files FROM log WHERE number = ?)");
    KOINON_TRY(sums.bind(log).step());
    room.used = sums.number(0);
    room.used_of_log = sums.number(1);
  }
  KOINON_ASSIGN(const auto victims, choose_victims(size, wish, room, log));
  for (const std::int64_t victim : victims) KOINON_TRY(forget(victim));
  return {};
}

Status SqlAttachments::put(const CutAttachment& file, UnixMillis now) {
  {
    const std::int64_t oldest = unnamed_kept_since(now).value;
    auto old = db_.prepare(
        "SELECT number FROM attachment a WHERE wish = 4 AND at_ms < ? AND NOT EXISTS (SELECT 1 FROM "
        "attachment_use u WHERE u.sha256 = a.sha256 AND u.size = a.size AND u.chunk_root = a.chunk_root)");
    old.bind(oldest);
    KOINON_ASSIGN(const auto numbers, numbers_of(old));
    KOINON_TRY(forget_each(numbers));
    // Files that notes of other cities name stay too, and are not looked at again.
    auto named = db_.prepare("UPDATE attachment SET wish = 3 WHERE wish = 4 AND at_ms < ?");
    KOINON_TRY(named.bind(oldest).run());
  }
  KOINON_ASSIGN(const bool used, is_used(file.id));
  const int wish = used ? kOwn : kUploaded;
  KOINON_ASSIGN(auto row, find(file.id));
  if (row && row->state == kComplete) {
    auto keep = db_.prepare("UPDATE attachment SET wish = ?, at_ms = ? WHERE number = ?");
    return keep.bind(wish).bind(now.value).bind(row->number).run();
  }
  if (row) KOINON_TRY(forget(row->number));
  KOINON_TRY(insert(file.id, wish, now));
  KOINON_ASSIGN(row, find(file.id));
  for (const AttachmentChunk& chunk : file.chunks) KOINON_TRY(insert_chunk(row->number, chunk));
  return finish(file.id, true);
}

Status SqlAttachments::keep(const std::vector<Hash>& named, UnixMillis now) {
  for (const Hash& sha256 : named) {
    auto keep =
        db_.prepare("UPDATE attachment SET at_ms = ?1 WHERE sha256 = ?2 AND wish = ?3 AND at_ms < ?1");
    KOINON_TRY(keep.bind(now.value).bind_blob(sha256.view()).bind(kUploaded).run());
  }
  return {};
}

Status SqlAttachments::want(std::int64_t record, const AttachmentWant& want, UnixMillis now) {
  {
    auto named = db_.prepare(
        "SELECT 1 FROM attachment_use WHERE record = ? AND sha256 = ? AND size = ? AND chunk_root = ?");
    named.bind(record);
    KOINON_ASSIGN(const bool found, bind_id(named, want.id).step());
    if (!found) return no_note_names_file();
  }
  KOINON_ASSIGN(const auto row, find(want.id));
  const int wish = static_cast<int>(want.wish);
  if (!row) {
    const std::int64_t log = record >> 40;
    if (want.wish < AttachmentWish::kOwn) KOINON_TRY(make_room(want.id.size, want.wish, log));
    return insert(want.id, wish, now, log);
  }
  if (row->state == kBroken) return broken_file();
  if (row->state == kHidden) return erased_file();
  auto raise = db_.prepare(
      "UPDATE attachment SET wish = CASE WHEN wish < ?1 THEN ?1 ELSE wish END, at_ms = ?2 WHERE number = ?3");
  return raise.bind(wish).bind(now.value).bind(row->number).run();
}

Result<std::uint32_t> SqlAttachments::add_chunk(const ChunkCommit& commit) {
  KOINON_ASSIGN(const auto row, find(commit.id));
  if (!row) return no_note_names_file();
  if (!is_next_chunk(row->state != kIncomplete, row->chunks, commit.chunk.number)) return row->chunks;
  KOINON_TRY(insert_chunk(row->number, commit.chunk));
  return commit.chunk.number + 1;
}

Status SqlAttachments::finish(const AttachmentId& id, bool whole) {
  KOINON_ASSIGN(const auto row, find(id));
  if (!row) return no_note_names_file();
  auto update = db_.prepare("UPDATE attachment SET state = ? WHERE number = ?");
  KOINON_TRY(update.bind(whole ? kComplete : kBroken).bind(row->number).run());
  if (whole) return {};
  erased_ = true;
  auto chunks = db_.prepare("DELETE FROM attachment_chunk WHERE id >= ? AND id < ?");
  return chunks.bind(chunk_id(row->number, 0)).bind(chunk_id(row->number + 1, 0)).run();
}

Status SqlAttachments::drop(const AttachmentId& id) {
  KOINON_ASSIGN(const auto row, find(id));
  if (!row) return {};
  return forget(row->number);
}

Status SqlAttachments::forget(std::int64_t number) {
  erased_ = true;
  ++forgotten_;
  {
    auto size = db_.prepare("SELECT size FROM attachment WHERE number = ?");
    KOINON_ASSIGN(const bool found, size.bind(number).step());
    if (found) forgotten_bytes_ += size.number(0);
  }
  auto chunks = db_.prepare("DELETE FROM attachment_chunk WHERE id >= ? AND id < ?");
  KOINON_TRY(chunks.bind(chunk_id(number, 0)).bind(chunk_id(number + 1, 0)).run());
  auto row = db_.prepare("DELETE FROM attachment WHERE number = ?");
  return row.bind(number).run();
}

Result<std::vector<std::int64_t>> SqlAttachments::numbers_of(sql::Statement& select) {
  std::vector<std::int64_t> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.push_back(select.integer(0));
  }
}

Status SqlAttachments::forget_each(const std::vector<std::int64_t>& numbers) {
  for (const std::int64_t number : numbers) KOINON_TRY(forget(number));
  return {};
}

}  // namespace koinon
