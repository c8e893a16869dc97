#include "storage/store/sqlite_peers.h"

namespace koinon {

Result<std::vector<PeerRecord>> SqlitePeers::peers() {
  std::vector<PeerRecord> out;
  auto select = db_.prepare(
      "SELECT node_key, log_id, vkey, name, address, vouch, added_at_ms, journal, cursor FROM peer ORDER BY "
      "added_at_ms, node_key");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    const std::size_t log_bytes = select.blob(1).size();
    if (select.blob(0).size() != 32 || (log_bytes != 0 && log_bytes != 32)) {
      return fail(Code::kIo, "a peer's row is damaged; restore the store", "peer");
    }
    PeerRecord peer;
    peer.node_key = NodeKey::from(select.blob(0));
    if (log_bytes != 0) peer.log = LogId::from(select.blob(1));
    peer.vkey = select.text(2);
    peer.name = select.text(3);
    peer.address = select.text(4);
    peer.vouch = select.integer(5) != 0;
    peer.added_at = UnixMillis{select.integer(6)};
    if (select.blob(7).size() == 16) peer.journal = JournalId::from(select.blob(7));
    peer.cursor = JournalSeq(select.number(8));
    out.push_back(std::move(peer));
  }
}

Result<std::vector<HeadAsk>> SqlitePeers::asks() {
  std::vector<HeadAsk> out;
  auto select = db_.prepare("SELECT node_key, log_id FROM head_ask");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == NodeKey::kSize && select.blob(1).size() == LogId::kSize)
      out.emplace_back(NodeKey::from(select.blob(0)), LogId::from(select.blob(1)));
  }
}

Result<std::vector<InviteRecord>> SqlitePeers::invites() {
  std::vector<InviteRecord> out;
  auto select = db_.prepare("SELECT node_key, expects, expires_at_ms FROM invite");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == NodeKey::kSize)
      out.push_back({NodeKey::from(select.blob(0)), select.text(1), UnixMillis{select.integer(2)}});
  }
}

Status SqlitePeers::put(const PeerRecord& peer) {
  auto known = db_.prepare(  // of at most kPeers
      "SELECT count(*), count(*) FILTER (WHERE node_key = ?1), count(*) FILTER (WHERE node_key = ?1 AND "
      "log_id = ?2) FROM peer");
  known.bind_blob(peer.node_key.view()).bind_blob(peer.log ? peer.log->view() : BytesView());
  KOINON_TRY(known.step());
  KOINON_TRY(
      check_pin(static_cast<std::size_t>(known.integer(0)), known.integer(1) > 0, known.integer(2) > 0));
  auto put = db_.prepare(
      "INSERT INTO peer (node_key, log_id, vkey, name, address, vouch, added_at_ms) VALUES (?, ?, ?, ?, ?, "
      "?, ?) "
      "ON CONFLICT (node_key) DO UPDATE SET address = excluded.address, vouch = excluded.vouch");
  return put.bind_blob(peer.node_key.view())
      .bind_blob(peer.log ? peer.log->view() : BytesView())
      .bind_text(peer.vkey)
      .bind_text(peer.name)
      .bind_text(peer.address)
      .bind(peer.vouch ? 1 : 0)
      .bind(peer.added_at.value)
      .run();
}

Status SqlitePeers::remove(const NodeKey& node_key) {
  auto remove = db_.prepare("DELETE FROM peer WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(node_key.view()).run());
  if (db_.changes() == 0) return fail(Code::kNotFound, "no peer has that node key", "peer");
  auto forget = db_.prepare("DELETE FROM head_ask WHERE node_key = ?");
  return forget.bind_blob(node_key.view()).run();
}

Status SqlitePeers::set_cursor(const PeerCursor& cursor) {
  // Within one journal a cursor only moves on.
  auto update = db_.prepare(
      "UPDATE peer SET cursor = CASE WHEN journal IS ?1 THEN max(cursor, ?2) ELSE ?2 END, journal = ?1 WHERE "
      "node_key = ?3");
  return update.bind_blob(cursor.journal.view())
      .bind(static_cast<std::int64_t>(cursor.seq.value))
      .bind_blob(cursor.peer.view())
      .run();
}

Status SqlitePeers::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  for (const auto& [peer, log] : asks) {
    auto change = db_.prepare(open ? "INSERT OR IGNORE INTO head_ask (node_key, log_id) VALUES (?, ?)"
                                   : "DELETE FROM head_ask WHERE node_key = ? AND log_id = ?");
    KOINON_TRY(change.bind_blob(peer.view()).bind_blob(log.view()).run());
  }
  return {};
}

Status SqlitePeers::put_invite(const InviteRecord& invite) {
  auto put = db_.prepare("INSERT OR IGNORE INTO invite (node_key, expects, expires_at_ms) VALUES (?, ?, ?)");
  return put.bind_blob(invite.key.view()).bind_text(invite.expects).bind(invite.expires_at.value).run();
}

Status SqlitePeers::remove_invite(const NodeKey& key) {
  auto remove = db_.prepare("DELETE FROM invite WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(key.view()).run());
  if (db_.changes() == 0) return fail(Code::kNotFound, "the invite was used, or never given", "invite");
  return {};
}

}  // namespace koinon
