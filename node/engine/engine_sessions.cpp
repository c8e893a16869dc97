// The life of a session: greeting, duplicates, Hello, errors, timers, the end.
#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::uint32_t kProtocolVersion = 1;

// At most `limit` bytes of what a peer or a library said, cut between characters.
std::string clip(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, limit));
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out;
}

}  // namespace

void Engine::on_connected(Now now, SessionId id, NodeKey peer, bool dialled_by_us) {
  auto owned = std::make_unique<Session>();
  Session& session = *owned;
  session.id = id;
  session.peer = peer;
  session.dialled_by_us = dialled_by_us;
  session.connected_at = session.last_received = now.mono;
  session.lent = config_.window;
  sessions_.emplace(id, std::move(owned));
  const auto known = peers_.find(peer);
  if (known == peers_.end() || shutting_down_) {
    end_session(now, session, v1::ERROR_CODE_SHUTTING_DOWN,
                fail(Code::kRefused, "the peer is not pinned here"), false);
    return;
  }
  if (shuns(now, peer)) {
    end_session(now, session, v1::ERROR_CODE_BUSY,
                fail(Code::kRefused, "the peer sent what does not verify a while ago; try again later"),
                false);
    return;
  }
  ++conduct_[peer].sessions;
  if (resolve_duplicate(now, session)) greet(now, session, known->second);
}

bool Engine::shuns(Now now, const NodeKey& peer) const {
  const auto it = conduct_.find(peer);
  return it != conduct_.end() && now.mono < it->second.shunned_until;
}

const Conduct* Engine::conduct(const NodeKey& peer) const {
  const auto it = conduct_.find(peer);
  return it == conduct_.end() ? nullptr : &it->second;
}

// Longer each time, up to a limit.
void Engine::note_lie(Now now, const Session& session, const std::string& what) {
  Conduct& conduct = conduct_[session.peer];
  if (now.mono - conduct.last_lie_at > limits::kLieForgotten) conduct.lies = 0;
  const MonoTime wait = limits::kLieBackoff * (std::int64_t{1} << std::min(conduct.lies++, 8U));
  conduct.shunned_until = now.mono + std::min<MonoTime>(wait, limits::kLieBackoffMax);
  conduct.last_lie_at = now.mono;
  conduct.last_lie = what;
}

void Engine::greet(Now now, Session& session, const PeerRecord& peer) {
  v1::Frame hello_frame;
  auto* hello = hello_frame.mutable_hello();
  hello->set_min_version(kProtocolVersion);
  hello->set_max_version(kProtocolVersion);
  if (own_log_) hello->set_log_id(own_log_->bytes());
  hello->set_journal_id(Bytes(journal_id_.view()));
  const auto theirs = peer.log ? logs_.find(*peer.log) : logs_.end();
  if (theirs != logs_.end()) hello->set_held_of_yours(theirs->second->whole_size());
  *hello->mutable_filter() = config_.filter.message();
  hello->set_window(config_.window);
  hello->set_agent(config_.agent);
  hello->set_wall_ms(now.wall.value);
  v1::Frame follow_frame;
  auto* follow = follow_frame.mutable_follow();
  if (peer.journal) follow->set_journal_id(Bytes(peer.journal->view()));
  follow->set_cursor(peer.cursor.value);
  // One piece, one TLS record: a quiet resync counts its bytes.
  auto bytes = encode_frame(hello_frame);
  auto more = encode_frame(follow_frame);
  if (bytes.ok() && more.ok()) send_bytes(session, *bytes + *more);
}

// Of two connections between the same two nodes the one dialled by the lower node key stays; of two by the
// same dialler the newer; one silent for two pings loses to any. Returns whether `session` stays.
bool Engine::resolve_duplicate(Now now, Session& session) {
  std::vector<Session*> others;
  for (auto& [id, other] : sessions_) {
    if (other->peer == session.peer && other->id != session.id) others.push_back(other.get());
  }
  const auto dialler = [&](const Session& s) { return s.dialled_by_us ? config_.node_key : s.peer; };
  for (Session* other : others) {
    const bool other_stays = other->pings_unanswered < 2 && dialler(*other) < dialler(session);
    Session& loser = other_stays ? session : *other;
    end_session(now, loser, v1::ERROR_CODE_DUPLICATE,
                fail(Code::kConflict, "another connection between the two nodes stays"), false);
    if (other_stays) return false;
  }
  return true;
}

