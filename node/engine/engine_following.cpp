// Following a peer's journal: heads in, cursors kept, forks noticed.
#include <algorithm>
#include <utility>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {
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

// What a checkpoint says, its signature not yet looked at.
Result<Checkpoint> peek(BytesView note) {
  KOINON_ASSIGN(const SignedNote parsed, parse_note(note));
  return parse_checkpoint_text(parsed.text);
}

}  // namespace

std::uint64_t Engine::log_entries_quota() const {
  return config_.log_entries == 0 ? limits::kLogEntries : config_.log_entries;
}

// Ends a session whose peer sent what does not verify.
void Engine::lie(Now now, Session& session, const Error& error) {
  end_session(now, session, wire_code(error), error, true);
}

void Engine::ask_for(Session& session, const std::vector<LogId>& logs) {
  session.heads_to_ask.insert(logs.begin(), logs.end());
  send_head_requests(session);
}

// So many at a time: the answers to all at once may be more than the peer's queue takes.
void Engine::send_head_requests(Session& session) {
  auto& waiting = session.heads_to_ask;
  while (!waiting.empty() && session.head_requests.size() < limits::kOpenRequests / 2) {
    v1::Frame frame;
    auto* request = frame.mutable_get_heads();
    request->set_request_id(next_request_++);
    std::vector<LogId>& asked = session.head_requests[request->request_id()];
    while (!waiting.empty() && asked.size() < limits::kLogIdsPerRequest) {
      asked.push_back(*waiting.begin());
      waiting.erase(waiting.begin());
      request->add_log_ids(asked.back().bytes());
    }
    send(session, frame);
  }
}

// Nothing where policy refuses the log or we hold it already; an error where the peer broke a rule. The row
// that a head names stays open, and the cursor behind it, until the offer is settled; only heads that come
// `in_journal`, in its order, say that the rows before them are done.
Result<std::optional<Engine::Offer>> Engine::read_offer(Session& session, const v1::Head& head,
                                                        bool in_journal) {
  if (head.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "head.log_id");
  if (head.checkpoint().size() > limits::kHeadNoteBytes) {
    return fail(Code::kTooLarge, "a head's checkpoint has at most 4 KiB", "head.checkpoint");
  }
  Offer offer;
  offer.log = LogId::from(head.log_id());
  offer.source = session.id;
  offer.head.note = head.checkpoint();
  if (in_journal) session.passed = std::max(session.passed, JournalSeq(head.journal_seq()));
  if (!trust_.admits(offer.log)) return std::optional<Offer>();
  const auto known = logs_.find(offer.log);
  if (known != logs_.end()) {
    offer.identity = known->second->state.identity;
    if (known->second->state.frozen) return std::optional<Offer>();
    const auto& whole = known->second->state.whole;
    if (whole && whole->note == head.checkpoint()) {
      session.known[offer.log] = whole->size;
      return std::optional<Offer>();
    }
  } else {
    if (!head.has_identity()) {
      return fail(Code::kMalformed, "the first head of a log needs its identity", "head.identity");
    }
    KOINON_ASSIGN(offer.identity, read_identity(head.identity(), offer.log));
  }
  // A head without a row, or with an older one, settles nothing of the row that is open.
  offer.row = JournalSeq(head.journal_seq());
  const auto open = session.row_of.find(offer.log);
  if (open == session.row_of.end() ? offer.row.value > 0 : offer.row.value > open->second) {
    if (open != session.row_of.end()) session.open_rows.erase(open->second);
    session.row_of[offer.log] = offer.row.value;
    session.open_rows[offer.row.value] = offer.log;
  }
  return std::optional<Offer>(std::move(offer));
}

