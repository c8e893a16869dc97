// Giving entries: our journal as heads and pushes, chunks and bodies on request, all within the credit
// that the peer lends.
#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

v1::BodyMark mark_of(BodyState state) {
  return state == BodyState::kHeld ? v1::BODY_MARK_UNSPECIFIED : v1::BODY_MARK_NOT_HELD;
}

void fill_record(v1::Record& out, const StoredRecord& record, const BodyFilter& filter) {
  out.set_entry(record.entry);
  if (record.body.empty() && record.state == BodyState::kErased) {
    out.set_mark(v1::BODY_MARK_ERASED);
    out.set_erased_by(record.erased_by.value);
    return;
  }
  if (!filter.all) {
    const auto entry = parse_entry(record.entry);
    if (entry.ok() && !filter.wants(*entry)) {
      out.set_mark(v1::BODY_MARK_NOT_ASKED);
      return;
    }
  }
  if (record.body.empty()) {
    out.set_mark(mark_of(record.state));
  } else {
    out.set_body(record.body);
  }
}

bool has_digest(const StoredRecord& record, BytesView digest) {
  const auto entry = parse_entry(record.entry);
  return entry.ok() && entry->body_digest() == digest;
}

}  // namespace

void Engine::fill_chunk(v1::Chunk& out, const ServedRun& run, const BodyFilter& filter) {
  out.set_from(run.records.front().index.value);
  for (const StoredRecord& record : run.records) fill_record(*out.add_records(), record, filter);
  out.set_left(pack_hashes(run.proof.left));
  out.set_right(pack_hashes(run.proof.right));
}

// We give what our own policy admits, whole heads only. Of what is being removed nothing may be left by the
// time it is read.
bool Engine::serves(const LogId& id) const {
  const auto it = logs_.find(id);
  return it != logs_.end() && it->second->state.whole && !it->second->removing && trust_.admits(id);
}

v1::Head Engine::head_message(const Session& session, const Log& log) const {
  v1::Head head;
  head.set_log_id(log.state.id.bytes());
  head.set_checkpoint(log.state.whole->note);
  head.set_journal_seq(log.state.journal_seq.value);
  const auto known = session.known.find(log.state.id);
  if (known == session.known.end() || known->second.value == 0)
    *head.mutable_identity() = to_message(log.state.identity);
  head.set_frozen(log.state.frozen);
  return head;
}

void Engine::send_head(Session& session, const Log& log, std::uint64_t request_id) {
  v1::Frame frame;
  frame.mutable_heads()->set_request_id(request_id);
  *frame.mutable_heads()->add_heads() = head_message(session, log);
  send(session, frame);
}

void Engine::answer_error(Session& session, v1::ErrorCode code, std::string message,
                          std::uint64_t request_id) {
  v1::Frame frame;
  auto* error = frame.mutable_error();
  error->set_code(code);
  error->set_message(std::move(message));
  error->set_request_id(request_id);
  send(session, frame);
}

void Engine::send_on_credit(Session& session, const v1::Frame& frame, std::uint64_t request_id) {
  auto bytes = encode_frame(frame);
  if (!bytes.ok()) {
    notice(session.peer, "a frame was not sent: " + bytes.error().text());
    return;
  }
  session.outbox.push_back({std::move(*bytes), request_id});
  flush_outbox(session);
}

void Engine::flush_outbox(Session& session) {
  while (!session.outbox.empty() && session.outbox.front().bytes.size() <= session.credit) {
    session.credit -= session.outbox.front().bytes.size();
    send_bytes(session, std::move(session.outbox.front().bytes));
    session.outbox.pop_front();
  }
}

// --- requests ---

void Engine::on_get_heads(Now now, Session& session, const v1::GetHeads& request) {
  if (request.request_id() == 0 ||
      static_cast<std::size_t>(request.log_ids_size()) > limits::kLogIdsPerRequest) {
    return lie(now, session,
               fail(Code::kMalformed, "a GetHeads needs a number and at most 256 log ids", "get_heads"));
  }
  v1::Frame frame;
  frame.mutable_heads()->set_request_id(request.request_id());
  for (const auto& bytes : request.log_ids()) {
    if (bytes.size() != LogId::kSize)
      return lie(now, session, fail(Code::kMalformed, "it has not 32 bytes", "log_ids"));
    const LogId id = LogId::from(bytes);
    // A peer may always learn what we hold of its own log.
    const bool own = id == session.peer_log && logs_.contains(id) && logs_.at(id)->state.whole;
    if (own || serves(id)) *frame.mutable_heads()->add_heads() = head_message(session, *logs_.at(id));
  }
  send(session, frame);
}

