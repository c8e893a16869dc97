#include "node/engine/engine.h"

#include "node/engine/parts.h"

namespace koinon {

using engine::Link;
using engine::Log;
using engine::Parts;

Engine::Engine(EngineConfig config, StoreState state, Now now) {
  const std::vector<AttachmentWant> wants = std::exchange(state.wants, {});
  const bool begun = state.epoch_begun;
  parts_ = std::make_unique<Parts>(std::move(config), std::move(state), now);
  if (!begun) parts_->epochs.begin_late();
  begin_policy();
  for (const auto& [id, log] : parts_->logs.all()) {
    parts_->bodies.relist(id);
    parts_->filtering.relist(id);
  }
  parts_->own_recovery.begin();
  if (const auto& own = parts_->logs.own(); own) parts_->cosigning.look_at(*own);
  parts_->recovery.resume();
  parts_->filtering.apply();
  for (const AttachmentWant& want : wants) parts_->files.want(want);
  parts_->settle();
}

Engine::~Engine() = default;

template <typename Handler>
void Engine::input(Now now, const Handler& handler) {
  parts_->effects.begin_input(now);
  handler();
  settle_links();
  parts_->settle();
  settle_links();
}

void Engine::settle_links() {
  while (const auto link = parts_->links.take_ended()) parts_->news.session_gone(*link);
}

// What the store says of policy, against what follows from its vouches now: the difference came about while
// this node was down, or was not written before it went down. A log that is admitted and not held may be one
// of these, too: its rows may have passed every cursor before the vouch for it counted.
void Engine::begin_policy() {
  Parts& p = *parts_;
  std::vector<LogId> readmitted;
  std::vector<LogId> unheld;
  const TrustChange change = p.admission.recompute();
  for (const LogId& id : change.added) {
    const Log* log = p.logs.find(id);
    if (log != nullptr && log->state().out_since) {
      readmitted.push_back(id);
    } else if (log == nullptr || (log->held().value == 0 && !log->state().frozen)) {
      unheld.push_back(id);
    }
  }
  if (!readmitted.empty()) p.asks.add_for_all(readmitted);
  p.asks.add_unheld(unheld);
  for (const LogId& id : change.added) p.news.enters_policy(id);
  for (const auto& [id, log] : p.logs.all()) {
    if (!p.logs.admits(id)) p.news.leaves_policy(id);
  }
  p.asks.forget_outside(p.trust);
}

void Engine::refresh_trust() { parts_->news.policy_changed(parts_->admission.recompute()); }

// --- inputs ---

void Engine::on_connected(Now now, SessionId session, NodeKey peer, bool dialled_by_us) {
  input(now, [&] { parts_->sessions.on_connected(session, peer, dialled_by_us); });
}

void Engine::on_bytes(Now now, SessionId session, BytesView bytes) {
  input(now, [&] {
    if (Link* link = parts_->links.find(session); link != nullptr) handle_bytes(*link, bytes);
  });
}

void Engine::on_sent(Now now, SessionId session, std::size_t bytes) {
  input(now, [&] {
    Link* link = parts_->links.find(session);
    if (link == nullptr) return;
    parts_->links.note_sent(*link, bytes);
    if (link->queued > limits::kSendQueueBytes) return;
    parts_->serving.pump(*link);
    parts_->broadcast.go_on(*link);
    parts_->cosigned_serving.go_on(*link);
  });
}

void Engine::on_closed(Now now, SessionId session, const std::string& why) {
  input(now, [&] {
    if (Link* link = parts_->links.find(session); link != nullptr) parts_->links.lost(*link, why);
  });
}

void Engine::on_completion(Now now, Completion completion) {
  input(now, [&] { parts_->effects.answer(std::move(completion)); });
}

void Engine::on_tick(Now now) {
  input(now, [&] {
    Parts& p = *parts_;
    if (now.mono >= p.admission.next_refresh()) {
      refresh_trust();
      p.admission.remove_expired();
    }
    for (const SessionId id : p.links.ids()) {
      if (Link* link = p.links.find(id); link != nullptr) check_timers(*link);
    }
    if (p.store.begin_try()) p.news.store_back();
    p.bodies.retry();
    wake_rested();
    p.files.run_timers();
    p.epochs.run_timers();
    p.own_recovery.run_timers();
    p.cosigned.run_timers();
    p.cosigning.run_timers();
  });
}

void Engine::on_own_head(Now now, const LogState& state, const std::vector<VouchFact>& vouches,
                         const std::vector<WithdrawalFact>& withdrawals) {
  input(now, [&] {
    Parts& p = *parts_;
    const bool first = !p.logs.is_own(state.id);
    p.trust.set_own(state.id);
    if (p.logs.find(state.id) == nullptr) p.admission.name_changed(state.id);
    Log& log = p.logs.advance_own(state);
    for (const VouchFact& vouch : vouches) p.trust.add_vouch(vouch);
    if (first || !vouches.empty()) refresh_trust();
    p.logs.relist(state.id);
    p.bodies.forget_erased(log, withdrawals);
    p.bodies.relist(state.id);
    p.filtering.relist(state.id);
    p.news.log_whole(log);
    p.news.commit_ended(p.journal.begin_commit(), state.id, state.journal_seq);
  });
}

void Engine::on_peer_added(Now now, const PeerRecord& peer) {
  input(now, [&] {
    parts_->peers.pin(peer);
    refresh_trust();
  });
}

void Engine::on_peer_removed(Now now, const NodeKey& key) {
  input(now, [&] {
    Parts& p = *parts_;
    if (Link* link = p.links.with_peer(key); link != nullptr) {
      p.links.end(*link, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kRefused, "the operator removed the peer"));
    }
    p.peers.unpin(key);
    p.standing.forget_peer(key);
    p.asks.forget_peer(key);
    refresh_trust();
  });
}

