// A log of another city's, as every store holds it.
#pragma once

#include "tests/storage/all_stores.h"
#include "tests/storage/author.h"

namespace koinon::test {

class HeldLog : public AllStores {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    open(3000, "store.db");
  }
  void open(std::uint64_t transit_bytes, const std::string& file) {
    SqliteStoreOptions options;
    options.transit_bytes = transit_bytes;
    AllStores::open(options, file);
  }
  void take(const RunCommit& run) {
    change([&] { ASSERT_TRUE(store->append_run(run).ok()); });
  }
  StoredRecord record(std::uint64_t index) { return *store->record(author.log.id(), EntryIndex(index)); }
  // Bodies that are wanted and not held.
  std::vector<std::uint64_t> unheld() {
    std::vector<std::uint64_t> out;
    const auto records = store->unheld(author.log.id(), EntryIndex(0), 100);
    for (const auto& r : *records) out.push_back(r.index.value);
    return out;
  }
  std::vector<ArrivalKind> arrivals() {
    std::vector<ArrivalKind> out;
    const auto rows = store->arrivals(ArrivalSeq(0), 100);
    for (const auto& row : *rows) out.push_back(row.kind);
    return out;
  }

  Author author;
};

}  // namespace koinon::test
