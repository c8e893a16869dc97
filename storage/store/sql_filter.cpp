#include "storage/store/sql_filter.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace koinon {
namespace {

// Of bodies, in one transaction.
constexpr std::uint64_t kFilterPieceBytes = 8 * limits::kMiB;

BodyState state_without_body(FilterStep step) {
  return step == FilterStep::kWanted ? BodyState::kNotHeld : BodyState::kNotAsked;
}

}  // namespace

Result<std::optional<EntryIndex>> SqlFilter::apply(const LogId& log, const BodyFilter& filter, UnixMillis now,
                                                   EntryIndex from, std::uint64_t most) {
  KOINON_ASSIGN(const std::int64_t number, parts_.logs.log_number(log));
  KOINON_ASSIGN(const LogState state, parts_.logs.log_state(log));
  const std::uint64_t size = state.range.size().value;
  KOINON_ASSIGN(Piece piece, choose(number, filter, from.value, std::min(size, from.value + most)));
  // The records that name files are looked at one by one: with the first file that goes the piece ends.
  std::vector<std::int64_t> ids;
  for (const Change& change : piece.changes) ids.push_back(change.id);
  KOINON_ASSIGN(const auto naming, parts_.attachments.naming(ids));
  std::vector<Change> next;
  for (const Change& change : piece.changes) {
    next.push_back(change);
    if (!naming.contains(change.id)) continue;
    const std::uint64_t files = parts_.attachments.forgotten();
    KOINON_TRY(carry_out(number, next, now));
    next.clear();
    if (parts_.attachments.forgotten() > files) return std::optional(EntryIndex(change.index.value + 1));
  }
  KOINON_TRY(carry_out(number, next, now));
  return piece.end == size ? std::nullopt : std::optional(EntryIndex(piece.end));
}

// Bodies are not read for it.
Result<SqlFilter::Piece> SqlFilter::choose(std::int64_t number, const BodyFilter& filter, std::uint64_t from,
                                           std::uint64_t end) {
  Piece out;
  out.end = end;
  std::uint64_t bytes = 0;
  const std::int64_t begin = record_id(number, EntryIndex(0));
  auto select = db_.walk(
      "SELECT r.id, r.entry, r.state, coalesce(length(r.body), length(t.body), 0) FROM record r LEFT JOIN "
      "transit t ON t.id = r.id WHERE r.id >= ? AND r.id < ? ORDER BY r.id");
  select.bind(record_id(number, EntryIndex(from))).bind(record_id(number, EntryIndex(end)));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    Change change;
    change.id = select.integer(0);
    change.index = EntryIndex(static_cast<std::uint64_t>(change.id - begin));
    change.step =
        filter_step(filter, select.blob(1), static_cast<BodyState>(select.integer(2)), select.integer(3) > 0);
    if (change.step != FilterStep::kStays) out.changes.push_back(change);
    bytes += select.number(3);
    if (bytes < kFilterPieceBytes) continue;
    out.end = change.index.value + 1;
    return out;
  }
}

// In the order of the records, for whoever follows the arrivals.
Status SqlFilter::carry_out(std::int64_t number, const std::vector<Change>& changes, UnixMillis now) {
  std::vector<Change> alike;
  for (const Change& change : changes) {
    const bool is_other = !alike.empty() && alike.back().step != change.step;
    if (is_other || change.step == FilterStep::kFromTransit) {
      KOINON_TRY(let_go(number, alike, now));
      alike.clear();
    }
    if (change.step == FilterStep::kFromTransit) {
      KOINON_TRY(take_from_transit(number, change, now));
    } else {
      alike.push_back(change);
    }
  }
  return let_go(number, alike, now);
}

// All of one step.
Status SqlFilter::let_go(std::int64_t number, const std::vector<Change>& changes, UnixMillis now) {
  if (changes.empty()) return {};
  std::vector<std::int64_t> ids;
  for (const Change& change : changes) ids.push_back(change.id);
  KOINON_TRY(parts_.bodies.let_go(ids, state_without_body(changes.front().step)));
  if (changes.front().step != FilterStep::kReleased) return {};
  for (const Change& change : changes)
    KOINON_TRY(parts_.arrivals.write(number, change.index, 1, ArrivalKind::kReleased, now));
  return {};
}

Status SqlFilter::take_from_transit(std::int64_t number, const Change& change, UnixMillis now) {
  KOINON_TRY(parts_.bodies.take_from_transit(change.id));
  return parts_.arrivals.write(number, change.index, 1, ArrivalKind::kBody, now);
}

}  // namespace koinon
