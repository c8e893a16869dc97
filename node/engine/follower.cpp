#include "node/engine/follower.h"

#include <utility>

namespace koinon::engine {
namespace {

// What a head offers, if it is what its checkpoint says. `told`: the keys under which it was verified, where
// they are not those that we had.
Offer offer_of(const ShownHead& shown, const Checkpoint& checkpoint,
               const std::optional<KeyHistory>& told = std::nullopt) {
  return {shown.log,
          shown.keys.identity(),
          {checkpoint.size, checkpoint.root, shown.note},
          shown.source,
          shown.row,
          (told ? *told : shown.keys).changes().size(),
          (told ? *told : shown.keys).recoveries()};
}

// Whether a head comes with statements that we have not, or says that there are some. A recovery may leave
// fewer than there were.
bool states_more(const v1::Head& head, const KeyHistory& ours) {
  const auto& changes = ours.changes();
  if (head.statements_size() == 0) return head.stated() > changes.size();
  for (int i = 0; i < head.statements_size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (at >= changes.size() || changes[at].note != head.statements(i)) return true;
  }
  return false;
}

// Whether a key may have signed it that statements bring which did not come with it: its source may believe
// that we have them, and we have others.
bool may_be_stated(const ShownHead& shown, const Error& error) {
  return error.code == Code::kBadSignature && shown.statements.empty() && shown.stated > 0;
}

// What a checkpoint says, its signature not yet looked at.
Result<Checkpoint> peek(BytesView note) {
  KOINON_ASSIGN(const SignedNote parsed, parse_note(note));
  return parse_checkpoint_text(parsed.text);
}

}  // namespace

Follower::Follower(Effects& effects, Peers& peers, Logs& logs, Links& links, Holdings& holdings,
                   Intake& intake, Standing& standing, SeenHeads& seen, HeadAsks& asks, Cursors& cursors,
                   Offers& offers, Fetcher& fetcher, Forks& forks, Bodies& bodies, News& news)
    : effects_(effects),
      peers_(peers),
      logs_(logs),
      links_(links),
      holdings_(holdings),
      intake_(intake),
      standing_(standing),
      seen_(seen),
      asks_(asks),
      cursors_(cursors),
      offers_(offers),
      fetcher_(fetcher),
      forks_(forks),
      bodies_(bodies),
      news_(news) {}

// --- heads ---

void Follower::on_heads(Link& link, const v1::Heads& heads) {
  if (static_cast<std::size_t>(heads.heads_size()) > limits::kHeadsPerFrame) {
    return links_.end_for_lie(link, fail(Code::kTooLarge, "a frame carries at most 256 heads", "heads"));
  }
  if (!take_request(link, heads)) {
    return links_.end_for_lie(link,
                              fail(Code::kMalformed, "heads came that were not asked for", "request_id"));
  }
  link.counts.heads_in += static_cast<std::uint64_t>(heads.heads_size());
  std::vector<ShownHead> unverified;
  for (const auto& head : heads.heads()) {
    const bool news = heads.request_id() == 0;
    if (news && asks_whose(link, head)) continue;
    auto shown = read_head(link, head, news);
    if (!shown.ok()) return links_.end_for_lie(link, shown.error());
    if (*shown) {
      unverified.push_back(std::move(**shown));
    } else {
      asks_.settle(link.peer, LogId::from(head.log_id()));
    }
  }
  if (unverified.empty()) return cursors_.save(link);
  verify(link, std::move(unverified));
}

// Heads are news, or answer a GetHeads or Get, which is open no longer. False if they are neither.
bool Follower::take_request(Link& link, const v1::Heads& heads) {
  const std::uint64_t request_id = heads.request_id();
  if (request_id == 0 || standing_.take_heads(link, request_id) || asks_.on_heads(link, heads)) return true;
  if (link.given_up.contains(request_id)) {
    fetcher_.on_late(link, request_id, true);
    return true;
  }
  return fetcher_.on_heads(link, request_id);
}

// A head of a log that we follow and do not know, which does not say whose it is, or leaves out statements
// that we have not: the peer believes that we hold the log, since we did once. Then the log is asked for by
// name, once in a session.
bool Follower::asks_whose(Link& link, const v1::Head& head) {
  if (head.log_id().size() != LogId::kSize) return false;
  const LogId log = LogId::from(head.log_id());
  const bool says_whose = logs_.find(log) != nullptr || head.has_identity();
  if (!logs_.admits(log) || (says_whose && !lacks_statements(head))) return false;
  asks_.ask_whose(link, log, head.stated());
  return true;
}

// Nothing where policy refuses the log or we hold it already; an error where the peer broke a rule. The row
// that a head names stays open, and the cursor behind it, until what it offers is settled; only heads that
// come `in_journal`, in its order, say that the rows before them are done.
Result<std::optional<ShownHead>> Follower::read_head(Link& link, const v1::Head& head, bool in_journal) {
  if (head.log_id().size() != LogId::kSize)
    return fail(Code::kMalformed, "it has not 32 bytes", "head.log_id");
  if (head.checkpoint().size() > limits::kHeadNoteBytes) {
    return fail(Code::kTooLarge, "a head's checkpoint has at most 32 KiB", "head.checkpoint");
  }
  const std::optional<ShownHead> nothing;
  ShownHead shown;
  shown.log = LogId::from(head.log_id());
  shown.source = link.id;
  shown.note = head.checkpoint();
  shown.row = JournalSeq(head.journal_seq());
  if (in_journal) cursors_.pass(link, shown.row);
  const Log* known = logs_.find(shown.log);
  // What a peer signed is remembered though its log be blocked, or removed: whose log is not admitted need
  // not say its identity.
  const bool is_known = (known != nullptr && known->has_identity()) || head.has_identity();
  if (!logs_.admits(shown.log) && !(is_known && peers_.is_peers(shown.log))) return nothing;
  if (known != nullptr) {
    // If a recovery thaws it, a statement comes with that; if the operator does, heads are asked for anew.
    if (known->state().frozen && !states_more(head, known->state().keys)) return nothing;
    const auto& whole = known->state().whole;
    if (whole && whole->note == head.checkpoint()) {
      if (!logs_.is_own(shown.log)) holdings_.set(link, shown.log, whole->size);
      return nothing;
    }
  }
  if (!is_known) return nothing;
  if (!logs_.admits(shown.log) && lacks_statements(head)) return nothing;
  KOINON_TRY(fill_keys(shown, head, known));
  cursors_.open(link, shown.log, shown.row);
  return std::optional<ShownHead>(std::move(shown));
}

// It says that there are more statements than we have, and does not show them.
bool Follower::lacks_statements(const v1::Head& head) const {
  if (head.stated() == 0 || head.statements_size() > 0) return false;
  return head.stated() > logs_.statements_of(LogId::from(head.log_id())).size();
}

Status Follower::fill_keys(ShownHead& shown, const v1::Head& head, const Log* known) const {
  if (static_cast<std::size_t>(head.statements_size()) > limits::kStatements ||
      head.stated() > limits::kStatements)
    return fail(Code::kTooLarge, "a log has at most 64 statements", "head.statements");
  shown.statements.assign(head.statements().begin(), head.statements().end());
  shown.stated = head.stated();
  if (known != nullptr && known->has_identity()) {
    shown.keys = known->state().keys;
    return {};
  }
  KOINON_ASSIGN(const LogIdentity identity, read_identity(head.identity(), shown.log));
  shown.keys = logs_.keys_of(shown.log, identity);
  return {};
}

void Follower::verify(Link& link, std::vector<ShownHead> heads) {
  VerifyHeads intent;
  for (const ShownHead& head : heads) intent.items.push_back({head.keys, head.note, head.statements});
  link.unverified += heads.size();
  effects_.ask(std::move(intent),
               [this, id = link.id, heads = std::move(heads)](const Result<HeadsVerified>& answer) {
                 on_verified(id, heads, answer);
               });
}

void Follower::on_verified(SessionId source, const std::vector<ShownHead>& heads,
                           const Result<HeadsVerified>& answer) {
  Link* link = links_.find(source);
  if (link == nullptr) return remember(source, heads, answer);
  link->unverified -= heads.size();
  if (!answer.ok()) return;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Result<HeadVerified>& head = (*answer)[i];
    if (!head.ok() && may_be_stated(heads[i], head.error())) {
      asks_.ask_whose(*link, heads[i].log, heads[i].stated);
      cursors_.settle(source, heads[i].log, heads[i].row, false);
      continue;
    }
    if (!head.ok() && head.error().code != Code::kRefused) return links_.end_for_lie(*link, head.error());
    if (head.ok()) {
      consider(offer_of(heads[i], head->checkpoint, head->told), head->told);
    } else {
      cursors_.settle(source, heads[i].log, heads[i].row);
    }
  }
  cursors_.save(*link);
}

