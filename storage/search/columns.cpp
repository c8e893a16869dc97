#include "storage/search/columns.h"

#include <algorithm>
#include <set>
#include <utility>

#include "koinon/v1/record.pb.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "storage/search/index_changes.h"
#include "storage/search/record_status.h"
#include "storage/search/topic_levels.h"

namespace koinon {
namespace {

constexpr std::uint32_t kMostDocs = 1U << 31;

Result<std::int64_t> meta_number(sqlite::Connection& db, std::string_view key) {
  auto select = db.prepare("SELECT value FROM meta WHERE key = ?");
  select.bind_text(key);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? select.integer(0) : 0;
}

// An author's clock may say anything. Of other times than those of the years 1970 to 9999 there is no day.
std::uint32_t day_of(std::int64_t created_at_ms) {
  constexpr std::int64_t kDayMs = 86'400'000;
  constexpr std::int64_t kEnd = 2'932'897;  // 1 January 10000
  if (created_at_ms <= 0 || created_at_ms >= kEnd * kDayMs) return 0;
  return static_cast<std::uint32_t>(created_at_ms / kDayMs);
}

template <typename Number>
Number number_of(const std::string& name, std::unordered_map<std::string, Number>& numbers,
                 std::vector<std::string>& names) {
  const auto [it, added] = numbers.emplace(name, static_cast<Number>(names.size()));
  if (added) names.push_back(name);
  return it->second;
}

}  // namespace

std::optional<CityNumber> Columns::city(const LogId& log) const {
  const auto it = city_numbers_.find(log);
  return it == city_numbers_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<TopicNumber> Columns::topic(const std::string& name) const {
  const auto it = topic_numbers_.find(name);
  return it == topic_numbers_.end() ? std::nullopt : std::optional(it->second);
}

std::span<const AdoptionFacts> Columns::adoptions(std::uint32_t first_version) const {
  const auto it = adoptions_.find(first_version);
  return it == adoptions_.end() ? std::span<const AdoptionFacts>() : std::span(it->second.list);
}

std::uint32_t Columns::stopped(std::uint32_t first_version) const {
  const auto it = adoptions_.find(first_version);
  return it == adoptions_.end() ? 0 : it->second.stopped;
}

OutcomeCounts Columns::outcomes(std::uint32_t first_version) const {
  const auto it = adoptions_.find(first_version);
  return it == adoptions_.end() ? OutcomeCounts() : it->second.outcomes;
}

std::span<const std::uint32_t> Columns::all_adoptions(std::uint32_t first_version) const {
  const auto it = adopters_.find(first_version);
  return it == adopters_.end() ? std::span<const std::uint32_t>() : std::span(it->second);
}

std::span<const std::uint32_t> Columns::of_city(CityNumber city) const {
  return city < by_city_.of.size() ? std::span<const std::uint32_t>(by_city_.of[city])
                                   : std::span<const std::uint32_t>();
}

// A translation may be of a translation. The bound ends a circle, which hostile notes could make.
std::optional<std::uint32_t> Columns::original(std::uint32_t document) const {
  constexpr int kSteps = 8;
  std::uint32_t at = docs_[document].first_version;
  for (int i = 0; i < kSteps; ++i) {
    const auto it = translated_.find(at);
    if (it == translated_.end() || docs_[it->second].kind == 0)
      return stated_.of(at).translation == Translation::kOfOther ? std::nullopt : std::optional(at);
    at = docs_[it->second].first_version;
  }
  return at;
}

std::optional<std::uint32_t> Columns::standing_version(std::uint32_t first_version) const {
  if (const auto it = revisions_.find(first_version); it != revisions_.end()) {
    const std::uint32_t* newest = nullptr;
    for (const std::uint32_t& version : it->second) {
      const DocFacts& doc = docs_[version];
      const bool counts = doc.kind != 0 && !doc.withdrawn && doc.first_version == first_version;
      if (counts && (newest == nullptr || doc.index > docs_[*newest].index)) newest = &version;
    }
    if (newest != nullptr) return *newest;
  }
  const DocFacts& first = docs_[first_version];
  return first.kind == 0 || first.withdrawn ? std::nullopt : std::optional(first_version);
}

std::optional<std::span<const std::uint32_t>> Columns::narrowest(
    const std::optional<LogId>& log, const std::optional<std::string>& topic_name) const {
  std::optional<std::span<const std::uint32_t>> out;
  const auto narrow = [&](const Lists& lists, std::optional<std::uint32_t> number) {
    std::span<const std::uint32_t> list;
    if (number && *number < lists.of.size()) list = lists.of[*number];
    if (!out || list.size() < out->size()) out = list;
  };
  if (log) narrow(by_city_, city(*log));
  if (topic_name) narrow(by_topic_, topic(*topic_name));
  return out;
}

void Columns::Lists::add(std::uint32_t number, std::uint32_t document) {
  if (number >= of.size()) of.resize(number + 1);
  auto& list = of[number];
  if (!list.empty() && list.back() > document) unsorted.push_back(number);
  list.push_back(document);
}

void Columns::Lists::sort() {
  std::sort(unsorted.begin(), unsorted.end());
  unsorted.erase(std::unique(unsorted.begin(), unsorted.end()), unsorted.end());
  for (const std::uint32_t number : std::exchange(unsorted, {}))
    std::sort(of[number].begin(), of[number].end());
}

Status Columns::refresh(sqlite::Connection& db) {
  KOINON_TRY(db.execute("BEGIN"));
  const Status status = load(db);
  KOINON_TRY(db.execute("COMMIT"));
  return status;
}

Status Columns::load(sqlite::Connection& db) {
  KOINON_ASSIGN(const std::int64_t generation, meta_number(db, "generation"));
  if (generation != generation_) {
    *this = Columns();
    generation_ = generation;
  }
  known_ = docs_.empty() ? 0 : static_cast<std::int64_t>(docs_.size()) - 1;
  KOINON_TRY(load_removals(db));
  KOINON_TRY(load_cities(db));
  KOINON_TRY(load_docs(db));
  KOINON_TRY(load_links(db));
  KOINON_TRY(stated_.load(db, [&](std::uint64_t id) {
    return id < docs_.size() && docs_[id].kind != 0 ? std::optional(docs_[id].city) : std::nullopt;
  }));
  if (!std::is_sorted(adopting_.begin(), adopting_.end())) std::sort(adopting_.begin(), adopting_.end());
  by_city_.sort();
  by_topic_.sort();
  std::set<std::uint32_t> practices;
  for (const std::uint32_t adoption : std::exchange(taken_back_, {})) {
    const auto [begin, end] = adopted_.equal_range(adoption);
    for (auto it = begin; it != end; ++it) practices.insert(docs_[it->second].first_version);
  }
  for (const std::uint32_t first_version : std::exchange(lost_version_, {})) practices.insert(first_version);
  for (const std::uint32_t practice : practices) count_anew(practice);
  return {};
}

// Removals come first: all that is here of a removed log was loaded before it was removed.
Status Columns::load_removals(sqlite::Connection& db) {
  auto select = db.prepare(
      "SELECT log_id, what, change, arrival, from_index, to_index FROM removed WHERE change > ? ORDER BY "
      "change");
  select.bind(removal_change_);
  std::vector<bool> removed;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) break;
    removal_change_ = select.integer(2);
    if (select.blob(0).size() != LogId::kSize) continue;
    const auto number = city(LogId::from(select.blob(0)));
    if (!number) continue;
    const auto what = static_cast<IndexChanges::Removed>(select.integer(1));
    if (what == IndexChanges::Removed::kEntries) {
      forget_entries(*number, EntryIndex(select.number(4)), EntryIndex(select.number(5)),
                     ArrivalSeq(select.number(3)));
      continue;
    }
    cities_[*number].name.clear();
    cities_[*number].measures = {};
    cities_[*number].latitude = cities_[*number].longitude = 0;
    if (what == IndexChanges::Removed::kProfile) continue;
    removed.resize(cities_.size());
    removed[*number] = true;
  }
  if (!removed.empty()) forget(removed);
  return {};
}

