#include "node/reading/overview_view.h"

#include <array>
#include <set>
#include <tuple>

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::int64_t kMonthMs = 30LL * 24 * 3600 * 1000;
constexpr std::array<int, 3> kAskAfterMonths = {3, 6, 12};
constexpr std::size_t kLooksAt = 1000;  // records of a kind

struct Adoption {
  IndexedRecord record;
  LogId of_log;
  EntryIndex of;
  std::string stage;
  std::string outcome;
};

// Whether another entry stands where a ref points: what it refers to is void, and counts for nothing.
bool means_another(IndexReader& index, const v1::Ref& ref) {
  const auto stands = index.get(LogId::from(ref.log_id()), EntryIndex(ref.index()));
  return stands.ok() && *stands && (*stands)->leaf.view() != ref.leaf_hash();
}

// Nothing: it is not an adoption of what stands, it was withdrawn, or its text is not here.
std::optional<Adoption> find_adoption(StoreReader& store, IndexReader& index, const IndexedRecord& record) {
  if (is_gone(record.status)) return std::nullopt;
  const auto stored = shown_record(store, record);
  if (!stored.ok()) return std::nullopt;
  const auto entry = parse_entry(stored->entry);
  const auto body = parse_body(stored->body);
  if (!entry.ok() || !body.ok() || !body->has_adoption()) return std::nullopt;
  for (const auto& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ADOPTS) continue;
    if (means_another(index, ref)) return std::nullopt;
    return Adoption{record, LogId::from(ref.log_id()), EntryIndex(ref.index()), body->adoption().stage(),
                    body->adoption().outcome()};
  }
  return std::nullopt;
}

// Of the adoptions of one practice by one city only the latest counts.
Result<std::vector<Adoption>> find_adoptions(StoreReader& store, IndexReader& index,
                                             const IndexQuery& query) {
  KOINON_ASSIGN(const auto found, index.find(query));
  std::vector<Adoption> out;
  std::set<std::tuple<LogId, LogId, std::uint64_t>> seen;
  for (const IndexedRecord& record : found) {
    auto made = find_adoption(store, index, record);
    if (made && seen.emplace(record.log, made->of_log, made->of.value).second)
      out.push_back(std::move(*made));
  }
  return out;
}

// The adoptions of a practice by other cities, the latest of each city. The newest first.
Result<std::vector<Adoption>> adoptions_of(StoreReader& store, IndexReader& index,
                                           const IndexedRecord& practice) {
  KOINON_ASSIGN(const auto referring, index.referring(practice.log, practice.index, limits::kReferring));
  std::vector<Adoption> out;
  std::set<LogId> seen;
  for (auto it = referring.rbegin(); it != referring.rend(); ++it) {
    if (it->role != v1::REF_ROLE_ADOPTS || it->log == practice.log || is_gone(it->status)) continue;
    if (!seen.insert(it->log).second) continue;
    KOINON_ASSIGN(const auto indexed, index.get(it->log, it->index));
    if (!indexed) continue;
    if (auto made = find_adoption(store, index, *indexed)) out.push_back(std::move(*made));
  }
  return out;
}

Result<AdoptionView> view_of(Directory& directory, IndexReader& index, const Adoption& item) {
  KOINON_ASSIGN(const auto practice, index.get(item.of_log, item.of));
  return AdoptionView{read_summary(directory, item.record),
                      item.stage,
                      item.outcome,
                      practice ? directory.ref(*practice) : directory.ref(item.of_log, item.of),
                      directory.city(item.of_log),
                      practice ? title_line(practice->title) : std::string(),
                      practice ? practice->language : std::string()};
}

// Counts a practice of ours for the goals and commitments that it names.
void count_goals(StoreReader& store, const IndexedRecord& practice, const ServedView& served,
                 ImpactView& out) {
  const auto body = read_body(store, practice);
  if (!body.ok()) return;
  for (const auto goal : body->practice().sdgs()) out.goals[goal] += served;
  for (const auto& one : body->practice().commitments()) out.commitments[one.agreement()] += served;
}

using RecordId = std::pair<LogId, std::uint64_t>;

// What a record of ours refers to in that role first. Nothing also if that is void. But a translation of what
// is void remains a translation: it does not become a practice of ours.
std::optional<RecordId> referred(StoreReader& store, IndexReader& index, const IndexedRecord& note,
                                 v1::RefRole role) {
  const auto entry = read_entry(store, note);
  if (!entry.ok()) return std::nullopt;
  for (const auto& ref : entry->refs()) {
    if (ref.role() != role) continue;
    if (role != v1::REF_ROLE_TRANSLATES && means_another(index, ref)) return std::nullopt;
    return RecordId(LogId::from(ref.log_id()), ref.index());
  }
  return std::nullopt;
}

