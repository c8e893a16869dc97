#include "tools/bench/filled_logs.h"

#include <algorithm>
#include <memory>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "node/transport/network.h"
#include "storage/store/sqlite_store.h"
#include "tools/bench/fill.h"

namespace koinon {
namespace {

constexpr std::uint64_t kRunRecords = 1000;
constexpr std::uint64_t kVouchersAlone = 1000;  // so many the node vouches for itself
constexpr std::uint64_t kVouchers = 100;

struct Author {
  LogIdentity identity;
  SigningKey signing;
  std::uint64_t number = 0;
};

class Filling {
 public:
  Filling(Store& store, const FilledLogs& options, UnixMillis now)
      : store_(store), maker_(options.texts, options.body_bytes), now_(now) {}

  // So many more records in the log of a city whose Genesis is held.
  Status extend(const Author& author, std::uint64_t count) {
    KOINON_ASSIGN(const LogState state, store_.log_state(author.identity.log_id()));
    CompactRange range = state.range;
    while (count > 0) {
      const std::uint64_t some = std::min(count, kRunRecords);
      KOINON_TRY(append(author, range, some));
      count -= some;
    }
    return {};
  }
  // What is held so far is committed.
  Status finish() { return open_ ? commit() : Status(); }
  const FilledBytes& made() const { return made_; }

 private:
  Status append(const Author& author, CompactRange& range, std::uint64_t count) {
    RunCommit run;
    run.identity = author.identity;
    run.log = author.identity.log_id();
    run.arrived_at = now_;
    for (std::uint64_t i = 0; i < count; ++i) {
      const EntryIndex index(range.size().value);
      auto made = maker_.make(author.number, index.value);
      made_.entries += made.entry.size();
      made_.bodies += made.body.size();
      run.leaves.push_back(leaf_hash(made.entry));
      range.append(run.leaves.back());
      run.records.push_back({index, std::move(made.entry), std::move(made.body), BodyState::kHeld, {}});
    }
    made_.records += count;
    run.after = range;
    const Checkpoint checkpoint{author.identity.origin(), range.size(), range.root()};
    run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, author.signing)};
    if (!open_) KOINON_TRY(store_.begin(false));
    open_ = true;
    KOINON_TRY(store_.append_run(run));
    pending_ += count;
    return pending_ >= kRunRecords ? commit() : Status();
  }
  Status commit() {
    open_ = false;
    pending_ = 0;
    return store_.commit();
  }

  Store& store_;
  RecordMaker maker_;
  UnixMillis now_;
  FilledBytes made_;
  std::uint64_t pending_ = 0;
  bool open_ = false;
};

}  // namespace

Result<FilledBytes> fill_logs(const DataFolder& folder, const FilledLogs& options) {
  if (options.cities > 0) {
    FillOptions cities;
    cities.logs = options.cities;
    cities.vouchers = options.cities > kVouchersAlone ? kVouchers : 0;
    KOINON_TRY(fill_store(folder, cities));
  }
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, ""));
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(folder.store(), with_epochs(epoch_maker(EpochKey(keys.node)))));
  const UnixMillis now = system_clock().wall();
  Filling filling(*store, options, now);
  if (options.cities == 0) {
    KOINON_ASSIGN(const StoreState state, store->load_state());
    if (!state.own_log || !keys.city)
      return fail(Code::kNotFound, "the store has no log of its own", folder.store().string());
    KOINON_ASSIGN(const LogState own, store->log_state(*state.own_log));
    KOINON_TRY(filling.extend({own.identity(), keys.city->signing, 0}, options.records));
  }
  for (std::uint64_t i = 0; i < options.cities; ++i) {
    const MadeCity city = make_city(i, now);
    const std::uint64_t share =
        options.records * (i + 1) / options.cities - options.records * i / options.cities;
    KOINON_TRY(filling.extend({city.identity, city.signing, i}, share));
  }
  KOINON_TRY(filling.finish());
  return filling.made();
}

}  // namespace koinon
