#include "node/engine/engine.h"

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

Engine::Engine(EngineConfig config, StoreState state, Now now)
    : config_(std::move(config)),
      journal_id_(state.journal),
      own_log_(state.own_log),
      last_row_(state.last_journal_seq),
      trust_(config_.trust_hops, config_.trust_admits == 0 ? limits::kVouchAdmits : config_.trust_admits) {
  if (config_.window == 0) config_.window = limits::kWindowBytes;
  for (LogState& log : state.logs) {
    if (log.journal_seq.value > 0) journal_.emplace(log.journal_seq.value, log.id);
    auto entry = std::make_unique<Log>();
    entry->state = std::move(log);
    const LogId id = entry->state.id;
    logs_.emplace(id, std::move(entry));
  }
  for (PeerRecord& peer : state.peers) {
    const NodeKey key = peer.node_key;
    peers_.emplace(key, std::move(peer));
  }
  if (own_log_) trust_.set_own(*own_log_);
  for (const VouchFact& vouch : state.vouches) trust_.add_vouch(vouch);
  refresh_trust(now);
}

Engine::~Engine() = default;

std::vector<Output> Engine::take_outputs() { return std::exchange(outputs_, {}); }

void Engine::refresh_trust(Now now) {
  std::vector<LogId> direct;
  for (const auto& [key, peer] : peers_) direct.push_back(peer.log);
  trust_.set_peers(std::move(direct));
  next_trust_refresh_ = now.mono + std::chrono::minutes(1);
  const auto added = trust_.refresh(now.wall);
  if (added.empty()) return;
  for (auto& [id, session] : sessions_) {
    if (session->hello_received) ask_for(*session, added);
  }
}

Session* Engine::find(SessionId id) {
  const auto it = sessions_.find(id);
  return it == sessions_.end() ? nullptr : it->second.get();
}

Session* Engine::session_of(const NodeKey& peer) {
  for (auto& [id, session] : sessions_) {
    if (session->peer == peer) return session.get();
  }
  return nullptr;
}

const LogState* Engine::log(const LogId& id) const {
  const auto it = logs_.find(id);
  return it == logs_.end() ? nullptr : &it->second->state;
}

JournalSeq Engine::peer_cursor(const NodeKey& peer) const {
  const auto it = peers_.find(peer);
  return it == peers_.end() ? JournalSeq() : it->second.cursor;
}

std::vector<SessionInfo> Engine::sessions() const {
  std::vector<SessionInfo> out;
  for (const auto& [id, session] : sessions_) {
    out.push_back({id, session->peer, session->dialled_by_us, session->hello_received, session->agent,
                   session->bytes_in, session->bytes_out, session->queued});
  }
  return out;
}

bool Engine::wants_bytes(SessionId id) const {
  const auto it = sessions_.find(id);
  return it == sessions_.end() || it->second->unverified < limits::kUnverifiedHeads;
}

void Engine::issue(IntentBody body, Continuation then) {
  const IntentId id(next_intent_++);
  pending_.emplace(id, std::move(then));
  outputs_.emplace_back(Intent{id, std::move(body)});
}

void Engine::on_completion(Now now, Completion completion) {
  const auto it = pending_.find(completion.id);
  if (it == pending_.end()) return;
  const Continuation then = std::move(it->second);
  pending_.erase(it);
  then(now, std::move(completion.answer));
}

void Engine::notice(const NodeKey& peer, std::string text) {
  emit({Event::Kind::kNotice, peer, {}, {}, std::move(text)});
}

// --- sending ---

void Engine::send(Session& session, const v1::Frame& frame) {
  auto bytes = encode_frame(frame);
  if (!bytes.ok()) {
    notice(session.peer, "a frame was not sent: " + bytes.error().text());
    return;
  }
  send_bytes(session, std::move(*bytes));
}

void Engine::send_bytes(Session& session, Bytes bytes) {
  session.queued += bytes.size();
  session.bytes_out += bytes.size();
  outputs_.emplace_back(SendBytes{session.id, std::move(bytes)});
}

void Engine::on_sent(SessionId id, std::size_t bytes) {
  Session* session = find(id);
  if (session == nullptr) return;
  session->queued -= std::min(bytes, session->queued);
  if (session->queued > limits::kSendQueueBytes) return;
  pump(*session);
  continue_backlog(*session);
}