void Engine::end_session(Now now, Session& session, v1::ErrorCode code, const Error& reason, bool lied) {
  v1::Frame frame;
  auto* error = frame.mutable_error();
  error->set_code(code);
  error->set_message(clip(reason.text(), limits::kErrorBytes));
  error->set_fatal(true);
  send(session, frame);
  outputs_.emplace_back(CloseSession{session.id, reason, lied});
  if (lied) note_lie(now, session, reason.text());
  if (lied)
    emit({Event::Kind::kPeerLied, session.peer, session.peer_log.value_or(LogId()), {}, reason.text()});
  drop_session(now, session.id, reason.text());
}

void Engine::drop_session(Now now, SessionId id, const std::string& why) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  const std::unique_ptr<Session> session = std::move(it->second);
  sessions_.erase(it);
  queued_.erase(id);
  emit({Event::Kind::kSessionEnded, session->peer, session->peer_log.value_or(LogId()), {}, why});
  std::vector<LogId> affected;
  for (const LogId& log_id : session->gives) {
    Log& log = *logs_.at(log_id);
    const bool source = log.fetch && log.fetch->source == id;
    if (log.offers.erase(id) > 0 || source) affected.push_back(log_id);
    if (source) abandon_fetch(now, log, true);
  }
  for (const LogId& log_id : affected) schedule_fetch(now, log_id);
  forget_session_bodies(now, id);
  forget_session_files(now, id);
}

void Engine::on_closed(Now now, SessionId id, const std::string& why) { drop_session(now, id, why); }

void Engine::shut_down(Now now) {
  shutting_down_ = true;
  while (!sessions_.empty()) {
    Session& session = *sessions_.begin()->second;
    if (session.backlog_done) {
      send_rows(now, session);
      if (session.told_cursor < session.sent_row) send_cursor(session);
    }
    end_session(now, session, v1::ERROR_CODE_SHUTTING_DOWN,
                fail(Code::kUnavailable, "the node is shutting down"), false);
  }
}

void Engine::on_hello(Now now, Session& session, const v1::Hello& hello) {
  const auto refuse = [&](v1::ErrorCode code, std::string why, std::string field) {
    end_session(now, session, code, fail(Code::kRefused, std::move(why), std::move(field)), false);
  };
  if (hello.min_version() > kProtocolVersion || hello.max_version() < kProtocolVersion) {
    return refuse(v1::ERROR_CODE_VERSION,
                  "this node speaks protocol version 1, the peer " + std::to_string(hello.min_version()) +
                      " to " + std::to_string(hello.max_version()) + "; one of the two needs an update",
                  "version");
  }
  if (hello.journal_id().size() != 16 || (!hello.log_id().empty() && hello.log_id().size() != LogId::kSize) ||
      hello.agent().size() > limits::kAgentBytes) {
    return refuse(v1::ERROR_CODE_MALFORMED, "a field of Hello has the wrong size", "hello");
  }
  const PeerRecord& peer = peers_.at(session.peer);
  if (hello.log_id() != (peer.log ? peer.log->view() : BytesView())) {
    return refuse(v1::ERROR_CODE_IDENTITY,
                  "the node speaks for another log than the one pinned with its key (" + peer.name + ")",
                  "log_id");
  }
  auto filter = read_filter(hello.filter());
  if (!hello.has_filter()) filter = BodyFilter();
  if (!filter.ok()) return refuse(v1::ERROR_CODE_MALFORMED, filter.error().message, "filter");
  session.hello_received = true;
  session.peer_log = peer.log;
  session.peer_journal = JournalId::from(hello.journal_id());
  session.agent = hello.agent();
  if (hello.wall_ms() > 0) {
    constexpr std::int64_t kLastTime = 253'402'300'799'000;  // of the year 9999
    const auto mono = std::chrono::duration_cast<std::chrono::milliseconds>(now.mono);
    session.wall_less_mono_ms = std::min<std::int64_t>(hello.wall_ms(), kLastTime) - mono.count();
  }
  session.filter = std::move(*filter);
  session.filter.self = session.peer_log;
  const std::uint64_t window = hello.window() == 0 ? limits::kWindowBytes : hello.window();
  session.credit = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(window, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes));
  if (own_log_) {
    const auto own = logs_.find(*own_log_);
    const std::uint64_t own_size = own == logs_.end() ? 0 : own->second->whole_size();
    session.known[*own_log_] = TreeSize(std::min(hello.held_of_yours(), own_size));
    if (hello.held_of_yours() > own_size) ask_for(session, {*own_log_});
    if (hello.held_of_yours() > 0) session.eager.insert(*own_log_);
  }
  become_ready(now, session);
}