// The session has ended meanwhile; what was seen stays seen.
void Follower::remember(SessionId source, const std::vector<ShownHead>& heads,
                        const Result<HeadsVerified>& answer) {
  if (!answer.ok()) return;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const Result<HeadVerified>& head = (*answer)[i];
    if (!head.ok()) continue;
    if (head->told) news_.keys_told(heads[i].log, *head->told, {});
    const Offer offer = offer_of(heads[i], head->checkpoint, head->told);
    if (head->told && contradict_ours(offer, *head->told)) continue;
    if (has_word(offer)) seen_.note({offer.log, offer.recoveries, offer.head}, source);
  }
}

// A head whose signature verified. `told`: statements that came with it, and say another thing than those
// that we had when it came.
void Follower::consider(const Offer& offer, const std::optional<KeyHistory>& told) {
  Link* link = links_.find(offer.source);
  if (link == nullptr) return settle(offer);
  if (told) {
    if (logs_.admits(offer.log)) (void)log_of(offer);
    news_.keys_told(offer.log, *told, link->peer);
    if (contradict_ours(offer, *told)) return settle(offer);
  }
  if (!has_word(offer)) return settle(offer);
  const bool own = logs_.is_own(offer.log);
  if (own) {
    standing_.note_head(*link, offer.head);
  } else {
    seen_.note({offer.log, offer.recoveries, offer.head}, offer.source);
  }
  if (!logs_.admits(offer.log)) return settle(offer);
  Log& log = log_of(offer);
  // Of our own log a peer shows what it saw, held or not.
  if (!own) holdings_.note(*link, offer.log, offer.head.size);
  if (log.state().frozen || offer.head.size.value == 0 || forks_.freeze_if_forked(log, offer))
    return settle(offer);
  const bool awaited = offer.head.size <= log.held() && is_at_rest(log) && log.stands_unsigned();
  if (awaited && !log.recovering()) {
    offers_.keep(log, offer);
    return news_.head_awaited(log);
  }
  if (offer.head.size <= log.held() && !log.recovering()) return forks_.check_old_head(offer);
  if (offer.head.size.value > intake_.entries_quota() && !own) {
    if (!std::exchange(log.following->over_quota, true)) {
      effects_.notice(link->peer, log.state().identity().name + " claims " +
                                      std::to_string(offer.head.size.value) +
                                      " entries, more than this node takes of one log");
    }
    return settle(offer);
  }
  offers_.keep(log, offer);
  if (log.recovering()) return news_.head_awaited(log);
  if (!intake_.takes_more(log)) {
    fetcher_.rest(log);
    return bodies_.forget_transit(log);
  }
  fetcher_.schedule(log);
}