void Engine::return_credit(Session& session, std::size_t bytes) {
  session.owed += bytes;
  // Batched, so that small pushes are not answered one by one.
  if (session.owed < config_.window / 4) return;
  v1::Frame frame;
  frame.mutable_credit()->set_bytes(session.owed);
  session.lent += session.owed;
  session.owed = 0;
  send(session, frame);
}

// --- sessions ---

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
    end_session(session, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kRefused, "the peer is not pinned here"),
                false);
    return;
  }
  if (resolve_duplicate(session)) greet(session, known->second);
}

void Engine::greet(Session& session, const PeerRecord& peer) {
  v1::Frame hello_frame;
  auto* hello = hello_frame.mutable_hello();
  hello->set_min_version(kProtocolVersion);
  hello->set_max_version(kProtocolVersion);
  if (own_log_) hello->set_log_id(own_log_->bytes());
  hello->set_journal_id(Bytes(journal_id_.view()));
  const auto theirs = logs_.find(peer.log);
  if (theirs != logs_.end()) hello->set_held_of_yours(theirs->second->whole_size());
  *hello->mutable_filter() = config_.filter.message();
  hello->set_window(config_.window);
  hello->set_agent(config_.agent);
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
bool Engine::resolve_duplicate(Session& session) {
  std::vector<Session*> others;
  for (auto& [id, other] : sessions_) {
    if (other->peer == session.peer && other->id != session.id) others.push_back(other.get());
  }
  const auto dialler = [&](const Session& s) { return s.dialled_by_us ? config_.node_key : s.peer; };
  for (Session* other : others) {
    const bool other_stays = other->pings_unanswered < 2 && dialler(*other) < dialler(session);
    Session& loser = other_stays ? session : *other;
    end_session(loser, v1::ERROR_CODE_DUPLICATE,
                fail(Code::kConflict, "another connection between the two nodes stays"), false);
    if (other_stays) return false;
  }
  return true;
}

void Engine::end_session(Session& session, v1::ErrorCode code, const Error& reason, bool lied) {
  v1::Frame frame;
  auto* error = frame.mutable_error();
  error->set_code(code);
  error->set_message(clip(reason.text(), limits::kErrorBytes));
  error->set_fatal(true);
  send(session, frame);
  outputs_.emplace_back(CloseSession{session.id, reason, lied});
  if (lied) emit({Event::Kind::kPeerLied, session.peer, session.peer_log, {}, reason.text()});
  drop_session({session.last_received, {}}, session.id, reason.text());
}

void Engine::drop_session(Now now, SessionId id, const std::string& why) {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  const std::unique_ptr<Session> session = std::move(it->second);
  sessions_.erase(it);
  emit({Event::Kind::kSessionEnded, session->peer, session->peer_log, {}, why});
  std::vector<LogId> affected;
  for (auto& [log_id, log] : logs_) {
    const bool source = log->fetch && log->fetch->source == id;
    if (log->offers.erase(id) > 0 || source) affected.push_back(log_id);
    if (source) abandon_fetch(now, *log, true);
  }
  for (const LogId& log_id : affected) schedule_fetch(now, log_id);
}

void Engine::on_closed(Now now, SessionId id) { drop_session(now, id, "the connection was closed"); }

void Engine::shut_down() {
  shutting_down_ = true;
  while (!sessions_.empty()) {
    Session& session = *sessions_.begin()->second;
    if (session.followed && session.backlog_done && !session.pushing && session.told_cursor < last_row_) {
      v1::Frame frame;
      frame.mutable_cursor()->set_seq(last_row_.value);
      send(session, frame);
    }
    end_session(session, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kUnavailable, "the node is shutting down"),
                false);
  }
}

// --- receiving ---

void Engine::on_bytes(Now now, SessionId id, BytesView bytes) {
  Session* session = find(id);
  if (session == nullptr) return;
  session->last_received = now.mono;
  session->bytes_in += bytes.size();
  session->reader.feed(bytes);
  while (true) {
    std::size_t size = 0;
    auto frame = session->reader.next(&size);
    if (!frame.ok()) {
      lie(*session, frame.error());
      return;
    }
    if (!*frame) return;
    handle_frame(now, *session, std::move(**frame), size);
    session = find(id);  // the frame may have ended it
    if (session == nullptr) return;
  }
}

