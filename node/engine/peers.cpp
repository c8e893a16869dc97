#include "node/engine/peers.h"

#include <utility>

namespace koinon::engine {
namespace {

// Whether nothing else bounds how many of them come. So it is with a frame that is not named here.
bool is_request(const v1::Frame& frame) {
  switch (frame.frame_case()) {
    // Come once or end the session; or we asked for them, or lent credit for them; or they have an allowance
    // of their own.
    case v1::Frame::kHello:
    case v1::Frame::kError:
    case v1::Frame::kFollow:
    case v1::Frame::kCursor:
    case v1::Frame::kCredit:
    case v1::Frame::kPong:
    case v1::Frame::kChunk:
    case v1::Frame::kPush:
    case v1::Frame::kBodies:
    case v1::Frame::kAttachmentChunk:
    case v1::Frame::kHeads:
    case v1::Frame::kCosignatures:
    case v1::Frame::kCosignedHeads:
    case v1::Frame::kReached:
    // Bounded by how many may be open: a follower of many logs has cause for many.
    case v1::Frame::kGet:
    case v1::Frame::kGetBodies:
    case v1::Frame::kGetAttachment:
    // Of later versions
    case v1::Frame::FRAME_NOT_SET:
      return false;
    default:
      return true;
  }
}

}  // namespace

Peers::Peers(Effects& effects, std::vector<PeerRecord> peers) : effects_(effects) {
  for (PeerRecord& peer : peers) {
    const NodeKey key = peer.node_key;
    peers_.emplace(key, std::move(peer));
  }
  relist();
}

void Peers::relist() {
  ++changes_;
  logs_.clear();
  for (const auto& [key, peer] : peers_) {
    if (peer.log) logs_.insert(*peer.log);
  }
}

bool Peers::set_held_ours(const NodeKey& peer) {
  const auto it = peers_.find(peer);
  return it != peers_.end() && !std::exchange(it->second.held_ours, true);
}

const PeerRecord* Peers::find(const NodeKey& peer) const {
  const auto it = peers_.find(peer);
  return it == peers_.end() ? nullptr : &it->second;
}

void Peers::pin(const PeerRecord& peer) {
  const auto it = peers_.find(peer.node_key);
  if (it == peers_.end()) {
    peers_.emplace(peer.node_key, peer);
    return relist();
  }
  const auto epoch = it->second.epoch;
  const auto cursor = it->second.cursor;
  const bool held_ours = it->second.held_ours;
  it->second = peer;
  it->second.epoch = epoch;
  it->second.cursor = cursor;
  it->second.held_ours = held_ours;
  relist();
}

void Peers::unpin(const NodeKey& peer) {
  peers_.erase(peer);
  conduct_.erase(peer);
  relist();
}

void Peers::set_cursor(const NodeKey& peer, const Epoch& epoch, JournalSeq cursor) {
  const auto it = peers_.find(peer);
  if (it == peers_.end()) return;
  it->second.epoch = epoch;
  it->second.cursor = cursor;
}

// --- conduct ---

const Conduct* Peers::conduct(const NodeKey& peer) const {
  const auto it = conduct_.find(peer);
  return it == conduct_.end() ? nullptr : &it->second;
}

bool Peers::shuns(const NodeKey& peer, MonoTime now) const {
  const Conduct* known = conduct(peer);
  return known != nullptr && now < known->shunned_until;
}

bool Peers::is_slow(const NodeKey& peer) const {
  const Conduct* known = conduct(peer);
  return known != nullptr && known->is_slow(effects_.now().mono);
}

bool Peers::take_reach(const NodeKey& peer) {
  const MonoTime now = effects_.now().mono;
  Allowance& reaches = conduct_[peer].reaches;
  if (reaches.left_at(now) < 1) return false;
  reaches.take(1, now);
  return true;
}

void Peers::count_frame(const NodeKey& peer, const v1::Frame& frame) {
  const MonoTime now = effects_.now().mono;
  Conduct& conduct = conduct_[peer];
  conduct.frames.take(1, now);
  if (is_request(frame)) conduct.requests.take(1, now);
  if (frame.has_heads()) conduct.heads.take(1.0 + frame.heads().heads_size(), now);
  if (frame.has_cosigned_heads()) conduct.heads.take(1, now);
  if (frame.has_cosignatures())
    conduct.heads.take(1.0 + static_cast<double>(limits::kHeadNoteLines) * frame.cosignatures().notes_size(),
                       now);
}

void Peers::note_lie(const NodeKey& peer, const std::string& what) {
  const MonoTime now = effects_.now().mono;
  Conduct& conduct = conduct_[peer];
  if (now - conduct.last_lie_at > limits::kLieForgotten) conduct.lies = 0;
  const MonoTime wait = limits::kLieBackoff * (std::int64_t{1} << std::min(conduct.lies++, 8U));
  conduct.shunned_until = now + std::min<MonoTime>(wait, limits::kLieBackoffMax);
  conduct.last_lie_at = now;
  conduct.last_lie = what;
}

bool Peers::note_slow(const NodeKey& peer) {
  const MonoTime now = effects_.now().mono;
  Conduct& conduct = conduct_[peer];
  if (conduct.is_slow(now)) return false;
  if (now - conduct.slow_until > limits::kSlowForgotten) conduct.slow = 0;
  const MonoTime pause = limits::kSlowPause * (std::int64_t{1} << std::min(conduct.slow++, 8U));
  conduct.slow_until = now + std::min<MonoTime>(pause, limits::kSlowPauseMax);
  return true;
}

}  // namespace koinon::engine
