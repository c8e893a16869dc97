#include "node/engine/broadcast.h"

#include "node/engine/record_messages.h"

namespace koinon::engine {
namespace {

// Below this much credit a push would only wait; its head goes alone.
constexpr std::size_t kPushCredit = 64 * limits::kKiB;

}  // namespace

Broadcast::Broadcast(Effects& effects, Logs& logs, Links& links, Journal& journal, Holdings& holdings,
                     Intake& intake, Standing& standing, Forks& forks, Bodies& bodies,
                     CosignedHeads& cosigned)
    : effects_(effects),
      logs_(logs),
      links_(links),
      journal_(journal),
      holdings_(holdings),
      intake_(intake),
      standing_(standing),
      forks_(forks),
      bodies_(bodies),
      cosigned_(cosigned) {}

// --- rows ---

bool Broadcast::on_follow(Link& link, const v1::Follow& follow) {
  LinkBroadcast& told = *link.broadcast;
  const auto lied = [&](const char* why, const char* field) {
    links_.end_for_lie(link, fail(Code::kMalformed, why, field));
    return false;
  };
  if (told.followed) return lied("Follow came twice", "frame");
  if (!follow.epoch().empty() && follow.epoch().size() != Epoch::kSize)
    return lied("it has not 24 bytes", "epoch");
  told.followed = true;
  // A cursor of an epoch that we do not know, or beyond our last row, says nothing about our rows.
  const auto resumed = follow.epoch().empty()
                           ? std::nullopt
                           : journal_.resume(Epoch::from(follow.epoch()), JournalSeq(follow.cursor()));
  told.sent_row = told.told_cursor = resumed.value_or(JournalSeq(0));
  send_rows(link);
  return true;
}

void Broadcast::announce(const std::vector<LogId>& logs) {
  for (const auto& [id, link] : links_.all()) {
    LinkBroadcast& told = *link->broadcast;
    if (!told.followed || !link->ready) continue;
    if (!told.backlog_done) {
      send_rows(*link);
      continue;
    }
    for (const LogId& log : logs) {
      if (told.eager.contains(log)) start_push(*link, logs_.at(log));
    }
    if (!told.announce_at) told.announce_at = effects_.now().mono + limits::kAnnounceDelay;
  }
}

void Broadcast::go_on(Link& link) {
  if (link.broadcast->rows_wait) send_rows(link);
  forks_.go_on(link);
}

void Broadcast::tell_last(Link& link) {
  if (!link.broadcast->backlog_done) return;
  send_rows(link);
  if (link.broadcast->told_cursor < link.broadcast->sent_row) send_cursor(link);
}

// Tells rows after the last one told, as heads, until the transport's queue is full enough.
void Broadcast::send_rows(Link& link) {
  LinkBroadcast& told = *link.broadcast;
  if (!told.followed || !link.ready) return;
  told.announce_at.reset();
  v1::Frame frame;
  std::size_t bytes = 0;            // of statements above all
  std::vector<v1::Frame> cosigned;  // said behind the heads that they are about
  const auto flush = [&] {
    if (frame.heads().heads_size() > 0) links_.send(link, frame);
    for (const v1::Frame& news : cosigned) links_.send(link, news);
    cosigned.clear();
    frame.Clear();
    bytes = 0;
  };
  const JournalSeq before = told.sent_row;
  told.rows_wait = false;
  const auto& rows = journal_.rows();
  for (auto row = rows.upper_bound(told.sent_row.value); row != rows.end(); ++row) {
    if (cosigned.size() >= limits::kHeadsPerFrame) flush();
    if (link.queued > limits::kSendQueueBytes) {
      told.rows_wait = true;
      return flush();
    }
    told.sent_row = JournalSeq(row->first);
    const LogId& id = row->second;
    Log& log = logs_.at(id);
    // Its author hears of it whether or not we still admit the log.
    const bool forked = log.state().frozen || forks_.has_thawed(id);
    if (forked && (id == link.peer_log || logs_.serves(id))) forks_.tell(link, id);
    if (!logs_.serves(id)) continue;
    if (auto news = cosigned_.news(id, before, told.sent_row)) cosigned.push_back(std::move(*news));
    if (holds(link, log) || id == link.peer_log) continue;
    v1::Head& head = *frame.mutable_heads()->add_heads();
    head = holdings_.head_message(link, log);
    bytes += head.ByteSizeLong();
    told.told_cursor = told.sent_row;
    if (frame.heads().heads_size() == static_cast<int>(limits::kHeadsPerFrame) ||
        bytes >= limits::kHeadsFrameBytes)
      flush();
  }
  flush();
  told.sent_row = std::max(told.sent_row, journal_.last_row());
  if (!std::exchange(told.backlog_done, true)) {
    send_cursor(link);
    // Of those too whose rows its cursor has passed, or that have none.
    return forks_.tell_all(link);
  }
  if (told.told_cursor < told.sent_row && !told.cursor_at)
    told.cursor_at = effects_.now().mono + limits::kCursorDelay;
}

// Whether our head says nothing new to it. As many entries may be another history: of a frozen log they are,
// and what the peer has beyond ours is not compared where we take no more of it.
bool Broadcast::holds(const Link& link, Log& log) const {
  const auto known = holdings_.of(link, log.id());
  if (!known || log.state().frozen) return false;
  if (known->value <= log.whole_size()) return known->value == log.whole_size();
  const bool is_own = logs_.is_own(log.id());
  return is_own || (known->value <= intake_.entries_quota() && intake_.takes_more(log));
}

// Says that everything up to the last row told was sent or needs no sending.
void Broadcast::send_cursor(Link& link) {
  LinkBroadcast& told = *link.broadcast;
  told.cursor_at.reset();
  v1::Frame frame;
  frame.mutable_cursor()->set_seq(told.sent_row.value);
  told.told_cursor = told.sent_row;
  links_.send(link, frame);
}

void Broadcast::run_timers(Link& link) {
  LinkBroadcast& told = *link.broadcast;
  const MonoTime now = effects_.now().mono;
  if (told.announce_at && *told.announce_at <= now) send_rows(link);
  if (told.cursor_at && *told.cursor_at <= now) {
    told.cursor_at.reset();
    if (told.told_cursor < told.sent_row) send_cursor(link);
  }
}

MonoTime Broadcast::next_timer(const Link& link) const {
  return std::min(link.broadcast->announce_at.value_or(MonoTime::max()),
                  link.broadcast->cursor_at.value_or(MonoTime::max()));
}

// --- pushes ---

bool Broadcast::can_push(const Link& link, const Log& log) const {
  const auto known = holdings_.of(link, log.id());
  // Bodies that a withdrawal which we lack may have taken away are not given by Get either.
  return logs_.serves(log.id()) && standing_.may_serve_bodies(log.id()) && !log.state().frozen && known &&
         known->value < log.whole_size() && log.whole_size() - known->value <= limits::kPushRecords &&
         link.credit >= kPushCredit && link.outbox.empty();
}

// One read serves all the links that need the same run.
void Broadcast::start_push(Link& link, const Log& log) {
  if (!can_push(link, log)) return;
  const PushKey key{log.id(), *holdings_.of(link, log.id()), log.state().whole->size};
  auto& waiting = push_reads_[key];
  waiting.push_back(link.id);
  if (waiting.size() > 1) return;
  effects_.ask(ReadRun{key.log, EntryIndex(key.from.value), EntryIndex(key.to.value), key.to, std::nullopt,
                       limits::kChunkTargetBytes},
               [this, key](const Result<ServedRun>& answer) { on_push_read(key, answer); });
}

void Broadcast::on_push_read(const PushKey& key, const Result<ServedRun>& answer) {
  const auto waiting = push_reads_.extract(key);
  if (waiting.empty()) return;
  const Log& log = logs_.at(key.log);
  // Where the log has grown since, its newer head is pushed instead; where it cannot be read, its head is
  // told.
  if (!answer.ok() || log.whole_size() != key.to.value) return;
  for (const SessionId id : waiting.mapped()) {
    Link* link = links_.find(id);
    if (link == nullptr || !can_push(*link, log) || holdings_.of(*link, key.log) != key.from) continue;
    send_push(*link, log, key, *answer);
  }
}

void Broadcast::send_push(Link& link, const Log& log, const PushKey& key, const ServedRun& run) {
  v1::Frame frame;
  auto* push = frame.mutable_push();
  *push->mutable_head() = holdings_.head_message(link, log);
  fill_chunk(*push->mutable_chunk(), run, link.filter_of(key.log));
  const bool all = run.records.size() == key.to.value - key.from.value;
  if (!all || frame.ByteSizeLong() + kFramePrefixBytes > link.credit) return;
  holdings_.set(link, key.log, key.to);
  ++link.counts.pushes_out;
  link.counts.records_out += run.records.size();
  bodies_.note_told(link, key.log, push->chunk());
  links_.send_on_credit(link, frame);
}

void Broadcast::on_prune(Link& link, const v1::Prune& prune) {
  if (prune.log_id().size() != LogId::kSize)
    return links_.end_for_lie(link, fail(Code::kMalformed, "it has not 32 bytes", "log_id"));
  link.broadcast->eager.erase(LogId::from(prune.log_id()));
}

}  // namespace koinon::engine
