#include "node/engine/sessions.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

constexpr std::uint32_t kProtocolVersion = 1;
constexpr const char* kReachFeature = "reach";  // of Hello: who names it answers ReachMe

}  // namespace

void Sessions::on_connected(SessionId id, const NodeKey& peer, bool dialled_by_us) {
  Link& link = links_.connect(id, peer, dialled_by_us);
  link.liveness->last_received = effects_.now().mono;
  const PeerRecord* known = peers_.find(peer);
  if (known == nullptr || shutting_down_) {
    return links_.end(link, v1::ERROR_CODE_SHUTTING_DOWN,
                      fail(Code::kRefused, "the peer is not pinned here"));
  }
  if (peers_.shuns(peer, effects_.now().mono)) {
    return links_.end(
        link, v1::ERROR_CODE_BUSY,
        fail(Code::kRefused, "the peer sent what does not verify a while ago; try again later"));
  }
  peers_.count_session(peer);
  standing_.on_connected(link);
  if (resolve_duplicate(link)) greet(link, *known);
}

void Sessions::greet(Link& link, const PeerRecord& peer) {
  const EngineConfig& config = effects_.config();
  v1::Frame hello_frame;
  auto* hello = hello_frame.mutable_hello();
  hello->set_min_version(kProtocolVersion);
  hello->set_max_version(kProtocolVersion);
  if (logs_.own()) hello->set_log_id(logs_.own()->bytes());
  hello->set_epoch(Bytes(journal_.epoch().view()));
  hello->set_journal_row(journal_.last_row().value);
  const Log* theirs = peer.log ? logs_.find(*peer.log) : nullptr;
  if (theirs != nullptr) hello->set_held_of_yours(theirs->whole_size());
  seen_.greet(link, peer, *hello);
  *hello->mutable_filter() = effects_.filter().message();
  hello->set_window(config.window);
  hello->add_features(kReachFeature);
  hello->set_agent(config.agent);
  hello->set_wall_ms(effects_.now().wall.value);
  v1::Frame follow_frame;
  auto* follow = follow_frame.mutable_follow();
  if (peer.epoch) follow->set_epoch(Bytes(peer.epoch->view()));
  follow->set_cursor(peer.cursor.value);
  // One piece, one TLS record: a quiet resync counts its bytes.
  auto bytes = encode_frame(hello_frame);
  auto more = encode_frame(follow_frame);
  if (bytes.ok() && more.ok()) links_.send_bytes(link, *bytes + *more);
}

// Of two connections between the same two nodes the one dialled by the lower node key stays; of two by the
// same dialler the newer; one silent for two pings loses to any. Returns whether `link` stays.
bool Sessions::resolve_duplicate(Link& link) {
  std::vector<Link*> others;
  for (const auto& [id, other] : links_.all()) {
    if (other->peer == link.peer && other->id != link.id) others.push_back(other.get());
  }
  const auto dialler = [&](const Link& one) {
    return one.dialled_by_us ? effects_.config().node_key : one.peer;
  };
  for (Link* other : others) {
    const bool other_stays = other->liveness->pings_unanswered < 2 && dialler(*other) < dialler(link);
    Link& loser = other_stays ? link : *other;
    links_.end(loser, v1::ERROR_CODE_DUPLICATE,
               fail(Code::kConflict, "another connection between the two nodes stays"));
    if (other_stays) return false;
  }
  return true;
}

// --- frames ---

bool Sessions::on_frame(Link& link, const v1::Frame& frame, std::size_t size) {
  link.liveness->last_received = effects_.now().mono;
  link.liveness->ping_sent.reset();
  link.liveness->pings_unanswered = 0;
  return may_come(link, frame, size);
}

// Whether a frame may come now; if not, the link is ended. Takes the credit that it uses.
bool Sessions::may_come(Link& link, const v1::Frame& frame, std::size_t size) {
  const auto lied = [&](v1::ErrorCode code, const Error& why) {
    links_.end_for_lie(link, code, why);
    return false;
  };
  if (link.queued > limits::kSendQueueHardBytes) {
    links_.end(link, v1::ERROR_CODE_LIMIT,
               fail(Code::kTooLarge, "the peer asks and does not read the answers", "frame"));
    return false;
  }
  peers_.count_frame(link.peer, frame);
  if (frame.has_error()) return true;
  if (frame.has_hello() != !link.ready) {
    const char* why = link.ready ? "Hello came twice" : "the first frame was not Hello";
    return lied(v1::ERROR_CODE_UNEXPECTED, fail(Code::kMalformed, why, "frame"));
  }
  const bool uses_credit =
      frame.has_chunk() || frame.has_push() || frame.has_bodies() || frame.has_attachment_chunk();
  if (!uses_credit) return true;
  if (!links_.use_credit(link, size)) {
    return lied(v1::ERROR_CODE_LIMIT, fail(Code::kTooLarge, "more was sent than credit was lent", "credit"));
  }
  const v1::Chunk& chunk = frame.has_push() ? frame.push().chunk() : frame.chunk();
  link.counts.copies_in += static_cast<std::uint64_t>(chunk.records_size());
  return true;
}

