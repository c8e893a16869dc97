#include "storage/store/sql_cosigned.h"

#include <algorithm>
#include <map>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::string_view kMade = "cosignatures_made";

Error damaged_cosigned() {
  return fail(Code::kIo, "a cosigned head's row is damaged; restore the store", "cosigned_head");
}

// City, key ID, seconds and rank, from this column on. Without its name and its signature.
Result<CosignatureLine> line_without_text(const sql::Statement& row, int column) {
  if (row.blob(column).size() != LogId::kSize) return damaged_cosigned();
  CosignatureLine line;
  line.city = LogId::from(row.blob(column));
  line.signature.key_id = static_cast<std::uint32_t>(row.number(column + 1));
  if (!row.is_null(column + 2)) line.seconds = row.number(column + 2);
  line.rank = static_cast<unsigned>(row.number(column + 3));
  return line;
}

// Recoveries, size, root and since, from the first column on.
Result<CosignedHead> head_without_note(const sql::Statement& row) {
  if (row.blob(2).size() != Hash::kSize) return damaged_cosigned();
  CosignedHead head;
  head.recoveries = row.number(0);
  head.head.size = TreeSize(row.number(1));
  head.head.root = Hash::from(row.blob(2));
  head.since = {row.integer(3)};
  return head;
}

const CosignedHead* of_size(const std::vector<CosignedHead>& heads, const CosignedHead& head) {
  const auto found = std::find_if(heads.begin(), heads.end(), [&](const CosignedHead& one) {
    return one.recoveries == head.recoveries && one.head.size == head.head.size;
  });
  return found == heads.end() ? nullptr : &*found;
}

}  // namespace

// Rows of lines come in the order of cities: merged_lines puts the nearest first.
Result<std::vector<CosignedHead>> SqlCosigned::heads(const LogId& log) {
  std::vector<CosignedHead> out;
  auto select = db_.prepare(
      "SELECT h.recoveries, h.size, h.root, h.since_ms, h.note, c.city, c.key_id, c.seconds, c.rank, c.name, "
      "c.signature FROM cosigned_head h LEFT JOIN cosignature c ON c.head = h.number WHERE h.log_id = ? "
      "ORDER BY h.recoveries DESC, h.size DESC");
  select.bind_blob(log.view());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    KOINON_ASSIGN(CosignedHead head, head_without_note(select));
    if (of_size(out, head) == nullptr) {
      head.head.note = select.blob(4);
      out.push_back(std::move(head));
    }
    if (select.is_null(5)) continue;
    KOINON_ASSIGN(CosignatureLine line, line_without_text(select, 5));
    line.signature.name = select.text(9);
    line.signature.signature = select.blob(10);
    out.back().lines.push_back(std::move(line));
  }
  for (CosignedHead& head : out) head.lines = merged_lines({}, head.lines);
  return out;
}

Result<std::optional<LastCosigned>> SqlCosigned::last(const LogId& log) {
  auto select = db_.prepare("SELECT recoveries, size, root FROM last_cosigned WHERE log_id = ?");
  select.bind_blob(log.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<LastCosigned>();
  if (select.blob(2).size() != Hash::kSize) return damaged_cosigned();
  return std::optional(
      LastCosigned{select.number(0), TreeSize(select.number(1)), Hash::from(select.blob(2))});
}

Result<std::uint64_t> SqlCosigned::made() {
  KOINON_ASSIGN(const auto made, settings_.meta(kMade));
  if (!made) return std::uint64_t{0};
  const auto number = parse_decimal(*made);
  return number.ok() ? number : Result<std::uint64_t>(damaged_cosigned());
}

Result<std::vector<LogCosigned>> SqlCosigned::all() {
  std::map<LogId, LogCosigned> logs;
  auto last = db_.prepare("SELECT recoveries, size, root, log_id FROM last_cosigned");
  while (true) {
    KOINON_ASSIGN(const bool row, last.step());
    if (!row) break;
    if (last.blob(2).size() != Hash::kSize || last.blob(3).size() != LogId::kSize) return damaged_cosigned();
    const LogId log = LogId::from(last.blob(3));
    logs[log].last = {last.number(0), TreeSize(last.number(1)), Hash::from(last.blob(2))};
  }
  std::optional<CosignedHead> head;
  LogId of;
  std::int64_t number = 0;
  const auto take = [&] {
    if (!head) return;
    head->lines = merged_lines({}, head->lines);
    logs[of].heads.push_back(brief_of(*head));
  };
  auto select = db_.prepare(
      "SELECT h.recoveries, h.size, h.root, h.since_ms, h.number, h.log_id, c.city, c.key_id, c.seconds, "
      "c.rank FROM cosigned_head h LEFT JOIN cosignature c ON c.head = h.number ORDER BY h.number");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    if (!head || select.integer(4) != number) {
      take();
      KOINON_ASSIGN(head, head_without_note(select));
      if (select.blob(5).size() != LogId::kSize) return damaged_cosigned();
      of = LogId::from(select.blob(5));
      number = select.integer(4);
    }
    if (select.is_null(6)) continue;
    KOINON_ASSIGN(CosignatureLine line, line_without_text(select, 6));
    head->lines.push_back(std::move(line));
  }
  take();
  std::vector<LogCosigned> out;
  for (auto& [log, cosigned] : logs) {
    cosigned.log = log;
    std::sort(cosigned.heads.begin(), cosigned.heads.end(),
              [](const CosignedBrief& one, const CosignedBrief& other) {
                return std::tuple(one.recoveries, one.size) > std::tuple(other.recoveries, other.size);
              });
    out.push_back(std::move(cosigned));
  }
  return out;
}