void Engine::become_ready(Now now, Session& session) {
  PeerRecord& peer = peers_.at(session.peer);
  if (peer.journal == session.peer_journal) {
    session.passed = session.saved = peer.cursor;
  } else {
    peer.journal = session.peer_journal;
    peer.cursor = JournalSeq(0);
  }
  emit({Event::Kind::kSessionReady, session.peer, session.peer_log.value_or(LogId()), {}, session.agent});
  // Rows of logs that were refused when they passed the cursor are asked for by name.
  std::set<LogId> missing = asks_[session.peer];
  missing.insert(not_whole_.begin(), not_whole_.end());
  ask_for(session, std::vector<LogId>(missing.begin(), missing.end()));
  look_for_all_bodies(now);
  look_for_all_files(now);
  // Whatever its cursor has passed: an author must know that others have frozen its log.
  const auto theirs = session.peer_log ? logs_.find(*session.peer_log) : logs_.end();
  if (theirs != logs_.end() && theirs->second->state.frozen) tell_evidence(session, *session.peer_log);
}

void Engine::on_error_frame(Now now, Session& session, const v1::Error& error) {
  const std::string text = clip(error.message(), limits::kErrorBytes);
  if (error.fatal()) {
    outputs_.emplace_back(CloseSession{session.id, fail(Code::kRefused, "the peer closed: " + text), false});
    drop_session(now, session.id, "the peer closed: " + text);
    return;
  }
  // The end of an answer that we cancelled.
  if (session.given_up.contains(error.request_id()))
    return late_answer(now, session, error.request_id(), true);
  notice(session.peer, "the peer says: " + text);
  if (session.head_requests.erase(error.request_id()) > 0) send_head_requests(session);
  bodies_refused(now, session, error.request_id());
  file_refused(now, session, error.request_id());
  const auto get = session.gets.find(error.request_id());
  if (get == session.gets.end()) return;
  const LogId id = get->second;
  Log& log = *logs_.at(id);
  session.gets.erase(get);
  const auto offer = log.offers.find(session.id);
  const JournalSeq row = offer == log.offers.end() ? log.fetch->row : offer->second.row;
  abandon_fetch(now, log, true);
  // No cursor waits for what is not given; the peer is asked by name when it is back.
  ask_later(session.peer, id);
  settle_row(now, session.id, id, row, false);
  schedule_fetch(now, id);
  start_fetches(now, session);
}

// A peer cannot answer a GetBodies.
void Engine::bodies_refused(Now now, Session& session, std::uint64_t request_id) {
  const auto asked = session.bodies_asked.find(request_id);
  if (asked == session.bodies_asked.end()) return;
  const BodiesAsked request = std::move(asked->second);
  session.bodies_asked.erase(asked);
  for (const EntryIndex index : request.open) body_not_held(session, *logs_.at(request.log), index);
  look_for_bodies(now, request.log);
  look_for_waiting_bodies(now);
}

void Engine::on_tick(Now now) {
  if (now.mono >= next_trust_refresh_) {
    refresh_trust(now);
    remove_expired(now);
  }
  std::vector<SessionId> ids;
  ids.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (const SessionId id : ids) {
    if (Session* session = find(id); session != nullptr) check_timers(now, *session);
  }
  if (store_failed_ && now.mono >= store_retry_at_) retry_fetches(now);
  retry_bodies(now);
  wake_rested(now);
  run_file_timers(now);
}

