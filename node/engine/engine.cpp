#include "node/engine/engine.h"

#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
Engine::Engine(EngineConfig config, StoreState state, Now now)
    : config_(std::move(config)),
      journal_id_(state.journal),
      own_log_(state.own_log),
      last_row_(state.last_journal_seq),
      trust_({config_.trust_hops, config_.trust_paths,
              config_.trust_admits == 0 ? limits::kVouchAdmits : config_.trust_admits}),
      started_(now.mono),
      lived_before_(state.lived),
      lived_saved_(state.lived) {
  config_.filter.self = own_log_;
  filter_number_ = config_.refilter ? 1 : 0;
  filter_changed_ = config_.refilter;
  if (config_.window == 0) config_.window = limits::kWindowBytes;
  // The peer reads a smaller one as this, so that the largest frame always fits.
  config_.window =
      std::clamp(config_.window, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes);
  for (LogState& log : state.logs) {
    if (log.journal_seq.value > 0) journal_.emplace(log.journal_seq.value, log.id);
    auto entry = std::make_unique<Log>();
    entry->state = std::move(log);
    const LogId id = entry->state.id;
    logs_.emplace(id, std::move(entry));
  }
  // The store takes nothing of them, held or not: nothing is to be asked for that it would refuse.
  for (const LogId& id : state.forked) {
    auto& slot = logs_[id];
    if (!slot) slot = std::make_unique<Log>();
    slot->state.id = id;
    slot->state.frozen = true;
  }
  for (PeerRecord& peer : state.peers) {
    const NodeKey key = peer.node_key;
    peers_.emplace(key, std::move(peer));
  }
  if (own_log_) trust_.set_own(*own_log_);
  for (const VouchFact& vouch : state.vouches) trust_.add_vouch(vouch);
  for (const LogId& log : state.blocked) trust_.set_blocked(log, true);
  for (const auto& [peer, log] : state.asks) asks_[peer].insert(log);
  begin_policy(now);
  for (const auto& [id, log] : logs_) refile(id);
  apply_filters(now);
  for (const AttachmentWant& want : state.wants) want_file(now, want);
}

Engine::~Engine() = default;

std::vector<Output> Engine::take_outputs() { return std::exchange(outputs_, {}); }

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
  out.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) {
    out.push_back({id, session->peer, session->dialled_by_us, session->hello_received, session->agent,
                   session->bytes_in, session->bytes_out, session->queued, session->counts, session->filter,
                   session->wall_less_mono_ms});
  }
  return out;
}