void Engine::handle_frame(Now now, Session& session, v1::Frame frame, std::size_t size) {
  session.ping_sent.reset();
  session.pings_unanswered = 0;
  const auto unexpected = [&](std::string why) {
    end_session(session, v1::ERROR_CODE_UNEXPECTED, fail(Code::kMalformed, std::move(why), "frame"), true);
  };
  if (session.queued > limits::kSendQueueHardBytes) {
    return end_session(session, v1::ERROR_CODE_LIMIT,
                       fail(Code::kTooLarge, "the peer asks and does not read the answers", "frame"), false);
  }
  if (frame.has_error()) return on_error_frame(now, session, frame.error());
  if (frame.has_hello() != !session.hello_received) {
    return unexpected(session.hello_received ? "Hello came twice" : "the first frame was not Hello");
  }
  const bool uses_credit = frame.has_chunk() || frame.has_push() || frame.has_bodies();
  if (uses_credit) {
    if (size > session.lent) {
      return end_session(session, v1::ERROR_CODE_LIMIT,
                         fail(Code::kTooLarge, "more was sent than credit was lent", "credit"), true);
    }
    session.lent -= size;
  }
  switch (frame.frame_case()) {
    case v1::Frame::kHello:
      return on_hello(session, frame.hello());
    case v1::Frame::kFollow:
      return on_follow(session, frame.follow());
    case v1::Frame::kHeads:
      return on_heads(now, session, frame.heads());
    case v1::Frame::kCursor:
      return on_cursor(now, session, frame.cursor());
    case v1::Frame::kGet:
      return on_get(session, frame.get());
    case v1::Frame::kChunk:
      return on_chunk(now, session, std::move(*frame.mutable_chunk()), size);
    case v1::Frame::kGetHeads:
      return on_get_heads(session, frame.get_heads());
    case v1::Frame::kGetBodies:
      return on_get_bodies(session, frame.get_bodies());
    case v1::Frame::kPush:
      return on_push(now, session, std::move(*frame.mutable_push()), size);
    case v1::Frame::kBodies:
      return unexpected("Bodies came that were not asked for");
    case v1::Frame::kCredit:
      session.credit = std::min<std::size_t>(
          session.credit + std::min<std::uint64_t>(frame.credit().bytes(), limits::kMaxWindowBytes),
          limits::kMaxWindowBytes);
      flush_outbox(session);
      pump(session);
      return continue_backlog(session);
    case v1::Frame::kPing: {
      v1::Frame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      return send(session, pong);
    }
    case v1::Frame::kSetFilter: {
      auto filter = read_filter(frame.set_filter().filter());
      if (!filter.ok()) return lie(session, filter.error());
      session.filter = std::move(*filter);
      return;
    }
    default:
      return;  // Pong; Have and reserved frames; frames of later versions
  }
}