void Columns::forget(const std::vector<bool>& cities) {
  for (std::size_t id = 0; id < docs_.size(); ++id) {
    const DocFacts& doc = docs_[id];
    if (doc.kind == 0 || !cities[doc.city]) continue;
    by_city_.of[doc.city].clear();
    forget_doc(static_cast<std::uint32_t>(id));
  }
}

void Columns::forget_entries(CityNumber city, EntryIndex from, EntryIndex to, ArrivalSeq arrival) {
  if (city >= by_city_.of.size()) return;
  auto& documents = by_city_.of[city];
  for (const std::uint32_t id : documents) {
    const DocFacts& doc = docs_[id];
    if (doc.index >= from.value && doc.index < to.value && doc.arrival < arrival.value) forget_doc(id);
  }
  std::erase_if(documents, [&](std::uint32_t id) { return docs_[id].kind == 0; });
}

// Its place stays empty until everything is read anew.
void Columns::forget_doc(std::uint32_t id) {
  DocFacts& doc = docs_[id];
  if (adopted_.contains(id)) taken_back_.push_back(id);
  if (adopters_.contains(doc.first_version)) lost_version_.push_back(doc.first_version);
  doc.kind = 0;
  doc.withdrawn = true;
  doc.has_text = false;
}

CityNumber Columns::city_number(const LogId& log) {
  const auto [it, added] = city_numbers_.emplace(log, static_cast<CityNumber>(cities_.size()));
  if (added) cities_.push_back({log, {}, {}});
  return it->second;
}

