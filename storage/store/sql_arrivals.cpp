#include "storage/store/sql_arrivals.h"

#include "storage/store/arrival_rules.h"

namespace koinon {

Result<std::vector<Arrival>> SqlArrivals::after(ArrivalSeq after, std::size_t limit) {
  std::vector<Arrival> out;
  // Rows do not overlap. This finds the rows above `after`, and the row that contains it.
  auto select = db_.prepare(
      "SELECT a.first, a.last, l.log_id, a.from_index, a.kind, a.at_ms FROM arrival a JOIN log l ON l.number "
      "= a.log WHERE a.first >= coalesce((SELECT max(first) FROM arrival WHERE first <= ?1), 0) AND a.last > "
      "?1 ORDER BY a.first LIMIT ?2");
  select.bind(static_cast<std::int64_t>(after.value)).bind(static_cast<std::int64_t>(limit));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    const Arrival arrival{ArrivalSeq(select.number(0)),
                          LogId::from(select.blob(2)),
                          EntryIndex(select.number(3)),
                          select.number(1) - select.number(0) + 1,
                          static_cast<ArrivalKind>(select.integer(4)),
                          UnixMillis{select.integer(5)},
                          {}};
    out.push_back(part_after(arrival, after));
  }
}

Result<std::optional<Arrival>> SqlArrivals::of(const LogId& log, EntryIndex index) {
  KOINON_ASSIGN(const std::int64_t number, logs_.log_number(log));
  // Added runs of a log do not overlap. The entry came with the last run that begins at or before it, if that
  // run reaches it. The newest arrival that brought only its body may be later.
  auto select = db_.prepare(
      "SELECT first, last, from_index, kind, at_ms, source FROM arrival WHERE (first = "
      "(SELECT first FROM arrival WHERE log = ?1 AND kind = 1 AND from_index <= ?2 ORDER BY "
      "from_index DESC LIMIT 1) OR first = "
      "(SELECT max(first) FROM arrival WHERE log = ?1 AND kind = 2 AND from_index = ?2)) "
      "ORDER BY first DESC LIMIT 1");
  select.bind(number).bind(static_cast<std::int64_t>(index.value));
  KOINON_ASSIGN(const bool found, select.step());
  if (!found || select.number(2) + select.number(1) - select.number(0) < index.value)
    return std::optional<Arrival>();
  Arrival arrival{ArrivalSeq(select.number(0)),
                  log,
                  EntryIndex(select.number(2)),
                  select.number(1) - select.number(0) + 1,
                  static_cast<ArrivalKind>(select.integer(3)),
                  UnixMillis{select.integer(4)},
                  {}};
  if (select.blob(5).size() == NodeKey::kSize) arrival.source = NodeKey::from(select.blob(5));
  return std::optional<Arrival>(arrival);
}

Status SqlArrivals::write(std::int64_t number, EntryIndex from, std::uint64_t count, ArrivalKind kind,
                          UnixMillis at, const std::optional<NodeKey>& source) {
  auto insert = db_.prepare(
      "INSERT INTO arrival (first, last, log, from_index, kind, at_ms, source) "
      "SELECT n, n + ?1 - 1, ?2, ?3, ?4, ?5, ?6 FROM (SELECT coalesce((SELECT last FROM arrival ORDER BY "
      "first "
      "DESC LIMIT 1), 0) + 1 AS n) AS next");
  insert.bind(static_cast<std::int64_t>(count))
      .bind(number)
      .bind(static_cast<std::int64_t>(from.value))
      .bind(static_cast<std::int64_t>(kind))
      .bind(at.value);
  if (source) {
    insert.bind_blob(source->view());
  } else {
    insert.bind_null();
  }
  return insert.run();
}

Status SqlArrivals::void_from(std::int64_t number, EntryIndex from, std::uint64_t count, UnixMillis at) {
  // Written before those go that it replaces, so that no number is given twice.
  KOINON_TRY(write(number, from, count, ArrivalKind::kVoided, at));
  const auto index = static_cast<std::int64_t>(from.value);
  for (int kind = static_cast<int>(ArrivalKind::kAdded); kind <= static_cast<int>(ArrivalKind::kReleased);
       ++kind) {
    auto remove = db_.prepare("DELETE FROM arrival WHERE log = ? AND kind = ? AND from_index >= ?");
    KOINON_TRY(remove.bind(number).bind(kind).bind(index).run());
  }
  // Added runs do not overlap: one at most goes beyond.
  auto shorten = db_.prepare(
      "UPDATE arrival SET last = first + ?2 - from_index - 1 WHERE first = (SELECT first FROM arrival WHERE "
      "log = ?1 AND kind = 1 AND from_index < ?2 ORDER BY from_index DESC LIMIT 1) AND from_index + last - "
      "first >= ?2");
  return shorten.bind(number).bind(index).run();
}

}  // namespace koinon