// Whether heads of this request are awaited. The answer to a Get says that the peer does not have the root
// that we asked for: its own head replaces its offer.
bool Engine::expected_heads(Now now, Session& session, const v1::Heads& heads) {
  const std::uint64_t request_id = heads.request_id();
  if (request_id == 0) return true;
  if (const auto asked = session.head_requests.find(request_id); asked != session.head_requests.end()) {
    std::set<BytesView> told;
    for (const auto& head : heads.heads()) told.insert(head.log_id());
    for (const LogId& log : asked->second) {
      if (!told.contains(log.view())) ask_settled(session.peer, log);
    }
    session.head_requests.erase(asked);
    send_head_requests(session);
    return true;
  }
  if (session.given_up.contains(request_id)) {
    late_answer(now, session, request_id, true);
    return true;
  }
  const auto get = session.gets.find(request_id);
  if (get == session.gets.end()) return false;
  Log& log = *logs_.at(get->second);
  session.gets.erase(get);
  abandon_fetch(now, log, true);
  start_fetches(now, session);
  return true;
}

void Engine::on_heads(Now now, Session& session, const v1::Heads& heads) {
  if (static_cast<std::size_t>(heads.heads_size()) > limits::kHeadsPerFrame) {
    return lie(now, session, fail(Code::kTooLarge, "a frame carries at most 256 heads", "heads"));
  }
  if (!expected_heads(now, session, heads)) {
    return lie(now, session, fail(Code::kMalformed, "heads came that were not asked for", "request_id"));
  }
  session.counts.heads_in += static_cast<std::uint64_t>(heads.heads_size());
  std::vector<Offer> offers;
  for (const auto& head : heads.heads()) {
    auto offer = read_offer(session, head, heads.request_id() == 0);
    if (!offer.ok()) return lie(now, session, offer.error());
    if (*offer) {
      offers.push_back(std::move(**offer));
    } else {
      ask_settled(session.peer, LogId::from(head.log_id()));
    }
  }
  if (offers.empty()) return save_cursor(now, session);
  verify_offers(now, session, std::move(offers));
}

void Engine::verify_offers(Now, Session& session, std::vector<Offer> offers) {
  VerifyHeads intent;
  for (const Offer& offer : offers) intent.items.push_back({offer.identity.vkey(), offer.head.note});
  session.unverified += offers.size();
  issue(std::move(intent),
        [this, offers = std::move(offers), id = session.id](Now then, Result<Answer> answer) {
          if (Session* live = find(id); live != nullptr) live->unverified -= offers.size();
          if (!answer.ok()) return;
          auto& verified = std::get<HeadsVerified>(*answer);
          for (std::size_t i = 0; i < offers.size(); ++i) {
            Session* live = find(id);
            if (live == nullptr) return;
            if (!verified[i].ok()) return lie(then, *live, verified[i].error());
            Offer offer = offers[i];
            offer.head.size = verified[i]->size;
            offer.head.root = verified[i]->root;
            consider(then, offer);
          }
          if (Session* live = find(id); live != nullptr) save_cursor(then, *live);
        });
}

void Engine::on_cursor(Now now, Session& session, const v1::Cursor& cursor) {
  session.passed = std::max(session.passed, JournalSeq(cursor.seq()));
  save_cursor(now, session);
}

// A push that begins where we end is a fetch already answered; any other counts as its head alone. One that
// brings nothing new takes the link to its sender out of the log's tree.
void Engine::on_push(Now now, Session& session, v1::Push push, std::size_t size) {
  ++session.counts.pushes_in;
  auto read = read_offer(session, push.head(), false);
  if (!read.ok()) return lie(now, session, read.error());
  if (!*read) {
    ++session.counts.duplicates_in;
    prune(session, LogId::from(push.head().log_id()));
    return_credit(session, size);
    return save_cursor(now, session);
  }
  Offer offer = std::move(**read);
  const auto head = peek(offer.head.note);
  if (!head.ok()) return lie(now, session, head.error());
  offer.head.size = head->size;
  offer.head.root = head->root;
  Log& log = log_of(offer);
  const std::uint64_t held = log.state.range.size().value;
  // A Get elsewhere that has brought nothing yet gives way to a push that continues the log, and to no other:
  // nobody has verified the push's head.
  const bool gives_way = log.fetch && log.fetch->source != session.id &&
                         log.fetch->next_chunk.value == held && log.fetch->target.size <= offer.head.size;
  const auto count = static_cast<std::uint64_t>(push.chunk().records_size());
  const bool fits = (gives_way || !log.fetch) && log.takes_entries() && own_log_ != offer.log &&
                    push.chunk().from() == held && count > 0 && head->size.value == held + count &&
                    head->size.value <= log_entries_quota() && takes_more(now, log) && !store_failed_;
  if (!fits) {
    const bool comes_already =
        log.fetch && log.fetch->source != session.id && log.fetch->target.size >= head->size;
    if (comes_already || log.rests_until) {
      ++session.counts.duplicates_in;
      prune(session, offer.log);
    }
    return_credit(session, size);
    std::vector<Offer> offers;
    offers.push_back(std::move(offer));
    return verify_offers(now, session, std::move(offers));
  }
  abandon_fetch(now, log, false);
  // Its signature is checked together with the run.
  keep_offer(log, offer);
  begin_fetch(now, log, offer, 0);
  const Status taken = take_chunk(now, log, std::move(*push.mutable_chunk()), size, offer.head.note);
  if (!taken.ok()) lie(now, session, taken.error());
}

