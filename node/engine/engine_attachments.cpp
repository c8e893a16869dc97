// Attachments: files that notes name, fetched chunk by chunk from one peer at a time. A peer that does not
// hold a file may look further, and passes each chunk on as it comes; what it fetched for that it may forget.
#include <algorithm>

#include "node/engine/engine_log.h"
#include "proto/base/limits.h"

namespace koinon {

// --- what is wanted ---

void Engine::want_file(Now now, const AttachmentWant& want) {
  begin_file(now, want, std::max(config_.trust_hops, 1U) - 1, std::nullopt);
}

// `asker`: for whom we look; it is not asked itself.
void Engine::begin_file(Now now, const AttachmentWant& want, std::uint32_t hops,
                        std::optional<SessionId> asker) {
  FileFetch& file = files_[want.id];
  if (file.number == 0) file.number = next_generation_++;
  file.want.log = want.log;
  file.want.index = want.index;
  file.want.id = want.id;
  file.want.wish = std::max(file.want.wish, want.wish);
  file.hops = std::max(file.hops, hops);
  file.retry_at.reset();
  if (asker) file.tried[*asker] = 2;
  if (file.wanting) {
    file.want_again = true;
  } else {
    commit_want(now, file);
  }
}

void Engine::commit_want(Now now, FileFetch& file) {
  file.wanting = true;
  file.last_progress = now.mono;
  issue(CommitWant{file.want, now.wall},
        [this, id = file.want.id, number = file.number](Now then, const Result<Answer>& answer) {
          const auto it = files_.find(id);
          if (it == files_.end() || it->second.number != number) return;
          FileFetch& wanted = it->second;
          wanted.wanting = false;
          // What was refused a moment ago may be allowed since: the note went and came back.
          if (std::exchange(wanted.want_again, false)) return commit_want(then, wanted);
          if (!answer.ok()) return file_not_stored(then, id, answer.error());
          const auto& state = std::get<AttachmentState>(*answer);
          if (state.complete) return end_file(then, id);
          // Less is held than before: it was dropped in the meantime, and is wanted anew.
          if (!wanted.ready || state.chunks_held < wanted.stored) {
            wanted.stored = state.chunks_held;
            restart_file(then, wanted);
          }
          wanted.ready = true;
          if (wanted.stored == chunk_count(id.size)) return finish_file(id);
          look_for_file(then, wanted);
        });
}

// The disk is full, or there is no reason or no room to keep it.
void Engine::file_not_stored(Now now, const AttachmentId& id, const Error& error) {
  FileFetch& file = files_.at(id);
  if (error.code != Code::kDiskFull && error.code != Code::kIo) {
    if (file.want.wish != AttachmentWish::kForPeer)
      notice({}, "an attachment is not fetched: " + error.text());
    return end_file(now, id);
  }
  restart_file(now, file);
  file.trouble = error.text();
  file.ready = false;
  set_file_retry(file, now.mono + limits::kStoreRetry);
}

// What is under way no longer counts; the next source is asked from what is stored.
void Engine::restart_file(Now now, FileFetch& file) {
  file.generation = next_generation_++;
  file.finishing = false;
  give_up_request(now, file);
  file.expected = file.committing = file.stored;
  for (const auto& [number, held] : std::exchange(file.verified, {})) release(now, held.source, held.size);
}

// What still comes of it is ignored.
void Engine::give_up_request(Now now, FileFetch& file) {
  Session* session = file.source ? find(*file.source) : nullptr;
  file.source.reset();
  if (session != nullptr && session->files_asked.erase(file.request_id) > 0)
    cancel(now, *session, file.request_id);
}

void Engine::end_file(Now now, const AttachmentId& id) {
  const auto it = files_.find(id);
  if (it == files_.end()) return;
  restart_file(now, it->second);
  files_.erase(it);
  wake_file_servings(now, id, std::nullopt);
}

void Engine::end_files_of(Now now, const LogId& log, std::optional<EntryIndex> index) {
  std::vector<AttachmentId> ended;
  for (const auto& [id, file] : files_) {
    if (file.want.log == log && (!index || file.want.index == *index)) ended.push_back(id);
  }
  for (const AttachmentId& id : ended) end_file(now, id);
}

// Small files come with their notes, where the operator wants it so.
std::vector<AttachmentWant> Engine::wants_of(const LogId& log,
                                             const std::vector<AttachmentFact>& facts) const {
  std::vector<AttachmentWant> out;
  for (const AttachmentFact& fact : facts) {
    if (fact.id.size <= config_.attachments_up_to)
      out.push_back({log, fact.index, fact.id, AttachmentWish::kByPolicy, 0});
  }
  return out;
}

// --- asking ---

void Engine::look_for_file(Now now, FileFetch& file) {
  const bool busy = !file.ready || file.wanting || file.finishing || file.source;
  if (busy || file.retry_at || file.expected == chunk_count(file.want.id.size)) return;
  const auto log = logs_.find(file.want.log);
  const bool may_ask = log != logs_.end() && trust_.admits(file.want.log) && !log->second->state.frozen;
  for (const unsigned round : {1U, 2U}) {
    if (!may_ask || (round == 2 && file.hops == 0)) break;
    Session* session = file_holder(file, round);
    if (session == nullptr) continue;
    file.tried[session->id] = round;
    return send_get_attachment(now, *session, file, round == 1 ? 0 : file.hops);
  }
  const bool somebody_is_busy = std::any_of(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    return entry.second->files_asked.size() >= limits::kBodyRequests && !file.tried.contains(entry.first);
  });
  if (somebody_is_busy) {
    return set_file_retry(file, now.mono + limits::kBusyRetry);
  }
  file.trouble = "no peer that is connected has it";
  if (file.want.wish == AttachmentWish::kForPeer) return end_file(now, AttachmentId(file.want.id));
  const auto wait = limits::kBodyRetry * (std::int64_t{1} << std::min(file.retries++, 8U));
  set_file_retry(file, now.mono + std::min<MonoTime>(wait, limits::kBodyRetryMax));
  wake_file_servings(now, AttachmentId(file.want.id), std::nullopt);
}

