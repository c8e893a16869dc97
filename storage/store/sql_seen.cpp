#include "storage/store/sql_seen.h"

namespace koinon {

Result<std::vector<SeenHead>> SqlSeen::heads() {
  std::vector<SeenHead> out;
  auto select = db_.prepare("SELECT log_id, recoveries, size, root, note FROM seen_head");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() != LogId::kSize || select.blob(3).size() != Hash::kSize)
      return fail(Code::kIo, "a seen head's row is damaged; restore the store", "seen_head");
    out.push_back({LogId::from(select.blob(0)),
                   select.number(1),
                   {TreeSize(select.number(2)), Hash::from(select.blob(3)), Bytes(select.blob(4))}});
  }
}

Status SqlSeen::keep(const SeenHead& seen) {
  auto put = db_.prepare(
      "INSERT INTO seen_head (log_id, recoveries, size, root, note) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (log_id) DO UPDATE SET recoveries = excluded.recoveries, size = excluded.size, "
      "root = excluded.root, note = excluded.note "
      "WHERE (excluded.recoveries, excluded.size) > (seen_head.recoveries, seen_head.size)");
  return put.bind_blob(seen.log.view())
      .bind(static_cast<std::int64_t>(seen.recoveries))
      .bind(static_cast<std::int64_t>(seen.head.size.value))
      .bind_blob(seen.head.root.view())
      .bind_blob(seen.head.note)
      .run();
}

Status SqlSeen::forget(const LogId& log, TreeSize beyond) {
  auto forget = db_.prepare("DELETE FROM seen_head WHERE log_id = ? AND size > ?");
  return forget.bind_blob(log.view()).bind(static_cast<std::int64_t>(beyond.value)).run();
}

Status SqlSeen::forget_origins(const LogId& log, std::uint64_t recoveries) {
  auto forget = db_.prepare("DELETE FROM seen_head WHERE log_id = ? AND recoveries < ?");
  return forget.bind_blob(log.view()).bind(static_cast<std::int64_t>(recoveries)).run();
}

Status SqlSeen::set_held_ours(const NodeKey& peer) {
  auto put = db_.prepare(
      "INSERT INTO held_ours (node_key) SELECT node_key FROM peer WHERE node_key = ? ON CONFLICT (node_key) "
      "DO "
      "NOTHING");
  return put.bind_blob(peer.view()).run();
}

Status SqlSeen::forget_holder(const NodeKey& peer) {
  auto forget = db_.prepare("DELETE FROM held_ours WHERE node_key = ?");
  return forget.bind_blob(peer.view()).run();
}

}  // namespace koinon
