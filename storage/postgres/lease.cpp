#include "storage/postgres/lease.h"

#include <algorithm>
#include <utility>

namespace koinon::postgres {
namespace {

constexpr const char* kNow = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
// Between two signs of life nothing is behind.
constexpr std::chrono::milliseconds kSignsEvery{2500};

Error written_by(const std::string& holder) {
  return fail(Code::kUnavailable,
              Sentence{"store.written",
                       "another program writes in this store: {holder}; it is waited for until it ends, or "
                       "has shown no sign of life for 15 seconds",
                       {{"holder", holder}}},
              "store");
}

// A sign of life from the future is one by another clock: that of the server which failed, say. Whoever lives
// gives the next one by this clock, and in a moment.
bool is_recent(std::int64_t age_ms) {
  constexpr std::int64_t kMost = std::chrono::milliseconds(kLeaseTime).count();
  return age_ms < kMost && age_ms > -kMost;
}

}  // namespace

Error fenced(const std::string& by) {
  return fail(
      Code::kRefused,
      Sentence{"store.fenced",
               "another program has taken over this store ({holder}), so nothing more is written here",
               {{"holder", by}}},
      "store");
}

Result<Lease> Lease::take(sql::Connection& db, const std::string& holder) {
  return sql::transact(db, true, [&]() -> Result<Lease> {
    // Who writes holds the row for the time of a commit; one that hangs is not waited for.
    KOINON_TRY(db.execute("SET LOCAL lock_timeout = '5s'"));
    auto select = db.prepare(std::string("SELECT number, holder, alive_at_ms, ") + kNow +
                             " FROM writer WHERE one = 1 FOR UPDATE");
    KOINON_ASSIGN(const bool found, select.step());
    if (!found) return fail(Code::kIo, "the row of the writer is missing; restore the store", "writer");
    const std::int64_t number = select.integer(0) + 1;
    // This process itself, before it lost its connection, wrote there under the number before.
    const bool is_held = !select.text(1).empty() && select.text(1) != holder &&
                         is_recent(select.integer(3) - select.integer(2));
    if (is_held) return written_by(select.text(1));
    auto put = db.prepare(std::string("UPDATE writer SET number = ?, holder = ?, alive_at_ms = ") + kNow +
                          " WHERE one = 1");
    KOINON_TRY(put.bind(number).bind_text(holder).run());
    return Lease(number);
  });
}

Status Lease::check(sql::Connection& db) const {
  auto select = db.prepare("SELECT number, holder FROM writer WHERE one = 1 FOR SHARE");
  KOINON_ASSIGN(const bool found, select.step());
  if (found && select.integer(0) == number_) return {};
  return fenced(found ? select.text(1) : std::string());
}

Status Lease::keep(sql::Connection& db) const {
  return sql::transact(db, false, [&]() -> Status {
    auto put =
        db.prepare(std::string("UPDATE writer SET alive_at_ms = ") + kNow + " WHERE one = 1 AND number = ?");
    return put.bind(number_).run();
  });
}

void Lease::give_back(sql::Connection& db) const {
  (void)sql::transact(db, false, [&]() -> Status {
    auto put = db.prepare("UPDATE writer SET holder = '' WHERE one = 1 AND number = ?");
    return put.bind(number_).run();
  });
}

Result<StoreLag> lag_of(sql::Connection& db) {
  auto select =
      db.prepare(std::string("SELECT pg_is_in_recovery(), holder, ") + kNow +
                 " - alive_at_ms, EXISTS (SELECT 1 FROM pg_stat_wal_receiver) FROM writer WHERE one = 1");
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return fail(Code::kIo, "the row of the writer is missing; restore the store", "writer");
  StoreLag out;
  out.standby = select.integer(0) != 0;
  out.writer = select.text(1);
  const std::chrono::milliseconds age(std::max<std::int64_t>(0, select.integer(2)));
  out.behind = age > kSignsEvery ? age : std::chrono::milliseconds(0);
  out.is_fed = !out.standby || select.integer(3) != 0;
  return out;
}

}  // namespace koinon::postgres
