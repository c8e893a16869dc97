#include "node/engine/files.h"

#include "node/engine/news.h"

namespace koinon::engine {

Files::Files(Effects& effects, Logs& logs, Links& links, Holdings& holdings, Intake& intake, Fetcher& fetcher,
             News& news)
    : effects_(effects),
      logs_(logs),
      links_(links),
      holdings_(holdings),
      intake_(intake),
      fetcher_(fetcher),
      news_(news) {}

Files::FileFetch* Files::find(const AttachmentId& id) {
  const auto it = files_.find(id);
  return it == files_.end() ? nullptr : &it->second;
}

Files::FileFetch* Files::find(const AttachmentId& id, std::uint64_t generation) {
  FileFetch* file = find(id);
  return file != nullptr && file->generation == generation ? file : nullptr;
}

// --- what is wanted ---

void Files::want(const AttachmentWant& want) {
  begin(want, std::max(effects_.config().trust_hops, 1U) - 1, std::nullopt);
}

bool Files::look_for_peer(const Link& asker, const AttachmentWant& want, std::uint32_t hops) {
  if (FileFetch* known = find(want.id); known != nullptr) {
    // Each would wait for the other; or nobody had it a while ago.
    if (known->source == asker.id || known->retry_at) return false;
    known->tried[asker.id] = 2;
    return true;
  }
  const auto for_peers = std::count_if(files_.begin(), files_.end(), [](const auto& file) {
    return file.second.want.wish == AttachmentWish::kForPeer;
  });
  if (static_cast<std::size_t>(for_peers) >= limits::kAttachmentFetches) return false;
  begin(want, hops, asker.id);
  return true;
}

// `asker`: for whom we look; it is not asked itself.
void Files::begin(const AttachmentWant& want, std::uint32_t hops, std::optional<SessionId> asker) {
  FileFetch& file = files_[want.id];
  if (file.number == 0) file.number = effects_.next_generation();
  file.want.log = want.log;
  file.want.index = want.index;
  file.want.id = want.id;
  file.want.wish = std::max(file.want.wish, logs_.is_own(want.log) ? AttachmentWish::kOwn : want.wish);
  file.hops = std::max(file.hops, hops);
  file.retry_at.reset();
  if (asker) file.tried[*asker] = 2;
  if (file.wanting) {
    file.want_again = true;
  } else {
    commit_want(file);
  }
}

void Files::commit_want(FileFetch& file) {
  file.wanting = true;
  effects_.ask(CommitWant{file.want, effects_.now().wall},
               [this, id = file.want.id, number = file.number](const Result<AttachmentState>& answer) {
                 FileFetch* wanted = find(id);
                 if (wanted != nullptr && wanted->number == number) on_wanted(*wanted, answer);
               });
}

void Files::on_wanted(FileFetch& file, const Result<AttachmentState>& answer) {
  const AttachmentId id = file.want.id;
  file.wanting = false;
  // What was refused a moment ago may be allowed since: the note went and came back.
  if (std::exchange(file.want_again, false)) return commit_want(file);
  if (!answer.ok()) return not_stored(id, answer.error());
  if (answer->complete) return end(id);
  // Less is held than before: it was dropped in the meantime, and is wanted anew.
  if (!file.ready || answer->chunks_held < file.stored) {
    file.stored = answer->chunks_held;
    restart(file);
  }
  file.ready = true;
  if (file.stored == chunk_count(id.size)) return finish(id);
  look_for(file);
}

// The disk is full, or there is no reason or no room to keep it.
void Files::not_stored(const AttachmentId& id, const Error& error) {
  FileFetch& file = files_.at(id);
  if (error.code != Code::kDiskFull && error.code != Code::kIo) {
    if (file.want.wish != AttachmentWish::kForPeer)
      effects_.notice({}, "an attachment is not fetched: " + error.text());
    return end(id);
  }
  restart(file);
  file.trouble = error.text();
  file.ready = false;
  set_retry(file, effects_.now().mono + limits::kStoreRetry);
}

// What is under way no longer counts; the next source is asked from what is stored.
void Files::restart(FileFetch& file) {
  file.generation = effects_.next_generation();
  file.finishing = false;
  give_up_request(file);
  file.expected = file.committing = file.stored;
  for (const auto& [number, held] : std::exchange(file.verified, {}))
    fetcher_.release(held.source, held.size);
}

// What still comes of it is ignored.
void Files::give_up_request(FileFetch& file) {
  Link* link = file.source ? links_.find(*file.source) : nullptr;
  file.source.reset();
  if (link != nullptr && link->files->asked.erase(file.request_id) > 0) links_.cancel(*link, file.request_id);
}

void Files::end(const AttachmentId& id) {
  const auto it = files_.find(id);
  if (it == files_.end()) return;
  restart(it->second);
  files_.erase(it);
  news_.file_came(id, std::nullopt);
}

void Files::end_from(const LogId& log, TreeSize size) {
  std::vector<AttachmentId> ended;
  for (const auto& [id, file] : files_) {
    if (file.want.log == log && file.want.index.value >= size.value) ended.push_back(id);
  }
  for (const AttachmentId& id : ended) end(id);
}

void Files::end_of(const LogId& log, std::optional<EntryIndex> index) {
  std::vector<AttachmentId> ended;
  for (const auto& [id, file] : files_) {
    if (file.want.log == log && (!index || file.want.index == *index)) ended.push_back(id);
  }
  for (const AttachmentId& id : ended) end(id);
}

// --- asking ---

void Files::look_for(FileFetch& file) {
  const bool busy = !file.ready || file.wanting || file.finishing || file.source;
  if (busy || file.retry_at || file.expected == chunk_count(file.want.id.size)) return;
  const Log* log = logs_.find(file.want.log);
  const bool may_ask = log != nullptr && logs_.admits(file.want.log) && !log->state().frozen;
  for (const unsigned round : {1U, 2U}) {
    if (!may_ask || (round == 2 && file.hops == 0)) break;
    Link* link = holder_of(file, round);
    if (link == nullptr) continue;
    file.tried[link->id] = round;
    return send_get(*link, file, round == 1 ? 0 : file.hops);
  }
  const bool somebody_is_busy = std::any_of(links_.all().begin(), links_.all().end(), [&](const auto& entry) {
    return entry.second->files->asked.size() >= limits::kBodyRequests && !file.tried.contains(entry.first);
  });
  if (somebody_is_busy) {
    return set_retry(file, effects_.now().mono + limits::kBusyRetry);
  }
  file.trouble = "no peer that is connected has it";
  if (file.want.wish == AttachmentWish::kForPeer) return end(AttachmentId(file.want.id));
  const auto wait = limits::kBodyRetry * (std::int64_t{1} << std::min(file.retries++, 8U));
  set_retry(file, effects_.now().mono + std::min<MonoTime>(wait, limits::kBodyRetryMax));
  news_.file_came(AttachmentId(file.want.id), std::nullopt);
}

// The ready link to ask next: one whose peer is known to hold the note before others.
Link* Files::holder_of(const FileFetch& file, unsigned round) const {
  Link* best = nullptr;
  std::pair<bool, std::size_t> best_rank;
  for (const auto& [id, link] : links_.all()) {
    if (!link->ready || link->files->asked.size() >= limits::kBodyRequests) continue;
    const auto tried = file.tried.find(id);
    if (tried != file.tried.end() && tried->second >= round) continue;
    const bool holds = holdings_.holds(*link, file.want.log, file.want.index);
    const std::pair rank{!holds && link->peer_log != file.want.log, link->files->asked.size()};
    if (best != nullptr && best_rank <= rank) continue;
    best = link.get();
    best_rank = rank;
  }
  return best;
}

void Files::send_get(Link& link, FileFetch& file, std::uint32_t hops) {
  v1::Frame frame;
  auto* request = frame.mutable_get_attachment();
  request->set_request_id(effects_.next_request());
  request->set_hops_left(std::min<std::uint32_t>(hops, limits::kHopsLeft));
  request->set_log_id(file.want.log.bytes());
  request->set_index(file.want.index.value);
  request->set_sha256(file.want.id.sha256.bytes());
  request->set_from(file.expected);
  file.source = link.id;
  file.request_id = request->request_id();
  file.last_progress = links_.turn_time(link);
  due_ = std::min<MonoTime>(due_, effects_.now().mono + limits::kRequestDeadline);
  link.files->asked.emplace(file.request_id, file.want.id);
  links_.send(link, frame);
}

// --- answers ---

void Files::on_chunk(Link& link, v1::AttachmentChunk chunk, std::size_t size) {
  link.counts.file_bytes_in += chunk.bytes().size();
  if (link.given_up.contains(chunk.request_id())) {
    links_.return_credit(link, size);
    return fetcher_.on_late(link, chunk.request_id(), chunk.last());
  }
  const auto asked = link.files->asked.find(chunk.request_id());
  if (asked == link.files->asked.end())
    return links_.end_for_lie(
        link, fail(Code::kMalformed, "a chunk of a file came that was not asked for", "request_id"));
  const AttachmentId id = asked->second;
  if (chunk.last()) link.files->asked.erase(asked);
  FileFetch& file = files_.at(id);
  file.last_progress = links_.turn_time(link);
  const bool at_end = file.expected + 1 == chunk_count(id.size);
  const bool has_it = !chunk.bytes().empty();
  if (chunk.number() != file.expected || chunk.last() != (at_end || !has_it) ||
      (has_it && chunk.bytes().size() != chunk_bytes(id.size, file.expected))) {
    return links_.end_for_lie(link,
                              fail(Code::kMalformed, "a chunk of a file is not the next one", "attachment"));
  }
  if (chunk.last()) file.source.reset();
  if (!has_it) {
    links_.return_credit(link, size);
    return look_for(file);
  }
  ++file.expected;
  intake_.begin(size);
  VerifyChunk intent{id,
                     {chunk.number(), std::move(*chunk.mutable_bytes()), std::move(*chunk.mutable_proof())}};
  HeldChunk held{intent.chunk, link.id, size};
  effects_.ask(std::move(intent), [this, id, generation = file.generation,
                                   held = std::move(held)](const Result<Done>& answer) mutable {
    on_verified(id, generation, std::move(held), answer);
  });
}

void Files::on_verified(const AttachmentId& id, std::uint64_t generation, HeldChunk held,
                        const Result<Done>& answer) {
  FileFetch* file = find(id, generation);
  if (file == nullptr || !answer.ok()) {
    fetcher_.release(held.source, held.size);
    if (file != nullptr) restart(*file);
    Link* link = links_.find(held.source);
    if (!answer.ok() && link != nullptr) links_.end_for_lie(*link, answer.error());
    if (FileFetch* left = find(id); left != nullptr) look_for(*left);
    return;
  }
  file->verified.emplace(held.chunk.number, std::move(held));
  while (true) {
    const auto next = file->verified.find(file->committing);
    if (next == file->verified.end()) return;
    HeldChunk chunk = std::move(next->second);
    file->verified.erase(next);
    ++file->committing;
    commit_chunk(*file, std::move(chunk));
  }
}

void Files::commit_chunk(FileFetch& file, HeldChunk held) {
  CommitChunk intent{{file.want.log, file.want.index, file.want.id, file.want.wish, std::move(held.chunk),
                      effects_.now().wall}};
  effects_.ask(std::move(intent),
               [this, id = file.want.id, generation = file.generation, source = held.source,
                size = held.size](const Result<ChunkStored>& answer) {
                 fetcher_.release(source, size);
                 if (FileFetch* stored = find(id, generation); stored != nullptr)
                   on_chunk_stored(*stored, answer);
               });
}

void Files::on_chunk_stored(FileFetch& file, const Result<ChunkStored>& answer) {
  const AttachmentId id = file.want.id;
  if (!answer.ok() && answer.error().code == Code::kNotFound) {
    // Dropped: the store says whether it is wanted still.
    restart(file);
    file.ready = false;
    if (!file.wanting) commit_want(file);
    return;
  }
  if (!answer.ok()) return not_stored(id, answer.error());
  file.stored = std::max(file.stored, answer->held);
  file.retries = 0;
  news_.file_came(id, file.stored);
  if (file.stored == chunk_count(id.size)) return finish(id);
  look_for(file);
}

// All chunks are proven; that they have the digest which names the file is for its author to have seen to.
void Files::finish(const AttachmentId& id) {
  FileFetch& file = files_.at(id);
  if (std::exchange(file.finishing, true)) return;
  // The file may have been dropped since, and be fetched anew: that one is not finished by this.
  const auto is_current = [this, id, generation = file.generation] {
    return find(id, generation) != nullptr;
  };
  effects_.ask(ReadDigest{id}, [this, id, is_current](const Result<Hash>& answer) {
    if (!is_current()) return;
    if (!answer.ok()) return not_stored(id, answer.error());
    const bool whole = *answer == id.sha256;
    if (!whole) effects_.notice({}, "an attachment is not the file that its note names; it is not kept");
    effects_.ask(CommitFinished{id, whole}, [this, id, is_current](const Result<Done>& done) {
      if (!is_current()) return;
      if (!done.ok()) return not_stored(id, done.error());
      end(id);
    });
  });
}

void Files::on_refused(Link& link, std::uint64_t request_id) {
  const auto asked = link.files->asked.find(request_id);
  if (asked == link.files->asked.end()) return;
  FileFetch& file = files_.at(asked->second);
  link.files->asked.erase(asked);
  file.source.reset();
  look_for(file);
}

// --- links and time ---

void Files::forget(const Link& link) {
  std::vector<AttachmentId> lost;
  for (auto& [id, file] : files_) {
    file.tried.erase(link.id);
    if (file.source != link.id) continue;
    file.source.reset();
    lost.push_back(id);
  }
  for (const AttachmentId& id : lost) {
    if (FileFetch* file = find(id); file != nullptr) look_for(*file);
  }
}

// Of those being fetched now: looking for one may end it.
std::vector<AttachmentId> Files::ids() const {
  std::vector<AttachmentId> out;
  out.reserve(files_.size());
  for (const auto& [id, file] : files_) out.push_back(id);
  return out;
}

void Files::look_for_all() {
  for (const AttachmentId& id : ids()) {
    FileFetch* file = find(id);
    if (file == nullptr) continue;
    if (file->ready) file->retry_at.reset();
    look_for(*file);
  }
}

void Files::set_retry(FileFetch& file, MonoTime at) {
  file.retry_at = at;
  due_ = std::min(due_, at);
}

void Files::run_timers() {
  const MonoTime now = effects_.now().mono;
  if (now < due_) return;
  for (const AttachmentId& id : ids()) {
    FileFetch* file = find(id);
    if (file == nullptr) continue;
    if (file->source && now >= late_at(*file)) {
      give_up_request(*file);
      look_for(*file);
    } else if (file->retry_at && now >= *file->retry_at) {
      file->retry_at.reset();
      file->tried.clear();
      if (file->ready) {
        look_for(*file);
      } else if (!file->wanting) {
        commit_want(*file);
      }
    }
  }
  due_ = next_by_a_look();
}

MonoTime Files::late_at(const FileFetch& file) const {
  const Link* link = links_.find(*file.source);
  return link == nullptr ? effects_.now().mono
                         : links_.when(*link, file.last_progress + limits::kRequestDeadline);
}

// By a look at each.
MonoTime Files::next_by_a_look() const {
  MonoTime next = MonoTime::max();
  for (const auto& [id, file] : files_) {
    if (file.source) next = std::min<MonoTime>(next, late_at(file));
    if (file.retry_at) next = std::min(next, *file.retry_at);
  }
  return next;
}

bool Files::has_wrong_list() const { return due_ - limits::kBusyRetry > next_by_a_look(); }

std::optional<FileStanding> Files::standing(const AttachmentId& id) const {
  const auto it = files_.find(id);
  if (it == files_.end()) return std::nullopt;
  const FileFetch& file = it->second;
  FileStanding out{file.stored, std::nullopt, file.trouble};
  const Link* link = file.source ? links_.find(*file.source) : nullptr;
  if (link != nullptr) out.source = link->peer;
  return out;
}

}  // namespace koinon::engine
