#include <unordered_set>

#include "storage/search/count_ties.h"

namespace koinon {
namespace {

class ImpactCount {
 public:
  ImpactCount(const Columns& columns, const ImpactQuery& query) : columns_(columns), query_(query) {}

  // A translation is the same practice once more; of another city's it is theirs.
  void add_practices(CityNumber own) {
    const auto documents = columns_.of_city(own);
    for (std::size_t n = documents.size(); n-- > 0;) {
      const std::uint32_t document = documents[n];
      const DocFacts& doc = columns_.docs()[document];
      if (doc.kind != v1::KIND_PRACTICE || !doc.standing()) continue;
      // Of two revisions of one version the newest counts.
      if (columns_.standing_version(doc.first_version) != document) continue;
      // A revision keeps the year of the first version, and whether that was a translation.
      const StatedColumns::Row& first = columns_.stated().of(doc.first_version);
      if (first.translation != Translation::kNone || !in_years(first.year)) continue;
      ++out_.practices;
      add_people(out_.at_home, document);
      each_served(document, [](ServedFigures& served) { ++served.practices; });
    }
  }
  void add_given(const CountedTies& counted) {
    std::unordered_set<CityNumber> learning;
    out_.more = out_.more || counted.more;
    for (const CountedTie& tie : counted.ties) {
      const auto outcome = outcome_of(tie);
      ++out_.given;
      ++out_.given_outcomes.at(outcome);
      learning.insert(tie.to);
      add_people(out_.elsewhere, tie.adoption);
      each_served(tie.standing, [&](ServedFigures& served) {
        ++served.ties;
        ++served.outcomes.at(outcome);
      });
      if (out_.given_ties.size() < query_.limit) out_.given_ties.push_back(tie_of(columns_, tie));
    }
    out_.learning = learning.size();
  }
  void add_taken(const CountedTies& counted) {
    out_.more = out_.more || counted.more;
    for (const CountedTie& tie : counted.ties) {
      ++out_.taken;
      ++out_.taken_outcomes.at(outcome_of(tie));
      add_people(out_.by_taken, tie.adoption);
      if (out_.taken_ties.size() < query_.limit) out_.taken_ties.push_back(tie_of(columns_, tie));
    }
  }
  ImpactFigures take() { return std::move(out_); }

 private:
  bool in_years(std::uint16_t year) const {
    if (year > query_.last_year) year = 0;
    if (query_.year_from > 0 && year < query_.year_from) return false;
    return query_.year_to == 0 || (year > 0 && year <= query_.year_to);
  }
  std::size_t outcome_of(const CountedTie& tie) const {
    return static_cast<std::size_t>(columns_.docs()[tie.adoption].outcome);
  }
  // Of a note that tells of several practices once.
  void add_people(PeopleReached& to, std::uint32_t document) {
    if (!counted_.insert(document).second) return;
    const std::uint32_t people = columns_.stated().of(document).people;
    if (people == kPeopleNotStated) return;
    if (people != kPeopleInWords) {
      to.people += people;
      ++to.notes;
      return;
    }
    ++to.in_words;
    const DocFacts& doc = columns_.docs()[document];
    if (to.said.size() < limits::kPeopleSaid)
      to.said.emplace_back(columns_.cities()[doc.city].log, EntryIndex(doc.index));
  }
  template <typename Add>
  void each_served(std::uint32_t practice, Add add) {
    const DocFacts& doc = columns_.docs()[practice];
    for (unsigned goal = 1; goal <= 17; ++goal) {
      if ((doc.sdgs >> goal & 1U) != 0) add(out_.goals[goal]);
    }
    const StatedColumns& stated = columns_.stated();
    for (const AgreementNumber number : stated.agreements(stated.of(practice)))
      add(out_.agreements[stated.agreement_names()[number]]);
  }

  const Columns& columns_;
  const ImpactQuery& query_;
  std::unordered_set<std::uint32_t> counted_;  // notes whose people are counted
  ImpactFigures out_;
};

}  // namespace

ImpactFigures count_impact(const Columns& columns, const ImpactQuery& query) {
  ImpactCount count(columns, query);
  const auto own = columns.city(query.own);
  if (!own) return count.take();
  TieFilter filter;
  filter.year_from = query.year_from;
  filter.year_to = query.year_to;
  filter.last_year = query.last_year;
  count.add_practices(*own);
  filter.from = query.own;
  count.add_given(collect_ties(columns, filter));
  filter.from.reset();
  filter.to = query.own;
  count.add_taken(collect_ties(columns, filter));
  return count.take();
}

}  // namespace koinon