// The ready session to ask next: one that is known to hold the note before others.
Session* Engine::file_holder(const FileFetch& file, unsigned round) {
  Session* best = nullptr;
  std::pair<bool, std::size_t> best_rank;
  for (auto& [id, session] : sessions_) {
    if (!session->hello_received || session->files_asked.size() >= limits::kBodyRequests) continue;
    const auto tried = file.tried.find(id);
    if (tried != file.tried.end() && tried->second >= round) continue;
    const auto known = session->known.find(file.want.log);
    const bool holds = known != session->known.end() && known->second.value > file.want.index.value;
    const std::pair rank{!holds && session->peer_log != file.want.log, session->files_asked.size()};
    if (best != nullptr && best_rank <= rank) continue;
    best = session.get();
    best_rank = rank;
  }
  return best;
}

void Engine::send_get_attachment(Now now, Session& session, FileFetch& file, std::uint32_t hops) {
  v1::Frame frame;
  auto* request = frame.mutable_get_attachment();
  request->set_request_id(next_request_++);
  request->set_hops_left(std::min<std::uint32_t>(hops, limits::kHopsLeft));
  request->set_log_id(file.want.log.bytes());
  request->set_index(file.want.index.value);
  request->set_sha256(file.want.id.sha256.bytes());
  request->set_from(file.expected);
  file.source = session.id;
  file.request_id = request->request_id();
  file.last_progress = now.mono;
  files_due_ = std::min<MonoTime>(files_due_, now.mono + limits::kRequestDeadline);
  session.files_asked.emplace(file.request_id, file.want.id);
  send(session, frame);
}

// --- answers ---

