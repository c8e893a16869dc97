#include "node/engine/links.h"

#include "proto/base/encoding.h"

namespace koinon::engine {
namespace {

v1::ErrorCode wire_code(const Error& error) {
  switch (error.code) {
    case Code::kTooLarge:
      return v1::ERROR_CODE_TOO_LARGE;
    case Code::kBadSignature:
      return v1::ERROR_CODE_BAD_SIGNATURE;
    case Code::kBadProof:
      return error.field == "body" ? v1::ERROR_CODE_BAD_BODY : v1::ERROR_CODE_BAD_PROOF;
    default:
      return v1::ERROR_CODE_MALFORMED;
  }
}

}  // namespace

std::string utf8_beginning(std::string_view text, std::size_t limit) {
  std::string out(text.substr(0, limit));
  while (!out.empty() && !is_utf8(out)) out.pop_back();
  return out;
}

Link& Links::connect(SessionId id, const NodeKey& peer, bool dialled_by_us) {
  auto owned = std::make_unique<Link>();
  Link& link = *owned;
  link.id = id;
  link.peer = peer;
  link.dialled_by_us = dialled_by_us;
  link.connected_at = effects_.now().mono;
  link.lent = effects_.config().window;
  links_.emplace(id, std::move(owned));
  return link;
}

Link* Links::find(SessionId id) const {
  const auto it = links_.find(id);
  return it == links_.end() ? nullptr : it->second.get();
}

Link* Links::with_peer(const NodeKey& peer) const {
  for (const auto& [id, link] : links_) {
    if (link->peer == peer) return link.get();
  }
  return nullptr;
}

std::vector<SessionId> Links::ids() const {
  std::vector<SessionId> out;
  out.reserve(links_.size());
  for (const auto& [id, link] : links_) out.push_back(id);
  return out;
}

// --- sending ---

void Links::send(Link& link, const v1::Frame& frame) {
  auto bytes = encode_frame(frame);
  if (!bytes.ok()) {
    effects_.notice(link.peer, "a frame was not sent: " + bytes.error().text());
    return;
  }
  send_bytes(link, std::move(*bytes));
}

void Links::send_bytes(Link& link, Bytes bytes) {
  if (link.ended) return;
  link.queued += bytes.size();
  link.bytes_out += bytes.size();
  effects_.send(link.id, std::move(bytes));
}

void Links::send_on_credit(Link& link, const v1::Frame& frame, std::uint64_t request_id) {
  auto bytes = encode_frame(frame);
  if (!bytes.ok()) {
    effects_.notice(link.peer, "a frame was not sent: " + bytes.error().text());
    return;
  }
  link.outbox.push_back({std::move(*bytes), request_id});
  flush(link);
}

void Links::flush(Link& link) {
  while (!link.outbox.empty() && link.outbox.front().bytes.size() <= link.credit) {
    link.credit -= link.outbox.front().bytes.size();
    send_bytes(link, std::move(link.outbox.front().bytes));
    link.outbox.pop_front();
  }
}

void Links::answer_error(Link& link, v1::ErrorCode code, std::string message, std::uint64_t request_id) {
  v1::Frame frame;
  auto* error = frame.mutable_error();
  error->set_code(code);
  error->set_message(std::move(message));
  error->set_request_id(request_id);
  send(link, frame);
}

void Links::note_sent(Link& link, std::size_t bytes) { link.queued -= std::min(bytes, link.queued); }

void Links::add_credit(Link& link, std::uint64_t bytes) {
  const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, limits::kMaxWindowBytes));
  link.credit = std::min<std::size_t>(link.credit + more, limits::kMaxWindowBytes);
  flush(link);
}

bool Links::takes_answers(const Link& link) const {
  return link.credit > 0 && link.outbox.empty() && link.queued <= limits::kSendQueueBytes;
}

void Links::drop_waiting(Link& link, std::uint64_t request_id) {
  std::erase_if(link.outbox, [&](const WaitingFrame& frame) { return frame.request_id == request_id; });
}

// --- receiving ---

TurnTime Links::turn_time(const Link& link) const {
  const MonoTime until = link.waits_since.value_or(effects_.now().mono);
  return TurnTime(until - link.connected_at - link.waited);
}

MonoTime Links::when(const Link& link, TurnTime due) const {
  const MonoTime rest = due - turn_time(link);
  return effects_.now().mono + (link.waits_since ? std::max<MonoTime>(rest, limits::kBusyRetry) : rest);
}

void Links::note_lent(Link& link) {
  const MonoTime now = effects_.now().mono;
  if (link.lent < std::min(limits::kFrameBytes, effects_.config().window / 2)) {
    if (!link.waits_since) link.waits_since = now;
  } else if (link.waits_since) {
    link.waited += now - *link.waits_since;
    link.waits_since.reset();
  }
}

bool Links::use_credit(Link& link, std::size_t bytes) {
  if (bytes > link.lent) return false;
  link.lent -= bytes;
  link.answered += bytes;
  note_lent(link);
  return true;
}

void Links::return_credit(Link& link, std::size_t bytes) {
  link.owed += bytes;
  if (link.owed < effects_.config().window / 4) return;
  v1::Frame frame;
  frame.mutable_credit()->set_bytes(link.owed);
  link.lent += link.owed;
  link.owed = 0;
  note_lent(link);
  send(link, frame);
}

void Links::cancel(Link& link, std::uint64_t request_id) {
  link.given_up.emplace(request_id, effects_.now().mono);
  v1::Frame frame;
  frame.mutable_cancel()->set_request_id(request_id);
  send(link, frame);
}

bool Links::has_unended(const Link& link) const {
  const auto old = std::count_if(link.given_up.begin(), link.given_up.end(), [&](const auto& one) {
    return effects_.now().mono - one.second >= limits::kRequestDeadline;
  });
  return static_cast<std::size_t>(old) >= limits::kOpenRequests / 4;
}

// --- the end ---

void Links::end(Link& link, v1::ErrorCode code, const Error& reason) {
  if (link.ended) return;
  v1::Frame frame;
  auto* error = frame.mutable_error();
  error->set_code(code);
  error->set_message(utf8_beginning(reason.text(), limits::kErrorBytes));
  error->set_fatal(true);
  send(link, frame);
  effects_.close(link.id, reason);
  mark_ended(link, reason.text());
}

void Links::end_for_lie(Link& link, v1::ErrorCode code, const Error& reason) {
  if (link.ended) return;
  end(link, code, reason);
  peers_.note_lie(link.peer, reason.text());
  effects_.emit({Event::Kind::kPeerLied, link.peer, link.peer_log.value_or(LogId()), {}, reason.text()});
}

void Links::end_for_lie(Link& link, const Error& reason) { end_for_lie(link, wire_code(reason), reason); }

void Links::end_by_peer(Link& link, const std::string& text) {
  if (link.ended) return;
  effects_.close(link.id, fail(Code::kRefused, "the peer closed: " + text));
  mark_ended(link, "the peer closed: " + text);
}

void Links::lost(Link& link, const std::string& why) {
  if (!link.ended) mark_ended(link, why);
}

void Links::mark_ended(Link& link, const std::string& why) {
  link.ended = why;
  ended_.push_back(std::move(links_.extract(link.id).mapped()));
}

std::unique_ptr<Link> Links::take_ended() {
  if (ended_.empty()) return nullptr;
  std::unique_ptr<Link> first = std::move(ended_.front());
  ended_.pop_front();
  return first;
}

}  // namespace koinon::engine
