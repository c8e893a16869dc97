#include "storage/store/run_rules.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {

Status check_run(const RunCommit& run, TreeSize held, bool frozen) {
  if (run.records.empty() || run.records.size() != run.leaves.size())
    return fail(Code::kInternal, "a run without records", "run");
  if (frozen) return fail(Code::kConflict, "the log is frozen: it forked", "log");
  if (run.records.front().index.value != held.value)
    return fail(Code::kConflict, "the run does not begin where the log ends", "from");
  if (stands_whole(run) && run.after.root() != run.head.root)
    return fail(Code::kInternal, "the run does not lead to its head", "run");
  return {};
}

bool stands_whole(const RunCommit& run) { return run.head.size == run.after.size(); }

bool is_own(const RunCommit& run) { return !run.own_contents.empty(); }

Bytes sealed_digest(BytesView bytes) {
  auto entry = parse_entry(bytes);
  if (!entry.ok()) return {};
  if (!entry->body_digest().empty()) return Bytes(entry->body_digest());
  entry->clear_created_at_ms();
  return sha256(serialize(*entry)).bytes();
}

bool contradicts_mark(const RunCommit& run, EntryIndex target, EntryIndex by) {
  const std::uint64_t from = run.records.front().index.value;
  if (by.value < from || by.value >= from + run.records.size()) return false;
  return std::none_of(run.withdrawals.begin(), run.withdrawals.end(), [&](const WithdrawalFact& fact) {
    return fact.erase && fact.index == by && fact.target == target;
  });
}

bool takes_away(const WithdrawalFact& fact, BytesView target_entry, BodyState state, EntryIndex erased_by) {
  if (!fact.erase) return false;
  const auto entry = parse_entry(target_entry);
  if (!entry.ok() || entry->body_size() == 0) return false;
  return state != BodyState::kErased || erased_by >= fact.index;
}

Status check_range(EntryIndex from, EntryIndex to, TreeSize size) {
  if (from >= to || to.value > size.value)
    return fail(Code::kInvalidArgument, "the range asked for is empty or beyond the tree", "from");
  return {};
}

bool RunBudget::takes(const StoredRecord& record) { return takes(record.entry.size() + record.body.size()); }

bool RunBudget::takes(std::size_t bytes) {
  if (records_ >= limits::kRecordsPerChunk) return false;
  if (records_ > 0 && bytes_ + bytes > max_bytes_) return false;
  bytes_ += bytes;
  ++records_;
  return true;
}

}  // namespace koinon