void Engine::on_blocked(Now now, const LogId& log, bool blocked) {
  input(now, [&] {
    parts_->trust.set_blocked(log, blocked);
    refresh_trust();
  });
}

void Engine::on_thawed(Now now, const LogId& log) {
  input(now, [&] { parts_->forks.look_again(log); });
}

void Engine::on_statements(Now now, const KeyHistory& told, const NodeKey& teller) {
  input(now, [&] { parts_->rotation.take(told, teller); });
}

void Engine::on_knock(Now now, const NodeKey& key) {
  input(now, [&] {
    if (parts_->peers.find(key) == nullptr) parts_->standing.note_knock();
  });
}

void Engine::on_resumed(Now now) {
  input(now, [&] {
    parts_->standing.ask_anew("this node's machine was stopped and goes on");
    parts_->epochs.begin_anew();
  });
}

void Engine::on_word(Now now, const std::vector<NodeKey>& without, bool alone) {
  input(now, [&] { parts_->standing.take_word(without, alone); });
}

Status Engine::on_answer(Now now, const BroughtAnswer& answer) {
  Status taken;
  input(now, [&] { taken = parts_->brought.take(answer); });
  return taken;
}

void Engine::on_cosigner(Now now, bool lost) {
  input(now, [&] { parts_->cosigning.set_lost(lost); });
}

std::optional<SigningQuestion> Engine::question() const { return parts_->brought.question(); }

void Engine::ask_reaches(Now now, const std::string& address) {
  input(now, [&] { parts_->reaches.ask(address); });
}

void Engine::on_dialled(Now now, const NodeKey& peer, v1::ReachOutcome outcome, const std::string& address) {
  input(now, [&] { parts_->reaches.on_dialled(peer, outcome, address); });
}

void Engine::want_file(Now now, const AttachmentWant& want) {
  input(now, [&] { parts_->files.want(want); });
}

void Engine::set_filter(Now now, BodyFilter filter) {
  input(now, [&] { parts_->filtering.set_filter(std::move(filter)); });
}

void Engine::shut_down(Now now) {
  input(now, [&] {
    Parts& p = *parts_;
    p.sessions.shut_down();
    for (const SessionId id : p.links.ids()) {
      Link& link = *p.links.find(id);
      p.broadcast.tell_last(link);
      p.links.end(link, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kUnavailable, "the node is shutting down"));
    }
  });
}

// --- frames ---

void Engine::handle_bytes(Link& link, BytesView bytes) {
  link.bytes_in += bytes.size();
  link.reader.feed(bytes);
  while (!link.ended) {
    std::size_t size = 0;
    auto frame = link.reader.next(&size);
    if (!frame.ok()) return parts_->links.end_for_lie(link, frame.error());
    if (!*frame) return;
    if (!parts_->sessions.on_frame(link, **frame, size)) continue;
    if ((*frame)->has_error()) {
      on_error_frame(link, (*frame)->error());
    } else {
      parts_->take(link, std::move(**frame), size);
    }
  }
}

void Engine::on_error_frame(Link& link, const v1::Error& error) {
  Parts& p = *parts_;
  const std::string text = engine::utf8_beginning(error.message(), limits::kErrorBytes);
  if (error.fatal()) {
    if (error.code() == v1::ERROR_CODE_DUPLICATE) p.standing.note_displaced(link);
    return p.links.end_by_peer(link, text);
  }
  // The end of an answer that we cancelled.
  if (link.given_up.contains(error.request_id())) return p.fetcher.on_late(link, error.request_id(), true);
  p.effects.notice(link.peer, "the peer says: " + text);
  p.on_refused(link, error.request_id());
}

// --- time ---

void Engine::check_timers(Link& link) {
  Parts& p = *parts_;
  if (const char* why = p.overdue(link); why != nullptr) {
    // When it is back, others are asked first.
    if (p.awaits_answers(link)) p.peers.note_slow(link.peer);
    return p.links.end(link, v1::ERROR_CODE_TIMEOUT, fail(Code::kUnavailable, why));
  }
  if (link.ready) p.run_timers(link);
}

void Engine::wake_rested() {
  const std::vector<LogId> awake = parts_->intake.wake();
  if (awake.empty()) return;
  parts_->asks.ask_again(awake);
  for (const LogId& id : awake) parts_->bodies.look_for(parts_->logs.at(id));
}

