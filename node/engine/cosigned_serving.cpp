#include "node/engine/cosigned_serving.h"

#include <algorithm>

#include "node/engine/cosigned_frames.h"
#include "proto/base/limits.h"

namespace koinon::engine {

namespace {

Result<CosignedRequest::Head> read_asked(const v1::CosignedHeadId& head) {
  const auto malformed = [](const char* why) {
    return fail(Code::kMalformed, why, "get_cosignatures.heads");
  };
  if (head.log_id().size() != LogId::kSize || head.root().size() != Hash::kSize)
    return malformed("it has not 32 bytes");
  if (head.size() == 0) return malformed("no city signs an empty log");
  CosignedRequest::Head out;
  out.which = {LogId::from(head.log_id()), head.recoveries(), TreeSize(head.size()), Hash::from(head.root())};
  KOINON_ASSIGN(out.key_ids, read_key_ids(head.key_ids(), "get_cosignatures.key_ids"));
  return out;
}

// Lines of an unknown kind have key IDs that nobody is told of: they go with what the same city signed.
CosignedHead with_lines(const CosignedHead& head, const std::vector<std::uint32_t>& key_ids) {
  if (key_ids.empty()) return head;
  std::set<std::string> names;
  for (const CosignatureLine& line : head.lines) {
    const bool is_asked = std::find(key_ids.begin(), key_ids.end(), line.signature.key_id) != key_ids.end();
    if (line.seconds && is_asked) names.insert(line.signature.name);
  }
  CosignedHead out = head;
  std::erase_if(out.lines, [&](const CosignatureLine& line) { return !names.contains(line.signature.name); });
  return out;
}

}  // namespace

Result<CosignedRequest> CosignedServing::read_request(const v1::GetCosignatures& request) const {
  const auto count = static_cast<std::size_t>(request.heads_size());
  if (request.request_id() == 0 || count > limits::kCosignedPerRequest)
    return fail(Code::kMalformed, "a GetCosignatures needs a number and at most 32 heads",
                "get_cosignatures");
  CosignedRequest out;
  out.request_id = request.request_id();
  std::set<CosignedAsk> seen;  // each head is given once
  for (const v1::CosignedHeadId& told : request.heads()) {
    KOINON_ASSIGN(CosignedRequest::Head head, read_asked(told));
    const CosignedAsk& which = head.which;
    const bool is_known = heads_.find(which.log, which.recoveries, which.size, which.root) != nullptr;
    if (is_known && logs_.serves(which.log) && seen.insert(which).second)
      out.heads.push_back(std::move(head));
  }
  return out;
}

void CosignedServing::on_get(Link& link, const v1::GetCosignatures& request) {
  if (link.cosigned_serving->requests.size() >= limits::kOpenRequests)
    return links_.end_for_lie(link, v1::ERROR_CODE_LIMIT,
                              fail(Code::kTooLarge, "more than 64 requests are open", "get_cosignatures"));
  auto asked = read_request(request);
  if (!asked.ok()) return links_.end_for_lie(link, asked.error());
  link.cosigned_serving->requests.push_back(std::move(*asked));
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
    const CosignedAsk& next = request.heads[request.next].which;
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
  const auto& [asked, key_ids] = request.heads[request.next++];
  if (!answer.ok() || !logs_.serves(asked.log)) return;
  for (const CosignedHead& head : answer->heads) {
    if (head.recoveries == asked.recoveries && head.head.root == asked.root)
      request.notes.emplace_back(asked.log, cosigned_note(with_lines(head, key_ids)));
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
