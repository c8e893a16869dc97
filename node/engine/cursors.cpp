#include "node/engine/cursors.h"

#include <algorithm>

namespace koinon::engine {

void Cursors::begin(Link& link) {
  const PeerRecord& peer = *peers_.find(link.peer);
  if (peer.epoch == link.peer_epoch) link.cursor->passed = link.cursor->saved = peer.cursor;
}

void Cursors::pass(Link& link, JournalSeq row) { link.cursor->passed = std::max(link.cursor->passed, row); }

void Cursors::open(Link& link, const LogId& log, JournalSeq row) {
  LinkCursor& cursor = *link.cursor;
  const auto older = cursor.row_of.find(log);
  if (row.value <= (older == cursor.row_of.end() ? 0 : older->second)) return;
  if (older != cursor.row_of.end()) cursor.open_rows.erase(older->second);
  cursor.row_of[log] = row.value;
  cursor.open_rows[row.value] = log;
}

void Cursors::settle(SessionId id, const LogId& log, JournalSeq row, bool answered) {
  Link* link = links_.find(id);
  if (link == nullptr) return;
  auto& row_of = link->cursor->row_of;
  const auto it = row_of.find(log);
  if (it != row_of.end() && it->second <= row.value) {
    link->cursor->open_rows.erase(it->second);
    row_of.erase(it);
  }
  // Of a log that rests more may be there than this row told of.
  const Log* known = logs_.find(log);
  const bool rests = known != nullptr && intake_.rests(*known);
  if (answered && !rests) asks_.settle(link->peer, log);
  save(*link);
}

std::optional<PeerCursor> Cursors::after(const Link& link, const LogId& log, JournalSeq row) const {
  if (!held_by_.empty() || asks_.has_unsaved() || seen_.has_refused()) return std::nullopt;
  // A push, or a head asked for by name, may open a row before the rows that come first are told.
  std::uint64_t seq = link.cursor->passed.value;
  for (const auto& [open_row, open_log] : link.cursor->open_rows) {
    if (open_log == log && open_row <= row.value) continue;
    seq = std::min(seq, open_row - 1);
    break;
  }
  if (seq <= link.cursor->saved.value) return std::nullopt;
  return PeerCursor{link.peer, link.peer_epoch, JournalSeq(seq)};
}

JournalSeq Cursors::done(const Link& link) const {
  const auto& open = link.cursor->open_rows;
  if (open.empty()) return link.cursor->passed;
  return std::min(link.cursor->passed, JournalSeq(open.begin()->first - 1));
}

void Cursors::note_saved(Link& link, JournalSeq seq) {
  link.cursor->saved = std::max(link.cursor->saved, seq);
  peers_.set_cursor(link.peer, link.peer_epoch, link.cursor->saved);
}

void Cursors::save(Link& link) {
  if (link.cursor->saving) return;
  const auto cursor = after(link, LogId(), JournalSeq());
  if (!cursor) return;
  link.cursor->saving = true;
  effects_.ask(CommitCursor{*cursor}, [this, id = link.id, at = *cursor](const Result<Done>& answer) {
    Link* live = links_.find(id);
    if (live == nullptr) {
      // The next session of this peer names what the store has.
      if (answer.ok()) peers_.set_cursor(at.peer, at.epoch, at.seq);
      return;
    }
    live->cursor->saving = false;
    if (!answer.ok()) return;
    note_saved(*live, at.seq);
    save(*live);
  });
}

void Cursors::let_go(const LogId& log, Untaken what) {
  held_by_.erase({log, what});
  if (held_by_.empty()) save_all();
}

void Cursors::save_all() {
  for (const auto& [id, link] : links_.all()) save(*link);
}

}  // namespace koinon::engine
