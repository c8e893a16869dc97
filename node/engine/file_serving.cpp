#include "node/engine/file_serving.h"

namespace koinon::engine {

void FileServing::on_get(Link& link, const v1::GetAttachment& request) {
  if (request.request_id() == 0 || request.log_id().size() != LogId::kSize ||
      request.sha256().size() != Hash::kSize || request.hops_left() > limits::kHopsLeft) {
    return links_.end_for_lie(
        link, fail(Code::kMalformed, "a field of GetAttachment is out of range", "get_attachment"));
  }
  const LogId id = LogId::from(request.log_id());
  if (!logs_.serves(id)) {
    return links_.answer_error(link, v1::ERROR_CODE_UNKNOWN_LOG, "the log is not held here",
                               request.request_id());
  }
  if (link.file_serving->requests.size() >= limits::kOpenRequests) {
    return links_.end_for_lie(link, v1::ERROR_CODE_LIMIT,
                              fail(Code::kTooLarge, "more than 64 requests are open", "get_attachment"));
  }
  link.file_serving->requests.push_back({effects_.next_generation(),
                                         request.request_id(),
                                         id,
                                         EntryIndex(request.index()),
                                         Hash::from(request.sha256()),
                                         request.from(),
                                         request.hops_left(),
                                         {}});
  pump(link);
}

void FileServing::pump(Link& link) {
  if (link.file_serving->reading || !links_.takes_answers(link)) return;
  auto& requests = link.file_serving->requests;
  const auto next =
      std::find_if(requests.begin(), requests.end(), [](const FileRequest& one) { return !one.waits_for; });
  if (next == requests.end()) return;
  // In front, where its answer finds it; what waits keeps its order.
  std::rotate(requests.begin(), next, std::next(next));
  link.file_serving->reading = true;
  const FileRequest& request = requests.front();
  effects_.ask(ReadChunk{request.log, request.index, request.sha256, request.next},
               [this, id = link.id, number = request.number](const Result<ChunkRead>& answer) {
                 Link* live = links_.find(id);
                 if (live == nullptr) return;
                 live->file_serving->reading = false;
                 serve(*live, number, answer);
                 pump(*live);
               });
}

void FileServing::serve(Link& link, std::uint64_t number, const Result<ChunkRead>& answer) {
  auto& requests = link.file_serving->requests;
  const auto it = std::find_if(requests.begin(), requests.end(),
                               [&](const FileRequest& one) { return one.number == number; });
  if (it == requests.end()) return;
  FileRequest request = *it;
  requests.erase(it);
  v1::Frame frame;
  auto* chunk = frame.mutable_attachment_chunk();
  chunk->set_request_id(request.request_id);
  chunk->set_number(request.next);
  chunk->set_last(true);
  const bool gives = answer.ok() && standing_.may_serve_bodies(request.log);
  if (gives && !answer->chunk.bytes.empty()) {
    chunk->set_bytes(answer->chunk.bytes);
    chunk->set_proof(answer->chunk.proof);
    ++request.next;
    chunk->set_last(request.next == chunk_count(answer->state.id.size));
    if (!chunk->last()) requests.push_back(request);
    link.counts.file_bytes_out += answer->chunk.bytes.size();
  } else if (gives && !answer->state.broken && look_further(link, request, answer->state)) {
    return;
  }
  links_.send_on_credit(link, frame, request.request_id);
}

// A peer asked for a file that we do not hold, and lets us look for it. False if we do not.
bool FileServing::look_further(Link& link, FileRequest request, const AttachmentState& state) {
  if (request.hops_left == 0 || request.next >= chunk_count(state.id.size)) return false;
  const AttachmentWant want{request.log, request.index, state.id, AttachmentWish::kForPeer, 0};
  if (!files_.look_for_peer(link, want, request.hops_left - 1)) return false;
  request.hops_left = 0;  // once is enough
  request.waits_for = state.id;
  link.file_serving->requests.push_back(request);
  return true;
}

bool FileServing::cancel(Link& link, std::uint64_t request_id) {
  return std::erase_if(link.file_serving->requests,
                       [&](const FileRequest& one) { return one.request_id == request_id; }) > 0;
}

void FileServing::wake(const AttachmentId& id, std::optional<std::uint32_t> stored) {
  std::vector<SessionId> woken;
  for (const auto& [link_id, link] : links_.all()) {
    for (FileRequest& request : link->file_serving->requests) {
      if (request.waits_for != id || (stored && request.next >= *stored)) continue;
      request.waits_for.reset();
      if (stored) request.hops_left = 1;  // it may wait for the next one as well
      woken.push_back(link_id);
    }
  }
  for (const SessionId link_id : woken) {
    if (Link* link = links_.find(link_id); link != nullptr) pump(*link);
  }
}

}  // namespace koinon::engine