void Engine::on_attachment_chunk(Now now, Session& session, v1::AttachmentChunk chunk, std::size_t size) {
  if (session.given_up.contains(chunk.request_id())) {
    return_credit(session, size);
    return late_answer(now, session, chunk.request_id(), chunk.last());
  }
  const auto asked = session.files_asked.find(chunk.request_id());
  if (asked == session.files_asked.end())
    return lie(now, session,
               fail(Code::kMalformed, "a chunk of a file came that was not asked for", "request_id"));
  const AttachmentId id = asked->second;
  if (chunk.last()) session.files_asked.erase(asked);
  FileFetch& file = files_.at(id);
  file.last_progress = now.mono;
  const bool at_end = file.expected + 1 == chunk_count(id.size);
  const bool has_it = !chunk.bytes().empty();
  if (chunk.number() != file.expected || chunk.last() != (at_end || !has_it) ||
      (has_it && chunk.bytes().size() != chunk_bytes(id.size, file.expected))) {
    return lie(now, session, fail(Code::kMalformed, "a chunk of a file is not the next one", "attachment"));
  }
  if (chunk.last()) file.source.reset();
  if (!has_it) {
    return_credit(session, size);
    return look_for_file(now, file);
  }
  ++file.expected;
  in_flight_ += size;
  VerifyChunk intent{id,
                     {chunk.number(), std::move(*chunk.mutable_bytes()), std::move(*chunk.mutable_proof())}};
  HeldChunk held{intent.chunk, session.id, size};
  issue(std::move(intent), [this, id, generation = file.generation, held = std::move(held)](
                               Now then, const Result<Answer>& answer) mutable {
    on_file_chunk_verified(then, id, generation, std::move(held), answer);
  });
}

void Engine::on_file_chunk_verified(Now now, const AttachmentId& id, std::uint64_t generation, HeldChunk held,
                                    const Result<Answer>& answer) {
  const auto it = files_.find(id);
  const bool current = it != files_.end() && it->second.generation == generation;
  if (!current || !answer.ok()) {
    release(now, held.source, held.size);
    if (current) restart_file(now, it->second);
    Session* session = find(held.source);
    if (!answer.ok() && session != nullptr) lie(now, *session, answer.error());
    if (const auto left = files_.find(id); left != files_.end()) look_for_file(now, left->second);
    return;
  }
  FileFetch& file = it->second;
  file.verified.emplace(held.chunk.number, std::move(held));
  while (true) {
    const auto next = file.verified.find(file.committing);
    if (next == file.verified.end()) return;
    HeldChunk chunk = std::move(next->second);
    file.verified.erase(next);
    ++file.committing;
    commit_file_chunk(now, file, std::move(chunk));
  }
}

void Engine::commit_file_chunk(Now now, FileFetch& file, HeldChunk held) {
  CommitChunk intent{
      {file.want.log, file.want.index, file.want.id, file.want.wish, std::move(held.chunk), now.wall}};
  issue(std::move(intent), [this, id = file.want.id, generation = file.generation, source = held.source,
                            size = held.size](Now then, const Result<Answer>& answer) {
    release(then, source, size);
    const auto it = files_.find(id);
    if (it == files_.end() || it->second.generation != generation) return;
    FileFetch& stored = it->second;
    if (!answer.ok() && answer.error().code == Code::kNotFound) {
      // Dropped: the store says whether it is wanted still.
      restart_file(then, stored);
      stored.ready = false;
      if (!stored.wanting) commit_want(then, stored);
      return;
    }
    if (!answer.ok()) return file_not_stored(then, id, answer.error());
    stored.stored = std::max(stored.stored, std::get<ChunkStored>(*answer).held);
    stored.retries = 0;
    wake_file_servings(then, id, stored.stored);
    if (stored.stored == chunk_count(id.size)) return finish_file(id);
    look_for_file(then, stored);
  });
}

// All chunks are proven; that they have the digest which names the file is for its author to have seen to.
void Engine::finish_file(const AttachmentId& id) {
  FileFetch& file = files_.at(id);
  if (std::exchange(file.finishing, true)) return;
  // The file may have been dropped since, and be fetched anew: that one is not finished by this.
  const auto is_current = [this, id, generation = file.generation] {
    const auto it = files_.find(id);
    return it != files_.end() && it->second.generation == generation;
  };
  issue(ReadDigest{id}, [this, id, is_current](Now then, const Result<Answer>& answer) {
    if (!is_current()) return;
    if (!answer.ok()) return file_not_stored(then, id, answer.error());
    const bool whole = std::get<Hash>(*answer) == id.sha256;
    if (!whole) notice({}, "an attachment is not the file that its note names; it is not kept");
    issue(CommitFinished{id, whole}, [this, id, is_current](Now later, const Result<Answer>& done) {
      if (!is_current()) return;
      if (!done.ok()) return file_not_stored(later, id, done.error());
      end_file(later, id);
    });
  });
}

