// A city's log as its own node has it, for the tests of storage.
#pragma once

#include "storage/memory/memory_store.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test {

// A city's log as its own node has it, to be copied run by run.
struct Author {
  explicit Author(const std::string& city = "seoul.example")
      : name(city), store(MemoryStore::Options{}), log(test_log(city)) {}
  void say(const Draft& draft) { ASSERT_TRUE(publish(store, log, draft).ok()); }
  // Entries [from, to), their bodies where `bodies` says so, marked as `state` elsewhere.
  RunCommit run(std::uint64_t from, std::uint64_t to, BodyState without, bool bodies = false) {
    RunCommit out;
    out.identity = log.identity();
    out.log = log.id();
    CompactRange range;
    for (std::uint64_t i = 0; i < to; ++i) {
      StoredRecord record = *store.record(log.id(), EntryIndex(i));
      range.append(leaf_hash(record.entry));
      if (i < from) continue;
      out.leaves.push_back(leaf_hash(record.entry));
      const auto entry = parse_entry(record.entry);
      if (const auto fact = withdrawal_of(EntryIndex(i), *entry)) out.withdrawals.push_back(*fact);
      if (!bodies && !record.body.empty()) {
        record.body.clear();
        record.state = without;
      }
      out.records.push_back(std::move(record));
    }
    out.after = range;
    const Checkpoint checkpoint{log.identity().origin(), TreeSize(to), range.root()};
    out.head = {checkpoint.size, checkpoint.root,
                sign_checkpoint(checkpoint, SigningKey::from_seed(sha256(name).view()))};
    out.arrived_at = {5};
    return out;
  }
  Bytes body(std::uint64_t index) { return store.record(log.id(), EntryIndex(index))->body; }

  std::string name;
  MemoryStore store;
  OwnLog log;
};

}  // namespace koinon::test
