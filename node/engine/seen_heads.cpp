#include "node/engine/seen_heads.h"

#include <algorithm>

namespace koinon::engine {

SeenHeads::SeenHeads(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links, News& news,
                     std::vector<SeenHead> seen)
    : effects_(effects),
      store_(store),
      peers_(peers),
      logs_(logs),
      links_(links),
      news_(news),
      started_(effects.now().mono) {
  for (SeenHead& head : seen) {
    const LogId log = head.log;
    kept_.emplace(log, std::move(head));
  }
}

std::optional<SeenHead> SeenHeads::largest(const LogId& id) const {
  const Log* log = logs_.find(id);
  std::optional<SeenHead> out =
      log == nullptr || log->holds_lost() ? std::nullopt : largest_seen(log->state());
  const auto kept = kept_.find(id);
  if (kept != kept_.end() && (!out || is_larger(kept->second, *out))) out = kept->second;
  return out;
}

TreeSize SeenHeads::largest_size(const LogId& id) const {
  TreeSize out;
  if (const Log* log = logs_.find(id); log != nullptr && !log->holds_lost()) {
    if (log->state().whole) out = log->state().whole->size;
    if (log->state().seen) out = std::max(out, log->state().seen->size);
  }
  const auto kept = kept_.find(id);
  return kept == kept_.end() ? out : std::max(out, kept->second.head.size);
}

void SeenHeads::note(const SeenHead& seen, SessionId source) {
  const LogId& log = seen.log;
  const StoredHead& head = seen.head;
  if (!logs_.is_own(log) && !peers_.is_peers(log)) return;
  if (Link* link = links_.find(source); link != nullptr && link->peer_log == log)
    link->seen->shown = std::max(link->seen->shown, head.size);
  if (head.size <= largest_size(log)) return;
  kept_.insert_or_assign(log, seen);
  look_later(log, source);
  write(log);
}

void SeenHeads::write(const LogId& log) {
  const SeenHead& seen = kept_.at(log);
  effects_.ask(CommitSeen{seen}, [this, log, size = seen.head.size](const Result<Done>& answer) {
    on_written(log, size, answer.ok() ? Status() : Status(answer.error()));
  });
}

void SeenHeads::on_written(const LogId& log, TreeSize size, const Status& written) {
  if (!written.ok()) store_.note_failure(log, written.error());
  const auto kept = kept_.find(log);
  // A larger one is being written, or it counts no more.
  if (kept == kept_.end() || kept->second.head.size != size) return;
  if (!written.ok()) {
    refused_.insert(log);
  } else if (refused_.erase(log) > 0 && refused_.empty()) {
    news_.seen_written();
  }
}

void SeenHeads::store_again() {
  for (const LogId& log : refused_) write(log);
}

void SeenHeads::note_stored(const Log& log, SessionId source) {
  if (!log.state().seen || !peers_.is_peers(log.id())) return;
  if (Link* link = links_.find(source); link != nullptr && link->peer_log == log.id())
    link->seen->shown = std::max(link->seen->shown, log.state().seen->size);
  look_later(log.id(), source);
}

void SeenHeads::forget_beyond(const LogId& log, TreeSize size) {
  const auto kept = kept_.find(log);
  if (kept == kept_.end() || kept->second.head.size <= size) return;
  kept_.erase(kept);
  refused_.erase(log);
}

// Its author is told of those of the new origin, however small they are.
void SeenHeads::forget_origins(const LogId& log) {
  kept_.erase(log);
  refused_.erase(log);
  for (const auto& [id, link] : links_.all()) {
    if (link->peer_log == log) link->seen->told = link->seen->shown = TreeSize(0);
  }
}

void SeenHeads::note_removed(const Log& log) {
  const auto seen = largest(log.id());
  if (seen) kept_.insert_or_assign(log.id(), *seen);
}

// What an author writes often comes from others before it comes from the author: it is told only of what it
// does not show itself.
void SeenHeads::look_later(const LogId& log, SessionId source) {
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready || link->peer_log != log || id == source || link->seen->look_at) continue;
    link->seen->look_at = effects_.now().mono + limits::kSeenDelay;
    looks_.insert(id);
  }
}

// --- what we tell ---

v1::Seen SeenHeads::message(const NodeKey& asker, const LogId& log) const {
  v1::Seen out;
  if (const auto seen = largest(log); seen) {
    out.set_recoveries(seen->recoveries);
    out.set_size(seen->head.size.value);
    out.set_root(seen->head.root.bytes());
  }
  out.set_caught_up(caught_up(asker));
  return out;
}