Engine::Log& Engine::log_of(const Offer& offer) {
  auto& slot = logs_[offer.log];
  if (!slot) {
    slot = std::make_unique<Log>();
    slot->state.id = offer.log;
    slot->state.identity = offer.identity;
    claims_changed_.insert(offer.log);
    refile(offer.log);
  }
  return *slot;
}

// A head whose signature verified.
void Engine::consider(Now now, const Offer& offer) {
  Session* session = find(offer.source);
  if (session == nullptr || !trust_.admits(offer.log))
    return settle_row(now, offer.source, offer.log, offer.row);
  Log& log = log_of(offer);
  auto& known = session->known[offer.log];
  known = std::max(known, offer.head.size);
  if (log.state.frozen || offer.head.size.value == 0 || contradicts(now, log, offer)) {
    return settle_row(now, offer.source, offer.log, offer.row);
  }
  if (offer.head.size <= log.state.range.size()) return check_old_head(now, offer);
  if (offer.head.size.value > log_entries_quota() && own_log_ != offer.log) {
    if (!std::exchange(log.over_quota, true)) {
      notice(session->peer, log.state.identity.name + " claims " + std::to_string(offer.head.size.value) +
                                " entries, more than this node takes of one log");
    }
    return settle_row(now, offer.source, offer.log, offer.row);
  }
  if (own_log_ == offer.log) {
    emit({Event::Kind::kStopSigning, session->peer, offer.log, offer.head.size,
          "a peer holds " + std::to_string(offer.head.size.value) + " entries of our own log, we hold " +
              std::to_string(log.whole_size())});
    return settle_row(now, offer.source, offer.log, offer.row);
  }
  keep_offer(log, offer);
  if (!takes_more(now, log)) return rest(now, log);
  schedule_fetch(now, offer.log);
}

// Two signed heads of the same size with different roots are a fork, whatever we hold of the log.
bool Engine::contradicts(Now now, Log& log, const Offer& offer) {
  std::vector<const StoredHead*> heads;
  if (log.state.whole) heads.push_back(&*log.state.whole);
  if (log.state.seen) heads.push_back(&*log.state.seen);
  for (const auto& [source, other] : log.offers) {
    // A push's head is not verified before its run is.
    if (!log.fetch || log.fetch->request_id != 0 || log.fetch->source != source) heads.push_back(&other.head);
  }
  for (const StoredHead* head : heads) {
    if (head->size != offer.head.size || head->root == offer.head.root) continue;
    const Bytes note = head->note;
    keep_evidence(now, log, offer.head.size, {note, {}}, {offer.head.note, {}});
    return true;
  }
  return false;
}

