#include "node/api/overview_api.h"

#include <map>
#include <set>

#include <boost/json.hpp>

#include "node/api/json_response.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::int64_t kMonthMs = 30LL * 24 * 3600 * 1000;
constexpr std::array<int, 3> kAskAfterMonths = {3, 6, 12};
constexpr std::size_t kLooksAt = 1000;  // records of a kind

// What serves a goal or a commitment: our practices, and how they went elsewhere.
struct Served {
  std::int64_t practices = 0;
  std::int64_t adoptions = 0;
  std::map<std::string, std::int64_t> outcomes;

  void add(const std::string& outcome) {
    ++adoptions;
    if (!outcome.empty()) ++outcomes[outcome];
  }
  Served& operator+=(const Served& other) {
    practices += other.practices;
    adoptions += other.adoptions;
    for (const auto& [outcome, count] : other.outcomes) outcomes[outcome] += count;
    return *this;
  }
  json::object json(json::object out) const {
    out["practices"] = practices;
    out["adoptions"] = adoptions;
    json::object by_outcome;
    for (const auto& [outcome, count] : outcomes) by_outcome[outcome] = count;
    out["outcomes"] = std::move(by_outcome);
    return out;
  }
};

}  // namespace

int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now) {
  int due = 0;
  for (const int months : kAskAfterMonths) {
    const std::int64_t at = first.value + months * kMonthMs;
    if (at <= now.value && at > last.value) due = months;
  }
  return due;
}

void OverviewApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* pattern, Need need, const char* id, const char* tag, const char* summary,
                       const char* gives, Result<HttpResponse> (OverviewApi::*handler)(const ApiRequest&)) {
    routes.add({{"GET", pattern, need, id, tag, summary, {}, "", gives}, koinon::handler(this, handler)});
  };
  add("/api/v1/impact", Need::kReading, "getImpact", "reading",
      "What others took from us and what we took, with the outcomes; questions answered; by goal and "
      "commitment",
      "Impact", &OverviewApi::impact);
  add("/api/v1/follow-ups", Need::kPublisher, "listFollowUps", "inbox",
      "Adoptions of ours that were said to be tried 3, 6 or 12 months ago, and of which nothing was said "
      "since",
      "FollowUpList", &OverviewApi::follow_ups);
  add("/api/v1/map", Need::kReading, "getMap", "reading", "Where cities are, and who adopted what from whom",
      "AdoptionMap", &OverviewApi::map);
}

Result<std::optional<OverviewApi::Adoption>> OverviewApi::adoption(const IndexedRecord& record) {
  if (is_gone(record.status)) return std::optional<Adoption>();
  const auto stored = shown_record(*parts_.store, record.log, record.index);
  if (!stored.ok()) return std::optional<Adoption>();
  const auto entry = parse_entry(stored->entry);
  const auto body = parse_body(stored->body);
  if (!entry.ok() || !body.ok() || !body->has_adoption()) return std::optional<Adoption>();
  for (const auto& ref : entry->refs()) {
    if (ref.role() != v1::REF_ROLE_ADOPTS) continue;
    return std::optional(Adoption{record, LogId::from(ref.log_id()), EntryIndex(ref.index()),
                                  body->adoption().stage(), body->adoption().outcome()});
  }
  return std::optional<Adoption>();
}

// A city's latest for each practice stands.
Result<std::vector<OverviewApi::Adoption>> OverviewApi::adoptions(const IndexQuery& query) {
  KOINON_ASSIGN(const auto found, parts_.index->find(query));
  std::vector<Adoption> out;
  std::set<std::tuple<LogId, LogId, std::uint64_t>> seen;
  for (const IndexedRecord& record : found) {
    KOINON_ASSIGN(auto made, adoption(record));
    if (made && seen.emplace(record.log, made->of_log, made->of.value).second)
      out.push_back(std::move(*made));
  }
  return out;
}

Result<json::object> OverviewApi::adoption_json(Directory& directory, const Adoption& item) {
  json::object out = summary_json(directory, item.record);
  out["stage"] = item.stage;
  out["outcome"] = item.outcome;
  out["of"] = directory.ref(item.of_log, item.of);
  KOINON_ASSIGN(const auto practice, parts_.index->get(item.of_log, item.of));
  out["of_title"] = practice ? practice->title : "";
  return out;
}

