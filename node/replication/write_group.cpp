#include "node/replication/write_group.h"

#include <algorithm>

#include "node/replication/room_claims.h"
#include "node/replication/store_loss.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

std::uint64_t bytes_to_write(const IntentBody& body) {
  const auto* run = std::get_if<CommitRun>(&body);
  if (run == nullptr) {
    const auto claim = room_claim_of(body);
    return claim ? claim->bytes : 0;
  }
  std::uint64_t bytes = 0;  // also of bodies that are held for peers alone
  for (const StoredRecord& record : run->run.records)
    bytes += bytes_held(record.entry.size(), record.body.size());
  return bytes;
}

}  // namespace

void WriteQueue::add(Intent intent) { intents_.push_back(std::move(intent)); }
void WriteQueue::add(DraftWrite draft) { own_.emplace_back(std::move(draft)); }
void WriteQueue::add(ChangeWrite change) { own_.emplace_back(std::move(change)); }

// One sort at a time so that order is kept: drafts together, changes together, intents together. Ours goes
// first, but never twice while others wait: neither keeps the other from its turn. An intent may be
// overtaken: its journal row may be the higher one, and the engine tells of rows in the order in which their
// commits began.
WriteGroup WriteQueue::take(std::uint64_t most_bytes) {
  WriteGroup group;
  own_was_last_ = !own_.empty() && (intents_.empty() || !own_was_last_);
  if (own_was_last_) {
    const std::size_t sort = own_.front().index();
    for (std::size_t i = 0; i < limits::kWriteGroup && !own_.empty() && own_.front().index() == sort; ++i) {
      Own next = std::move(own_.front());
      own_.pop_front();
      if (auto* draft = std::get_if<DraftWrite>(&next)) group.drafts.push_back(std::move(*draft));
      if (auto* change = std::get_if<ChangeWrite>(&next)) group.changes.push_back(std::move(*change));
    }
  } else {
    for (std::size_t i = 0; i < limits::kWriteGroup && group.bytes < most_bytes && !intents_.empty(); ++i) {
      group.bytes += bytes_to_write(intents_.front().body);
      group.intents.push_back(std::move(intents_.front()));
      intents_.pop_front();
    }
  }
  return group;
}

namespace {

// Those of a group that could not be marked, again: what cosigns is refused, the others stand without it.
std::vector<Completion> execute_unmarked(Store& store, const std::vector<Intent>& intents,
                                         std::uint64_t reserve, const Error& unmarked) {
  std::vector<Intent> others;
  bool durable = false;
  for (const Intent& intent : intents) {
    if (is_cosigning(intent.body)) continue;
    others.push_back(intent);
    durable = durable || needs_durability(intent.body);
  }
  std::vector<Completion> written;
  if (!others.empty()) written = execute_writes(store, others, durable, reserve);
  std::vector<Completion> out;
  auto next = written.begin();
  for (const Intent& intent : intents) {
    if (is_cosigning(intent.body)) {
      out.push_back({intent.id, unmarked});
    } else {
      out.push_back(std::move(*next++));
    }
  }
  return out;
}

}  // namespace

IntentsWritten write_intents(Store& store, const std::vector<Intent>& intents, std::uint64_t reserve,
                             const BeforeCommit& before_commit) {
  std::optional<Error> unmarked;
  BeforeCommit marking;
  if (before_commit)
    marking = [&](Store& writes) {
      Status marked = before_commit(writes);
      if (!marked.ok() && marked.error().code == Code::kUnavailable) unmarked = marked.error();
      return marked;
    };
  const auto any = [&intents](bool (*is)(const IntentBody&)) {
    return std::any_of(intents.begin(), intents.end(),
                       [is](const Intent& intent) { return is(intent.body); });
  };
  IntentsWritten out{execute_writes(store, intents, any(needs_durability), reserve, marking),
                     any(makes_arrivals), false};
  if (unmarked) out.completions = execute_unmarked(store, intents, reserve, *unmarked);
  for (std::size_t i = 0; i < intents.size(); ++i)
    out.cosigned = out.cosigned || (out.completions[i].answer.ok() && is_cosigning(intents[i].body));
  return out;
}

Result<PublishedBatch> write_drafts(Store& store, const DraftSigner& signer,
                                    const std::vector<DraftWrite>& drafts, UnixMillis now,
                                    const BeforeCommit& before_commit) {
  KOINON_TRY(store.begin(true));
  std::vector<DraftMaker> makers;
  makers.reserve(drafts.size());
  for (const DraftWrite& draft : drafts) makers.push_back(draft.maker);
  auto batch = signer(store, makers, now);
  if (!batch.ok()) {
    store.rollback();
    return batch.error();
  }
  const bool marks = batch->advanced && before_commit;
  if (Status status = marks ? before_commit(store) : Status(); !status.ok()) {
    store.rollback();
    return status.error();
  }
  if (const Status committed = store.commit(); !committed.ok()) return of_commit(committed.error());
  return batch;
}

void answer_drafts(const std::vector<DraftWrite>& drafts, const Result<PublishedBatch>& written) {
  for (std::size_t i = 0; i < drafts.size(); ++i)
    drafts[i].done(written.ok() ? written->results[i] : Result<Published>(written.error()));
}

Status write_change(Store& store, const std::function<Status(Store&)>& apply) {
  KOINON_TRY(store.begin(true));
  if (Status status = apply(store); !status.ok()) {
    store.rollback();
    return status;
  }
  const Status committed = store.commit();
  return committed.ok() ? committed : Status(of_commit(committed.error()));
}

}  // namespace koinon
