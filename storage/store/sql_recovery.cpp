#include "storage/store/sql_recovery.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/store/hash_tiles.h"
#include "storage/store/settings.h"

namespace koinon {

Result<Recovered> SqlRecovery::take_back(const RecoveryCommit& recovery) {
  KOINON_ASSIGN(const bool stays, is_contradicted(recovery.log));
  if (stays) return contradicted(recovery.log);
  KOINON_ASSIGN(const auto held, begin(recovery));
  if (!held) return Recovered();
  KOINON_TRY(parts_.peers.note_keys(recovery.log));
  KOINON_ASSIGN(const TreeSize stands, standing(recovery, *held));
  if (stands == TreeSize(0)) {
    KOINON_TRY(parts_.removal.remove(recovery.log, recovery.now));
    return Recovered();
  }
  KOINON_ASSIGN(const auto own, parts_.settings.own_log());
  return take_piece(recovery, *held, stands, own == recovery.log);
}

Result<Recovered> SqlRecovery::contradicted(const LogId& log) {
  Recovered as_it_is;
  as_it_is.contradicted = true;
  const auto held = parts_.logs.log_state(log);
  if (held.ok()) as_it_is.log = *held;
  KOINON_ASSIGN(as_it_is.vouches, parts_.policy.vouches_by(log));
  return as_it_is;
}

Result<std::optional<LogState>> SqlRecovery::begin(const RecoveryCommit& recovery) {
  const auto held = parts_.logs.log_state(recovery.log);
  if (!held.ok() && held.error().code != Code::kNotFound) return held.error();
  KOINON_TRY(parts_.statements.keep(recovery.log, recovery.notes));
  KOINON_ASSIGN(const bool is_new, is_news(recovery, held));
  bool frozen = false;  // by evidence against the new origin, which came meanwhile
  if (is_new) {
    KOINON_ASSIGN(frozen, parts_.policy.forget_evidence(recovery.log, recovery.recoveries));
    KOINON_TRY(parts_.seen.forget_origins(recovery.log, recovery.recoveries));
    KOINON_TRY(parts_.cosigned.forget_heads(recovery.log));
  }
  if (!held.ok()) {
    if (is_new) KOINON_TRY(parts_.heads.drop_heads(recovery.log, frozen, 0));
    return std::optional<LogState>();
  }
  KOINON_ASSIGN(KeyHistory keys, KeyHistory::kept(held->identity(), recovery.notes));
  LogState now = *held;
  if (is_new) {
    now = without_heads(std::move(now), std::move(keys));
    now.frozen = frozen;
    KOINON_TRY(parts_.heads.drop_heads(recovery.log, frozen, now.held_under));
  } else {
    now.keys = std::move(keys);
  }
  return std::optional(std::move(now));
}

// The statements alone do not tell: they may have been kept before what they make void went.
Result<bool> SqlRecovery::is_news(const RecoveryCommit& recovery, const Result<LogState>& held) {
  if (!held.ok() || held->keys.recoveries() < recovery.recoveries) return true;
  KOINON_ASSIGN(const KeyHistory keys, KeyHistory::kept(held->identity(), recovery.notes));
  return has_old_heads(*held, keys);
}

Result<bool> SqlRecovery::is_contradicted(const LogId& log) {
  KOINON_ASSIGN(const auto evidence, parts_.policy.evidence(log));
  return is_for_good(evidence);
}

// What is contradicted once is so in later steps, and after a start.
Result<TreeSize> SqlRecovery::standing(const RecoveryCommit& recovery, const LogState& held) {
  if (held.seen) return held.range.size();
  if (recovery.anew) KOINON_TRY(parts_.heads.set_held_under(recovery.log, 0));
  return standing_size(held, recovery.anew,
                       [&](TreeSize size) { return parts_.logs.root_at(recovery.log, size); });
}

Result<SqlRecovery::Piece> SqlRecovery::choose(const LogState& held, TreeSize stands) {
  Piece piece;
  KOINON_ASSIGN(piece.number, parts_.logs.log_number(held.id));
  VoidPiece takes;
  auto select = db_.walk(
      "SELECT length(entry), coalesce(length(body), 0) FROM record WHERE id >= ? AND id < ? ORDER BY id "
      "DESC");
  select.bind(record_id(piece.number, EntryIndex(stands.value)))
      .bind(record_id(piece.number, EntryIndex(held.range.size().value)));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row ||
        !takes.takes(static_cast<std::size_t>(select.number(0)), static_cast<std::size_t>(select.number(1))))
      break;
  }
  piece.count = takes.entries();
  piece.bytes = takes.bytes();
  piece.from = EntryIndex(held.range.size().value - piece.count);
  return piece;
}