// A head not larger than what we hold: equal to our tree at that size it says nothing new, different it is
// a fork.
void Engine::check_old_head(Now now, const Offer& offer) {
  const Log& log = *logs_.at(offer.log);
  if (log.state.whole && offer.head.size == log.state.whole->size) {
    return settle_row(now, offer.source, offer.log, offer.row);
  }
  // Until then it counts as unverified: what waits for the store is bounded with what waits for a check.
  if (Session* session = find(offer.source); session != nullptr) ++session->unverified;
  issue(ReadRoot{offer.log, offer.head.size}, [this, offer](Now then, const Result<Answer>& answer) {
    if (Session* session = find(offer.source); session != nullptr) --session->unverified;
    if (answer.ok() && std::get<Hash>(*answer) != offer.head.root) return old_head_differs(then, offer);
    settle_row(then, offer.source, offer.log, offer.row);
  });
}

// Its row is settled once the evidence is on its way to the store: the cursor, which follows it there, must
// not pass what could still be forgotten.
void Engine::old_head_differs(Now now, const Offer& offer) {
  const LogState& state = logs_.at(offer.log)->state;
  if (!state.seen) return settle_row(now, offer.source, offer.log, offer.row);
  // Ours is the prefix in the tree of `seen`, of which only `held` entries may be here.
  const TreeSize held = state.range.size();
  const StoredHead seen = *state.seen;
  const std::vector<Hash> outer = state.seen_right;
  issue(ReadProof{offer.log, EntryIndex(offer.head.size.value), 0, held}, [this, offer, held, seen, outer](
                                                                              Now then,
                                                                              const Result<Answer>& answer) {
    if (answer.ok()) {
      RunProof ours = std::get<RunProof>(*answer);
      ours.right = join_right(offer.head.size, held, seen.size, ours.right, outer);
      keep_evidence(then, *logs_.at(offer.log), offer.head.size, {seen.note, ours}, {offer.head.note, {}});
    }
    settle_row(then, offer.source, offer.log, offer.row);
  });
}

void Engine::keep_evidence(Now now, Log& log, TreeSize at, const SignedTree& ours, const SignedTree& theirs) {
  if (log.state.frozen) return;
  freeze(now, log, make_evidence(log.state.identity, at, ours, theirs), {});
}

void Engine::freeze(Now now, Log& log, const v1::Evidence& evidence, const NodeKey& teller) {
  const LogId id = log.state.id;
  log.state.frozen = true;
  refile(id);
  abandon_fetch(now, log, false);
  commit_evidence(
      id, evidence.SerializeAsString(),
      Event{Event::Kind::kForked, teller, id, TreeSize(evidence.at()),
            "two signed heads of " + log.state.identity.name + " contradict each other; its log is frozen"});
  // Nothing more is taken of it, so no cursor need wait for it once the evidence is kept.
  settle_offers(now, log);
}

// It makes a new row: with it everybody who follows us gets the evidence, the log's author too. Where the
// store is full it is given to it again, for it must never be forgotten. `event` is told once it is kept,
// or never will be.
void Engine::commit_evidence(const LogId& id, const Bytes& evidence, std::optional<Event> event) {
  EvidenceCommit commit;
  commit.log = id;
  commit.evidence = evidence;
  unkept_evidence_[id] = {evidence, std::move(event), false};
  issue(CommitEvidence{std::move(commit)}, [this, id, number = begin_commit()](Now then,
                                                                               const Result<Answer>& answer) {
    end_commit(then, number, id, answer.ok() ? std::get<RunStored>(*answer).journal_seq : JournalSeq(0));
    const bool again =
        !answer.ok() && (answer.error().code == Code::kDiskFull || answer.error().code == Code::kIo);
    if (again) {
      unkept_evidence_.at(id).refused = true;
      return fail_store(then, id, answer.error());
    }
    const Unkept kept = std::move(unkept_evidence_.extract(id).mapped());
    if (kept.event) emit(*kept.event);
    save_cursors(then);
    if (!answer.ok()) return fail_store(then, id, answer.error());
    for (auto& [session_id, session] : sessions_) {
      if (session->hello_received && session->peer_log == id) tell_evidence(*session, id);
    }
  });
}

