#include "storage/search/document_removal.h"

#include <algorithm>
#include <set>

#include "koinon/v1/record.pb.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::uint64_t kRemovedRecords = 2000;   // of one transaction
constexpr std::uint64_t kRemovedWords = 300'000;  // of one transaction: some MiB of text
// For so many arrivals it is kept what a void entry was. Whoever is further behind is not told of it.
constexpr std::uint64_t kVoidKept = 1'000'000;

}  // namespace

Result<DocumentRemoval::Batch> DocumentRemoval::read(sqlite::Statement& select, std::uint64_t most) {
  Batch out;
  std::uint64_t words = 0;
  while (out.documents.size() < most && words < kRemovedWords) {
    KOINON_ASSIGN(const bool row, select.step());
    out.is_last = !row;
    if (!row) break;
    out.documents.push_back(
        {select.integer(0), select.number(1), select.integer(2), select.integer(3), select.text(4)});
    words += select.number(5);
  }
  return out;
}

Result<DocumentRemoval::Batch> DocumentRemoval::newest_of(const LogId& log) {
  auto select = parts_.db.prepare(
      "SELECT id, entry_index, arrival, kind, topics, length FROM doc WHERE log_id = ? ORDER BY arrival "
      "DESC");
  select.bind_blob(log.view());
  return read(select, kRemovedRecords);
}

Result<bool> DocumentRemoval::remove_log(const LogId& log) {
  KOINON_ASSIGN(const Batch batch, newest_of(log));
  parts_.changes.note_taken_away();
  for (const Document& document : batch.documents) KOINON_TRY(remove(log, document));
  KOINON_TRY(parts_.words.remove_city(log));
  KOINON_TRY(parts_.cities.remove(log));
  auto forget = parts_.db.prepare("DELETE FROM void_notes WHERE log_id = ?");
  KOINON_TRY(forget.bind_blob(log.view()).run());
  // It is noted with each piece: a reader that begins in between has loaded what was left.
  KOINON_TRY(parts_.changes.note_removed(log, IndexChanges::Removed::kLog));
  return !batch.is_last;
}

Result<DocumentRemoval::Batch> DocumentRemoval::void_of(const Arrival& arrival, std::uint64_t most) {
  auto select = parts_.db.prepare(
      "SELECT id, entry_index, arrival, kind, topics, length FROM doc WHERE log_id = ? AND entry_index >= ? "
      "AND entry_index < ? ORDER BY entry_index");
  select.bind_blob(arrival.log.view())
      .bind(static_cast<std::int64_t>(arrival.from.value))
      .bind(static_cast<std::int64_t>(arrival.from.value + arrival.count));
  return read(select, std::min(most, kRemovedRecords));
}

Result<std::uint64_t> DocumentRemoval::remove_void(StoreReader& store, const Arrival& arrival,
                                                   std::uint64_t most) {
  const LogId& log = arrival.log;
  KOINON_ASSIGN(const Batch batch, void_of(arrival, most));
  const std::uint64_t done =
      batch.is_last ? arrival.count : batch.documents.back().index + 1 - arrival.from.value;
  if (batch.documents.empty()) return done;
  parts_.changes.note_taken_away();
  std::set<std::int64_t> touched;  // what they revised or withdrew
  bool profile = false;
  for (const Document& document : batch.documents) {
    KOINON_ASSIGN(const auto targets, parts_.standing.targets(document.id));
    touched.insert(targets.begin(), targets.end());
    profile = profile || document.kind == v1::KIND_PROFILE;
    KOINON_TRY(keep_what_it_was(arrival, document));
    KOINON_TRY(count_void(document));
    KOINON_TRY(remove(log, document));
  }
  for (const std::int64_t document : touched) KOINON_TRY(parts_.standing.restate(store, log, document));
  if (profile) KOINON_TRY(parts_.cities.settle(store, log));
  KOINON_TRY(parts_.words.remove_city(log));
  KOINON_TRY(forget_what_they_were(arrival.first));
  // When all of an arrival is done, nothing that came before it is left behind its first entry. Its last
  // number is the same in each piece of it, and so tells it from others.
  const EntryIndex end(done == arrival.count ? std::uint64_t{INT64_MAX} : arrival.from.value + done);
  KOINON_TRY(parts_.changes.note_entries_removed(log, arrival.from, end,
                                                 ArrivalSeq(arrival.first.value + arrival.count - 1)));
  return done;
}

// What refers goes before the record: its trigger asks how the record stood.
Status DocumentRemoval::remove(const LogId& log, const Document& document) {
  KOINON_TRY(parts_.topics.remove(document.id, log, document.arrival, document.kind, document.topics));
  for (const char* sql : {"DELETE FROM text WHERE rowid = ?", "DELETE FROM link WHERE doc = ?",
                          "DELETE FROM addressee WHERE doc = ?", "DELETE FROM stated WHERE doc = ?",
                          "DELETE FROM doc WHERE id = ?"}) {
    auto remove = parts_.db.prepare(sql);
    KOINON_TRY(remove.bind(document.id).run());
  }
  return {};
}

Status DocumentRemoval::keep_what_it_was(const Arrival& arrival, const Document& document) {
  auto keep = parts_.db.prepare(
      "INSERT OR REPLACE INTO void_entry (arrival, log_id, entry_index, kind, topics, recoveries, leaf) "
      "SELECT ?, log_id, entry_index, kind, topics, recoveries, leaf FROM doc WHERE id = ?");
  return keep.bind(static_cast<std::int64_t>(arrival.first.value + document.index - arrival.from.value))
      .bind(document.id)
      .run();
}

Status DocumentRemoval::count_void(const Document& document) {
  if (!is_note(static_cast<v1::Kind>(document.kind))) return {};
  auto count = parts_.db.prepare(
      "INSERT INTO void_notes (log_id, recoveries, notes) SELECT log_id, recoveries, 1 FROM doc WHERE id = ? "
      "ON CONFLICT (log_id, recoveries) DO UPDATE SET notes = notes + 1");
  return count.bind(document.id).run();
}

// As many at most as were kept in this transaction.
Status DocumentRemoval::forget_what_they_were(ArrivalSeq now) {
  auto forget = parts_.db.prepare(
      "DELETE FROM void_entry WHERE arrival IN (SELECT arrival FROM void_entry WHERE arrival < ? ORDER BY "
      "arrival LIMIT ?)");
  return forget.bind(static_cast<std::int64_t>(now.value - std::min(now.value, kVoidKept)))
      .bind(static_cast<std::int64_t>(kRemovedRecords))
      .run();
}

}  // namespace koinon