void Engine::on_get(Now now, Session& session, const v1::Get& get) {
  const bool shaped = get.request_id() != 0 && get.log_id().size() == LogId::kSize &&
                      get.root().size() == Hash::kSize && get.from() < get.to() && get.to() <= get.size();
  if (!shaped) return lie(now, session, fail(Code::kMalformed, "a field of Get is out of range", "get"));
  if (session.serving.size() >= limits::kOpenRequests) {
    return end_session(now, session, v1::ERROR_CODE_LIMIT,
                       fail(Code::kTooLarge, "more than 64 requests are open", "get"), true);
  }
  const LogId id = LogId::from(get.log_id());
  if (!serves(id)) {
    return answer_error(session, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here", get.request_id());
  }
  const Log& log = *logs_.at(id);
  if (get.size() > log.whole_size()) return send_head(session, log, get.request_id());
  session.serving.push_back({next_generation_++, get.request_id(), id, EntryIndex(get.from()),
                             EntryIndex(get.to()), TreeSize(get.size()), Hash::from(get.root()), false});
  session.eager.insert(id);
  pump(now, session);
}

// Reads the next chunk of the oldest request, one at a time, while the peer takes what was sent.
void Engine::pump(Now now, Session& session) {
  pump_bodies(now, session);
  pump_files(now, session);
  if (session.reading || session.serving.empty() || session.credit == 0 || !session.outbox.empty() ||
      session.queued > limits::kSendQueueBytes) {
    return;
  }
  const Serving& next = session.serving.front();
  session.reading = true;
  ReadRun intent{next.log, next.next, next.to, next.size, std::nullopt, limits::kChunkTargetBytes};
  if (!next.root_checked) intent.root = next.root;
  issue(intent, [this, id = session.id, number = next.number](Now then, Result<Answer> answer) {
    on_run_read(then, id, number, std::move(answer));
  });
}

void Engine::on_run_read(Now now, SessionId id, std::uint64_t number, Result<Answer> answer) {
  Session* session = find(id);
  if (session == nullptr) return;
  session->reading = false;
  // The peer cancelled it while it was read.
  if (session->serving.empty() || session->serving.front().number != number) return pump(now, *session);
  Serving request = session->serving.front();
  const std::uint64_t request_id = request.request_id;
  session->serving.pop_front();
  if (!answer.ok()) {
    if (answer.error().code == Code::kConflict) {
      send_head(*session, *logs_.at(request.log), request_id);
    } else {
      answer_error(*session, v1::ERROR_CODE_BUSY, "the entries could not be read", request_id);
      notice(session->peer, "a chunk could not be read: " + answer.error().text());
    }
    return pump(now, *session);
  }
  const ServedRun& run = std::get<ServedRun>(*answer);
  request.root_checked = true;
  request.next.value += run.records.size();
  v1::Frame frame;
  fill_chunk(*frame.mutable_chunk(), run, session->filter);
  frame.mutable_chunk()->set_request_id(request_id);
  frame.mutable_chunk()->set_last(request.next == request.to);
  if (request.next == request.to) {
    auto& known = session->known[request.log];
    known = std::max(known, request.size);
  } else {
    // Behind the others, so that a long log does not hold up a short one.
    session->serving.push_back(request);
  }
  session->counts.records_out += run.records.size();
  note_not_held(*session, request.log, frame.chunk());
  send_on_credit(*session, frame, request_id);
  pump(now, *session);
}

// The peer takes no more of an answer. Of one that has ended already the last frame is on its way.
void Engine::on_cancel(Now now, Session& session, const v1::Cancel& cancel) {
  const std::uint64_t id = cancel.request_id();
  const auto is_it = [id](const auto& one) { return one.request_id == id; };
  const std::size_t ended =
      std::erase_if(session.serving, is_it) + std::erase_if(session.file_serving, is_it) +
      std::erase_if(session.body_serving,
                    [id](const BodyServing& one) { return one.request.request_id() == id; });
  if (ended == 0) return;
  std::erase_if(session.outbox, is_it);
  answer_error(session, v1::ERROR_CODE_BUSY, "the request was cancelled", id);
  // Behind what was too large for the credit that is left there may be what is not.
  flush_outbox(session);
  pump(now, session);
}

void Engine::on_get_bodies(Now now, Session& session, const v1::GetBodies& request) {
  if (request.request_id() == 0 || request.log_id().size() != LogId::kSize ||
      request.hops_left() > limits::kHopsLeft ||
      static_cast<std::size_t>(request.bodies_size()) > limits::kBodiesPerRequest) {
    return lie(now, session, fail(Code::kMalformed, "a field of GetBodies is out of range", "get_bodies"));
  }
  const LogId id = LogId::from(request.log_id());
  if (!serves(id)) {
    return answer_error(session, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                        request.request_id());
  }
  if (session.body_serving.size() >= limits::kOpenRequests) {
    return end_session(now, session, v1::ERROR_CODE_LIMIT,
                       fail(Code::kTooLarge, "more than 64 requests are open", "get_bodies"), true);
  }
  session.body_serving.push_back({next_generation_++, request, 0});
  pump_bodies(now, session);
}

// Reads the next bodies of the oldest request, a frame's worth at a time, while the peer takes them.
void Engine::pump_bodies(Now now, Session& session) {
  while (!session.reading_bodies && !session.body_serving.empty() && session.credit > 0 &&
         session.outbox.empty() && session.queued <= limits::kSendQueueBytes) {
    const BodyServing& next = session.body_serving.front();
    if (next.next == next.request.bodies_size()) {
      send_bodies(now, session, {}, {});
      continue;
    }
    ReadRecords intent{LogId::from(next.request.log_id()), {}, limits::kChunkTargetBytes};
    for (int i = next.next; i < next.request.bodies_size(); ++i) {
      intent.indexes.emplace_back(next.request.bodies(i).index());
    }
    session.reading_bodies = true;
    const TreeSize held = logs_.at(intent.log)->state.range.size();
    issue(std::move(intent),
          [this, id = session.id, number = next.number, held](Now then, Result<Answer> answer) {
            Session* live = find(id);
            if (live == nullptr) return;
            live->reading_bodies = false;
            // The peer cancelled it while it was read.
            if (live->body_serving.empty() || live->body_serving.front().number != number)
              return pump_bodies(then, *live);
            auto records = answer.ok() ? std::get<std::vector<StoredRecord>>(std::move(*answer))
                                       : std::vector<StoredRecord>(1);
            send_bodies(then, *live, records, held);
            if (live = find(id); live != nullptr) pump_bodies(then, *live);
          });
  }
}

// Answers the next bodies of the oldest request; without any left, ends it. `held`: how many entries the
// store had at least when they were read. A mark of erasure by an entry beyond them was said by another peer
// and is not borne out yet: it is not passed on.
void Engine::send_bodies(Now now, Session& session, const std::vector<StoredRecord>& records, TreeSize held) {
  BodyServing& serving = session.body_serving.front();
  const LogId id = LogId::from(serving.request.log_id());
  // What came since may have erased some of them: those are not looked for any more.
  const bool current = held == logs_.at(id)->state.range.size();
  const std::uint32_t hops_left = current ? serving.request.hops_left() : 0;
  std::vector<const StoredRecord*> to_look_for;
  v1::Frame frame;
  auto* bodies = frame.mutable_bodies();
  bodies->set_request_id(serving.request.request_id());
  bodies->set_log_id(serving.request.log_id());
  for (const StoredRecord& record : records) {
    if (serving.next == serving.request.bodies_size()) break;
    const auto& wanted = serving.request.bodies(serving.next++);
    const bool same = has_digest(record, wanted.digest());
    auto* answer = bodies->add_bodies();
    answer->set_index(wanted.index());
    if (same && !record.body.empty()) {
      answer->set_body(record.body);
      ++session.counts.bodies_out;
    } else if (same && record.state == BodyState::kErased && record.erased_by.value < held.value) {
      answer->set_mark(v1::BODY_MARK_ERASED);
      answer->set_erased_by(record.erased_by.value);
    } else {
      answer->set_mark(v1::BODY_MARK_NOT_HELD);
      if (!same) continue;
      if (session.told_not_held.size() < limits::kToldNotHeld)
        session.told_not_held.emplace(id, EntryIndex(wanted.index()));
      if (hops_left > 0) to_look_for.push_back(&record);
    }
  }
  bodies->set_last(serving.next == serving.request.bodies_size());
  if (bodies->last()) session.body_serving.pop_front();
  send_on_credit(session, frame, bodies->request_id());
  Log& log = *logs_.at(id);
  const std::size_t missing = log.missing.size();
  for (const StoredRecord* record : to_look_for) relay_request(session, hops_left, log, *record);
  if (log.missing.size() == missing) return;
  refile(id);
  look_for_bodies(now, id);
}

}  // namespace koinon