// Nothing of it is on its way here.
bool Follower::is_at_rest(const Log& log) const {
  return fetcher_.current(log) == nullptr && log.commits() == 0;
}

// Statements may have come while it was verified.
bool Follower::has_word(const Offer& offer) const {
  const KeyHistory keys = logs_.keys_of(offer.log, offer.identity);
  if (offer.recoveries != keys.recoveries()) return false;
  const auto good_until = keys.good_until(offer.stated);
  return !good_until || offer.head.size <= *good_until;
}

// The head is not what was seen of the log: by our statements no key of the log has signed it, and whoever is
// shown it with them, its author first, would take us for a liar. Where the operator lets the log go on, it
// does with our keys.
bool Follower::contradict_ours(const Offer& offer, const KeyHistory& told) const {
  return find_parting(logs_.keys_of(offer.log, offer.identity), told).has_value();
}

void Follower::settle(const Offer& offer) { cursors_.settle(offer.source, offer.log, offer.row); }

Log& Follower::log_of(const Offer& offer) {
  // Of a log that was frozen when we started nothing may be known but that.
  if (Log* known = logs_.find(offer.log); known != nullptr && known->has_identity()) return *known;
  Log& log = logs_.create(offer.identity, offer.log);
  news_.log_begun(offer.log);
  return log;
}

