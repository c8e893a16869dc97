// Ties and impact: every number is counted again from the notes of a library that chance has made, by other
// rules of thumb than the index has: all notes are read, and none is remembered.
#include "storage/search/ties.h"

#include <array>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "storage/search/people_number.h"
#include "storage/search/stated_facts.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::ties_test {
namespace {

// 1 July of a year, UTC.
UnixMillis july(int year) {
  const auto day = std::chrono::sys_days(std::chrono::year(year) / std::chrono::July / 1);
  return {std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count()};
}

constexpr std::uint16_t kClock = 2026;  // what comes after the year after it is not clear

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
  std::optional<Place> target(const Place& of, v1::RefRole role) const {
    for (const auto& ref : notes.at(of).entry.refs()) {
      if (ref.role() == role) return Place(LogId::from(ref.log_id()), ref.index());
    }
    return std::nullopt;
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
    return year > kClock + 1 ? 0 : year;
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
      const Place practice = original(*target(place, v1::REF_ROLE_ADOPTS));
      const auto stands = standing(practice);
      if (practice.first == place.first || !stands) continue;
      auto [at, added] = out.try_emplace({practice, place.first}, CountedTie{practice, *stands, place, 0});
      at->second.adoption = std::max(at->second.adoption, place);
      const std::uint16_t year = year_of(place);
      if (year > 0 && (at->second.year == 0 || year < at->second.year)) at->second.year = year;
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
    out.last_year = kClock + 1;
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

TEST_F(TieLibrary, EveryNumberIsThatOfTheNotesWhateverTheFilter) {
  for (int round = 0; round < 8; ++round) {
    if (round == 0) make(60);
    for (int i = 0; i < 15; ++i) step();
    read_notes();
    const auto all = all_ties();
    for (int i = 0; i < 40; ++i) {
      TiesQuery query;
      query.filter = made_filter();
      query.group = static_cast<TieGroup>(chance(4));
      query.limit = 1000;
      const auto page = reader->ties(query);
      ASSERT_TRUE(page.ok()) << page.error().text();
      std::vector<CountedTie> wanted;
      for (const CountedTie& tie : all) {
        if (fits(tie, query.filter)) wanted.push_back(tie);
      }
      SCOPED_TRACE(std::to_string(round) + "/" + std::to_string(i));
      ASSERT_EQ(page->total, wanted.size());
      TieOutcomes outcomes{};
      std::map<std::uint16_t, TieOutcomes> years;
      std::set<Place> notes_behind;
      std::map<std::string, std::map<std::string, std::uint32_t>> cells;
      std::map<std::string, std::uint32_t> rows;
      std::map<std::string, std::uint32_t> columns;
      std::map<Place, std::uint32_t> taken;
      for (const CountedTie& tie : wanted) {
        const auto outcome = static_cast<std::size_t>(outcome_of(tie));
        ++outcomes.at(outcome);
        ++years[tie.year].at(outcome);
        notes_behind.insert(tie.adoption);
        ++taken[tie.practice];
        ++columns[column_of(tie, query.group)];
        for (const std::string& row : rows_of(tie, query.group, query.filter)) {
          ++rows[row];
          ++cells[row][column_of(tie, query.group)];
        }
      }
      EXPECT_EQ(page->outcomes, outcomes);
      EXPECT_EQ(page->years, years);
      EXPECT_EQ(page->practices, taken.size());
      std::set<Place> listed;
      for (const Tie& tie : page->ties) listed.emplace(tie.to, tie.adoption.value);
      EXPECT_EQ(listed, notes_behind) << "the notes behind the figure";
      for (std::size_t row = 0; row < page->matrix.rows.size(); ++row) {
        const std::string name = key_of(page->matrix.rows[row].key);
        EXPECT_EQ(page->matrix.rows[row].ties, rows[name]) << name;
        for (std::size_t column = 0; column < page->matrix.columns.size(); ++column)
          EXPECT_EQ(page->matrix.cells[row][column], cells[name][key_of(page->matrix.columns[column].key)])
              << name;
      }
      EXPECT_EQ(page->matrix.rows.size(), rows.size());
      for (const TieAxisItem& column : page->matrix.columns)
        EXPECT_EQ(column.ties, columns[key_of(column.key)]);
      if (!taken.empty()) {
        EXPECT_EQ(page->most_taken.at(0).ties,
                  std::max_element(taken.begin(), taken.end(), [](const auto& a, const auto& b) {
                    return a.second < b.second;
                  })->second);
      }
    }
  }
}

TEST_F(TieLibrary, EachFigureOfASmallMatrixLeadsToAsManyNotes) {
  make(120);
  for (const TieGroup group : {TieGroup::kCity, TieGroup::kCountry, TieGroup::kTopic, TieGroup::kAgreement}) {
    TiesQuery query;
    query.group = group;
    query.axis = 2;
    const auto page = reader->ties(query);
    ASSERT_TRUE(page.ok()) << page.error().text();
    const TieMatrix& matrix = page->matrix;
    ASSERT_FALSE(matrix.rows.empty());
    const auto listed = [&](std::optional<TieKey> row, std::optional<TieKey> column) {
      TiesQuery one = query;
      one.row = std::move(row);
      one.column = std::move(column);
      one.limit = 0;
      const auto found = reader->ties(one);
      return found.ok() ? found->listed : UINT64_MAX;
    };
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
      EXPECT_EQ(listed(matrix.rows[row].key, {}), matrix.rows[row].ties);
      for (std::size_t column = 0; column < matrix.columns.size(); ++column)
        EXPECT_EQ(listed(matrix.rows[row].key, matrix.columns[column].key), matrix.cells[row][column]);
    }
    std::uint64_t sum = 0;
    for (const TieAxisItem& column : matrix.columns) {
      EXPECT_EQ(listed({}, column.key), column.ties);
      sum += column.ties;
    }
    EXPECT_EQ(sum, page->total);
  }
  TiesQuery cities;
  cities.group = TieGroup::kCity;
  cities.axis = 2;
  EXPECT_EQ(reader->ties(cities)->matrix.rows.back().key.kind, TieKey::Kind::kOthers)
      << "there are five cities";
}

TEST_F(TieLibrary, WhatACityGaveAndTookIsThatOfItsTies) {
  make(150);
  read_notes();
  const auto all = all_ties();
  for (int i = 0; i < 30; ++i) {
    ImpactQuery query;
    query.own = any_log().id();
    query.last_year = kClock + 1;
    if (chance(2) == 0) query.year_from = static_cast<std::uint16_t>(2018 + chance(6));
    if (chance(2) == 0) query.year_to = static_cast<std::uint16_t>(2020 + chance(6));
    const auto found = reader->impact(query);
    ASSERT_TRUE(found.ok()) << found.error().text();
    TieFilter filter;
    filter.year_from = query.year_from;
    filter.year_to = query.year_to;
    std::uint64_t given = 0;
    std::uint64_t taken = 0;
    std::uint64_t people = 0;
    std::map<std::string, std::uint32_t> agreements;
    for (const CountedTie& tie : all) {
      if (!fits(tie, filter)) continue;
      if (tie.adoption.first == query.own) ++taken;
      if (tie.practice.first != query.own) continue;
      ++given;
      if (!notes.at(tie.adoption).body.adoption().people_reached().empty()) people += 1200;
      for (const std::string& name : agreements_of(tie)) ++agreements[name];
    }
    EXPECT_EQ(found->given, given);
    EXPECT_EQ(found->taken, taken);
    EXPECT_EQ(found->elsewhere.people, people);
    for (const auto& [name, served] : found->agreements) EXPECT_EQ(served.ties, agreements[name]) << name;
    std::uint64_t practices_there = 0;
    std::uint64_t at_home = 0;
    std::uint64_t in_words = 0;
    for (const auto& [place, note] : notes) {
      if (place.first != query.own || note.entry.kind() != v1::KIND_PRACTICE) continue;
      const Place first = first_version(place);
      const auto stands = standing(first);
      const std::uint16_t year = year_of(first);
      const bool in_time = (query.year_from == 0 || year >= query.year_from) &&
                           (query.year_to == 0 || (year > 0 && year <= query.year_to));
      if (!stands || *stands != place || target(first, v1::REF_ROLE_TRANSLATES) || !in_time) continue;
      ++practices_there;
      const std::string& said = note.body.practice().people_reached();
      at_home += said == "500" ? 500 : said == "3,000 residents" ? 3000 : 0;
      in_words += said == "about a third" ? 1 : 0;
    }
    EXPECT_EQ(found->practices, practices_there);
    EXPECT_EQ(found->at_home.people, at_home);
    EXPECT_EQ(found->at_home.in_words, in_words);
  }
}

TEST_F(TieLibrary, AReaderThatHasFollowedCountsLikeOneThatBeginsAnew) {
  for (int round = 0; round < 6; ++round) {
    if (round == 0) make(40);
    for (int i = 0; i < 12; ++i) step();
    auto other = open_index_reader(folder.path() / "index.db");
    ASSERT_TRUE(other.ok());
    for (const TieGroup group : {TieGroup::kCity, TieGroup::kAgreement}) {
      TiesQuery query;
      query.group = group;
      query.filter.last_year = kClock + 1;
      const auto followed = reader->ties(query);
      const auto anew = (*other)->ties(query);
      ASSERT_TRUE(followed.ok() && anew.ok());
      EXPECT_EQ(followed->total, anew->total);
      EXPECT_EQ(followed->years, anew->years);
      EXPECT_EQ(followed->matrix.cells, anew->matrix.cells);
    }
  }
}

TEST_F(TieLibrary, WhatIsErasedOrRemovedIsNotNamedAnyMore) {
  Draft shelter = practice("Shelter", "Text.");
  shelter.body->mutable_practice()->add_commitments()->set_agreement("Paris Agreement");
  const EntryIndex at = add_in(logs[0], shelter, 2020);
  const EntryIndex took = add_in(logs[1], adoption(logs[0], at, "worked"), 2021);
  TiesQuery query;
  query.filter.agreement = "Paris Agreement";
  EXPECT_EQ(reader->ties(query)->total, 1U);
  withdraw(logs[1], took, true);
  EXPECT_EQ(reader->ties(query)->total, 0U);
  add_in(logs[2], adoption(logs[0], at, "partly"), 2022);
  EXPECT_EQ(reader->ties(query)->total, 1U);
  remove(logs[2]);
  EXPECT_EQ(reader->ties(query)->total, 0U);
  add_in(logs[1], adoption(logs[0], at, "worked"), 2022);
  EXPECT_EQ(reader->ties(query)->total, 1U);
  withdraw(logs[0], at, true);
  EXPECT_EQ(reader->ties({})->total, 0U) << "of a practice that was taken back nobody learned";
}

TEST(Agreements, AreNamedOnOneLineAndBounded) {
  EXPECT_EQ(agreement_name("  Paris\n\tAgreement "), "Paris Agreement");
  EXPECT_EQ(agreement_name(" \n "), "");
  EXPECT_LE(agreement_name(std::string(1000, 'x')).size(), limits::kAgreementBytes);
}

TEST(Years, AreThoseOfACalendarFrom1990) {
  EXPECT_EQ(note_year(july(1989)), 0);
  EXPECT_EQ(note_year({631152000000 - 1}), 0);
  EXPECT_EQ(note_year({631152000000}), 1990);
  EXPECT_EQ(note_year(july(2020)), 2020);
  EXPECT_EQ(note_year({INT64_MAX}), 0);
  EXPECT_EQ(note_year({INT64_MIN}), 0);
}

TEST(People, AreCountedOnlyWhereNobodyCouldReadItOtherwise) {
  const auto clear = [](const char* text, const char* language) {
    return people_number(text, language).value_or(0);
  };
  EXPECT_EQ(clear("70,000 volunteers", "en"), 70'000U);
  EXPECT_EQ(clear("1.2 million people in 2021", "en-GB"), 1'200'000U);
  EXPECT_EQ(clear("3800", "en"), 3800U);
  EXPECT_EQ(clear("70.000 personas", "es"), 70'000U);
  EXPECT_EQ(clear("2 millones de personas", "es"), 2'000'000U);
  EXPECT_EQ(clear("12 500 habitants", "fr"), 12'500U);
  EXPECT_EQ(clear("1,2 million d'habitants", "fr"), 1'200'000U);
  EXPECT_EQ(clear("3 mila persone", "it"), 3000U);
  EXPECT_EQ(clear("120만 명", "ko"), 1'200'000U);
  EXPECT_EQ(clear("1,200명", "ko"), 1200U);
  EXPECT_EQ(clear("٧٠٬٠٠٠ شخص", "ar"), 70'000U);
  EXPECT_EQ(clear("1,200,000", "pt"), 1'200'000U);
  for (const char* text : {"",
                           "about 500 people",
                           "1,621 municipalities",
                           "279 ward beds",
                           "A city of some 12 million",
                           "10-20 people",
                           "10 to 20 people",
                           "5% of people",
                           "1.200 people",
                           "3 of 5 people",
                           "500 people a day",
                           "200 people in each district",
                           "More than 100 tests a day",
                           "-5 people",
                           "007 people",
                           "40+",
                           "99999999999999999999 people",
                           "12 people/day",
                           "1 2 3",
                           "12,000 households",
                           "5 million homes"})
    EXPECT_FALSE(people_number(text, "en").has_value()) << text;
  EXPECT_FALSE(people_number("1,200 personas", "es").has_value());
  EXPECT_FALSE(people_number("1.200 personnes", "fr").has_value());
  EXPECT_FALSE(people_number("1만 2천 명", "ko").has_value());
  EXPECT_FALSE(people_number("70.000 mensen", "nl").has_value())
      << "no word for people of this language is known";
}

}  // namespace
}  // namespace koinon::test::ties_test
