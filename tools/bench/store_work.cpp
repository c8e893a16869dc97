#include "tools/bench/store_work.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include <boost/json.hpp>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/postgres/postgres_store.h"
#include "storage/store/epoch_start.h"
#include "storage/store/sqlite_store.h"
#include "tools/bench/fill.h"
#include "tools/bench/own_server.h"
#include "tools/bench/processes.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::uint64_t kAtOnce = 1000;
constexpr std::uint64_t kErased = 1000;
constexpr std::uint64_t kErasedAtOnce = 100;
constexpr std::size_t kBodyBytes = 600;
constexpr UnixMillis kNow{1'800'000'000'000};

// A city's log that grows by runs of practices, half of them about water, and of erasures.
class GrowingLog {
 public:
  GrowingLog() : city_(make_city(0, kNow)) {}
  const LogId& id() const { return city_.run.log; }
  std::uint64_t size() const { return after_.size().value; }

  RunCommit practices(std::uint64_t count) {
    RunCommit run = begin();
    for (std::uint64_t i = 0; i < count; ++i) {
      const Bytes body(kBodyBytes, static_cast<char>('a' + size() % 26));
      v1::Entry entry;
      entry.set_kind(v1::KIND_PRACTICE);
      entry.set_language("en");
      entry.add_topics(size() % 2 == 0 ? "water" : "health");
      entry.set_body_size(kBodyBytes);
      entry.set_body_digest(sha256(body).bytes());
      add(run, entry, body);
    }
    return ended(std::move(run));
  }
  RunCommit erasures(std::uint64_t first, std::uint64_t count, std::uint64_t apart) {
    RunCommit run = begin();
    for (std::uint64_t i = first; i < first + count; ++i) {
      v1::Entry entry;
      entry.set_kind(v1::KIND_WITHDRAWAL);
      auto* withdrawal = entry.mutable_control()->mutable_withdrawal();
      withdrawal->set_index(i * apart);
      withdrawal->set_erase(true);
      run.withdrawals.push_back({EntryIndex(size()), EntryIndex(i * apart), true});
      add(run, entry, {});
    }
    return ended(std::move(run));
  }

 private:
  RunCommit begin() const {
    RunCommit run;
    run.identity = city_.identity;
    run.log = id();
    run.arrived_at = kNow;
    return run;
  }
  void add(RunCommit& run, const v1::Entry& entry, const Bytes& body) {
    Bytes leaf = serialize(entry);
    run.leaves.push_back(leaf_hash(leaf));
    run.records.push_back({EntryIndex(size()), std::move(leaf), body, BodyState::kHeld, {}});
    after_.append(run.leaves.back());
  }
  RunCommit ended(RunCommit run) const {
    run.after = after_;
    const Checkpoint checkpoint{city_.identity.origin(), after_.size(), after_.root()};
    run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, city_.signing)};
    return run;
  }

  MadeCity city_;
  CompactRange after_;
};

template <typename Change>
Status change(Store& store, bool durable, Change act) {
  KOINON_TRY(store.begin(durable));
  if (const Status done = act(); !done.ok()) {
    store.rollback();
    return done;
  }
  return store.commit();
}

Status append(Store& store, const RunCommit& run) {
  return change(store, false, [&]() -> Status {
    KOINON_TRY(store.append_run(run));
    return {};
  });
}

void fold_to_the_end(Store& store) {
  while (!store.fold(std::chrono::milliseconds(0))) {
  }
}

// The seconds that `act` takes, under a name.
template <typename Act>
Status timed(json::object& out, const char* name, Act act) {
  const auto begin = std::chrono::steady_clock::now();
  KOINON_TRY(act());
  out[name] = seconds_since(begin);
  return {};
}

Status fill(Store& store, GrowingLog& log, std::uint64_t records) {
  while (log.size() < records)
    KOINON_TRY(append(store, log.practices(std::min(kAtOnce, records - log.size()))));
  return {};
}

Status erase(Store& store, GrowingLog& log, std::uint64_t records) {
  for (std::uint64_t first = 0; first < kErased; first += kErasedAtOnce)
    KOINON_TRY(append(store, log.erasures(first, kErasedAtOnce, records / kErased)));
  fold_to_the_end(store);
  return {};
}

// Half of them go.
Status filter(Store& store, const LogId& log) {
  BodyFilter health;
  health.all = false;
  health.topics = {"health"};
  for (std::optional<EntryIndex> from = EntryIndex(0); from;) {
    KOINON_TRY(change(store, false, [&]() -> Status {
      KOINON_ASSIGN(from, store.apply_filter(log, health, kNow, *from, limits::kFilteredAtOnce));
      return {};
    }));
  }
  fold_to_the_end(store);
  return {};
}

Status remove(Store& store, const LogId& log) {
  KOINON_TRY(change(store, true, [&] { return store.remove_log(log, kNow); }));
  fold_to_the_end(store);
  return {};
}

Result<json::object> measure(Store& store, std::uint64_t records) {
  GrowingLog log;
  json::object out;
  KOINON_TRY(timed(out, "fill_s", [&] { return fill(store, log, records); }));
  KOINON_TRY(timed(out, "erase_1000_s", [&] { return erase(store, log, records); }));
  KOINON_TRY(timed(out, "filter_s", [&] { return filter(store, log.id()); }));
  KOINON_TRY(timed(out, "remove_s", [&] { return remove(store, log.id()); }));
  KOINON_ASSIGN(const StoreCounts left, store.counts());
  if (left.records != 0) return fail(Code::kInternal, "the log was not removed", "store-work");
  return out;
}

}  // namespace

Result<json::object> measure_store_work(const StoreWorkOptions& options) {
  const Workplace place;
  json::object out{{"records", options.records}, {"body_bytes", kBodyBytes}};
  {
    KOINON_ASSIGN(const auto store,
                  open_sqlite_store(place.path() / "store.db", with_epochs(unkeyed_epochs())));
    KOINON_ASSIGN(out["sqlite"], measure(*store, options.records));
  }
  if (options.store.empty()) return out;
  std::unique_ptr<OwnServer> own;
  PostgresStoreOptions there;
  there.epochs = unkeyed_epochs();
  there.holder = "koinon-bench";
  KOINON_ASSIGN(there.place.url, server_for(options.store, place.path(), own));
  {
    KOINON_ASSIGN(const auto store, open_postgres_store(there));
    KOINON_ASSIGN(out["server"], measure(*store, options.records));
  }
  json::object ratios;
  for (const auto& [name, seconds] : out["sqlite"].as_object())
    ratios[name] = out["server"].at(name).as_double() / std::max(seconds.as_double(), 1e-6);
  out["server_to_sqlite"] = std::move(ratios);
  return out;
}

}  // namespace koinon