void Engine::on_hello(Session& session, const v1::Hello& hello) {
  const auto refuse = [&](v1::ErrorCode code, std::string why, std::string field) {
    end_session(session, code, fail(Code::kRefused, std::move(why), std::move(field)), false);
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
  if (hello.log_id() != peer.log.view()) {
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
  session.filter = std::move(*filter);
  const std::uint64_t window = hello.window() == 0 ? limits::kWindowBytes : hello.window();
  session.credit = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(window, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes));
  if (own_log_) {
    const auto own = logs_.find(*own_log_);
    const std::uint64_t own_size = own == logs_.end() ? 0 : own->second->whole_size();
    session.known[*own_log_] = TreeSize(std::min(hello.held_of_yours(), own_size));
    if (hello.held_of_yours() > own_size) ask_for(session, {*own_log_});
  }
  become_ready(session);
}

void Engine::become_ready(Session& session) {
  PeerRecord& peer = peers_.at(session.peer);
  if (peer.journal == session.peer_journal) {
    session.passed = session.saved = peer.cursor;
  } else {
    peer.journal = session.peer_journal;
    peer.cursor = JournalSeq(0);
  }
  emit({Event::Kind::kSessionReady, session.peer, session.peer_log, {}, session.agent});
  // Rows of logs that were refused when they passed the cursor are asked for by name.
  std::vector<LogId> missing;
  for (const auto& [id, path] : trust_.admitted()) {
    if (!logs_.contains(id)) missing.push_back(id);
  }
  ask_for(session, missing);
}

void Engine::on_error_frame(Now now, Session& session, const v1::Error& error) {
  const std::string text = clip(error.message(), limits::kErrorBytes);
  if (error.fatal()) {
    outputs_.emplace_back(CloseSession{session.id, fail(Code::kRefused, "the peer closed: " + text), false});
    drop_session(now, session.id, "the peer closed: " + text);
    return;
  }
  notice(session.peer, "the peer says: " + text);
  const auto get = session.gets.find(error.request_id());
  if (get == session.gets.end()) return;
  const LogId id = get->second;
  Log& log = *logs_.at(id);
  if (log.fetch && log.fetch->source == session.id) abandon_fetch(now, log, true);
  schedule_fetch(now, id);
}

// --- time ---

void Engine::on_tick(Now now) {
  if (now.mono >= next_trust_refresh_) refresh_trust(now);
  std::vector<SessionId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (const SessionId id : ids) {
    if (Session* session = find(id); session != nullptr) check_timers(now, *session);
  }
  if (store_failed_ && now.mono >= store_retry_at_) retry_fetches(now);
}

void Engine::check_timers(Now now, Session& session) {
  const auto time_out = [&](std::string why) {
    end_session(session, v1::ERROR_CODE_TIMEOUT, fail(Code::kUnavailable, std::move(why)), false);
  };
  if (!session.hello_received) {
    if (now.mono - session.connected_at > limits::kHelloDeadline) time_out("no Hello came in time");
    return;
  }
  for (const auto& [request, id] : session.gets) {
    const auto& fetch = logs_.at(id)->fetch;
    if (fetch && fetch->request_id == request && fetch->source == session.id &&
        now.mono - fetch->last_progress > limits::kRequestDeadline && !store_failed_) {
      return time_out("a Get was not answered in time");
    }
  }
  // Rows that needed no sending are passed once things are quiet.
  if (session.followed && session.backlog_done && !session.pushing && session.told_cursor < last_row_ &&
      session.sent_row == last_row_) {
    finish_backlog(session);
  }
  check_liveness(now, session);
}

void Engine::check_liveness(Now now, Session& session) {
  if (session.ping_sent && now.mono - *session.ping_sent > limits::kPongDeadline) {
    ++session.pings_unanswered;
    session.ping_sent.reset();
    if (session.pings_unanswered >= 2) {
      return end_session(session, v1::ERROR_CODE_TIMEOUT,
                         fail(Code::kUnavailable, "two pings were not answered"), false);
    }
  }
  const auto quiet_since = std::max(session.last_received, session.last_ping);
  if (session.ping_sent || now.mono - quiet_since <= limits::kPingInterval) return;
  v1::Frame frame;
  frame.mutable_ping()->set_nonce(next_request_++);
  session.ping_sent = session.last_ping = now.mono;
  send(session, frame);
}

// --- peers and our own log ---

void Engine::on_peer_added(Now now, const PeerRecord& peer) {
  const auto it = peers_.find(peer.node_key);
  if (it != peers_.end()) {
    const auto journal = it->second.journal;
    const auto cursor = it->second.cursor;
    it->second = peer;
    it->second.journal = journal;
    it->second.cursor = cursor;
  } else {
    peers_.emplace(peer.node_key, peer);
  }
  refresh_trust(now);
}

void Engine::on_peer_removed(Now now, const NodeKey& key) {
  if (Session* session = session_of(key); session != nullptr) {
    end_session(*session, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kRefused, "the operator removed the peer"),
                false);
  }
  peers_.erase(key);
  refresh_trust(now);
}

void Engine::on_own_head(Now now, const LogState& state, const std::vector<VouchFact>& vouches) {
  own_log_ = state.id;
  trust_.set_own(state.id);
  auto& slot = logs_[state.id];
  if (!slot) slot = std::make_unique<Log>();
  const JournalSeq published = slot->state.journal_seq;
  slot->state = state;
  slot->state.journal_seq = published;  // until the new row enters the journal
  for (const VouchFact& vouch : vouches) trust_.add_vouch(vouch);
  refresh_trust(now);
  log_is_whole(now, *slot);
  end_commit(begin_commit(), state.id, state.journal_seq);
}

}  // namespace koinon
