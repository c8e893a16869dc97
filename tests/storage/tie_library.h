// A library of notes that chance has made, for tests of ties and impact: what follows from its notes is
// counted by other rules of thumb than the index has. All notes are read, and none is remembered.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "storage/search/ties.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test {

// 1 July of a year, UTC.
inline UnixMillis july(int year) {
  const auto day = std::chrono::sys_days(std::chrono::year(year) / std::chrono::July / 1);
  return {std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count()};
}

inline constexpr std::uint16_t kTieClock = 2026;  // what comes after the year after it is not clear

using Place = std::pair<LogId, std::uint64_t>;

struct Note {
  v1::Entry entry;
  v1::Body body;
};

// A tie as it follows from the notes.
struct CountedTie {
  Place practice;
  Place standing;
  Place adoption;
  std::uint16_t year = 0;
};

class TieLibrary : public IndexedLibrary {
 protected:
  void SetUp() override {
    IndexedLibrary::SetUp();
    for (const char* name : {"a.example", "b.example", "c.example", "d.example", "e.example"})
      logs.push_back(test_log(name));
  }
  EntryIndex add_in(OwnLog& log, Draft draft, int year) {
    draft.again = true;
    EXPECT_TRUE(store->begin(true).ok());
    const auto batch =
        log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return draft; }}, july(year));
    EXPECT_TRUE(batch.ok() && batch->results[0].ok());
    EXPECT_TRUE(store->commit().ok());
    catch_up();
    return batch.ok() && batch->results[0].ok() ? batch->results[0]->index : EntryIndex(0);
  }
  std::size_t chance(std::size_t below) { return dice() % below; }
  OwnLog& any_log() { return logs[chance(logs.size())]; }

  void make(std::size_t steps) {
    constexpr std::array<const char*, 4> kCountries = {"KR", "IT", "KR", "PE"};  // the fifth city says none
    for (std::size_t i = 0; i < kCountries.size(); ++i)
      add_in(logs[i], profile(1e6, "Cfb", "high", kCountries.at(i)), 2019);
    for (std::size_t i = 0; i < steps; ++i) step();
  }
  void step() {
    OwnLog& log = any_log();
    const int year = chance(20) == 0 ? 1971 : chance(20) == 0 ? 2031 : 2018 + static_cast<int>(chance(9));
    const std::size_t what = chance(20);
    if (practices.empty() || what < 5) {
      put_practice(log, made_practice(), year);
    } else if (what < 7) {
      const Place of = practices[chance(practices.size())];
      Draft draft = made_practice();
      OwnLog& own = log_of(of.first);
      refer(draft, v1::REF_ROLE_REVISES, own, EntryIndex(of.second));
      put_practice(own, draft, year);
    } else if (what < 9) {
      const Place of = practices[chance(practices.size())];
      Draft draft = made_practice();
      refer(draft, v1::REF_ROLE_TRANSLATES, log_of(of.first), EntryIndex(of.second));
      put_practice(log, draft, year);
    } else if (what < 18) {
      const Place of = practices[chance(practices.size())];
      constexpr std::array<const char*, 5> kOutcomes = {"worked", "partly", "did-not", "too-early", ""};
      Draft draft = adoption(log_of(of.first), EntryIndex(of.second), kOutcomes.at(chance(5)));
      if (const Place too = practices[chance(practices.size())]; chance(3) == 0 && too != of)
        refer(draft, v1::REF_ROLE_ADOPTS, log_of(too.first), EntryIndex(too.second));
      draft.body->mutable_adoption()->set_people_reached(chance(2) == 0 ? "1,200 people" : "");
      adoptions.emplace_back(log.id(), add_in(log, draft, year).value);
    } else {
      auto& from = chance(3) == 0 || adoptions.empty() ? practices : adoptions;
      const Place of = from[chance(from.size())];
      if (withdrawn.insert(of).second) withdraw(log_of(of.first), EntryIndex(of.second));
    }
  }
  Draft made_practice() {
    constexpr std::array<const char*, 4> kTopics = {"health/testing", "health", "climate/heat", "water"};
    constexpr std::array<const char*, 3> kAgreements = {"Paris Agreement", " Sendai  Framework ", "Net zero"};
    Draft draft = practice("Practice", "Text.", "en", kTopics.at(chance(4)));
    auto* out = draft.body->mutable_practice();
    for (std::size_t i = chance(3); i > 0; --i)
      out->add_commitments()->set_agreement(kAgreements.at(chance(3)));
    if (chance(2) == 0) out->add_sdgs(static_cast<unsigned>(1 + chance(17)));
    constexpr std::array<const char*, 4> kPeople = {"", "500", "about a third", "3,000 residents"};
    out->set_people_reached(kPeople.at(chance(4)));
    return draft;
  }
  void put_practice(OwnLog& log, const Draft& draft, int year) {
    practices.emplace_back(log.id(), add_in(log, draft, year).value);
  }
  OwnLog& log_of(const LogId& id) {
    for (OwnLog& log : logs) {
      if (log.id() == id) return log;
    }
    return logs[0];
  }

  // --- the same from the notes ---
  void read_notes() {
    notes.clear();
    gone.clear();
    for (const OwnLog& log : logs) {
      const auto state = store->log_state(log.id());
      if (!state.ok()) continue;
      for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
        const auto record = store->record(log.id(), EntryIndex(i));
        Note note{*parse_entry(record->entry), {}};
        if (!record->body.empty()) note.body = *parse_body(record->body);
        if (note.entry.kind() == v1::KIND_WITHDRAWAL)
          gone.emplace(log.id(), note.entry.control().withdrawal().index());
        notes.emplace(Place(log.id(), i), std::move(note));
      }
    }
  }
  std::vector<Place> targets(const Place& of, v1::RefRole role) const {
    std::vector<Place> out;
    for (const auto& ref : notes.at(of).entry.refs()) {
      if (ref.role() == role) out.emplace_back(LogId::from(ref.log_id()), ref.index());
    }
    return out;
  }
  std::optional<Place> target(const Place& of, v1::RefRole role) const {
    const auto all = targets(of, role);
    return all.empty() ? std::nullopt : std::optional(all.front());
  }
  Place first_version(Place at) const {
    while (const auto before = target(at, v1::REF_ROLE_REVISES)) at = *before;
    return at;
  }
  Place original(Place at) const {
    at = first_version(at);
    while (const auto of = target(at, v1::REF_ROLE_TRANSLATES)) at = first_version(*of);
    return at;
  }
  std::optional<Place> standing(const Place& first) const {
    std::optional<Place> out;
    for (const auto& [place, note] : notes) {
      if (place.first == first.first && note.entry.kind() == v1::KIND_PRACTICE && !gone.contains(place) &&
          first_version(place) == first && (!out || out->second < place.second))
        out = place;
    }
    return out;
  }
  std::uint16_t year_of(const Place& place) const {
    const std::uint16_t year = note_year({notes.at(place).entry.created_at_ms()});
    return year > kTieClock + 1 ? 0 : year;
  }
  std::string country_of(const LogId& log) const {
    std::string out;
    for (const auto& [place, note] : notes) {
      if (place.first == log && note.body.has_profile()) out = note.body.profile().country();
    }
    return out;
  }
  std::vector<CountedTie> all_ties() const {
    std::map<std::pair<Place, LogId>, CountedTie> out;
    for (const auto& [place, note] : notes) {
      if (note.entry.kind() != v1::KIND_ADOPTION || gone.contains(place)) continue;
      for (const Place& version : targets(place, v1::REF_ROLE_ADOPTS)) {
        const Place practice = original(version);
        const auto stands = standing(practice);
        if (practice.first == place.first || !stands) continue;
        auto [at, added] = out.try_emplace({practice, place.first}, CountedTie{practice, *stands, place, 0});
        at->second.adoption = std::max(at->second.adoption, place);
        const std::uint16_t year = year_of(place);
        if (year > 0 && (at->second.year == 0 || year < at->second.year)) at->second.year = year;
      }
    }
    std::vector<CountedTie> ties;
    for (const auto& [key, tie] : out) ties.push_back(tie);
    return ties;
  }
  Outcome outcome_of(const CountedTie& tie) const {
    return parse_outcome(notes.at(tie.adoption).body.adoption().outcome());
  }
  std::set<std::string> topics_of(const CountedTie& tie) const {
    std::set<std::string> out;
    for (const std::string& topic : notes.at(tie.standing).entry.topics()) {
      out.insert(topic);
      out.insert(topic.substr(0, topic.find('/')));
    }
    return out;
  }
  std::set<std::string> agreements_of(const CountedTie& tie) const {
    std::set<std::string> out;
    for (const auto& one : notes.at(tie.standing).body.practice().commitments())
      out.insert(agreement_name(one.agreement()));
    return out;
  }
  bool fits(const CountedTie& tie, const TieFilter& filter) const {
    const auto& goals = notes.at(tie.standing).body.practice().sdgs();
    const bool goal = std::find(goals.begin(), goals.end(), filter.sdg) != goals.end();
    const bool years = (filter.year_from == 0 || tie.year >= filter.year_from) &&
                       (filter.year_to == 0 || (tie.year > 0 && tie.year <= filter.year_to));
    return (!filter.from || *filter.from == tie.practice.first) &&
           (!filter.to || *filter.to == tie.adoption.first) &&
           (filter.from_country.empty() || country_of(tie.practice.first) == filter.from_country) &&
           (filter.to_country.empty() || country_of(tie.adoption.first) == filter.to_country) &&
           (!filter.topic || topics_of(tie).contains(*filter.topic)) &&
           (filter.agreement.empty() || agreements_of(tie).contains(filter.agreement)) &&
           (filter.sdg == 0 || goal) && (!filter.outcome || outcome_of(tie) == *filter.outcome) &&
           (filter.year_unclear ? tie.year == 0 : years);
  }
  TieFilter made_filter() {
    TieFilter out;
    out.last_year = kTieClock + 1;
    constexpr std::array<const char*, 3> kCountries = {"KR", "IT", "PE"};
    if (chance(4) == 0) out.from = any_log().id();
    if (chance(4) == 0) out.to = any_log().id();
    if (chance(4) == 0) out.from_country = kCountries.at(chance(3));
    if (chance(4) == 0) out.to_country = kCountries.at(chance(3));
    constexpr std::array<const char*, 4> kTopics = {"health", "health/testing", "climate", "nothing"};
    if (chance(3) == 0) out.topic = kTopics.at(chance(4));
    constexpr std::array<const char*, 3> kAgreements = {"Paris Agreement", "Sendai Framework", "Nobody's"};
    if (chance(3) == 0) out.agreement = kAgreements.at(chance(3));
    if (chance(6) == 0) out.sdg = static_cast<unsigned>(1 + chance(17));
    if (chance(4) == 0) out.outcome = static_cast<Outcome>(chance(5));
    if (chance(3) == 0) out.year_from = static_cast<std::uint16_t>(2018 + chance(6));
    if (chance(3) == 0) out.year_to = static_cast<std::uint16_t>(2020 + chance(6));
    out.year_unclear = chance(10) == 0;
    return out;
  }
  static std::string named(const std::string& name) { return name.empty() ? "~none" : name; }
  std::vector<std::string> rows_of(const CountedTie& tie, TieGroup group, const TieFilter& filter) const {
    std::vector<std::string> out;
    if (group == TieGroup::kCity) out.push_back(to_text(tie.practice.first));
    if (group == TieGroup::kCountry) out.push_back(named(country_of(tie.practice.first)));
    if (group == TieGroup::kAgreement) {
      const auto all = agreements_of(tie);
      out.assign(all.begin(), all.end());
    }
    if (group == TieGroup::kTopic) {
      for (const std::string& topic : topics_of(tie)) {
        const bool is_below = filter.topic && topic.starts_with(*filter.topic + "/");
        if (filter.topic ? is_below : topic.find('/') == std::string::npos) out.push_back(topic);
      }
    }
    if (out.empty()) out.emplace_back("~none");
    return out;
  }
  std::string column_of(const CountedTie& tie, TieGroup group) const {
    return group == TieGroup::kCity ? to_text(tie.adoption.first) : named(country_of(tie.adoption.first));
  }
  static std::string key_of(const TieKey& key) {
    return key.kind == TieKey::Kind::kNamed  ? key.name
           : key.kind == TieKey::Kind::kNone ? "~none"
                                             : "~others";
  }

  std::mt19937 dice{7};
  std::vector<OwnLog> logs;
  std::vector<Place> practices;
  std::vector<Place> adoptions;
  std::set<Place> withdrawn;
  std::map<Place, Note> notes;
  std::set<Place> gone;
};

}  // namespace koinon::test
