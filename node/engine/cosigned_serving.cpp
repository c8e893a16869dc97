#include "node/engine/cosigned_serving.h"

#include "proto/base/limits.h"

namespace koinon::engine {

void CosignedServing::on_get(Link& link, const v1::GetCosignatures& request) {
  const auto count = static_cast<std::size_t>(request.heads_size());
  if (request.request_id() == 0 || count > limits::kCosignedPerRequest)
    return links_.end_for_lie(
        link,
        fail(Code::kMalformed, "a GetCosignatures needs a number and at most 32 heads", "get_cosignatures"));
  if (link.cosigned_serving->requests.size() >= limits::kOpenRequests)
    return links_.end_for_lie(link, v1::ERROR_CODE_LIMIT,
                              fail(Code::kTooLarge, "more than 64 requests are open", "get_cosignatures"));
  CosignedRequest asked;
  asked.request_id = request.request_id();
  std::set<CosignedAsk> seen;  // each head is given once
  for (const v1::CosignedHeadId& head : request.heads()) {
    if (head.log_id().size() != LogId::kSize || head.root().size() != Hash::kSize)
      return links_.end_for_lie(link,
                                fail(Code::kMalformed, "it has not 32 bytes", "get_cosignatures.heads"));
    if (head.size() == 0)
      return links_.end_for_lie(
          link, fail(Code::kMalformed, "no city signs an empty log", "get_cosignatures.heads"));
    const CosignedAsk ask{LogId::from(head.log_id()), head.recoveries(), TreeSize(head.size()),
                          Hash::from(head.root())};
    const bool is_known = heads_.find(ask.log, ask.recoveries, ask.size, ask.root) != nullptr;
    if (is_known && logs_.serves(ask.log) && seen.insert(ask).second) asked.heads.push_back(ask);
  }
  link.cosigned_serving->requests.push_back(std::move(asked));
  go_on(link);
}

// One read at a time, while the transport's queue has room.
void CosignedServing::go_on(Link& link) {
  LinkCosignedServing& state = *link.cosigned_serving;
  while (!state.reading && !state.requests.empty() && link.queued <= limits::kSendQueueBytes) {
    const CosignedRequest& request = state.requests.front();
    if (request.next == request.heads.size()) {
      send_answer(link);
      continue;
    }
    const CosignedAsk& next = request.heads[request.next];
    state.reading = true;
    effects_.ask(ReadCosigned{next.log, {next.size}},
                 [this, id = link.id](const Result<CosignedRead>& answer) {
                   Link* live = links_.find(id);
                   if (live == nullptr) return;
                   live->cosigned_serving->reading = false;
                   on_read(*live, answer);
                   go_on(*live);
                 });
  }
}

void CosignedServing::on_read(Link& link, const Result<CosignedRead>& answer) {
  CosignedRequest& request = link.cosigned_serving->requests.front();
  const CosignedAsk& asked = request.heads[request.next++];
  if (!answer.ok() || !logs_.serves(asked.log)) return;
  for (const CosignedHead& head : answer->heads) {
    if (head.recoveries == asked.recoveries && head.head.root == asked.root)
      request.notes.emplace_back(asked.log, cosigned_note(head));
  }
}

void CosignedServing::send_answer(Link& link) {
  CosignedRequest request = std::move(link.cosigned_serving->requests.front());
  link.cosigned_serving->requests.pop_front();
  v1::Frame frame;
  frame.mutable_cosignatures()->set_request_id(request.request_id);
  for (auto& [log, note] : request.notes) {
    auto& out = *frame.mutable_cosignatures()->add_notes();
    out.set_log_id(log.bytes());
    out.set_note(std::move(note));
  }
  links_.send(link, frame);
}

}  // namespace koinon::engine
