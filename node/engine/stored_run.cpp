#include "node/engine/stored_run.h"

#include <utility>

namespace koinon::engine {

bool is_good(const KeyHistory& keys, const TakenChunk& chunk) {
  if (chunk.recoveries != keys.recoveries()) return false;
  const auto good_until = keys.good_until(chunk.stated);
  return !good_until || chunk.pushed->size <= *good_until;
}

bool is_lie(const TakenChunk& chunk, const Error& error) {
  return error.code != Code::kRefused && (error.code != Code::kBadSignature || chunk.stated == 0);
}

std::vector<AttachmentWant> wants_of(const EngineConfig& config, const LogId& log,
                                     const std::vector<AttachmentFact>& facts, bool own) {
  const AttachmentWish wish = own ? AttachmentWish::kOwn : AttachmentWish::kByPolicy;
  std::vector<AttachmentWant> out;
  for (const AttachmentFact& fact : facts) {
    if (own || fact.id.size <= config.attachments_up_to) out.push_back({log, fact.index, fact.id, wish, 0});
  }
  return out;
}

StoredRun stored_run(const EngineConfig& config, const LogId& log, const Fetch& fetch, const RunVerified& run,
                     const TakenChunk& chunk, bool own) {
  StoredRun stored;
  stored.after = run.after;
  stored.head = fetch.target;
  stored.right = run.right;
  stored.vouches = run.vouches;
  stored.withdrawals = run.withdrawals;
  stored.names_keys = !run.keys.empty();
  stored.wants = wants_of(config, log, run.attachments, own);
  for (const StoredRecord& record : run.records) {
    if (record.state == BodyState::kNotHeld) stored.not_held.emplace_back(record.index, record.entry);
    if (record.state == BodyState::kErased && record.erased_by.value >= run.after.size().value)
      stored.pending_marks = true;
  }
  stored.filter_number = chunk.filter_number;
  stored.generation = fetch.generation;
  stored.source = chunk.source;
  stored.size = chunk.size;
  return stored;
}

RunCommit run_commit(const LogState& log, const Fetch& fetch, RunVerified run, UnixMillis now) {
  RunCommit out;
  out.identity = log.identity();
  out.log = log.id;
  out.records = std::move(run.records);
  out.leaves = std::move(run.leaves);
  out.after = std::move(run.after);
  out.head = fetch.target;
  out.right = std::move(run.right);
  out.vouches = std::move(run.vouches);
  out.withdrawals = std::move(run.withdrawals);
  out.attachments = std::move(run.attachments);
  out.keys = std::move(run.keys);
  out.arrived_at = now;
  return out;
}

}  // namespace koinon::engine