MonoTime Engine::next_tick() const {
  const Parts& p = *parts_;
  MonoTime next =
      std::min({p.admission.next_refresh(), p.store.retry_at(), p.files.next_timer(), p.bodies.next_retry(),
                p.intake.next_wake(), p.epochs.next_timer(), p.seen.next_timer(), p.standing.next_timer(),
                p.own_recovery.next_timer(), p.cosigned.next_timer(), p.cosigning.next_timer()});
  for (const auto& [id, link] : p.links.all()) next = std::min(next, p.next_timer(*link));
  return next;
}

// --- outputs, and the operator's eyes ---

std::vector<Output> Engine::take_outputs() { return parts_->effects.take_outputs(); }

std::vector<NameClaim> Engine::take_claims() { return parts_->admission.take_claims(); }

const TrustPolicy& Engine::trust() const { return parts_->trust; }

const StandingView& Engine::signing() const { return parts_->standing.view(); }

std::vector<SessionInfo> Engine::sessions() const {
  std::vector<SessionInfo> out;
  out.reserve(parts_->links.all().size());
  for (const auto& [id, link] : parts_->links.all()) {
    out.push_back({id, link->peer, link->dialled_by_us, link->ready, link->agent, link->bytes_in,
                   link->bytes_out, link->queued, link->counts, link->filter, link->wall_less_mono_ms});
  }
  return out;
}

bool Engine::shuns(Now now, const NodeKey& peer) const { return parts_->peers.shuns(peer, now.mono); }

const Conduct* Engine::conduct(const NodeKey& peer) const { return parts_->peers.conduct(peer); }

bool Engine::wants_bytes(Now now, SessionId session) const {
  const Link* link = parts_->links.find(session);
  if (link == nullptr) return true;
  const Conduct* known = conduct(link->peer);
  return link->unverified < limits::kUnverifiedHeads && (known == nullptr || known->may_send(now.mono));
}

std::size_t Engine::pending_intents() const { return parts_->effects.pending(); }

const LogState* Engine::log(const LogId& id) const {
  const Log* log = parts_->logs.find(id);
  return log == nullptr ? nullptr : &log->state();
}

TreeSize Engine::seen_size(const LogId& id) const { return parts_->seen.largest_size(id); }

JournalSeq Engine::peer_cursor(const NodeKey& peer) const {
  const PeerRecord* known = parts_->peers.find(peer);
  return known == nullptr ? JournalSeq() : known->cursor;
}

LogStanding Engine::standing(const LogId& id) const {
  LogStanding out = standing(id, std::nullopt);
  if (const Log* log = parts_->logs.find(id); log != nullptr) parts_->bodies.tell_all(out, *log);
  return out;
}

LogStanding Engine::standing(const LogId& id, std::optional<EntryIndex> body) const {
  const Parts& p = *parts_;
  LogStanding out;
  const Log* log = p.logs.find(id);
  if (log == nullptr) return out;
  out.frozen = log->state().frozen;
  out.for_good = out.frozen && p.forks.is_for_good(*log);
  out.thawed = !out.frozen && p.forks.has_thawed(id);
  out.over_quota = p.follower.is_over_quota(*log);
  out.bytes = log->state().bytes;
  out.bytes_allowed = p.logs.is_own(id) ? 0 : p.intake.bytes_quota(id);
  out.resting = p.intake.rests(*log);
  out.fetching = p.fetcher.current(*log) != nullptr;
  for (const auto& [source, offer] : p.offers.all(*log)) {
    if (const Link* link = p.links.find(source); link != nullptr) out.offered_by.push_back(link->peer);
  }
  out.held_by = p.holdings.of_log(id);
  if (body) p.bodies.tell(out, *log, *body);
  return out;
}

const BodyFilter& Engine::filter() const { return parts_->effects.filter(); }

std::vector<ReachStanding> Engine::reaches() const { return parts_->reaches.told(); }

std::optional<FileStanding> Engine::file(const AttachmentId& id) const { return parts_->files.standing(id); }

std::size_t Engine::bodies_missing() const { return parts_->bodies.missing(); }

const std::set<LogId>& Engine::frozen() const { return parts_->logs.frozen(); }

std::vector<LogId> Engine::for_good() const {
  std::vector<LogId> out;
  for (const LogId& id : frozen()) {
    if (parts_->forks.is_for_good(parts_->logs.at(id))) out.push_back(id);
  }
  return out;
}

std::vector<LogId> Engine::thawed() const {
  std::vector<LogId> out = parts_->forks.thawed();
  std::erase_if(out, [this](const LogId& log) { return frozen().contains(log); });
  return out;
}

std::string Engine::wrong_list() const {
  const Parts& p = *parts_;
  if (std::string list = p.logs.wrong_list(); !list.empty()) return list;
  if (std::string list = p.bodies.wrong_list(); !list.empty()) return list;
  if (std::string list = p.offers.wrong_list(p.logs); !list.empty()) return list;
  if (std::string list = p.fetcher.wrong_list(); !list.empty()) return list;
  if (p.filtering.has_wrong_list()) return "unfiltered";
  if (p.intake.has_wrong_list()) return "resting";
  return p.files.has_wrong_list() ? "files due" : "";
}

}  // namespace koinon