// Nothing: the city has brought as many new topics as it may.
std::optional<TopicNumber> Columns::topic_number(const std::string& name, CityNumber city) {
  if (const auto known = topic_numbers_.find(name); known != topic_numbers_.end()) return known->second;
  if (brought_.size() < cities_.size()) brought_.resize(cities_.size());
  if (brought_[city] >= limits::kTopicsOfCity) return std::nullopt;
  ++brought_[city];
  return number_of(name, topic_numbers_, topic_names_);
}

LanguageNumber Columns::language_number(const std::string& tag) {
  const std::size_t known = languages_.size();
  const LanguageNumber number = number_of(tag, language_numbers_, languages_);
  if (languages_.size() > known) spoken_.insert(tag.substr(0, tag.find('-')));
  return number;
}

void Columns::read_topics(DocFacts& doc, const std::string& text) {
  doc.first_topic = static_cast<std::uint32_t>(topics_.size());
  each_level_of_all(text, [&](std::string_view name) {
    const auto number = topic_number(std::string(name), doc.city);
    const auto begin = topics_.begin() + doc.first_topic;
    if (number && std::find(begin, topics_.end(), *number) == topics_.end()) topics_.push_back(*number);
  });
  doc.topics = static_cast<std::uint16_t>(topics_.size() - doc.first_topic);
}

Status Columns::load_docs(sqlite::Connection& db) {
  auto select = db.prepare(
      "SELECT id, log_id, entry_index, arrival, kind, language, topics, evidence, cost, sdgs, outcome, "
      "length, change, status, created_at_ms, stopped, dollars FROM doc WHERE change > ? ORDER BY change");
  select.bind(change_);
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    change_ = select.integer(12);
    const auto id = select.number(0);
    if (id >= kMostDocs || select.blob(1).size() != LogId::kSize) continue;
    if (id >= docs_.size()) docs_.resize(id + 1);
    DocFacts& doc = docs_[id];
    const bool known = doc.kind != 0;
    doc.index = static_cast<std::uint32_t>(select.number(2));
    doc.city = city_number(LogId::from(select.blob(1)));
    doc.arrival = select.number(3);
    doc.kind = static_cast<unsigned char>(select.integer(4));
    doc.language = language_number(select.text(5));
    if (!known) {
      doc.first_version = static_cast<std::uint32_t>(id);
      read_topics(doc, select.text(6));
      by_city_.add(doc.city, static_cast<std::uint32_t>(id));
      for (const TopicNumber topic : topics(doc)) by_topic_.add(topic, static_cast<std::uint32_t>(id));
    }
    doc.evidence = static_cast<unsigned char>(select.integer(7));
    doc.cost = static_cast<CostBand>(select.integer(8));
    doc.sdgs = static_cast<std::uint32_t>(select.integer(9));
    doc.outcome = static_cast<Outcome>(select.integer(10));
    doc.length = static_cast<std::uint16_t>(std::min<std::int64_t>(select.integer(11), UINT16_MAX));
    doc.has_text = doc.length > 0;
    doc.day = day_of(select.integer(14));
    doc.stopped = select.integer(15) != 0;
    doc.dollars = static_cast<float>(select.real(16));
    const auto status = static_cast<RecordStatus>(select.integer(13));
    doc.superseded = status == RecordStatus::kSuperseded;
    if (is_gone(status) && !doc.withdrawn) taken_back_.push_back(static_cast<std::uint32_t>(id));
    doc.withdrawn = is_gone(status);
  }
}

// A record and the record that it refers to may come in either order.
Status Columns::load_links(sqlite::Connection& db) {
  const std::int64_t before = std::exchange(link_change_, change_);
  if (before == change_) return {};
  // CROSS JOIN makes SQLite begin with the new records, which are few, and not with all links.
  constexpr std::string_view kFromNew =
      "SELECT d.id, k.role, t.id, d.log_id = t.log_id FROM doc d CROSS JOIN link k ON k.doc = d.id CROSS "
      "JOIN doc t ON t.log_id = k.log_id AND t.entry_index = k.entry_index AND t.leaf = k.leaf WHERE "
      "d.change > ? ORDER BY +d.id";  // the plus makes SQLite sort the new records and not walk through all
                                      // records in order
  constexpr std::string_view kToNew =
      "SELECT d.id, k.role, t.id, d.log_id = t.log_id FROM doc t CROSS JOIN link k ON k.log_id = t.log_id "
      "AND k.entry_index = t.entry_index AND k.leaf = t.leaf CROSS JOIN doc d ON d.id = k.doc WHERE t.id > ? "
      "AND d.change <= ? ORDER BY +d.id";
  auto from_new = db.prepare(kFromNew);
  from_new.bind(before);
  KOINON_TRY(read_links(from_new));
  if (before == 0) return {};
  auto to_new = db.prepare(kToNew);
  to_new.bind(known_).bind(before);
  return read_links(to_new);
}

