#include "node/engine/evidence_telling.h"

namespace koinon::engine {
namespace {

// Contradictions of one log that a peer has shown. Nobody keeps more; the worst is that it is told of one
// that it knows.
constexpr std::size_t kShownOfLog = 8;

}  // namespace

void EvidenceTelling::tell(Link& link, const LogId& log) {
  link.telling->waiting.insert(log);
  go_on(link);
}

void EvidenceTelling::tell_by_name(Link& link, const LogId& log) {
  LinkTelling& telling = *link.telling;
  const bool knows = telling.told.contains(log) || telling.shown.contains(log);
  if (knows && !telling.by_name.insert(log).second) return;
  telling.told.erase(log);
  tell(link, log);
}

// One read at a time: what a peer takes slowly is not read for it all at once. A log that is to be told anew
// while it is read is read again, for there may be more evidence by then.
void EvidenceTelling::go_on(Link& link) {
  LinkTelling& telling = *link.telling;
  if (telling.reading || telling.waiting.empty() || link.queued > limits::kSendQueueBytes) return;
  const LogId log = telling.waiting.extract(telling.waiting.begin()).value();
  telling.reading = true;
  effects_.ask(ReadEvidence{log}, [this, log, id = link.id](const Result<EvidenceRead>& answer) {
    Link* live = links_.find(id);
    if (live == nullptr) return;
    live->telling->reading = false;
    // None: it is on its way to the store yet, and told once it is there.
    if (answer.ok() && !answer->evidence.empty()) on_read(*live, log, answer->evidence);
    go_on(*live);
  });
}

// The newest: what came before it was thawed.
void EvidenceTelling::on_read(Link& link, const LogId& log, const std::vector<KeptEvidence>& kept) {
  const Hash digest = mark_of(kept.back().bytes).digest;
  const auto shown = link.telling->shown.find(log);
  if (shown != link.telling->shown.end() && shown->second.contains(digest)) return;
  const auto [told, is_first] = link.telling->told.try_emplace(log, digest);
  if (!is_first && told->second == digest) return;
  told->second = digest;
  v1::Frame frame;
  if (frame.mutable_evidence()->ParseFromString(kept.back().bytes)) links_.send(link, frame);
}

void EvidenceTelling::note_shown(Link& link, const LogId& log, const Hash& digest) {
  auto& shown = link.telling->shown[log];
  if (shown.size() < kShownOfLog) shown.insert(digest);
}

void EvidenceTelling::forget(const LogId& log) {
  for (const auto& [id, link] : links_.all()) {
    link->telling->told.erase(log);
    link->telling->shown.erase(log);
    link->telling->by_name.erase(log);
  }
}

}  // namespace koinon::engine