// A peer refuses a request.
void Engine::file_refused(Now now, Session& session, std::uint64_t request_id) {
  const auto asked = session.files_asked.find(request_id);
  if (asked == session.files_asked.end()) return;
  FileFetch& file = files_.at(asked->second);
  session.files_asked.erase(asked);
  file.source.reset();
  look_for_file(now, file);
}

// --- giving ---

void Engine::on_get_attachment(Now now, Session& session, const v1::GetAttachment& request) {
  if (request.request_id() == 0 || request.log_id().size() != LogId::kSize ||
      request.sha256().size() != Hash::kSize || request.hops_left() > limits::kHopsLeft) {
    return lie(now, session,
               fail(Code::kMalformed, "a field of GetAttachment is out of range", "get_attachment"));
  }
  const LogId id = LogId::from(request.log_id());
  if (!serves(id)) {
    return answer_error(session, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                        request.request_id());
  }
  if (session.file_serving.size() >= limits::kOpenRequests) {
    return end_session(now, session, v1::ERROR_CODE_LIMIT,
                       fail(Code::kTooLarge, "more than 64 requests are open", "get_attachment"), true);
  }
  session.file_serving.push_back({next_generation_++,
                                  request.request_id(),
                                  id,
                                  EntryIndex(request.index()),
                                  Hash::from(request.sha256()),
                                  request.from(),
                                  request.hops_left(),
                                  {}});
  pump_files(now, session);
}

// Reads the next chunk of the first request that does not wait for one to come, while the peer takes them.
void Engine::pump_files(Now, Session& session) {
  if (session.reading_file || session.credit == 0 || !session.outbox.empty() ||
      session.queued > limits::kSendQueueBytes) {
    return;
  }
  auto& serving = session.file_serving;
  const auto next =
      std::find_if(serving.begin(), serving.end(), [](const FileServing& one) { return !one.waits_for; });
  if (next == serving.end()) return;
  // In front, where its answer finds it; what waits keeps its order.
  std::rotate(serving.begin(), next, std::next(next));
  session.reading_file = true;
  const FileServing& request = serving.front();
  issue(ReadChunk{request.log, request.index, request.sha256, request.next},
        [this, id = session.id, number = request.number](Now then, const Result<Answer>& answer) {
          Session* live = find(id);
          if (live == nullptr) return;
          live->reading_file = false;
          serve_chunk(then, *live, number, answer);
          if (live = find(id); live != nullptr) pump_files(then, *live);
        });
}

void Engine::serve_chunk(Now now, Session& session, std::uint64_t number, const Result<Answer>& answer) {
  auto& serving = session.file_serving;
  const auto it = std::find_if(serving.begin(), serving.end(),
                               [&](const FileServing& one) { return one.number == number; });
  if (it == serving.end()) return;
  FileServing request = *it;
  serving.erase(it);
  v1::Frame frame;
  auto* chunk = frame.mutable_attachment_chunk();
  chunk->set_request_id(request.request_id);
  chunk->set_number(request.next);
  chunk->set_last(true);
  const auto* read = answer.ok() ? &std::get<ChunkRead>(*answer) : nullptr;
  if (read != nullptr && !read->chunk.bytes.empty()) {
    chunk->set_bytes(read->chunk.bytes);
    chunk->set_proof(read->chunk.proof);
    ++request.next;
    chunk->set_last(request.next == chunk_count(read->state.id.size));
    if (!chunk->last()) serving.push_back(request);
    session.counts.file_bytes_out += read->chunk.bytes.size();
  } else if (read != nullptr && !read->state.broken && look_further(now, session, request, read->state)) {
    return;
  }
  send_on_credit(session, frame, request.request_id);
}