Result<HttpResponse> OverviewApi::impact(const ApiRequest& request) {
  const auto own = parts_.facts.log();
  if (!own)
    return fail(Code::kNotFound, Sentence{"impact.of_observer", "an observer publishes nothing"}, "impact");
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  IndexQuery query;
  query.log = own;
  query.limit = kLooksAt;
  query.standing_notes = true;
  KOINON_ASSIGN(const auto notes, parts_.index->find(query));
  json::array given;
  json::array taken;
  std::map<std::uint32_t, Served> goals;
  std::map<std::string, Served> commitments;
  std::int64_t practices = 0;
  std::int64_t answered = 0;
  std::set<LogId> cities;
  for (const IndexedRecord& note : notes) {
    if (note.kind == v1::KIND_ANSWER) ++answered;
    if (note.kind != v1::KIND_PRACTICE) continue;
    ++practices;
    Served served{1, 0, {}};
    KOINON_ASSIGN(const auto referring, parts_.index->referring(note.log, note.index, limits::kReferring));
    std::set<LogId> seen;
    for (auto it = referring.rbegin(); it != referring.rend(); ++it) {
      if (it->role != v1::REF_ROLE_ADOPTS || it->log == *own || is_gone(it->status)) continue;
      if (!seen.insert(it->log).second) continue;
      KOINON_ASSIGN(const auto indexed, parts_.index->get(it->log, it->index));
      if (!indexed) continue;
      KOINON_ASSIGN(const auto made, adoption(*indexed));
      if (!made) continue;
      cities.insert(it->log);
      served.add(made->outcome);
      KOINON_ASSIGN(json::object item, adoption_json(directory, *made));
      given.push_back(std::move(item));
    }
    const auto stored = shown_record(*parts_.store, note.log, note.index);
    const auto body = stored.ok() ? parse_body(stored->body) : Result<v1::Body>(stored.error());
    if (!body.ok()) continue;
    for (const auto goal : body->practice().sdgs()) goals[goal] += served;
    for (const auto& one : body->practice().commitments()) commitments[one.agreement()] += served;
  }
  query.kind = v1::KIND_ADOPTION;
  KOINON_ASSIGN(const auto ours, adoptions(query));
  for (const Adoption& item : ours) {
    KOINON_ASSIGN(json::object one, adoption_json(directory, item));
    taken.push_back(std::move(one));
  }
  json::array by_goal;
  for (const auto& [goal, count] : goals) by_goal.push_back(count.json({{"goal", goal}}));
  json::array by_commitment;
  for (const auto& [name, count] : commitments) by_commitment.push_back(count.json({{"agreement", name}}));
  return conditional(request, json_response({{"practices", practices},
                                             {"given", std::move(given)},
                                             {"cities_that_took", cities.size()},
                                             {"taken", std::move(taken)},
                                             {"questions_answered", answered},
                                             {"goals", std::move(by_goal)},
                                             {"commitments", std::move(by_commitment)}}));
}

Result<HttpResponse> OverviewApi::follow_ups(const ApiRequest&) {
  const auto own = parts_.facts.log();
  json::array items;
  if (!own) return json_response({{"items", std::move(items)}});
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  IndexQuery query;
  query.log = own;
  query.kind = v1::KIND_ADOPTION;
  query.limit = kLooksAt;
  KOINON_ASSIGN(const auto found, parts_.index->find(query));
  // The first and the last word on each practice.
  std::map<std::pair<LogId, std::uint64_t>, std::pair<Adoption, Adoption>> words;
  for (const IndexedRecord& record : found) {
    KOINON_ASSIGN(const auto made, adoption(record));
    if (!made) continue;
    const auto [it, first] = words.try_emplace({made->of_log, made->of.value}, *made, *made);
    if (!first) it->second.first = *made;
  }
  const UnixMillis now = parts_.clock.wall();
  for (const auto& [practice, said] : words) {
    const auto& [first, last] = said;
    if (last.stage == "stopped") continue;
    const int due = follow_up_due(first.record.created_at, last.record.created_at, now);
    if (due == 0) continue;
    KOINON_ASSIGN(const auto indexed, parts_.index->get(practice.first, EntryIndex(practice.second)));
    items.push_back(json::object{{"of", directory.ref(practice.first, EntryIndex(practice.second))},
                                 {"title", indexed ? indexed->title : ""},
                                 {"months", due},
                                 {"stage", last.stage},
                                 {"last", directory.ref(last.record.log, last.record.index)}});
  }
  return json_response({{"items", std::move(items)}});
}

Result<json::object> OverviewApi::city_json(Directory& directory, const LogId& log) {
  json::object out{{"city", directory.city(log)}, {"name", ""}};
  KOINON_ASSIGN(const auto index, parts_.index->latest(log, v1::KIND_PROFILE));
  if (!index) return out;
  const auto stored = shown_record(*parts_.store, log, *index);
  const auto body = stored.ok() ? parse_body(stored->body) : Result<v1::Body>(stored.error());
  if (!body.ok() || !body->has_profile()) return out;
  const auto& profile = body->profile();
  out["name"] = profile.display_name();
  if (profile.latitude() != 0 || profile.longitude() != 0) {
    out["latitude"] = profile.latitude();
    out["longitude"] = profile.longitude();
  }
  return out;
}

Result<HttpResponse> OverviewApi::map(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  IndexQuery query;
  query.kind = v1::KIND_ADOPTION;
  query.limit = kLooksAt;
  query.standing_notes = true;
  KOINON_ASSIGN(const auto all, adoptions(query));
  std::set<LogId> cities;
  json::array links;
  for (const Adoption& item : all) {
    cities.insert(item.record.log);
    cities.insert(item.of_log);
    KOINON_ASSIGN(json::object one, adoption_json(directory, item));
    one["from"] = directory.city(item.of_log);
    one["to"] = directory.city(item.record.log);
    links.push_back(std::move(one));
  }
  json::array places;
  for (const LogId& log : cities) {
    KOINON_ASSIGN(json::object one, city_json(directory, log));
    places.push_back(std::move(one));
  }
  return conditional(request,
                     json_response({{"cities", std::move(places)}, {"adoptions", std::move(links)}}));
}

}  // namespace koinon
