// Ties and impact: every number is counted again from the notes of a library that chance has made.
#include "storage/search/ties.h"

#include "tests/storage/tie_library.h"

namespace koinon::test::ties_test {
namespace {

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
    query.last_year = kTieClock + 1;
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
    std::set<Place> told;  // of several practices each note tells of its people once
    for (const CountedTie& tie : all) {
      if (!fits(tie, filter)) continue;
      if (tie.adoption.first == query.own) ++taken;
      if (tie.practice.first != query.own) continue;
      ++given;
      const bool has_people = !notes.at(tie.adoption).body.adoption().people_reached().empty();
      if (has_people && told.insert(tie.adoption).second) people += 1200;
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
      query.filter.last_year = kTieClock + 1;
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

}  // namespace
}  // namespace koinon::test::ties_test