void SeenHeads::greet(Link& link, const PeerRecord& peer, v1::Hello& hello) {
  if (!peer.log) return;
  *hello.mutable_seen_of_yours() = message(link.peer, *peer.log);
  link.seen->told = TreeSize(hello.seen_of_yours().size());
  link.seen->told_behind = !hello.seen_of_yours().caught_up();
}

void SeenHeads::begin(Link& link, JournalSeq row) {
  reached_.insert(link.peer);
  link.seen->named = row;
  link.seen->ready_at = effects_.now().mono;
  unfollowed_.insert(link.id);
  awaited_.reset();
  if (link.seen->told_behind) behind_.insert(link.id);
}

const Awaited& SeenHeads::awaited() const {
  if (awaited_ && awaited_->peers == peers_.changes()) return *awaited_;
  Awaited& out = awaited_.emplace();
  out.peers = peers_.changes();
  for (const SessionId id : unfollowed_) {
    const Link* link = links_.find(id);
    if (link == nullptr) continue;
    const auto waited = waited_.find(link->peer);
    const MonoTime before = waited == waited_.end() ? MonoTime() : waited->second;
    const MonoTime until = link->seen->ready_at + limits::kFollowWait - before;
    if (until <= out.longest) {
      if (link->peer != out.whose) out.of_others = std::max(out.of_others, until);
      continue;
    }
    if (link->peer != out.whose) out.of_others = out.longest;
    out.longest = until;
    out.whose = link->peer;
  }
  for (const auto& [key, peer] : peers_.all()) {
    if (!reached_.contains(key)) ++out.unreached;
  }
  return out;
}

MonoTime SeenHeads::waits_until(const NodeKey& asker) const {
  const Awaited& all = awaited();
  const MonoTime until = all.whose == asker ? all.of_others : all.longest;
  const bool is_unreached = peers_.find(asker) != nullptr && !reached_.contains(asker);
  if (all.unreached == (is_unreached ? 1U : 0U)) return until;
  return std::max<MonoTime>(until, started_ + limits::kReachWait);
}

bool SeenHeads::caught_up(const NodeKey& asker) const { return effects_.now().mono >= waits_until(asker); }

void SeenHeads::note_followed(Link& link, JournalSeq row) {
  if (row < link.seen->named) return;
  unfollowed_.erase(link.id);
  awaited_.reset();
  waited_[link.peer] += effects_.now().mono - link.seen->ready_at;
}

void SeenHeads::send(Link& link) {
  v1::Frame frame;
  *frame.mutable_seen() = message(link.peer, *link.peer_log);
  link.seen->told = TreeSize(frame.seen().size());
  if (frame.seen().caught_up()) {
    behind_.erase(link.id);
  } else {
    behind_.insert(link.id);
  }
  links_.send(link, frame);
}

void SeenHeads::tell() {
  if (!behind_.empty()) {
    for (const SessionId id : std::vector<SessionId>(behind_.begin(), behind_.end())) {
      Link* link = links_.find(id);
      if (link != nullptr && link->ready && link->peer_log && caught_up(link->peer)) send(*link);
    }
  }
  if (looks_.empty()) return;
  for (const SessionId id : std::vector<SessionId>(looks_.begin(), looks_.end())) {
    Link* link = links_.find(id);
    if (link != nullptr && link->seen->look_at > effects_.now().mono) continue;
    looks_.erase(id);
    if (link == nullptr || !link->peer_log) continue;
    link->seen->look_at.reset();
    const auto seen = largest(*link->peer_log);
    if (seen && seen->head.size > std::max(link->seen->told, link->seen->shown)) send(*link);
  }
}

MonoTime SeenHeads::next_timer() const {
  MonoTime next = MonoTime::max();
  for (const SessionId id : looks_) {
    if (const Link* link = links_.find(id); link != nullptr && link->seen->look_at)
      next = std::min(next, *link->seen->look_at);
  }
  for (const SessionId id : behind_) {
    if (const Link* link = links_.find(id); link != nullptr)
      next = std::min(next, std::max(waits_until(link->peer), effects_.now().mono));
  }
  return next;
}

void SeenHeads::forget(Link& link) {
  if (unfollowed_.erase(link.id) > 0) {
    awaited_.reset();
    waited_[link.peer] += effects_.now().mono - link.seen->ready_at;
  }
  behind_.erase(link.id);
  looks_.erase(link.id);
}

}  // namespace koinon::engine
