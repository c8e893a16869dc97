#include "storage/store/sql_peers.h"

#include "storage/store/refusals.h"
#include "storage/store/settings.h"
#include "storage/store/trust_rules.h"

namespace koinon {
namespace {

constexpr std::string_view kPeerColumns =
    "SELECT node_key, log_id, vkey, name, address, vouch, added_at_ms, epoch, cursor, "
    "node_key IN (SELECT node_key FROM held_ours), paused FROM peer ";

Result<PeerRecord> read_peer(const sql::Statement& row) {
  const std::size_t log_bytes = row.blob(1).size();
  if (row.blob(0).size() != 32 || (log_bytes != 0 && log_bytes != 32))
    return fail(Code::kIo, "a peer's row is damaged; restore the store", "peer");
  PeerRecord peer;
  peer.node_key = NodeKey::from(row.blob(0));
  if (log_bytes != 0) peer.log = LogId::from(row.blob(1));
  peer.vkey = row.text(2);
  peer.name = row.text(3);
  peer.address = row.text(4);
  peer.vouch = row.integer(5) != 0;
  peer.added_at = UnixMillis{row.integer(6)};
  if (row.blob(7).size() == Epoch::kSize) peer.epoch = Epoch::from(row.blob(7));
  if (peer.epoch) peer.cursor = JournalSeq(row.number(8));
  peer.held_ours = row.integer(9) != 0;
  peer.paused = row.integer(10) != 0;
  return peer;
}

}  // namespace

Result<std::vector<PeerRecord>> SqlPeers::peers() {
  std::vector<PeerRecord> out;
  auto select = db_.prepare(std::string(kPeerColumns) + "ORDER BY added_at_ms, node_key");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(PeerRecord peer, read_peer(select));
    out.push_back(std::move(peer));
  }
}

Result<std::optional<PeerRecord>> SqlPeers::find(const NodeKey& node_key) {
  auto select = db_.prepare(std::string(kPeerColumns) + "WHERE node_key = ?");
  select.bind_blob(node_key.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<PeerRecord>();
  KOINON_ASSIGN(PeerRecord peer, read_peer(select));
  return std::optional(std::move(peer));
}

Result<std::vector<HeadAsk>> SqlPeers::asks() {
  std::vector<HeadAsk> out;
  auto select = db_.prepare("SELECT node_key, log_id FROM head_ask");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == NodeKey::kSize && select.blob(1).size() == LogId::kSize)
      out.emplace_back(NodeKey::from(select.blob(0)), LogId::from(select.blob(1)));
  }
}

Result<std::vector<InviteRecord>> SqlPeers::invites() {
  std::vector<InviteRecord> out;
  auto select = db_.prepare("SELECT node_key, expects, expires_at_ms FROM invite");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == NodeKey::kSize)
      out.push_back({NodeKey::from(select.blob(0)), select.text(1), UnixMillis{select.integer(2)}});
  }
}

// At most limits::kPeers are pinned.
Result<bool> SqlPeers::has_pin_of(const LogId& log) {
  auto select = db_.prepare("SELECT 1 FROM peer WHERE log_id = ? LIMIT 1");
  return select.bind_blob(log.view()).step();
}

Status SqlPeers::note_keys(const LogId& log) {
  KOINON_ASSIGN(const bool pinned, has_pin_of(log));
  return pinned ? settings_.set_setting(keys_to_follow(log), "1") : Status();
}

Status SqlPeers::put(const PeerRecord& peer) {
  KOINON_ASSIGN(const auto old, find(peer.node_key));
  {
    auto count = db_.prepare("SELECT count(*) FROM peer");  // at most kPeers
    KOINON_TRY(count.step());
    KOINON_TRY(
        check_pin(static_cast<std::size_t>(count.integer(0)), old.has_value(), old && old->log == peer.log));
  }
  return write(pinned(old, peer));
}

Status SqlPeers::write(const PeerRecord& peer) {
  auto put = db_.prepare(
      "INSERT INTO peer (node_key, log_id, vkey, name, address, vouch, added_at_ms, epoch, cursor, paused) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (node_key) DO UPDATE SET log_id = excluded.log_id, "
      "vkey = excluded.vkey, name = excluded.name, address = excluded.address, vouch = excluded.vouch, "
      "added_at_ms = excluded.added_at_ms, epoch = excluded.epoch, cursor = excluded.cursor, paused = "
      "excluded.paused");
  put.bind_blob(peer.node_key.view())
      .bind_blob(peer.log ? peer.log->view() : BytesView())
      .bind_text(peer.vkey)
      .bind_text(peer.name)
      .bind_text(peer.address)
      .bind(peer.vouch ? 1 : 0)
      .bind(peer.added_at.value);
  if (peer.epoch) {
    put.bind_blob(peer.epoch->view());
  } else {
    put.bind_null();
  }
  return put.bind(static_cast<std::int64_t>(peer.cursor.value)).bind(peer.paused ? 1 : 0).run();
}

Status SqlPeers::remove(const NodeKey& node_key) {
  KOINON_ASSIGN(const auto old, find(node_key));
  if (!old) return no_such_peer();
  auto remove = db_.prepare("DELETE FROM peer WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(node_key.view()).run());
  auto forget = db_.prepare("DELETE FROM head_ask WHERE node_key = ?");
  KOINON_TRY(forget.bind_blob(node_key.view()).run());
  if (!old->log) return {};
  KOINON_ASSIGN(const bool pinned, has_pin_of(*old->log));
  return pinned ? Status() : settings_.set_setting(keys_to_follow(*old->log), {});
}

Status SqlPeers::set_cursor(const PeerCursor& cursor) {
  KOINON_ASSIGN(const auto peer, find(cursor.peer));
  if (!peer) return {};
  const JournalSeq seq = moved_cursor(peer->epoch, peer->cursor, cursor);
  auto update = db_.prepare("UPDATE peer SET cursor = ?, epoch = ? WHERE node_key = ?");
  return update.bind(static_cast<std::int64_t>(seq.value))
      .bind_blob(cursor.epoch.view())
      .bind_blob(cursor.peer.view())
      .run();
}

Status SqlPeers::set_asks(const std::vector<HeadAsk>& asks, bool open) {
  for (const auto& [peer, log] : asks) {
    auto change = db_.prepare(open ? "INSERT INTO head_ask (node_key, log_id) VALUES (?, ?) ON CONFLICT "
                                     "(node_key, log_id) DO NOTHING"
                                   : "DELETE FROM head_ask WHERE node_key = ? AND log_id = ?");
    KOINON_TRY(change.bind_blob(peer.view()).bind_blob(log.view()).run());
  }
  return {};
}

Status SqlPeers::put_invite(const InviteRecord& invite) {
  auto put = db_.prepare(
      "INSERT INTO invite (node_key, expects, expires_at_ms) VALUES (?, ?, ?) ON CONFLICT (node_key) DO "
      "NOTHING");
  return put.bind_blob(invite.key.view()).bind_text(invite.expects).bind(invite.expires_at.value).run();
}

Status SqlPeers::remove_invite(const NodeKey& key) {
  auto remove = db_.prepare("DELETE FROM invite WHERE node_key = ?");
  KOINON_TRY(remove.bind_blob(key.view()).run());
  KOINON_ASSIGN(const std::int64_t removed, db_.changes());
  if (removed == 0) return no_such_invite();
  return {};
}

}  // namespace koinon
