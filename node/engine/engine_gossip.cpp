// What is new, told live, as in "Epidemic Broadcast Trees" (Leitão, Pereira, Rodrigues 2007; "Plumtree"), its
// state per link and log: a log is pushed to those peers that fetched it from us (eager links), the others
// are told of its heads a moment later (lazy links). A Get grafts the link, a Prune takes it out of the tree.
//
// Pushes run ahead of the journal's order; its rows are told in order, those left out that the peer is known
// to hold, and the cursor passes them.
#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// Below this much credit a push would only wait; its head goes alone.
constexpr std::size_t kPushCredit = 64 * limits::kKiB;

}  // namespace

void Engine::on_follow(Now now, Session& session, const v1::Follow& follow) {
  if (session.followed) return lie(now, session, fail(Code::kMalformed, "Follow came twice", "frame"));
  session.followed = true;
  // A cursor of another journal, or beyond ours, says nothing about this one.
  const bool ours = follow.journal_id() == journal_id_.view() && follow.cursor() <= last_row_.value;
  session.sent_row = session.told_cursor = JournalSeq(ours ? follow.cursor() : 0);
  send_rows(now, session);
}

// Rows of these logs have entered the journal.
void Engine::announce(Now now, const std::vector<LogId>& logs) {
  for (auto& [id, session] : sessions_) {
    if (!session->followed || !session->hello_received) continue;
    if (!session->backlog_done) {
      send_rows(now, *session);
      continue;
    }
    for (const LogId& log : logs) {
      if (session->eager.contains(log)) start_push(*session, *logs_.at(log));
    }
    if (!session->announce_at) session->announce_at = now.mono + limits::kAnnounceDelay;
  }
}

// Tells rows after the last one told, as heads, until the transport's queue is full enough.
void Engine::send_rows(Now now, Session& session) {
  if (!session.followed || !session.hello_received) return;
  session.announce_at.reset();
  v1::Frame frame;
  const auto flush = [&] {
    if (frame.heads().heads_size() > 0) send(session, frame);
    frame.Clear();
  };
  session.rows_wait = false;
  for (auto row = journal_.upper_bound(session.sent_row.value); row != journal_.end(); ++row) {
    if (session.queued > limits::kSendQueueBytes) {
      session.rows_wait = true;
      return flush();
    }
    session.sent_row = JournalSeq(row->first);
    const Log& log = *logs_.at(row->second);
    const auto known = session.known.find(row->second);
    // Of a frozen log as many entries may be another history.
    const bool held =
        known != session.known.end() && known->second.value >= log.whole_size() && !log.state.frozen;
    // Its author hears of it whether or not we still admit the log.
    if (log.state.frozen && (row->second == session.peer_log || serves(row->second)))
      tell_evidence(session, row->second);
    if (held || row->second == session.peer_log || !serves(row->second)) continue;
    *frame.mutable_heads()->add_heads() = head_message(session, log);
    session.told_cursor = session.sent_row;
    if (frame.heads().heads_size() == static_cast<int>(limits::kHeadsPerFrame)) flush();
  }
  flush();
  session.sent_row = std::max(session.sent_row, last_row_);
  if (!std::exchange(session.backlog_done, true)) return send_cursor(session);
  if (session.told_cursor < session.sent_row && !session.cursor_at)
    session.cursor_at = now.mono + limits::kCursorDelay;
}

// Says that everything up to the last row told was sent or needs no sending.
void Engine::send_cursor(Session& session) {
  session.cursor_at.reset();
  v1::Frame frame;
  frame.mutable_cursor()->set_seq(session.sent_row.value);
  session.told_cursor = session.sent_row;
  send(session, frame);
}

void Engine::run_gossip_timers(Now now, Session& session) {
  if (session.announce_at && *session.announce_at <= now.mono) send_rows(now, session);
  if (session.cursor_at && *session.cursor_at <= now.mono) {
    session.cursor_at.reset();
    if (session.told_cursor < session.sent_row) send_cursor(session);
  }
}

// --- pushes ---

bool Engine::can_push(const Session& session, const Log& log) const {
  const auto known = session.known.find(log.state.id);
  return serves(log.state.id) && !log.state.frozen && known != session.known.end() &&
         known->second.value < log.whole_size() &&
         log.whole_size() - known->second.value <= limits::kPushRecords && session.credit >= kPushCredit &&
         session.outbox.empty();
}

// One read serves all the sessions that need the same run.
void Engine::start_push(Session& session, const Log& log) {
  if (!can_push(session, log)) return;
  const PushKey key{log.state.id, session.known.at(log.state.id), log.state.whole->size};
  auto& waiting = push_reads_[key];
  waiting.push_back(session.id);
  if (waiting.size() > 1) return;
  issue(ReadRun{key.log, EntryIndex(key.from.value), EntryIndex(key.to.value), key.to, std::nullopt,
                limits::kChunkTargetBytes},
        [this, key](Now, const Result<Answer>& answer) { on_push_read(key, answer); });
}

void Engine::on_push_read(const PushKey& key, const Result<Answer>& answer) {
  const auto waiting = push_reads_.extract(key);
  if (waiting.empty()) return;
  const Log& log = *logs_.at(key.log);
  // Where the log has grown since, its newer head is pushed instead; where it cannot be read, its head is
  // told.
  if (!answer.ok() || log.whole_size() != key.to.value) return;
  for (const SessionId id : waiting.mapped()) {
    Session* session = find(id);
    if (session == nullptr || !can_push(*session, log) || session->known.at(key.log) != key.from) continue;
    send_push(*session, log, key, std::get<ServedRun>(*answer));
  }
}

void Engine::send_push(Session& session, const Log& log, const PushKey& key, const ServedRun& run) {
  v1::Frame frame;
  auto* push = frame.mutable_push();
  *push->mutable_head() = head_message(session, log);
  fill_chunk(*push->mutable_chunk(), run, session.filter);
  const bool all = run.records.size() == key.to.value - key.from.value;
  if (!all || frame.ByteSizeLong() + kFramePrefixBytes > session.credit) return;
  session.known[key.log] = key.to;
  ++session.counts.pushes_out;
  session.counts.records_out += run.records.size();
  note_not_held(session, key.log, push->chunk());
  send_on_credit(session, frame);
}

void Engine::prune(Session& session, const LogId& log) {
  v1::Frame frame;
  frame.mutable_prune()->set_log_id(log.bytes());
  send(session, frame);
}

void Engine::on_prune(Now now, Session& session, const v1::Prune& prune) {
  if (prune.log_id().size() != LogId::kSize)
    return lie(now, session, fail(Code::kMalformed, "it has not 32 bytes", "log_id"));
  session.eager.erase(LogId::from(prune.log_id()));
}

}  // namespace koinon