// Evidence that a peer shows, of a log that is followed here, or of our own: what it proves it proves whoever
// shows it. One at a time of each session: what is false must not stand before what is true.
void Engine::on_evidence(Now now, Session& session, const v1::Evidence& evidence) {
  if (evidence.log_id().size() != LogId::kSize)
    return lie(now, session, fail(Code::kMalformed, "it has not 32 bytes", "evidence.log_id"));
  const LogId id = LogId::from(evidence.log_id());
  const auto it = logs_.find(id);
  if (it == logs_.end() || !trust_.admits(id)) return;
  session.told_evidence.insert(id);  // it has it
  if (it->second->state.frozen || !it->second->judging.insert(session.id).second) return;
  issue(VerifyEvidence{evidence},
        [this, id, evidence, source = session.id](Now then, const Result<Answer>& answer) {
          Log& log = *logs_.at(id);
          log.judging.erase(source);
          Session* live = find(source);
          if (!answer.ok()) {
            if (live != nullptr) lie(then, *live, answer.error());
            return;
          }
          if (!log.state.frozen) freeze(then, log, evidence, live == nullptr ? NodeKey() : live->peer);
        });
}

// Once a session for each log.
void Engine::tell_evidence(Session& session, const LogId& log) {
  if (!session.told_evidence.insert(log).second) return;
  issue(ReadEvidence{log}, [this, log, id = session.id](Now, const Result<Answer>& answer) {
    Session* live = find(id);
    if (live == nullptr) return;
    const bool is_kept = answer.ok() && !std::get<EvidenceRead>(*answer).evidence.empty();
    // It is on its way to the store yet: it is told once it is there.
    if (!is_kept) {
      live->told_evidence.erase(log);
      return;
    }
    v1::Frame frame;
    if (frame.mutable_evidence()->ParseFromString(std::get<EvidenceRead>(*answer).evidence.front()))
      send(*live, frame);
  });
}

// --- cursors ---

// The cursor that the peer's journal may be left at once the rows of `log` up to `row` are done. A later one
// of the same log is open still: its entries are yet to come.
std::optional<PeerCursor> Engine::cursor_after(const Session& session, const LogId& log,
                                               JournalSeq row) const {
  if (!unkept_evidence_.empty()) return std::nullopt;
  std::uint64_t seq = session.passed.value;
  for (const auto& [open_row, open_log] : session.open_rows) {
    if (open_log == log && open_row <= row.value) continue;
    seq = open_row - 1;
    break;
  }
  if (seq <= session.saved.value) return std::nullopt;
  return PeerCursor{session.peer, session.peer_journal, JournalSeq(seq)};
}

// `answered`: nothing remains to be asked of the peer about the log.
void Engine::settle_row(Now now, SessionId id, const LogId& log, JournalSeq row, bool answered) {
  Session* session = find(id);
  if (session == nullptr) return;
  const auto it = session->row_of.find(log);
  if (it != session->row_of.end() && it->second <= row.value) {
    session->open_rows.erase(it->second);
    session->row_of.erase(it);
  }
  // Of a log that rests more may be there than this row told of.
  const auto known = logs_.find(log);
  const bool rests = known != logs_.end() && known->second->rests_until;
  if (answered && !rests) ask_settled(session->peer, log);
  save_cursor(now, *session);
}

// The store holds the cursor: the peer's next session begins there.
void Engine::note_saved(Session& session, JournalSeq seq) {
  session.saved = std::max(session.saved, seq);
  peers_.at(session.peer).cursor = session.saved;
}

// Those that waited for evidence to be kept.
void Engine::save_cursors(Now now) {
  if (!unkept_evidence_.empty()) return;
  for (auto& [id, session] : sessions_) save_cursor(now, *session);
}

void Engine::save_cursor(Now, Session& session) {
  if (session.saving) return;
  const auto cursor = cursor_after(session, LogId(), JournalSeq());
  if (!cursor) return;
  session.saving = true;
  issue(CommitCursor{*cursor},
        [this, id = session.id, seq = cursor->seq](Now then, const Result<Answer>& answer) {
          Session* live = find(id);
          if (live == nullptr) return;
          live->saving = false;
          if (!answer.ok()) return;
          note_saved(*live, seq);
          save_cursor(then, *live);
        });
}

}  // namespace koinon