// The newest version of each chain stands. Adoptions count for the first version, so that a revision keeps
// them.
Status Columns::read_links(sqlite::Statement& select) {
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    const auto from = select.number(0);
    const auto to = select.number(2);
    if (from >= docs_.size() || to >= docs_.size()) continue;
    const bool same_log = select.integer(3) != 0;
    switch (static_cast<v1::RefRole>(select.integer(1))) {
      case v1::REF_ROLE_REVISES:
        if (!same_log || docs_[from].kind != docs_[to].kind || docs_[from].index <= docs_[to].index) break;
        docs_[from].first_version = docs_[to].first_version;
        revisions_[docs_[to].first_version].push_back(static_cast<std::uint32_t>(from));
        break;
      case v1::REF_ROLE_TRANSLATES:
        // The first one counts, where its target is here still.
        if (docs_[from].kind == docs_[to].kind)
          translate(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
        break;
      case v1::REF_ROLE_ADOPTS:
        if (docs_[from].kind == v1::KIND_ADOPTION)
          adopt(static_cast<std::uint32_t>(to), static_cast<std::uint32_t>(from));
        break;
      default:
        break;
    }
  }
}

void Columns::adopt(std::uint32_t practice, std::uint32_t adoption) {
  const DocFacts& doc = docs_[adoption];
  const std::uint32_t first_version = docs_[practice].first_version;
  const auto [begin, end] = adopted_.equal_range(adoption);
  const bool is_known = std::any_of(begin, end, [&](const auto& one) { return one.second == practice; });
  if (begin == end) adopting_.push_back(adoption);
  if (!is_known) {
    // The adopted record may have been removed and have come again.
    const auto gone = std::find_if(begin, end, [&](const auto& one) { return docs_[one.second].kind == 0; });
    if (gone != end) gone->second = practice;
    if (gone == end) adopted_.emplace(adoption, practice);
    adopters_[first_version].push_back(adoption);
  }
  if (doc.withdrawn) return;
  adoptions_[first_version].keep({doc.city, doc.index, doc.outcome, doc.stopped});
}

void Columns::translate(std::uint32_t translation, std::uint32_t original) {
  const auto [at, added] = translated_.emplace(translation, original);
  if (!added && docs_[at->second].kind == 0) at->second = original;
}

void Columns::Adopted::keep(const AdoptionFacts& facts) {
  const auto [place, added] = places.emplace(facts.city, list.size());
  if (added) {
    list.push_back(facts);
  } else {
    AdoptionFacts& before = list[place->second];
    if (facts.index < before.index) return;
    --outcomes.at(static_cast<std::size_t>(before.outcome));
    stopped -= before.stopped ? 1 : 0;
    before = facts;
  }
  ++outcomes.at(static_cast<std::size_t>(facts.outcome));
  stopped += facts.stopped ? 1 : 0;
}

// An adoption was taken back: the city's adoption before it counts again. Or a version that was adopted is
// gone, and with it what was said of it.
void Columns::count_anew(std::uint32_t first_version) {
  adoptions_.erase(first_version);
  std::vector<std::uint32_t>& adopters = adopters_[first_version];
  std::erase_if(adopters, [&](std::uint32_t adoption) {
    bool adopts = false;
    each_adopted(adoption, [&](std::uint32_t version) {
      adopts = adopts || docs_[version].first_version == first_version;
    });
    return docs_[adoption].kind == 0 || !adopts;
  });
  for (const std::uint32_t adoption : adopters) {
    const DocFacts& doc = docs_[adoption];
    if (!doc.withdrawn) adoptions_[first_version].keep({doc.city, doc.index, doc.outcome, doc.stopped});
  }
}

Status Columns::load_cities(sqlite::Connection& db) {
  auto select = db.prepare(
      "SELECT log_id, name, population, density, climate, income, country, change, latitude, longitude FROM "
      "city "
      "WHERE change > ? ORDER BY change");
  select.bind(city_change_);
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return {};
    city_change_ = select.integer(7);
    if (select.blob(0).size() != LogId::kSize) continue;
    CityFacts& city = cities_[city_number(LogId::from(select.blob(0)))];
    city.name = select.text(1);
    city.measures = {select.real(2), select.real(3), select.text(4), static_cast<int>(select.integer(5)),
                     ascii_upper(select.text(6))};
    city.latitude = select.real(8);
    city.longitude = select.real(9);
  }
}

}  // namespace koinon