void Sessions::on_hello(Link& link, const v1::Hello& hello) {
  const PeerRecord& peer = *peers_.find(link.peer);
  if (refuse_hello(link, hello, peer)) return;
  auto filter = read_filter(hello.filter());
  if (!hello.has_filter()) filter = BodyFilter();
  if (!filter.ok()) {
    return links_.end(link, v1::ERROR_CODE_MALFORMED, fail(Code::kRefused, filter.error().message, "filter"));
  }
  read_hello(link, hello, peer, std::move(*filter));
  news_.session_ready(link, hello.held_of_yours(), hello.seen_of_yours().recoveries());
  seen_.begin(link, JournalSeq(hello.journal_row()));
  standing_.on_seen(link, hello.seen_of_yours());
}

bool Sessions::refuse_hello(Link& link, const v1::Hello& hello, const PeerRecord& peer) {
  const auto refuse = [&](v1::ErrorCode code, std::string why, std::string field) {
    links_.end(link, code, fail(Code::kRefused, std::move(why), std::move(field)));
    return true;
  };
  if (hello.min_version() > kProtocolVersion || hello.max_version() < kProtocolVersion) {
    return refuse(v1::ERROR_CODE_VERSION,
                  "this node speaks protocol version 1, the peer " + std::to_string(hello.min_version()) +
                      " to " + std::to_string(hello.max_version()) + "; one of the two needs an update",
                  "version");
  }
  if (hello.epoch().size() != Epoch::kSize ||
      (!hello.log_id().empty() && hello.log_id().size() != LogId::kSize) ||
      hello.agent().size() > limits::kAgentBytes) {
    return refuse(v1::ERROR_CODE_MALFORMED, "a field of Hello has the wrong size", "hello");
  }
  if (hello.log_id() != (peer.log ? peer.log->view() : BytesView())) {
    return refuse(v1::ERROR_CODE_IDENTITY,
                  "the node speaks for another log than the one pinned with its key (" + peer.name + ")",
                  "log_id");
  }
  return false;
}

void Sessions::read_hello(Link& link, const v1::Hello& hello, const PeerRecord& peer, BodyFilter filter) {
  link.ready = true;
  link.peer_log = peer.log;
  link.peer_epoch = Epoch::from(hello.epoch());
  link.agent = hello.agent();
  const auto& features = hello.features();
  link.answers_reach_me = std::find(features.begin(), features.end(), kReachFeature) != features.end();
  if (hello.wall_ms() > 0) {
    constexpr std::int64_t kLastTime = 253'402'300'799'000;  // of the year 9999
    const auto mono = std::chrono::duration_cast<std::chrono::milliseconds>(effects_.now().mono);
    link.wall_less_mono_ms = std::min<std::int64_t>(hello.wall_ms(), kLastTime) - mono.count();
  }
  link.filter = std::move(filter);
  link.filter.self = link.peer_log;
  const std::uint64_t window = hello.window() == 0 ? limits::kWindowBytes : hello.window();
  link.credit = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(window, limits::kFrameBytes + kFramePrefixBytes, limits::kMaxWindowBytes));
}

void Sessions::on_ping(Link& link, const v1::Ping& ping) {
  v1::Frame pong;
  pong.mutable_pong()->set_nonce(ping.nonce());
  links_.send(link, pong);
}

void Sessions::on_set_filter(Link& link, const v1::SetFilter& change) {
  auto filter = read_filter(change.filter());
  if (!filter.ok()) return links_.end_for_lie(link, filter.error());
  link.filter = std::move(*filter);
  link.filter.self = link.peer_log;
}

// --- time ---

const char* Sessions::overdue(const Link& link) const {
  if (link.ready || effects_.now().mono - link.connected_at < limits::kHelloDeadline) return nullptr;
  return "no Hello came in time";
}

void Sessions::check_liveness(Link& link) {
  const MonoTime now = effects_.now().mono;
  LinkLiveness& liveness = *link.liveness;
  if (liveness.ping_sent && now - *liveness.ping_sent >= limits::kPongDeadline) {
    ++liveness.pings_unanswered;
    liveness.ping_sent.reset();
    if (liveness.pings_unanswered >= 2) {
      return links_.end(link, v1::ERROR_CODE_TIMEOUT,
                        fail(Code::kUnavailable, "two pings were not answered"));
    }
  }
  const auto quiet_since = std::max(liveness.last_received, liveness.last_ping);
  if (liveness.ping_sent || now - quiet_since < effects_.config().ping_interval) return;
  v1::Frame frame;
  frame.mutable_ping()->set_nonce(effects_.next_request());
  liveness.ping_sent = liveness.last_ping = now;
  links_.send(link, frame);
}

MonoTime Sessions::next_timer(const Link& link) const {
  if (!link.ready) return link.connected_at + limits::kHelloDeadline;
  const LinkLiveness& liveness = *link.liveness;
  if (liveness.ping_sent) return *liveness.ping_sent + limits::kPongDeadline;
  return std::max(liveness.last_received, liveness.last_ping) + effects_.config().ping_interval;
}

}  // namespace koinon::engine