// A peer asked for a file that we do not hold, and lets us look for it. False if we do not.
bool Engine::look_further(Now now, Session& session, FileServing request, const AttachmentState& state) {
  if (request.hops_left == 0 || request.next >= chunk_count(state.id.size)) return false;
  const auto known = files_.find(state.id);
  // Each would wait for the other; or nobody had it a while ago.
  if (known != files_.end() && (known->second.source == session.id || known->second.retry_at)) return false;
  if (known == files_.end()) {
    const auto for_peers = std::count_if(files_.begin(), files_.end(), [](const auto& file) {
      return file.second.want.wish == AttachmentWish::kForPeer;
    });
    if (static_cast<std::size_t>(for_peers) >= limits::kAttachmentFetches) return false;
  } else {
    known->second.tried[session.id] = 2;
  }
  const AttachmentWant want{request.log, request.index, state.id, AttachmentWish::kForPeer, 0};
  const std::uint32_t hops = request.hops_left - 1;
  request.hops_left = 0;  // once is enough
  request.waits_for = state.id;
  session.file_serving.push_back(request);
  if (known == files_.end()) begin_file(now, want, hops, session.id);
  return true;
}

// Those that wait for a chunk that is here now, or, without `stored`, will not come.
void Engine::wake_file_servings(Now now, const AttachmentId& id, std::optional<std::uint32_t> stored) {
  std::vector<SessionId> woken;
  for (auto& [session_id, session] : sessions_) {
    for (FileServing& request : session->file_serving) {
      if (request.waits_for != id || (stored && request.next >= *stored)) continue;
      request.waits_for.reset();
      if (stored) request.hops_left = 1;  // it may wait for the next one as well
      woken.push_back(session_id);
    }
  }
  for (const SessionId session_id : woken) {
    if (Session* session = find(session_id); session != nullptr) pump_files(now, *session);
  }
}

// --- sessions and time ---

void Engine::forget_session_files(Now now, SessionId id) {
  std::vector<AttachmentId> lost;
  for (auto& [file_id, file] : files_) {
    file.tried.erase(id);
    if (file.source != id) continue;
    file.source.reset();
    lost.push_back(file_id);
  }
  for (const AttachmentId& file_id : lost) {
    if (const auto it = files_.find(file_id); it != files_.end()) look_for_file(now, it->second);
  }
}

// Of those being fetched now: looking for one may end it.
std::vector<AttachmentId> Engine::file_ids() const {
  std::vector<AttachmentId> out;
  out.reserve(files_.size());
  for (const auto& [id, file] : files_) out.push_back(id);
  return out;
}

// A peer is there: perhaps it has what nobody had.
void Engine::look_for_all_files(Now now) {
  for (const AttachmentId& id : file_ids()) {
    const auto it = files_.find(id);
    if (it == files_.end()) continue;
    if (it->second.ready) it->second.retry_at.reset();
    look_for_file(now, it->second);
  }
}

void Engine::set_file_retry(FileFetch& file, MonoTime at) {
  file.retry_at = at;
  files_due_ = std::min(files_due_, at);
}

void Engine::run_file_timers(Now now) {
  if (now.mono < files_due_) return;
  for (const AttachmentId& id : file_ids()) {
    const auto it = files_.find(id);
    if (it == files_.end()) continue;
    FileFetch& file = it->second;
    if (file.source && now.mono - file.last_progress >= limits::kRequestDeadline) {
      give_up_request(now, file);
      look_for_file(now, file);
    } else if (file.retry_at && now.mono >= *file.retry_at) {
      file.retry_at.reset();
      file.tried.clear();
      if (file.ready) {
        look_for_file(now, file);
      } else if (!file.wanting) {
        commit_want(now, file);
      }
    }
  }
  files_due_ = next_file_timer();
}

// By a look at each.
MonoTime Engine::next_file_timer() const {
  MonoTime next = MonoTime::max();
  for (const auto& [id, file] : files_) {
    if (file.source) next = std::min<MonoTime>(next, file.last_progress + limits::kRequestDeadline);
    if (file.retry_at) next = std::min(next, *file.retry_at);
  }
  return next;
}

std::optional<FileStanding> Engine::file(const AttachmentId& id) const {
  const auto it = files_.find(id);
  if (it == files_.end()) return std::nullopt;
  FileStanding out{it->second.stored, std::nullopt, it->second.trouble};
  if (it->second.source) {
    const auto session = sessions_.find(*it->second.source);
    if (session != sessions_.end()) out.source = session->second->peer;
  }
  return out;
}

}  // namespace koinon