RootAt SqlCosigned::roots_of(const LogId& log) {
  return [this, log](TreeSize size) { return logs_.root_at(log, size); };
}

Result<std::vector<CosignedBrief>> SqlCosigned::keep(const LogId& log, const CosignedHead& head,
                                                     UnixMillis now) {
  KOINON_ASSIGN(const LogState state, logs_.log_state(log));
  KOINON_TRY(check_cosigned(state, head, roots_of(log)));
  KOINON_ASSIGN(const auto before, heads(log));
  const auto after = with_head(before, head, now);
  for (const CosignedHead& one : before) {
    const CosignedHead* stays = of_size(after, one);
    if (stays == nullptr || stays->head != one.head) KOINON_TRY(drop(log, one));
  }
  for (const CosignedHead& one : after) {
    const CosignedHead* kept = of_size(before, one);
    if (kept != nullptr && kept->head != one.head) kept = nullptr;
    if (kept == nullptr || *kept != one) KOINON_TRY(put(log, one, kept));
  }
  return briefs_of(after);
}

Status SqlCosigned::put(const LogId& log, const CosignedHead& head, const CosignedHead* kept) {
  if (kept == nullptr) {
    auto put = db_.prepare(
        "INSERT INTO cosigned_head (number, log_id, recoveries, size, root, note, since_ms) SELECT "
        "coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM cosigned_head");
    KOINON_TRY(put.bind_blob(log.view())
                   .bind(static_cast<std::int64_t>(head.recoveries))
                   .bind(static_cast<std::int64_t>(head.head.size.value))
                   .bind_blob(head.head.root.view())
                   .bind_blob(head.head.note)
                   .bind(head.since.value)
                   .run());
  }
  KOINON_ASSIGN(const std::int64_t number, number_of(log, head));
  return put_lines(number, head.lines, kept == nullptr ? std::vector<CosignatureLine>() : kept->lines);
}

Status SqlCosigned::put_lines(std::int64_t number, const std::vector<CosignatureLine>& lines,
                              const std::vector<CosignatureLine>& kept) {
  for (const CosignatureLine& line : kept) {
    if (std::find(lines.begin(), lines.end(), line) != lines.end()) continue;
    auto drop = db_.prepare("DELETE FROM cosignature WHERE head = ? AND city = ? AND key_id = ?");
    KOINON_TRY(drop.bind(number).bind_blob(line.city.view()).bind(line.signature.key_id).run());
  }
  for (const CosignatureLine& line : lines) {
    if (std::find(kept.begin(), kept.end(), line) != kept.end()) continue;
    auto put = db_.prepare(
        "INSERT INTO cosignature (head, city, key_id, name, signature, rank, seconds) VALUES (?, ?, ?, ?, ?, "
        "?, ?)");
    put.bind(number)
        .bind_blob(line.city.view())
        .bind(line.signature.key_id)
        .bind_text(line.signature.name)
        .bind_blob(line.signature.signature)
        .bind(line.rank);
    if (line.seconds) {
      put.bind(static_cast<std::int64_t>(*line.seconds));
    } else {
      put.bind_null();
    }
    KOINON_TRY(put.run());
  }
  return {};
}

Result<std::int64_t> SqlCosigned::number_of(const LogId& log, const CosignedHead& head) {
  auto select =
      db_.prepare("SELECT number FROM cosigned_head WHERE log_id = ? AND recoveries = ? AND size = ?");
  select.bind_blob(log.view())
      .bind(static_cast<std::int64_t>(head.recoveries))
      .bind(static_cast<std::int64_t>(head.head.size.value));
  KOINON_ASSIGN(const bool found, select.step());
  return found ? Result<std::int64_t>(select.integer(0)) : Result<std::int64_t>(damaged_cosigned());
}

Status SqlCosigned::drop(const LogId& log, const CosignedHead& head) {
  KOINON_ASSIGN(const std::int64_t number, number_of(log, head));
  auto lines = db_.prepare("DELETE FROM cosignature WHERE head = ?");
  KOINON_TRY(lines.bind(number).run());
  auto drop = db_.prepare("DELETE FROM cosigned_head WHERE number = ?");
  return drop.bind(number).run();
}

Status SqlCosigned::forget_heads(const LogId& log) {
  auto lines = db_.prepare(
      "DELETE FROM cosignature WHERE head IN (SELECT number FROM cosigned_head WHERE log_id = ?)");
  KOINON_TRY(lines.bind_blob(log.view()).run());
  auto heads = db_.prepare("DELETE FROM cosigned_head WHERE log_id = ?");
  return heads.bind_blob(log.view()).run();
}

Status SqlCosigned::note(const LogId& log, const LastCosigned& next) {
  const auto state = logs_.log_state(log);
  if (!state.ok() && state.error().code != Code::kNotFound) return state.error();
  KOINON_ASSIGN(const auto before, last(log));
  KOINON_TRY(check_cosigning(state.ok() ? &*state : nullptr, before, next, roots_of(log)));
  if (before == next) return {};
  auto put = db_.prepare(
      "INSERT INTO last_cosigned (log_id, recoveries, size, root) VALUES (?, ?, ?, ?) ON CONFLICT (log_id) "
      "DO "
      "UPDATE SET recoveries = excluded.recoveries, size = excluded.size, root = excluded.root");
  KOINON_TRY(put.bind_blob(log.view())
                 .bind(static_cast<std::int64_t>(next.recoveries))
                 .bind(static_cast<std::int64_t>(next.size.value))
                 .bind_blob(next.root.view())
                 .run());
  KOINON_ASSIGN(const std::uint64_t so_far, made());
  return settings_.put_meta(kMade, std::to_string(so_far + 1));
}

}  // namespace koinon
