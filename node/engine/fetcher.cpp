#include "node/engine/fetcher.h"

#include <algorithm>
#include <utility>

#include "crypto/proof.h"
#include "node/engine/record_messages.h"

namespace koinon::engine {

Fetcher::Fetcher(Effects& effects, StoreHealth& store, Peers& peers, Logs& logs, Links& links,
                 Journal& journal, Intake& intake, HeadAsks& asks, Cursors& cursors, Offers& offers,
                 News& news)
    : effects_(effects),
      store_(store),
      peers_(peers),
      logs_(logs),
      links_(links),
      journal_(journal),
      intake_(intake),
      asks_(asks),
      cursors_(cursors),
      offers_(offers),
      news_(news),
      lanes_(effects, store, logs, links) {}

// --- what to fetch ---

void Fetcher::schedule(Log& log) {
  if (store_.has_failed()) return;
  if (log.fetch->current) {
    share(log);
    if (!log.fetch->current || !is_stranded(log)) return;
    abandon(log);
  }
  if (!takes_entries(log)) return;
  const Offer* best = offers_.best(log);
  Link* link = best == nullptr ? nullptr : links_.find(best->source);
  if (link == nullptr) return;
  queue(*link, log.id());
  start(*link);
  if (log.fetch->current) share(log);
}

// Stripes of our own log are asked of everybody who has what is being fetched.
void Fetcher::share(Log& log) {
  if (!logs_.is_own(log.id())) return;
  std::vector<SessionId> sources;
  for (const auto& [source, offer] : offers_.all(log)) sources.push_back(source);
  for (const SessionId source : sources) {
    Link* link = links_.find(source);
    if (link == nullptr || !may_join(*link, log)) continue;
    queue(*link, log.id());
    start(*link);
  }
}

// Whether the link may bring a part of what is fetched of our own log.
bool Fetcher::offers_rest(const Link& link, const Log& log) const {
  const Fetch& fetch = *log.fetch->current;
  const Offer* offer = offers_.of(log, link.id);
  return offer != nullptr && offer->head.size >= fetch.target.size &&
         fetch.next.value < fetch.target.size.value &&
         (link.id == fetch.source || !peers_.is_slow(link.peer));
}

// What comes out of turn waits in memory, so nobody runs far ahead.
bool Fetcher::may_join(const Link& link, const Log& log) const {
  const Fetch* fetch = current(log);
  if (fetch == nullptr || !logs_.is_own(log.id()) || fetch->lanes.contains(link.id)) return false;
  const std::uint64_t ahead = limits::kStripesAhead * effects_.config().stripe;
  return fetch->next.value < fetch->range.size().value + ahead && offers_rest(link, log);
}

// Whoever was to bring the rest offers it no longer.
bool Fetcher::is_stranded(const Log& log) const {
  const Fetch& fetch = *log.fetch->current;
  if (!logs_.is_own(log.id()) || !fetch.lanes.empty() || fetch.next.value == fetch.target.size.value)
    return false;
  const auto& offers = offers_.all(log);
  return std::none_of(offers.begin(), offers.end(), [&](const auto& offer) {
    const Link* link = links_.find(offer.first);
    return link != nullptr && offers_rest(*link, log);
  });
}

// Once: a busy log is scheduled with each of its heads while it waits.
void Fetcher::queue(Link& link, const LogId& id) {
  if (!link.fetch->queued.insert(id).second) return;
  link.fetch->queue.push_back(id);
  queued_.insert(link.id);
}

void Fetcher::schedule_all() {
  std::set<LogId> offered;
  for (const auto& [id, link] : links_.all()) {
    const std::set<LogId>& offers = offers_.logs_of(*link);
    offered.insert(offers.begin(), offers.end());
    offered.insert(link->fetch->comes.begin(), link->fetch->comes.end());
  }
  for (const LogId& id : offered) schedule(logs_.at(id));
  lanes_.count_again();
}

void Fetcher::start(Link& link) {
  LinkFetch& fetch = *link.fetch;
  std::vector<LogId> passed;
  // What was given up is open until the peer says that it has ended.
  while (!fetch.queue.empty() && !store_.has_failed() &&
         fetch.gets.size() + link.given_up.size() < limits::kOpenRequests / 2 && intake_.has_room()) {
    const LogId id = fetch.queue.front();
    fetch.queue.pop_front();
    fetch.queued.erase(id);
    if (fetch.queue.empty()) queued_.erase(link.id);
    Log& log = logs_.at(id);
    if (may_grow(log)) {
      start_fetch(link, log);
    } else if (may_join(link, log)) {
      lanes_.ask(link, log);
    } else if (logs_.is_own(id)) {
      passed.push_back(id);
    }
  }
  for (const LogId& id : passed) schedule(logs_.at(id));
}

void Fetcher::start_fetch(Link& link, Log& log) {
  const Offer* newest = offers_.of(log, link.id);
  if (newest == nullptr || newest->head.size <= log.held()) return;
  begin(log, *newest);
  lanes_.ask(link, log);
}

void Fetcher::begin(Log& log, const Offer& offer) {
  Fetch fetch;
  fetch.generation = effects_.next_generation();
  fetch.source = offer.source;
  fetch.target = offer.head;
  fetch.row = offer.row;
  fetch.range = log.state().range;
  fetch.next = EntryIndex(log.held().value);
  log.fetch->current = std::move(fetch);
}

bool Fetcher::takes_entries(const Log& log) const {
  return log.commits() == 0 && !log.state().frozen && !log.removing() && !log.recovering();
}

Fetch Fetcher::end(Log& log) {
  Fetch ended = std::move(*log.fetch->current);
  log.fetch->current.reset();
  lanes_.end_all(log.id(), ended);
  return ended;
}

void Fetcher::abandon(Log& log) {
  if (!log.fetch->current) return;
  const Fetch fetch = end(log);
  for (const auto& [from, run] : fetch.verified) release(run.second.source, run.second.size);
}

// Whoever has failed is not to be asked for it again.
void Fetcher::give_up(Log& log, SessionId failed) {
  if (!log.fetch->current) return;
  // It has disturbed all who bring our own log, so for a while others are asked.
  const Link* link = links_.find(failed);
  if (logs_.is_own(log.id()) && link != nullptr) peers_.note_slow(link->peer);
  offers_.drop(log, failed);
  abandon(log);
}

bool Fetcher::rest_if_full(Log& log) {
  if (intake_.rests(log) || intake_.takes_more(log)) return false;
  rest(log);
  return true;
}

void Fetcher::rest(Log& log) {
  const LogId id = log.id();
  if (!intake_.rests(log)) {
    intake_.begin_rest(log);
    effects_.notice({}, intake_.why_it_rests(log));
  }
  const std::vector<Offer> offers = offers_.take(log);
  abandon(log);
  for (const Offer& offer : offers) {
    if (const Link* link = links_.find(offer.source); link != nullptr) asks_.add(link->peer, id);
    cursors_.settle(offer.source, id, offer.row, false);
  }
}

// --- answers ---

void Fetcher::on_chunk(Link& link, v1::Chunk chunk, std::size_t size) {
  if (link.given_up.contains(chunk.request_id())) {
    links_.return_credit(link, size);
    return on_late(link, chunk.request_id(), chunk.last());
  }
  const auto get = link.fetch->gets.find(chunk.request_id());
  if (get == link.fetch->gets.end())
    return links_.end_for_lie(link,
                              fail(Code::kMalformed, "a chunk came that was not asked for", "request_id"));
  Log& log = logs_.at(get->second);
  const bool last = chunk.last();
  if (last) link.fetch->gets.erase(get);
  const Lane& lane = log.fetch->current->lanes.at(link.id);
  const std::uint64_t next = lane.next.value + static_cast<std::uint64_t>(chunk.records_size());
  if (last != (next == lane.to.value))
    return links_.end_for_lie(
        link, fail(Code::kMalformed, "the last chunk does not end where the Get ends", "last"));
  const Status taken = take_chunk(log, link.id, std::move(chunk), size, Bytes());
  if (!taken.ok()) return links_.end_for_lie(link, taken.error());
  if (!last) return;
  if (logs_.is_own(log.id())) {
    lanes_.end_stripe(link, log);
    schedule(log);
  }
  start(link);
}

// Hands a chunk of the log's fetch to verification. `head_note`: a head whose signature is checked with it.
Status Fetcher::take_chunk(Log& log, SessionId source, v1::Chunk chunk, std::size_t size, Bytes head_note) {
  Fetch& fetch = *log.fetch->current;
  Lane& lane = fetch.lanes.at(source);
  const auto count = static_cast<std::uint64_t>(chunk.records_size());
  if (count == 0 || count > limits::kRecordsPerChunk || chunk.from() != lane.next.value ||
      count > lane.to.value - chunk.from()) {
    return fail(Code::kMalformed, "a chunk does not continue the one before it", "chunk");
  }
  VerifyRun intent;
  KOINON_ASSIGN(intent.proof.left, unpack_hashes(chunk.left(), "chunk.left"));
  KOINON_ASSIGN(intent.proof.right, unpack_hashes(chunk.right(), "chunk.right"));
  intent.keys = log.state().keys;
  intent.from = EntryIndex(chunk.from());
  intent.records = take_records(chunk);
  intent.size = fetch.target.size;
  intent.root = fetch.target.root;
  intent.head_note = std::move(head_note);
  // Of our own log all is wanted, whatever we want of others.
  if (!logs_.is_own(log.id())) intent.filter = effects_.filter();
  lane.next.value += count;
  lanes_.note_chunk(lane, source, size);
  intake_.begin(size);
  TakenChunk taken{fetch.generation, source, EntryIndex(chunk.from()), size, effects_.filter_number()};
  if (!intent.head_note.empty()) taken.pushed = fetch.target;
  taken.set_keys(log.state().keys);
  effects_.ask(std::move(intent), [this, id = log.id(), taken](Result<RunVerified> answer) {
    on_verified(logs_.at(id), taken, std::move(answer));
  });
  return {};
}

void Fetcher::release(SessionId source, std::size_t size) {
  intake_.end(size);
  if (Link* link = links_.find(source); link != nullptr) links_.return_credit(*link, size);
  for (const SessionId id : std::vector<SessionId>(queued_.begin(), queued_.end())) {
    if (Link* link = links_.find(id); link != nullptr) start(*link);
  }
}

void Fetcher::on_verified(Log& log, const TakenChunk& chunk, Result<RunVerified> answer) {
  const bool current = log.fetch->current && log.fetch->current->generation == chunk.generation;
  const bool lost = chunk.pushed && !is_good(log.state().keys, chunk);
  if (!answer.ok() || lost) {
    release(chunk.source, chunk.size);
    if (current) cursors_.settle(chunk.source, log.id(), log.fetch->current->row);
    if (current) give_up(log, chunk.source);
    Link* link = links_.find(chunk.source);
    const bool lies = link != nullptr && !answer.ok() && is_lie(chunk, answer.error());
    if (lies) links_.end_for_lie(*link, answer.error());
    if (link != nullptr && !answer.ok() && !lies)
      asks_.ask_whose(*link, log.id(), static_cast<std::uint32_t>(chunk.stated));
    return schedule(log);
  }
  if (chunk.pushed) news_.push_verified(log.id(), *chunk.pushed, chunk.source);
  if (!current) return release(chunk.source, chunk.size);
  log.fetch->current->verified.emplace(chunk.from.value, std::make_pair(std::move(*answer), chunk));
  commit_verified(log);
  lanes_.note_verified(log);
}

// Gives what continues the log to the store, in order.
void Fetcher::commit_verified(Log& log) {
  while (log.fetch->current) {
    Fetch& fetch = *log.fetch->current;
    const auto it = fetch.verified.find(fetch.range.size().value);
    if (it == fetch.verified.end()) return;
    RunVerified run = std::move(it->second.first);
    const TakenChunk chunk = it->second.second;
    fetch.verified.erase(it);
    if (run.left != fetch.range.hashes()) {
      news_.run_contradicts(log, run);
      return release(chunk.source, chunk.size);
    }
    commit(log, std::move(run), chunk);
  }
}

void Fetcher::commit(Log& log, RunVerified run, const TakenChunk& chunk) {
  Fetch& fetch = *log.fetch->current;
  const bool own = logs_.is_own(log.id());
  StoredRun stored = stored_run(effects_.config(), log.id(), fetch, run, chunk, own);
  Link* link = links_.find(chunk.source);
  if (link != nullptr) link->counts.records_in += run.records.size();
  if (link != nullptr && stored.is_last() && chunk.source == fetch.source)
    stored.cursor = cursors_.after(*link, log.id(), fetch.row);
  const std::uint64_t bytes = bytes_held(run.records);
  fetch.range = run.after;
  CommitRun intent;
  intent.run = run_commit(log.state(), fetch, std::move(run), effects_.now().wall);
  if (link != nullptr) intent.run.source = link->peer;
  intent.cursor = stored.cursor;
  intent.wants = stored.wants;
  intent.own = own;
  if (log.held().value == 0) asks_.store_unheld(log.id());
  logs_.begin_run(log);
  const std::uint64_t order = effects_.next_generation();
  stored.commit = journal_.begin_commit();
  effects_.ask(std::move(intent), [this, id = log.id(), order, bytes,
                                   stored = std::move(stored)](const Result<RunStored>& answer) {
    Log& grown = logs_.at(id);
    logs_.end_run(grown);
    if (answer.ok()) {
      intake_.count(grown, bytes);
      intake_.note_held(grown, order, answer->bytes);
    }
    news_.run_stored(grown, stored, answer);
  });
}

bool Fetcher::on_heads(Link& link, std::uint64_t request_id) {
  const auto get = link.fetch->gets.extract(request_id);
  if (get.empty()) return false;
  Log& log = logs_.at(get.mapped());
  give_up(log, link.id);
  // Others offer it as well, and are asked now: what these heads bring is kept behind them.
  schedule(log);
  start(link);
  return true;
}

void Fetcher::on_refused(Link& link, std::uint64_t request_id) {
  const auto get = link.fetch->gets.extract(request_id);
  if (get.empty()) return;
  Log& log = logs_.at(get.mapped());
  const Offer* offer = offers_.of(log, link.id);
  const Fetch& fetch = *log.fetch->current;
  const JournalSeq others = fetch.source == link.id ? fetch.row : JournalSeq(0);
  const JournalSeq row = offer == nullptr ? others : offer->row;
  give_up(log, link.id);
  asks_.add(link.peer, log.id());
  cursors_.settle(link.id, log.id(), row, false);
  schedule(log);
  start(link);
}

void Fetcher::on_late(Link& link, std::uint64_t request_id, bool last) {
  if (!last) return;
  link.given_up.erase(request_id);
  start(link);
}

// --- pushes ---

bool Fetcher::fits(const Link& link, Log& log, const StoredHead& head, const v1::Chunk& chunk) {
  const std::uint64_t held = log.held().value;
  const Fetch* other = current(log);
  const Lane* lane = other == nullptr ? nullptr : lanes_.of(log, other->source);
  const bool gives_way = other != nullptr && other->source != link.id && lane != nullptr &&
                         lane->next.value == held && other->target.size <= head.size;
  const auto count = static_cast<std::uint64_t>(chunk.records_size());
  return (gives_way || other == nullptr) && takes_entries(log) && !logs_.is_own(log.id()) &&
         chunk.from() == held && count > 0 && head.size.value == held + count &&
         head.size.value <= intake_.entries_quota() && intake_.takes_more(log) && !store_.has_failed();
}

Status Fetcher::take_push(Link& link, Log& log, const Offer& offer, v1::Chunk chunk, std::size_t size) {
  abandon(log);
  offers_.keep(log, offer);
  begin(log, offer);
  lanes_.take_push(link, log);
  return take_chunk(log, link.id, std::move(chunk), size, offer.head.note);
}

// --- steps of News::run_stored ---

bool Fetcher::extend(Log& log, const StoredRun& run) {
  if (run.after.size() <= log.held()) return false;
  logs_.extend(log, run.after, run.head, run.right);
  return true;
}

void Fetcher::advance(Log& log, const StoredRun& run) {
  if (!log.fetch->current || log.fetch->current->generation != run.generation) return;
  lanes_.note_progress(log);
  if (run.is_last()) end(log);
}

void Fetcher::run_failed(Log& log, const StoredRun& run, const Error& error) {
  if (log.fetch->current && log.fetch->current->generation == run.generation) abandon(log);
  if (!log.state().frozen) store_.note_failure(log.id(), error);
}

// --- links and time ---

void Fetcher::forget(Link& link) {
  queued_.erase(link.id);
  std::set<LogId> logs = offers_.logs_of(link);
  logs.insert(link.fetch->comes.begin(), link.fetch->comes.end());
  std::vector<LogId> affected;
  for (const LogId& id : logs) {
    Log& log = logs_.at(id);
    const bool comes = lanes_.of(log, link.id) != nullptr;
    if (comes || offers_.of(log, link.id) != nullptr) affected.push_back(id);
    offers_.drop(log, link.id);
    if (comes && logs_.is_own(id)) peers_.note_slow(link.peer);
    if (comes) abandon(log);
  }
  for (const LogId& id : affected) schedule(logs_.at(id));
}

void Fetcher::run_timers(Link& link) {
  if (effects_.now().mono < lanes_.next_timer(link)) return;
  give_up_slow(link, lanes_.trickling(link));
  lanes_.look_again(link);
}

void Fetcher::give_up_slow(Link& link, const std::vector<LogId>& slow) {
  if (slow.empty()) return;
  if (peers_.note_slow(link.peer))
    effects_.notice(link.peer, "a log came too slowly; for a while others are asked first");
  // What waits for its turn there may be had elsewhere as well.
  const std::deque<LogId> waiting = take_queue(link);
  for (const LogId& id : slow) abandon(logs_.at(id));
  for (const LogId& id : waiting) schedule(logs_.at(id));
  for (const LogId& id : slow) schedule(logs_.at(id));
}

std::string Fetcher::wrong_list() const {
  std::set<SessionId> queued;
  for (const auto& [id, link] : links_.all()) {
    const LinkFetch& fetch = *link->fetch;
    if (!fetch.queue.empty()) queued.insert(id);
    const std::set<LogId> in_queue(fetch.queue.begin(), fetch.queue.end());
    if (in_queue != fetch.queued || in_queue.size() != fetch.queue.size()) return "in queue";
  }
  return queued == queued_ ? lanes_.wrong_list() : "queued";
}

}  // namespace koinon::engine
