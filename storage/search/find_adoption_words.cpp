#include "storage/search/find_adoption_words.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace koinon {
namespace {

struct Word {
  std::uint32_t adoption = 0;
  std::uint32_t version = 0;  // that it adopts
};
// By the first version of the practice, in the order of their entries.
using WordsOf = std::map<std::uint32_t, std::vector<Word>>;

// The first version of a record. Nothing: it is not here.
Result<std::optional<std::uint32_t>> first_version(sqlite::Connection& db, const Columns& columns,
                                                   const std::pair<LogId, EntryIndex>& record) {
  auto select = db.prepare("SELECT id FROM doc WHERE log_id = ? AND entry_index = ?");
  select.bind_blob(record.first.view()).bind(static_cast<std::int64_t>(record.second.value));
  KOINON_ASSIGN(const bool found, select.step());
  if (!found || select.number(0) >= columns.docs().size()) return std::optional<std::uint32_t>();
  return std::optional(columns.docs()[select.number(0)].first_version);
}

WordsOf collect(const Columns& columns, const LogId& by, std::optional<std::uint32_t> of) {
  WordsOf out;
  const auto documents = columns.narrowest(by, std::nullopt);
  if (!documents) return out;
  for (const std::uint32_t document : *documents) {
    const DocFacts& doc = columns.docs()[document];
    if (doc.kind != v1::KIND_ADOPTION || doc.withdrawn || !doc.has_text) continue;
    columns.each_adopted(document, [&](std::uint32_t version) {
      const std::uint32_t first = columns.docs()[version].first_version;
      if (!of || *of == first) out[first].push_back({document, version});
    });
  }
  for (auto& [practice, words] : out) {
    std::sort(words.begin(), words.end(), [&](const Word& a, const Word& b) {
      return columns.docs()[a.adoption].index < columns.docs()[b.adoption].index;
    });
  }
  return out;
}

// When a city's adoptions were written, by the index's own numbers.
Result<std::unordered_map<std::uint32_t, UnixMillis>> read_times(sqlite::Connection& db, const LogId& by) {
  auto select = db.prepare(
      "SELECT id, created_at_ms FROM doc INDEXED BY there_by_log WHERE log_id = ? AND kind = ? AND status < "
      "2");
  select.bind_blob(by.view()).bind(static_cast<std::int64_t>(v1::KIND_ADOPTION));
  std::unordered_map<std::uint32_t, UnixMillis> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    out.emplace(static_cast<std::uint32_t>(select.number(0)), UnixMillis{select.integer(1)});
  }
}

}  // namespace

Result<std::vector<AdoptionWords>> find_adoption_words(sqlite::Connection& db, const Columns& columns,
                                                       const AdoptionWordsQuery& query) {
  std::vector<AdoptionWords> out;
  std::optional<std::uint32_t> of;
  if (query.of) {
    KOINON_ASSIGN(of, first_version(db, columns, *query.of));
    if (!of) return out;
  }
  const WordsOf said = collect(columns, query.by, of);
  if (said.empty()) return out;
  KOINON_ASSIGN(const auto times, read_times(db, query.by));
  for (const auto& [first, words] : said) {
    AdoptionWords one;
    bool timed = false;
    for (const auto& [word, version] : words) {
      const auto at = times.find(word);
      if (at == times.end()) continue;  // the index was changed between the two
      one.first_at = timed ? std::min(one.first_at, at->second) : at->second;
      if (!timed) one.first = EntryIndex(columns.docs()[word].index);
      // Where the version that it names was taken back, the one before it stands.
      const DocFacts& practice = columns.docs()[columns.standing_version(first).value_or(version)];
      one.practice_log = columns.cities()[practice.city].log;
      one.practice = EntryIndex(practice.index);
      one.last = EntryIndex(columns.docs()[word].index);
      one.last_at = at->second;
      const DocFacts& last = columns.docs()[word];
      one.over = last.stopped || last.outcome == Outcome::kDidNot;
      timed = true;
    }
    if (timed) out.push_back(one);
  }
  return out;
}

}  // namespace koinon