Result<Recovered> SqlRecovery::take_piece(const RecoveryCommit& recovery, const LogState& held,
                                          TreeSize stands, bool own) {
  Recovered out;
  if (!held.seen) {
    KOINON_ASSIGN(const Piece piece, choose(held, stands));
    if (piece.count > 0) {
      KOINON_TRY(remove(piece, own));
      KOINON_TRY(parts_.log_keys.void_from(recovery.log, piece.from));
      KOINON_TRY(parts_.arrivals.void_from(piece.number, piece.from, piece.count, recovery.now));
    }
    const EntryIndex void_from(std::max(piece.from.value, stands.value));
    KOINON_ASSIGN(const bool all_wanted, put_back_bodies(piece.number, void_from, recovery));
    const bool all_gone = piece.from.value <= stands.value;
    // Once, behind the last of them: all that is kept is read for it.
    if (all_gone && piece.count > 0) KOINON_TRY(put_back_vouches(piece, recovery.log));
    out.done = all_gone && all_wanted;
  }
  if (out.done && stands_with_head(recovery, held, stands))
    KOINON_TRY(parts_.heads.stand(recovery.log, *recovery.head));
  KOINON_ASSIGN(out.log, parts_.logs.log_state(recovery.log));
  KOINON_ASSIGN(out.vouches, parts_.policy.vouches_by(recovery.log));
  return out;
}

Status SqlRecovery::remove(const Piece& piece, bool own) {
  const std::int64_t begin = record_id(piece.number, piece.from);
  const std::int64_t end = record_id(piece.number, EntryIndex(piece.from.value + piece.count));
  KOINON_TRY(parts_.bodies.remove_run(begin, end));
  if (own) {
    auto forget = db_.prepare("DELETE FROM own_content WHERE entry_index >= ?");
    KOINON_TRY(forget.bind(static_cast<std::int64_t>(piece.from.value)).run());
    // What was to be published once was not: whoever asks again has it published.
    KOINON_TRY(parts_.settings.forget_numbers(kOnce, piece.from.value));
  }
  const TreeSize left(piece.from.value);
  CompactRange range;
  HashTiles tiles(db_, piece.number);
  for (const auto node : cover(0, left.value)) {
    KOINON_ASSIGN(const Hash hash, tiles.node(node));
    range.append_node(node.level, hash);
  }
  KOINON_TRY(tiles.truncate(left));
  auto update = db_.prepare("UPDATE log SET size = ?, range = ?, bytes = bytes - ? WHERE number = ?");
  return update.bind(static_cast<std::int64_t>(left.value))
      .bind_blob(pack_hashes(range.hashes()))
      .bind(static_cast<std::int64_t>(piece.bytes))
      .bind(piece.number)
      .run();
}

// Also where the entry that is said to have erased them never came here. Whether these were all.
Result<bool> SqlRecovery::put_back_bodies(std::int64_t number, EntryIndex from,
                                          const RecoveryCommit& recovery) {
  struct Wanted {
    std::int64_t id = 0;
    Bytes entry;
  };
  std::vector<Wanted> wanted;
  bool all = false;
  {
    auto select = db_.walk(
        "SELECT r.id, r.entry, coalesce(g.bytes, 0) FROM record r LEFT JOIN grace g ON g.id = r.id WHERE "
        "r.state = 2 AND r.id >> 40 = ? AND r.erased_by >= ? LIMIT ?");
    select.bind(number)
        .bind(static_cast<std::int64_t>(from.value))
        .bind(static_cast<std::int64_t>(limits::kRecoveryStepRecords));
    std::uint64_t bytes = 0;
    while (bytes < limits::kRecoveryStepBytes) {
      KOINON_ASSIGN(const bool row, select.step());
      all = !row;
      if (!row) break;
      wanted.push_back({select.integer(0), Bytes(select.blob(1))});
      bytes += wanted.back().entry.size() + select.number(2);
    }
  }
  const std::uint64_t files = parts_.bodies.file_bytes_gone();
  for (const auto& [id, entry] : wanted) {
    if (parts_.bodies.file_bytes_gone() - files >= limits::kRecoveryStepBytes) return false;
    KOINON_ASSIGN(const std::uint64_t back,
                  parts_.bodies.put_back(id, entry, after_void_erasure(entry, recovery.filter)));
    const EntryIndex index(static_cast<std::uint64_t>(id - record_id(number, EntryIndex(0))));
    const ArrivalKind kind = back > 0 ? ArrivalKind::kBody : ArrivalKind::kReleased;
    KOINON_TRY(parts_.arrivals.write(number, index, 1, kind, recovery.now));
  }
  return all && wanted.size() < limits::kRecoveryStepRecords;
}

// The latest statement about a city stands, and which that is only the entries know.
Status SqlRecovery::put_back_vouches(const Piece& piece, const LogId& log) {
  std::vector<VouchFact> stated;
  {
    auto select = db_.walk("SELECT id, entry FROM record WHERE id >= ? AND id < ? ORDER BY id");
    const std::int64_t begin = record_id(piece.number, EntryIndex(0));
    select.bind(begin).bind(record_id(piece.number, piece.from));
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      const auto entry = parse_entry(select.blob(1));
      if (!entry.ok() || entry->kind() != v1::KIND_VOUCH) continue;
      const EntryIndex index(static_cast<std::uint64_t>(select.integer(0) - begin));
      if (auto vouch = vouch_of(log, index, *entry)) stated.push_back(std::move(*vouch));
    }
  }
  KOINON_TRY(parts_.policy.forget_vouches_by(log));
  return parts_.policy.write_vouches(stated);
}

}  // namespace koinon
