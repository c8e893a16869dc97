#include "node/engine/standing.h"

#include <algorithm>
#include <utility>

namespace koinon::engine {

Standing::Standing(Effects& effects, Peers& peers, Logs& logs, Links& links, Holdings& holdings,
                   SeenHeads& seen)
    : effects_(effects),
      peers_(peers),
      logs_(logs),
      links_(links),
      holdings_(holdings),
      seen_(seen),
      twin_(effects, links) {
  const StandingConfig& config = effects_.config().standing;
  excused_.insert(config.without.begin(), config.without.end());
  question_.asked_at = effects_.now();
  if (own() == nullptr) return;
  rollback_.unanswered = config.restored;
  signs_ = config.mark == MarkSays::kAgrees && !config.restored;
  rollback_.at = config.rolled_back_at;
  if (config.mark == MarkSays::kBehind) {
    rollback_.unanswered = false;  // whatever was found out before: this is news
    rolled_back("this node's data folder is older than what it signed last");
  } else if (rollback_.unanswered) {
    if (rollback_.at.value == 0) keep_rollback();
    effects_.emit({Event::Kind::kRolledBack, {}, *logs_.own(), {}, "this node's store comes from a backup"});
  }
}

// None: an observer's.
const Log* Standing::own() const { return logs_.own() ? logs_.find(*logs_.own()) : nullptr; }

bool Standing::is_behind() const { return logs_.own() && seen_.largest_size(*logs_.own()).value > held(); }

bool Standing::may_serve_bodies(const LogId& log) const {
  return !logs_.is_own(log) || signs_ || !(pull_.under_way || rollback_.unanswered);
}

// --- what peers say ---

void Standing::on_seen(Link& link, const v1::Seen& seen) {
  const bool shaped = seen.root().size() == (seen.size() == 0 ? 0 : Hash::kSize);
  if (!shaped || seen.size() > limits::kMaxLogSize)
    return links_.end_for_lie(link, fail(Code::kMalformed, "a field of Seen is out of range", "seen"));
  if (own() == nullptr) return;
  Answer& answer = answer_of(link.peer);
  answer.brought = false;
  question_.heard.insert(link.peer);
  answer.recoveries = seen.recoveries();
  answer.size = TreeSize(seen.size());
  if (seen.size() > 0) answer.root = Hash::from(seen.root());
  answer.caught_up = seen.caught_up();
  if (seen.size() > 0) mark_holder(link.peer);
  note_return(link.peer);
  weigh(link.peer, answer);
}

// Nothing is said in it yet.
Standing::Answer& Standing::answer_of(const NodeKey& peer) {
  const auto [place, first] = answers_.try_emplace(peer);
  Answer& answer = place->second;
  answer.gone = false;
  answer.root.reset();
  if (first) answer.first_at = effects_.now().mono;
  return answer;
}

void Standing::take_brought(const NodeKey& peer, const std::optional<StoredHead>& head) {
  Answer& answer = answer_of(peer);
  answer.brought = answer.caught_up = true;
  answer.size = head ? head->size : TreeSize(0);
  if (head) answer.root = head->root;
  weigh(peer, answer);
}

// A claim against what we hold and know.
void Standing::weigh(const NodeKey& peer, Answer& answer) {
  const TreeSize known = seen_.largest_size(*logs_.own());
  const std::uint64_t recoveries = own()->state().keys.recoveries();  // what is of fewer is void
  if (!answer.root || answer.recoveries < recoveries) return answer.believe();
  if (answer.recoveries > recoveries || answer.size > known) return doubt(peer, answer);
  // We know of that head, and lack its entries: whoever has seen it may serve them.
  if (answer.size.value > held()) {
    answer.believe();
    return ask_to_show(peer);
  }
  if (answer.size == own()->held()) {
    return *answer.root == own()->state().range.root() ? answer.believe() : doubt(peer, answer);
  }
  if (answer.same == std::pair(answer.size, *answer.root)) return answer.believe();
  read_root(peer, answer);
}

void Standing::read_root(const NodeKey& peer, Answer& answer) {
  if (std::exchange(answer.reading, true)) return;
  effects_.ask(ReadRoot{*logs_.own(), answer.size},
               [this, peer, size = answer.size, root = *answer.root](const Result<Hash>& read) {
                 const auto it = answers_.find(peer);
                 if (it == answers_.end()) return;
                 Answer& now = it->second;
                 now.reading = false;
                 if (now.size != size || now.root != root) return weigh(peer, now);
                 if (read.ok() && *read != root) return doubt(peer, now);
                 now.believe();
                 now.same.emplace(size, root);
               });
}

void Standing::doubt(const NodeKey& peer, Answer& answer) {
  if (!answer.doubted_since) {
    Doubt& doubt = question_.doubts.try_emplace(peer, Doubt{effects_.now().mono}).first->second;
    if (std::exchange(doubt.broken, false) && doubt.breaks <= limits::kShowAgain)
      doubt.since = effects_.now().mono;
    answer.doubted_since = doubt.since;
  }
  ask_to_show(peer);
}

void Standing::ask_to_show(const NodeKey& peer) {
  Link* link = links_.with_peer(peer);
  if (link == nullptr || !link->ready || !link->standing->requests.empty()) return;
  v1::Frame frame;
  auto* request = frame.mutable_get_heads();
  request->set_request_id(effects_.next_request());
  request->add_log_ids(logs_.own()->bytes());
  link->standing->requests.insert(request->request_id());
  links_.send(*link, frame);
  // Frames keep their order: whoever answers the ping has had the request.
  v1::Frame behind;
  link->standing->ping = effects_.next_request();
  link->standing->passed_over = false;
  behind.mutable_ping()->set_nonce(link->standing->ping);
  links_.send(*link, behind);
}

void Standing::on_pong(Link& link, const v1::Pong& pong) {
  LinkStanding& asked = *link.standing;
  if (asked.ping == 0 || pong.nonce() != asked.ping) return;
  asked.ping = 0;
  asked.passed_over = !asked.requests.empty();
}

bool Standing::take_heads(Link& link, std::uint64_t request_id) {
  return link.standing->requests.erase(request_id) > 0;
}

void Standing::note_head(const NodeKey& peer, const StoredHead& head, SessionId source) {
  mark_holder(peer);
  if (head.size.value > held() && !is_behind()) pull_.shown_by = peer;
  if (head.size > seen_.largest_size(*logs_.own())) question_.doubts.erase(peer);
  seen_.note({*logs_.own(), own()->state().keys.recoveries(), head}, source);
  const auto answer = answers_.find(peer);
  if (answer == answers_.end() || head.size < answer->second.size) return;
  answer->second.believe();
}

void Standing::look(Link& link) {
  if (own() == nullptr) return;
  const auto known = holdings_.of(link, *logs_.own());
  if (known && known->value > 0) mark_holder(link.peer);
}

// While we ask, those peers have held our log that had held it before. Whoever fetches it meanwhile knows no
// more than we do: what it says is no reason to sign, nor after another start.
void Standing::mark_holder(const NodeKey& peer) {
  const PeerRecord* record = peers_.find(peer);
  if (record == nullptr || !record->log || record->held_ours) return;
  question_.new_holders.insert(peer);
  if (signs_) keep_new_holders();
}

// The operator's word for it was given until then.
void Standing::note_return(const NodeKey& peer) {
  if (excused_.erase(peer) == 0) return;
  effects_.ask(CommitExcused{{excused_.begin(), excused_.end()}});
}

// What a rollback has lost shows a twin, too, if a peer keeps it back at first. So the word of a few counts
// for a while only, if more than half of all have answered and know nothing of a twin. Who holds our log
// since this question counts: it sees a twin as well as any.
bool Standing::has_twin() {
  if (!twin_.is_accused()) return false;
  const MonoTime until = twin_.accused_at() + effects_.config().standing.wait;
  if (effects_.now().mono < until) {
    wake_at(until);
    return true;
  }
  std::size_t awaited = 0;
  std::size_t deny = 0;
  for (const auto& [key, peer] : peers_.all()) {
    if (!is_awaited(peer) && (excused_.contains(key) || !question_.new_holders.contains(key))) continue;
    ++awaited;
    const auto answer = answers_.find(key);
    if (answer != answers_.end() && counts(answer->second) && !answer->second.brought && !twin_.accuses(key))
      ++deny;
  }
  return awaited > 0 && 2 * deny <= awaited;
}

// It may come back and show what it claims.
void Standing::note_gone(const NodeKey& peer) {
  const auto answer = answers_.find(peer);
  if (answer == answers_.end() || !answer->second.doubted_since || answer->second.at_fault) return;
  answer->second.gone = true;
  if (const auto doubt = question_.doubts.find(peer); doubt != question_.doubts.end()) {
    doubt->second.broken = true;
    ++doubt->second.breaks;
  }
}

// --- what else is known ---

void Standing::ask_anew(const std::string& why) {
  told_.any = false;
  if (own() == nullptr) return;
  signs_ = false;
  answers_.clear();
  begin_question();
  // Peers say with their Hello what they saw.
  for (const SessionId id : links_.ids()) {
    if (Link* link = links_.find(id); link != nullptr)
      links_.end(*link, v1::ERROR_CODE_SHUTTING_DOWN, fail(Code::kUnavailable, why));
  }
}

void Standing::begin_question() {
  ++question_.number;
  question_.asked_at = effects_.now();
  question_.knocked = question_.alone = question_.answered = false;
  question_.doubts.clear();
  question_.heard.clear();
  // Who is here says again what it sees; what was carried here says nothing of this question.
  std::erase_if(answers_, [](const auto& answer) { return answer.second.brought; });
}

// What peers said before was said to a store of which this was not known.
void Standing::epoch_lost(const std::string& why, const NodeKey& peer) {
  signs_ = false;
  answers_.clear();
  begin_question();
  rolled_back(why, peer);
}

void Standing::rolled_back(const std::string& why, const NodeKey& peer) {
  effects_.emit({Event::Kind::kRolledBack, peer, logs_.own().value_or(LogId()), {}, why});
  if (own() == nullptr) return;
  if (std::exchange(signs_, false)) begin_question();
  if (!rollback_.is_found()) keep_rollback();
}

void Standing::take_word(const std::vector<NodeKey>& without, bool alone) {
  for (const NodeKey& peer : without) {
    if (peers_.find(peer) != nullptr) excused_.insert(peer);
    twin_.excuse(peer);
  }
  question_.alone = question_.alone || alone;
  if (!without.empty()) effects_.ask(CommitExcused{{excused_.begin(), excused_.end()}});
}

void Standing::forget_peer(const NodeKey& peer) {
  answers_.erase(peer);
  question_.doubts.erase(peer);
  question_.new_holders.erase(peer);
  twin_.forget(peer);
  if (excused_.erase(peer) > 0) effects_.ask(CommitExcused{{excused_.begin(), excused_.end()}});
}

// --- deciding ---

void Standing::check_doubts() {
  for (auto one = answers_.begin(); one != answers_.end();) {
    auto& [peer, answer] = *one;
    if (!answer.doubted_since || answer.at_fault) {
      ++one;
      continue;
    }
    const MonoTime until = *answer.doubted_since + limits::kShowWait;
    if (until > effects_.now().mono) {
      wake_at(until);
      ++one;
    } else if (answer.gone) {
      one = answers_.erase(one);  // it has not answered
    } else {
      // Who says nothing has not answered: its line may be slow. Then it is awaited like one that is away.
      answer.late = !has_shown_nothing(peer);
      if (!answer.late) find_at_fault(peer, answer);
      ++one;
    }
  }
}

// It was asked for the head that it claims, and has answered without it, or passed the question over.
bool Standing::has_shown_nothing(const NodeKey& peer) const {
  const Link* link = links_.with_peer(peer);
  if (link == nullptr || !link->ready || link->unverified > 0) return false;
  return link->standing->requests.empty() || link->standing->passed_over;
}

void Standing::find_at_fault(const NodeKey& peer, Answer& answer) {
  answer.at_fault = true;
  const auto doubt = question_.doubts.find(peer);
  if (doubt != question_.doubts.end() && std::exchange(doubt->second.told, true)) return;
  effects_.emit({Event::Kind::kCannotShow, peer, *logs_.own(), answer.size,
                 "it claims a head of our log with " + std::to_string(answer.size.value) +
                     " entries, and does not show it"});
}

// An answer of who never says that it has caught up counts once every honest node has.
bool Standing::counts(const Answer& answer) const {
  if (answer.at_fault) return true;
  if (answer.reading || answer.doubted_since) return false;
  return answer.caught_up || effects_.now().mono - answer.first_at >= limits::kSigningWait;
}

// After a rollback nobody knows who has held what came since.
bool Standing::may_hold_ours(const PeerRecord& peer) const {
  return peer.log && (peer.held_ours || rollback_.unanswered);
}

// Whether what peers and the operator say suffices; the view says what is missing.
bool Standing::has_enough(StandingView& view) {
  const MonoTime now = effects_.now().mono;
  const std::chrono::milliseconds wait = effects_.config().standing.wait;
  std::size_t holders = 0;
  std::size_t awaited = 0;
  bool doubted = false;
  bool missing = false;  // a city that is pinned and may come at once
  for (auto& [key, answer] : answers_) {
    doubted = doubted || answer.reading || (answer.doubted_since && !answer.at_fault && !answer.late);
    question_.answered = question_.answered || counts(answer);
    if (!answer.caught_up && answer.first_at + limits::kSigningWait > now)
      wake_at(answer.first_at + limits::kSigningWait);
  }
  for (const auto& [key, peer] : peers_.all()) {
    const auto answer = answers_.find(key);
    const bool silent = peer.log && answer == answers_.end() && !excused_.contains(key);
    missing = missing || silent;
    holders += may_hold_ours(peer) ? 1 : 0;
    if (!is_awaited(peer)) continue;
    ++awaited;
    if (answer != answers_.end() && counts(answer->second)) {
      ++view.answered;
    } else {
      view.waits_for.push_back(key);
    }
  }
  const MonoTime fewer = question_.asked_at.mono + wait;
  const bool waited = now >= fewer;
  if (!waited) {
    wake_at(fewer);
    view.fewer_after = UnixMillis{question_.asked_at.wall.value + wait.count()};
  }
  // A store that was made anew from the keys alone has no beginning to sign on from.
  if (rollback_.unanswered && (held() == 0 || !rollback_.kept)) return false;
  // A hint is looked into first: that takes kShowWait at most.
  if (doubted) return false;
  // The operator's standing word for a node whom nobody can answer. It does not answer a proof.
  if (effects_.config().standing.alone && !rollback_.unanswered) return true;
  const MonoTime reach = question_.asked_at.mono + limits::kReachWait;
  if (holders > 0) {
    if (view.waits_for.empty() && !waited &&
        (rollback_.unanswered ? question_.knocked : missing && now < reach)) {
      if (!rollback_.unanswered) wake_at(reach);
      return false;
    }
    if (view.waits_for.empty()) return true;
    return waited && view.answered > 0 && 2 * view.answered > awaited;
  }
  if (question_.alone) return true;
  view.needs_word = rollback_.unanswered || (question_.knocked && !question_.answered);
  if (view.needs_word) view.fewer_after.reset();
  return waited && !view.needs_word;
}

// Whether a larger head of ours is known, and how its entries come.
void Standing::follow_log() {
  const MonoTime now = effects_.now().mono;
  const bool behind = is_behind();
  if (behind && !std::exchange(pull_.under_way, true)) {
    pull_.from = pull_.held = TreeSize(own()->whole_size());
    pull_.progress_at = now;
    if (!rollback_.is_found()) rolled_back("a peer has shown a head of our log that our store does not have");
  }
  if (behind) signs_ = false;
  if (pull_.under_way && pull_.held != own()->held()) {
    pull_.held = own()->held();
    pull_.progress_at = now;
  }
  if (behind || !std::exchange(pull_.under_way, false)) return;
  effects_.emit({Event::Kind::kCameBack, pull_.shown_by, *logs_.own(), own()->held(),
                 "our own log was pulled back from " + std::to_string(pull_.from.value) + " to " +
                     std::to_string(own()->held().value) +
                     " entries; texts that no peer has are named in a line of their own"});
  for (auto& [peer, answer] : answers_) {
    weigh(peer, answer);
  }
}

StandingView Standing::decide() {
  StandingView view;
  if (own() == nullptr) {
    view.state = SigningState::kSigns;
    return view;
  }
  follow_log();
  check_doubts();
  view.held = TreeSize(own()->whole_size());
  view.pulls_back = pull_.under_way && !own()->state().frozen;
  for (const auto& [peer, answer] : answers_) {
    if (answer.at_fault) view.cannot_show.push_back(peer);
  }
  if (own()->state().frozen) {
    view.state = SigningState::kForked;
  } else if (const bool lacks_key = logs_.lacks_own_key(); lacks_key || has_twin()) {
    signs_ = false;
    view.state = lacks_key ? SigningState::kStopsForGood : SigningState::kTwin;
  } else if (pull_.under_way) {
    view.state = SigningState::kBehind;
    say_what_is_shown(view);
    const MonoTime until = pull_.progress_at + limits::kPullBack;
    view.nobody_serves = effects_.now().mono >= until;
    if (!view.nobody_serves) wake_at(until);
  } else if (signs_ || has_enough(view)) {
    signs_ = true;
    keep_new_holders();
    if (std::exchange(rollback_.unanswered, false)) commit_rollback_anew();
    const std::vector<NodeKey> cannot_show = std::move(view.cannot_show);
    view = {};
    view.state = SigningState::kSigns;
    view.cannot_show = cannot_show;
  }
  view.rolled_back = rollback_.unanswered;
  view.rolled_back_at = rollback_.at;
  return view;
}

void Standing::review() {
  due_ = rollback_.kept ? MonoTime::max() : rollback_.retry_at;
  commit_rollback();
  if (twin_.take_displaced(due_)) ask_anew("another node took the place of this one at a peer");
  StandingView view = decide();
  if (std::exchange(told_.any, true) && view == told_.view) return;
  told_.view = std::move(view);
  effects_.emit({Event::Kind::kStanding, {}, logs_.own().value_or(LogId()), told_.view.held, {}});
}

}  // namespace koinon::engine
