#include "node/engine/serving.h"

#include "node/engine/record_messages.h"
#include "proto/codec/entry.h"

namespace koinon::engine {
namespace {

// A signed statement of the longest name, with the one signature that is kept; a head's identity and the
// rest of it. What is asked for by name is answered in one frame.
constexpr std::size_t kStatementMost = 900;
constexpr std::size_t kHeadRest = 512;
static_assert(limits::kLogIdsPerRequest *
                  (limits::kHeadNoteBytes + limits::kStatements * kStatementMost + kHeadRest) <=
              limits::kFrameBytes);

bool has_digest(const StoredRecord& record, BytesView digest) {
  const auto entry = parse_entry(record.entry);
  return entry.ok() && entry->body_digest() == digest;
}

// A withdrawal that we may have lost could have taken them away.
void hold_back(std::vector<StoredRecord>& records) {
  for (StoredRecord& record : records) {
    if (record.body.empty()) continue;
    record.body.clear();
    record.state = BodyState::kNotHeld;
  }
}

}  // namespace

Serving::Serving(Effects& effects, Logs& logs, Links& links, Holdings& holdings, SeenHeads& seen,
                 Standing& standing, Forks& forks, Bodies& bodies, FileServing& file_serving,
                 Broadcast& broadcast, const CosignedHeads& cosigned)
    : effects_(effects),
      logs_(logs),
      links_(links),
      holdings_(holdings),
      seen_(seen),
      standing_(standing),
      forks_(forks),
      bodies_(bodies),
      file_serving_(file_serving),
      broadcast_(broadcast),
      cosigned_(cosigned) {}

void Serving::on_get_heads(Link& link, const v1::GetHeads& request) {
  if (request.request_id() == 0 ||
      static_cast<std::size_t>(request.log_ids_size()) > limits::kLogIdsPerRequest) {
    return links_.end_for_lie(
        link, fail(Code::kMalformed, "a GetHeads needs a number and at most 16 log ids", "get_heads"));
  }
  v1::Frame frame;
  frame.mutable_heads()->set_request_id(request.request_id());
  for (const auto& bytes : request.log_ids()) {
    if (bytes.size() != LogId::kSize)
      return links_.end_for_lie(link, fail(Code::kMalformed, "it has not 32 bytes", "log_ids"));
    const LogId id = LogId::from(bytes);
    const Log* log = logs_.find(id);
    if (id == link.peer_log) {
      show_seen(link, *frame.mutable_heads());
    } else if (logs_.serves(id)) {
      *frame.mutable_heads()->add_heads() = named_head(link, *log);
    }
  }
  links_.send(link, frame);
  // It may not have followed them when it was told, and passed the evidence and the cosignatures over.
  for (const auto& bytes : request.log_ids()) {
    const LogId id = LogId::from(bytes);
    forks_.tell_by_name(link, id);
    if (id == link.peer_log || !logs_.serves(id)) continue;
    if (const auto news = cosigned_.named(id)) links_.send(link, *news);
  }
}

// Whoever asks for a log by name may have forgotten whose it is.
v1::Head Serving::named_head(const Link& link, const Log& log) const {
  v1::Head head = holdings_.head_message(link, log);
  *head.mutable_identity() = to_message(log.state().identity());
  put_statements(head, log.state().keys);
  return head;
}

// A peer may always learn which is the largest head of its own log that we have seen, held or not.
void Serving::show_seen(const Link& link, v1::Heads& heads) const {
  const LogId& id = *link.peer_log;
  const Log* log = logs_.find(id);
  const auto seen = seen_.largest(id);
  if (!seen) return;
  v1::Head& head = *heads.add_heads();
  if (log != nullptr && log->state().whole == seen->head) {
    head = holdings_.head_message(link, *log);
    put_statements(head, log->state().keys);
    return;
  }
  for (const Bytes& note : logs_.statements_of(id)) head.add_statements(note);
  head.set_stated(static_cast<std::uint32_t>(head.statements_size()));
  head.set_log_id(id.bytes());
  head.set_checkpoint(seen->head.note);
  head.set_frozen(log != nullptr && log->state().frozen);
}

void Serving::send_head(Link& link, const Log& log, std::uint64_t request_id) {
  v1::Frame frame;
  frame.mutable_heads()->set_request_id(request_id);
  v1::Head& head = *frame.mutable_heads()->add_heads();
  head = holdings_.head_message(link, log);
  // It may hold another branch, of a key that was replaced, and know nothing of that.
  put_statements(head, log.state().keys);
  links_.send(link, frame);
}

// --- entries ---

void Serving::on_get(Link& link, const v1::Get& get) {
  const bool shaped = get.request_id() != 0 && get.log_id().size() == LogId::kSize &&
                      get.root().size() == Hash::kSize && get.from() < get.to() && get.to() <= get.size();
  if (!shaped)
    return links_.end_for_lie(link, fail(Code::kMalformed, "a field of Get is out of range", "get"));
  if (link.serving->runs.size() >= limits::kOpenRequests) {
    return links_.end_for_lie(link, v1::ERROR_CODE_LIMIT,
                              fail(Code::kTooLarge, "more than 64 requests are open", "get"));
  }
  const LogId id = LogId::from(get.log_id());
  const bool is_kept = logs_.serves_unsigned(id) && get.size() <= logs_.at(id).held().value;
  if (!logs_.serves(id) && !is_kept) {
    return links_.answer_error(link, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                               get.request_id());
  }
  const Log& log = logs_.at(id);
  if (!is_kept && get.size() > log.whole_size()) return send_head(link, log, get.request_id());
  link.serving->runs.push_back({effects_.next_generation(), get.request_id(), id, EntryIndex(get.from()),
                                EntryIndex(get.to()), TreeSize(get.size()), Hash::from(get.root())});
  broadcast_.graft(link, id);
  pump(link);
}

void Serving::pump(Link& link) {
  pump_bodies(link);
  file_serving_.pump(link);
  pump_runs(link);
}

// Reads the next chunk of the oldest request, one at a time, while the peer takes what was sent.
void Serving::pump_runs(Link& link) {
  if (link.serving->reading_run || link.serving->runs.empty() || !links_.takes_answers(link)) return;
  const RunRequest& next = link.serving->runs.front();
  link.serving->reading_run = true;
  // With each chunk: the log may have been taken back since the last one.
  ReadRun intent{next.log, next.next, next.to, next.size, next.root, limits::kChunkTargetBytes};
  effects_.ask(intent, [this, id = link.id, number = next.number](Result<ServedRun> answer) {
    on_run_read(id, number, std::move(answer));
  });
}

void Serving::on_run_read(SessionId id, std::uint64_t number, Result<ServedRun> answer) {
  Link* link = links_.find(id);
  if (link == nullptr) return;
  auto& runs = link->serving->runs;
  link->serving->reading_run = false;
  // The peer cancelled it while it was read.
  if (runs.empty() || runs.front().number != number) return pump(*link);
  RunRequest request = runs.front();
  const std::uint64_t request_id = request.request_id;
  runs.pop_front();
  if (!answer.ok()) {
    refuse_run(*link, request, answer.error());
    return pump(*link);
  }
  if (!standing_.may_serve_bodies(request.log)) hold_back(answer->records);
  const std::size_t count = answer->records.size();
  request.next.value += count;
  v1::Frame frame;
  fill_chunk(*frame.mutable_chunk(), std::move(*answer), link->filter_of(request.log));
  frame.mutable_chunk()->set_request_id(request_id);
  frame.mutable_chunk()->set_last(request.next == request.to);
  if (request.next == request.to) {
    // A city whose own log comes back asks several for parts of it.
    if (request.to.value == request.size.value) holdings_.note(*link, request.log, request.size);
  } else {
    // Behind the others, so that a long log does not hold up a short one.
    runs.push_back(request);
  }
  link->counts.records_out += count;
  bodies_.note_told(*link, request.log, frame.chunk());
  links_.send_on_credit(*link, frame, request_id);
  pump(*link);
}

void Serving::refuse_run(Link& link, const RunRequest& request, const Error& error) {
  const bool is_whole = logs_.serves(request.log);
  if (error.code == Code::kConflict && is_whole)
    return send_head(link, logs_.at(request.log), request.request_id);
  // What a recovery keeps is given by its root alone.
  if (error.code == Code::kConflict)
    return links_.answer_error(link, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                               request.request_id);
  links_.answer_error(link, v1::ERROR_CODE_BUSY, "the entries could not be read", request.request_id);
  effects_.notice(link.peer, "a chunk could not be read: " + error.text());
}

void Serving::on_cancel(Link& link, const v1::Cancel& cancel) {
  const std::uint64_t id = cancel.request_id();
  const std::size_t runs =
      std::erase_if(link.serving->runs, [&](const RunRequest& one) { return one.request_id == id; });
  const std::size_t bodies = std::erase_if(
      link.serving->bodies, [&](const BodiesRequest& one) { return one.request.request_id() == id; });
  const bool file = file_serving_.cancel(link, id);
  if (runs + bodies == 0 && !file) return;
  links_.drop_waiting(link, id);
  links_.answer_error(link, v1::ERROR_CODE_BUSY, "the request was cancelled", id);
  // Behind what was too large for the credit that is left there may be what is not.
  links_.flush(link);
  pump(link);
}

void Serving::on_credit(Link& link, const v1::Credit& credit) {
  links_.add_credit(link, credit.bytes());
  pump(link);
}

// --- bodies ---

void Serving::on_get_bodies(Link& link, const v1::GetBodies& request) {
  if (request.request_id() == 0 || request.log_id().size() != LogId::kSize ||
      request.hops_left() > limits::kHopsLeft ||
      static_cast<std::size_t>(request.bodies_size()) > limits::kBodiesPerRequest) {
    return links_.end_for_lie(link,
                              fail(Code::kMalformed, "a field of GetBodies is out of range", "get_bodies"));
  }
  const LogId id = LogId::from(request.log_id());
  if (!logs_.serves(id)) {
    return links_.answer_error(link, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                               request.request_id());
  }
  if (link.serving->bodies.size() >= limits::kOpenRequests) {
    return links_.end_for_lie(link, v1::ERROR_CODE_LIMIT,
                              fail(Code::kTooLarge, "more than 64 requests are open", "get_bodies"));
  }
  link.serving->bodies.push_back({effects_.next_generation(), request, 0});
  pump_bodies(link);
}

// Reads the next bodies of the oldest request, a frame's worth at a time, while the peer takes them.
void Serving::pump_bodies(Link& link) {
  while (!link.serving->reading_bodies && !link.serving->bodies.empty() && links_.takes_answers(link)) {
    const BodiesRequest& next = link.serving->bodies.front();
    if (next.next == next.request.bodies_size()) {
      send_bodies(link, {}, {});
      continue;
    }
    ReadRecords intent{LogId::from(next.request.log_id()), {}, limits::kChunkTargetBytes};
    for (int i = next.next; i < next.request.bodies_size(); ++i) {
      intent.indexes.emplace_back(next.request.bodies(i).index());
    }
    link.serving->reading_bodies = true;
    const TreeSize held = logs_.at(intent.log).held();
    effects_.ask(std::move(intent),
                 [this, id = link.id, number = next.number, held](Result<std::vector<StoredRecord>> answer) {
                   on_bodies_read(id, number, held, std::move(answer));
                 });
  }
}

void Serving::on_bodies_read(SessionId id, std::uint64_t number, TreeSize held,
                             Result<std::vector<StoredRecord>> answer) {
  Link* link = links_.find(id);
  if (link == nullptr) return;
  link->serving->reading_bodies = false;
  const auto& requests = link->serving->bodies;
  // The peer cancelled it while it was read.
  if (requests.empty() || requests.front().number != number) return pump_bodies(*link);
  const LogId log = LogId::from(requests.front().request.log_id());
  if (answer.ok() && !standing_.may_serve_bodies(log)) hold_back(*answer);
  send_bodies(*link, answer.ok() ? std::move(*answer) : std::vector<StoredRecord>(1), held);
  pump_bodies(*link);
}

// Answers the next bodies of the oldest request; without any left, ends it. `held`: how many entries the
// store had at least when they were read. A mark of erasure by an entry beyond them was said by another peer
// and is not borne out yet: it is not passed on.
void Serving::send_bodies(Link& link, const std::vector<StoredRecord>& records, TreeSize held) {
  BodiesRequest& request = link.serving->bodies.front();
  Log& log = logs_.at(LogId::from(request.request.log_id()));
  // What came since may have erased some of them: those are not looked for any more. Nor are those that are
  // here and held back.
  const bool looks = held == log.held() && standing_.may_serve_bodies(log.id());
  const std::uint32_t hops_left = looks ? request.request.hops_left() : 0;
  std::vector<const StoredRecord*> to_look_for;
  v1::Frame frame;
  auto* bodies = frame.mutable_bodies();
  bodies->set_request_id(request.request.request_id());
  bodies->set_log_id(request.request.log_id());
  for (const StoredRecord& record : records) {
    if (request.next == request.request.bodies_size()) break;
    const auto& wanted = request.request.bodies(request.next++);
    const bool same = has_digest(record, wanted.digest());
    auto* answer = bodies->add_bodies();
    answer->set_index(wanted.index());
    if (same && !record.body.empty()) {
      answer->set_body(record.body);
      ++link.counts.bodies_out;
    } else if (same && record.state == BodyState::kErased && record.erased_by.value < held.value) {
      answer->set_mark(v1::BODY_MARK_ERASED);
      answer->set_erased_by(record.erased_by.value);
    } else {
      answer->set_mark(v1::BODY_MARK_NOT_HELD);
      if (!same) continue;
      bodies_.note_told(link, log.id(), EntryIndex(wanted.index()));
      if (hops_left > 0) to_look_for.push_back(&record);
    }
  }
  bodies->set_last(request.next == request.request.bodies_size());
  if (bodies->last()) link.serving->bodies.pop_front();
  links_.send_on_credit(link, frame, bodies->request_id());
  const std::size_t looked_for = bodies_.looked_for(log);
  for (const StoredRecord* record : to_look_for) bodies_.relay(link, hops_left, log, *record);
  if (bodies_.looked_for(log) != looked_for) bodies_.look_for_added(log);
}

}  // namespace koinon::engine