bool Engine::wants_bytes(Now now, SessionId id) const {
  const auto it = sessions_.find(id);
  if (it == sessions_.end()) return true;
  const Conduct* known = conduct(it->second->peer);
  return it->second->unverified < limits::kUnverifiedHeads && (known == nullptr || known->may_send(now.mono));
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

void Engine::on_sent(Now now, SessionId id, std::size_t bytes) {
  Session* session = find(id);
  if (session == nullptr) return;
  session->queued -= std::min(bytes, session->queued);
  if (session->queued > limits::kSendQueueBytes) return;
  pump(now, *session);
  if (session->rows_wait) send_rows(now, *session);
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

// --- receiving ---

void Engine::on_bytes(Now now, SessionId id, BytesView bytes) {
  Session* session = find(id);
  if (session == nullptr) return;
  session->bytes_in += bytes.size();
  session->reader.feed(bytes);
  while (true) {
    std::size_t size = 0;
    auto frame = session->reader.next(&size);
    if (!frame.ok()) {
      lie(now, *session, frame.error());
      return;
    }
    if (!*frame) break;
    session->last_received = now.mono;
    handle_frame(now, *session, std::move(**frame), size);
    session = find(id);  // the frame may have ended it
    if (session == nullptr) return;
  }
}

// Counts the frame against what the peer may send. More than that is no offence: an honest relay passes on
// what others send it, and is read more slowly.
void Engine::count_frame(Now now, const Session& session, const v1::Frame& frame) {
  // A Get or GetBodies is bounded by how many may be open: a follower of many logs has cause for many.
  const bool request = frame.has_get_heads() || frame.has_set_filter() || frame.has_have() ||
                       frame.has_prune() || frame.has_ping() || frame.has_evidence() || frame.has_cancel();
  Conduct& conduct = conduct_[session.peer];
  conduct.frames.take(1, now.mono);
  if (request) conduct.requests.take(1, now.mono);
  if (frame.has_heads()) conduct.heads.take(1.0 + frame.heads().heads_size(), now.mono);
}

// Whether a frame may come now; if not, the session is ended. Takes the credit that it uses.
bool Engine::may_come(Now now, Session& session, const v1::Frame& frame, std::size_t size) {
  const auto refuse = [&](v1::ErrorCode code, Error why, bool lied) {
    end_session(now, session, code, why, lied);
    return false;
  };
  if (session.queued > limits::kSendQueueHardBytes) {
    return refuse(v1::ERROR_CODE_LIMIT,
                  fail(Code::kTooLarge, "the peer asks and does not read the answers", "frame"), false);
  }
  count_frame(now, session, frame);
  if (frame.has_error()) return true;
  if (frame.has_hello() != !session.hello_received) {
    const char* why = session.hello_received ? "Hello came twice" : "the first frame was not Hello";
    return refuse(v1::ERROR_CODE_UNEXPECTED, fail(Code::kMalformed, why, "frame"), true);
  }
  const bool uses_credit =
      frame.has_chunk() || frame.has_push() || frame.has_bodies() || frame.has_attachment_chunk();
  if (!uses_credit) return true;
  if (size > session.lent) {
    return refuse(v1::ERROR_CODE_LIMIT, fail(Code::kTooLarge, "more was sent than credit was lent", "credit"),
                  true);
  }
  session.lent -= size;
  session.answered += size;
  const v1::Chunk& chunk = frame.has_push() ? frame.push().chunk() : frame.chunk();
  session.counts.copies_in += static_cast<std::uint64_t>(chunk.records_size());
  return true;
}

void Engine::handle_frame(Now now, Session& session, v1::Frame frame, std::size_t size) {
  session.ping_sent.reset();
  session.pings_unanswered = 0;
  if (!may_come(now, session, frame, size)) return;
  switch (frame.frame_case()) {
    case v1::Frame::kError:
      return on_error_frame(now, session, frame.error());
    case v1::Frame::kHello:
      return on_hello(now, session, frame.hello());
    case v1::Frame::kFollow:
      return on_follow(now, session, frame.follow());
    case v1::Frame::kHeads:
      return on_heads(now, session, frame.heads());
    case v1::Frame::kCursor:
      return on_cursor(now, session, frame.cursor());
    case v1::Frame::kGet:
      return on_get(now, session, frame.get());
    case v1::Frame::kChunk:
      return on_chunk(now, session, std::move(*frame.mutable_chunk()), size);
    case v1::Frame::kGetHeads:
      return on_get_heads(now, session, frame.get_heads());
    case v1::Frame::kGetBodies:
      return on_get_bodies(now, session, frame.get_bodies());
    case v1::Frame::kPush:
      return on_push(now, session, std::move(*frame.mutable_push()), size);
    case v1::Frame::kBodies:
      return on_bodies(now, session, std::move(*frame.mutable_bodies()), size);
    case v1::Frame::kGetAttachment:
      return on_get_attachment(now, session, frame.get_attachment());
    case v1::Frame::kAttachmentChunk:
      session.counts.file_bytes_in += frame.attachment_chunk().bytes().size();
      return on_attachment_chunk(now, session, std::move(*frame.mutable_attachment_chunk()), size);
    case v1::Frame::kHave:
      return on_have(now, session, frame.have());
    case v1::Frame::kPrune:
      return on_prune(now, session, frame.prune());
    case v1::Frame::kCancel:
      return on_cancel(now, session, frame.cancel());
    case v1::Frame::kEvidence:
      return on_evidence(now, session, frame.evidence());
    case v1::Frame::kCredit:
      session.credit = std::min<std::size_t>(
          session.credit + std::min<std::uint64_t>(frame.credit().bytes(), limits::kMaxWindowBytes),
          limits::kMaxWindowBytes);
      flush_outbox(session);
      return pump(now, session);
    case v1::Frame::kPing: {
      v1::Frame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      return send(session, pong);
    }
    case v1::Frame::kSetFilter: {
      auto filter = read_filter(frame.set_filter().filter());
      if (!filter.ok()) return lie(now, session, filter.error());
      session.filter = std::move(*filter);
      session.filter.self = session.peer_log;
      return;
    }
    default:
      return;  // Pong; reserved frames; frames of later versions
  }
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
    end_session(now, *session, v1::ERROR_CODE_SHUTTING_DOWN,
                fail(Code::kRefused, "the operator removed the peer"), false);
  }
  peers_.erase(key);
  asks_.erase(key);
  conduct_.erase(key);  // whom the operator pins again begins anew
  refresh_trust(now);
}

void Engine::on_own_head(Now now, const LogState& state, const std::vector<VouchFact>& vouches) {
  const bool first = own_log_ != state.id;
  own_log_ = state.id;
  trust_.set_own(state.id);
  auto& slot = logs_[state.id];
  if (!slot) {
    slot = std::make_unique<Log>();
    claims_changed_.insert(state.id);
  }
  const JournalSeq published = slot->state.journal_seq;
  const bool frozen = slot->state.frozen;
  slot->state = state;
  slot->state.journal_seq = published;          // until the new row enters the journal
  slot->state.frozen = state.frozen || frozen;  // it was signed before the evidence reached the store
  for (const VouchFact& vouch : vouches) trust_.add_vouch(vouch);
  if (first || !vouches.empty()) refresh_trust(now);
  refile(state.id);
  log_is_whole(now, *slot);
  end_commit(now, begin_commit(), state.id, state.journal_seq);
}

}  // namespace koinon