// --- cursors and pushes ---

void Follower::on_cursor(Link& link, const v1::Cursor& cursor) {
  cursors_.pass(link, JournalSeq(cursor.seq()));
  cursors_.save(link);
}

void Follower::on_push(Link& link, v1::Push push, std::size_t size) {
  ++link.counts.pushes_in;
  const bool asks = asks_whose(link, push.head());
  if (asks && logs_.find(LogId::from(push.head().log_id())) != nullptr) {
    links_.return_credit(link, size);
    return cursors_.save(link);
  }
  auto shown = read_head(link, push.head(), false);
  if (!shown.ok()) return links_.end_for_lie(link, shown.error());
  if (!*shown) {
    ++link.counts.duplicates_in;
    prune(link, LogId::from(push.head().log_id()));
    links_.return_credit(link, size);
    return cursors_.save(link);
  }
  const auto claimed = peek((*shown)->note);
  if (!claimed.ok()) return links_.end_for_lie(link, claimed.error());
  const Offer offer = offer_of(**shown, *claimed);
  if (!logs_.admits(offer.log)) {
    ++link.counts.duplicates_in;
    prune(link, offer.log);
    return verify_push_alone(link, std::move(**shown), size);
  }
  Log& log = log_of(offer);
  // What they say is looked at before its entries are.
  const bool news = !(*shown)->statements.empty() && (*shown)->statements != log.state().keys.notes();
  if (news) return verify_push_alone(link, std::move(**shown), size);
  if (!fetcher_.fits(link, log, offer.head, push.chunk()))
    return refuse_push(link, log, std::move(**shown), offer.head.size, size);
  const Status taken = fetcher_.take_push(link, log, offer, std::move(*push.mutable_chunk()), size);
  if (!taken.ok()) links_.end_for_lie(link, taken.error());
}

void Follower::refuse_push(Link& link, const Log& log, ShownHead shown, TreeSize claimed, std::size_t size) {
  if (fetcher_.comes_from_another(link, log, claimed) || intake_.rests(log)) {
    ++link.counts.duplicates_in;
    prune(link, log.id());
  }
  verify_push_alone(link, std::move(shown), size);
}

// Its head counts, its entries do not.
void Follower::verify_push_alone(Link& link, ShownHead shown, std::size_t size) {
  links_.return_credit(link, size);
  std::vector<ShownHead> alone;
  alone.push_back(std::move(shown));
  verify(link, std::move(alone));
}

void Follower::prune(Link& link, const LogId& log) {
  v1::Frame frame;
  frame.mutable_prune()->set_log_id(log.bytes());
  links_.send(link, frame);
}

}  // namespace koinon::engine