Result<PlaceView> read_place(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log) {
  PlaceView out{directory.city(log), "", {}};
  KOINON_ASSIGN(const auto latest, index.latest(log, v1::KIND_PROFILE));
  if (!latest) return out;
  KOINON_ASSIGN(const auto profile_record, index.get(log, *latest));
  if (!profile_record) return out;
  const auto body = read_body(store, *profile_record);
  if (!body.ok() || !body->has_profile()) return out;
  const auto& profile = body->profile();
  out.name = profile.display_name();
  if (profile.latitude() != 0 || profile.longitude() != 0)
    out.where = Coordinates{profile.latitude(), profile.longitude()};
  return out;
}

}  // namespace

void ServedView::add(const std::string& outcome) {
  ++adoptions;
  if (!outcome.empty()) ++outcomes[outcome];
}

ServedView& ServedView::operator+=(const ServedView& other) {
  practices += other.practices;
  adoptions += other.adoptions;
  for (const auto& [outcome, count] : other.outcomes) outcomes[outcome] += count;
  return *this;
}

Result<ImpactView> read_impact(Directory& directory, StoreReader& store, IndexReader& index,
                               const LogId& own) {
  IndexQuery query;
  query.log = own;
  query.limit = kLooksAt;
  query.standing_notes = true;
  KOINON_ASSIGN(const auto notes, index.find(query));
  ImpactView out;
  std::set<LogId> cities;
  std::set<RecordId> answered;
  std::set<std::pair<LogId, RecordId>> counted;  // who took which practice of ours, in whatever language
  for (const IndexedRecord& note : notes) {
    if (note.kind == v1::KIND_ANSWER) {
      const auto question = referred(store, index, note, v1::REF_ROLE_ANSWERS);
      if (question && answered.insert(*question).second) ++out.questions_answered;
    }
    if (note.kind != v1::KIND_PRACTICE) continue;
    // A translation is the same practice once more; of another city's it is theirs.
    const auto original = referred(store, index, note, v1::REF_ROLE_TRANSLATES);
    if (original && original->first != own) continue;
    const RecordId practice = original.value_or(RecordId(note.log, note.index.value));
    if (!original) ++out.practices;
    ServedView served{original ? 0 : 1, 0, {}};
    KOINON_ASSIGN(const auto took, adoptions_of(store, index, note));
    for (const Adoption& item : took) {
      cities.insert(item.record.log);
      if (!counted.emplace(item.record.log, practice).second) continue;
      served.add(item.outcome);
      KOINON_ASSIGN(AdoptionView view, view_of(directory, index, item));
      out.given.push_back(std::move(view));
    }
    if (!original || served.adoptions > 0) count_goals(store, note, served, out);
  }
  out.cities_that_took = cities.size();
  query.kind = v1::KIND_ADOPTION;
  KOINON_ASSIGN(const auto ours, find_adoptions(store, index, query));
  for (const Adoption& item : ours) {
    KOINON_ASSIGN(AdoptionView view, view_of(directory, index, item));
    out.taken.push_back(std::move(view));
  }
  return out;
}

int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now) {
  int due = 0;
  for (const int months : kAskAfterMonths) {
    const std::int64_t at = first.value + months * kMonthMs;
    if (at <= now.value && at > last.value) due = months;
  }
  return due;
}

Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now) {
  IndexQuery query;
  query.log = own;
  query.kind = v1::KIND_ADOPTION;
  query.limit = kLooksAt;
  KOINON_ASSIGN(const auto found, index.find(query));
  // The first and the last adoption for each practice.
  std::map<std::pair<LogId, std::uint64_t>, std::pair<Adoption, Adoption>> words;
  for (const IndexedRecord& record : found) {
    const auto made = find_adoption(store, index, record);
    if (!made) continue;
    const auto [it, first] = words.try_emplace({made->of_log, made->of.value}, *made, *made);
    if (!first) it->second.first = *made;
  }
  std::vector<FollowUpView> out;
  for (const auto& [practice, said] : words) {
    const auto& [first, last] = said;
    if (last.stage == "stopped") continue;
    const int due = follow_up_due(first.record.created_at, last.record.created_at, now);
    if (due == 0) continue;
    const EntryIndex of(practice.second);
    KOINON_ASSIGN(const auto indexed, index.get(practice.first, of));
    out.push_back({indexed ? directory.ref(*indexed) : directory.ref(practice.first, of),
                   indexed ? title_line(indexed->title) : std::string(), due, last.stage,
                   directory.ref(last.record), indexed ? indexed->language : std::string()});
  }
  return out;
}

Result<MapView> read_map(Directory& directory, StoreReader& store, IndexReader& index) {
  IndexQuery query;
  query.kind = v1::KIND_ADOPTION;
  query.limit = kLooksAt;
  query.standing_notes = true;
  KOINON_ASSIGN(const auto all, find_adoptions(store, index, query));
  MapView out;
  std::set<LogId> cities;
  for (const Adoption& item : all) {
    cities.insert(item.record.log);
    cities.insert(item.of_log);
    KOINON_ASSIGN(AdoptionView view, view_of(directory, index, item));
    out.adoptions.push_back(std::move(view));
  }
  for (const LogId& log : cities) {
    KOINON_ASSIGN(PlaceView place, read_place(directory, store, index, log));
    out.cities.push_back(std::move(place));
  }
  return out;
}

}  // namespace koinon