MonoTime Engine::next_tick() const {
  MonoTime next = next_trust_refresh_;
  const auto sooner = [&next](MonoTime at) { next = std::min(next, at); };
  if (store_failed_) sooner(store_retry_at_);
  sooner(files_due_);
  if (!retries_.empty()) sooner(retries_.begin()->first);
  if (!resting_.empty()) sooner(resting_.begin()->first);
  for (const auto& [id, session] : sessions_) {
    if (!session->hello_received) {
      sooner(session->connected_at + limits::kHelloDeadline);
      continue;
    }
    if (session->announce_at) sooner(*session->announce_at);
    if (session->cursor_at) sooner(*session->cursor_at);
    if (session->ping_sent) {
      sooner(*session->ping_sent + limits::kPongDeadline);
    } else {
      sooner(std::max(session->last_received, session->last_ping) + ping_interval());
    }
    sooner(session->gets_due);
    for (const auto& [request, asked] : session->bodies_asked)
      sooner(std::min<MonoTime>(asked.last_progress + limits::kRequestDeadline,
                                asked.begun + limits::kBodiesDeadline));
  }
  return next;
}

MonoTime Engine::ping_interval() const {
  return config_.ping_interval.count() == 0 ? MonoTime(limits::kPingInterval)
                                            : MonoTime(config_.ping_interval);
}

// When something is due of a session's Gets, by a look at each.
MonoTime Engine::next_of_gets(const Session& session) const {
  MonoTime due = MonoTime::max();
  for (const auto& [request, id] : session.gets) {
    const Fetch& fetch = *logs_.at(id)->fetch;
    due = std::min(due, fetch.pace_at);
    if (!store_failed_) due = std::min<MonoTime>(due, fetch.last_progress + limits::kRequestDeadline);
  }
  return due;
}

// The sentence that says which answer or frame is overdue; nothing if none is.
const char* Engine::overdue(Now now, const Session& session) const {
  if (!session.hello_received) {
    return now.mono - session.connected_at >= limits::kHelloDeadline ? "no Hello came in time" : nullptr;
  }
  for (const auto& [request, id] : session.gets) {
    if (now.mono < session.gets_due || store_failed_) break;
    if (now.mono - logs_.at(id)->fetch->last_progress >= limits::kRequestDeadline)
      return "a Get was not answered in time";
  }
  for (const auto& [request, asked] : session.bodies_asked) {
    if (now.mono - asked.last_progress >= limits::kRequestDeadline)
      return "a GetBodies was not answered in time";
  }
  if (has_unended(now, session)) return "too many cancelled requests were not ended";
  return nullptr;
}

void Engine::check_timers(Now now, Session& session) {
  if (const char* why = overdue(now, session); why != nullptr) {
    // When it is back, others are asked first.
    if (!session.gets.empty() || !session.bodies_asked.empty()) note_slow(now, session.peer);
    return end_session(now, session, v1::ERROR_CODE_TIMEOUT, fail(Code::kUnavailable, why), false);
  }
  if (!session.hello_received) return;
  give_up_slow_bodies(now, session);
  if (now.mono >= session.gets_due) {
    check_pace(now, session);
    session.gets_due = next_of_gets(session);
  }
  run_gossip_timers(now, session);
  check_liveness(now, session);
}

void Engine::check_liveness(Now now, Session& session) {
  if (session.ping_sent && now.mono - *session.ping_sent >= limits::kPongDeadline) {
    ++session.pings_unanswered;
    session.ping_sent.reset();
    if (session.pings_unanswered >= 2) {
      return end_session(now, session, v1::ERROR_CODE_TIMEOUT,
                         fail(Code::kUnavailable, "two pings were not answered"), false);
    }
  }
  const auto quiet_since = std::max(session.last_received, session.last_ping);
  if (session.ping_sent || now.mono - quiet_since < ping_interval()) return;
  v1::Frame frame;
  frame.mutable_ping()->set_nonce(next_request_++);
  session.ping_sent = session.last_ping = now.mono;
  send(session, frame);
}

}  // namespace koinon
