#include "storage/search/count_figures.h"

#include <algorithm>

namespace koinon {
namespace {

Told told_of(const AdoptionFacts& adoption) {
  switch (adoption.outcome) {
    case Outcome::kWorked:
      return Told::kWorked;
    case Outcome::kPartly:
      return Told::kPartly;
    case Outcome::kDidNot:
      return Told::kDidNot;
    case Outcome::kNone:
    case Outcome::kTooEarly:
      break;
  }
  return adoption.stopped ? Told::kStopped : Told::kOpen;
}

class Counting {
 public:
  Counting(const Columns& columns, const FigureQuery& query)
      : columns_(columns), query_(query), now_(month_of(query.now)) {
    taken_by_.resize(columns.cities().size());
  }

  // By the first version of the practice.
  void add_adoptions(std::uint32_t first_version) {
    const auto adoptions = columns_.adoptions(first_version);
    if (adoptions.empty()) return;
    find_beginnings(first_version);
    AdoptionFigures& out = out_.adoptions;
    ++out.practices;
    for (const AdoptionFacts& adoption : adoptions) {
      const auto told = static_cast<std::size_t>(told_of(adoption));
      const CityMeasures& measures = columns_.cities()[adoption.city].measures;
      ++out.all.at(told);
      if (!taken_by_[adoption.city]) ++out.cities;
      taken_by_[adoption.city] = true;
      ++out.population.at(population_band(measures.population)).at(told);
      ++out.climate.at(climate_group(measures.climate)).at(told);
      ++out.income.at(income_group(measures.income)).at(told);
      count_month(adoption.city, told);
    }
  }

  void add_cost(const DocFacts& doc) {
    CostFigures& out = out_.costs;
    ++out.practices;
    const CityFacts& city = columns_.cities()[doc.city];
    if (doc.dollars < 0) {
      ++(doc.dollars == static_cast<float>(kCostNotSaid) ? out.not_said : out.not_converted);
    } else if (city.measures.population <= 0) {
      ++out.no_population;
    } else if (out.points.size() == query_.costs) {
      ++out.left_out;
    } else {
      out.points.push_back(
          {city.log, EntryIndex(doc.index), static_cast<double>(doc.dollars), city.measures.population});
    }
  }

  // Practices that stand, the newest first; each is counted once, in whatever versions it is here.
  void add_practice(std::uint32_t document) {
    const DocFacts& doc = columns_.docs()[document];
    if (doc.kind != v1::KIND_PRACTICE || !doc.standing()) return;
    if (query_.costs > 0) add_cost(doc);
    if (!seen(doc.first_version)) add_adoptions(doc.first_version);
  }

  Figures take() { return std::move(out_); }

 private:
  // When each city wrote first of the practice, of what it has not taken back.
  void find_beginnings(std::uint32_t first_version) {
    beginnings_.clear();
    for (const std::uint32_t number : columns_.all_adoptions(first_version)) {
      const DocFacts& doc = columns_.docs()[number];
      if (doc.kind == 0 || doc.withdrawn) continue;
      const auto [it, added] = beginnings_.emplace(doc.city, std::pair(doc.index, doc.day));
      if (!added && doc.index < it->second.first) it->second = {doc.index, doc.day};
    }
  }

  void count_month(CityNumber city, std::size_t told) {
    const auto begun = beginnings_.find(city);
    const std::uint32_t day = begun == beginnings_.end() ? 0 : begun->second.second;
    const MonthNumber month = day == 0 ? 0 : month_of_day(day);
    if (day == 0 || month > now_) {
      ++out_.adoptions.undated;
    } else {
      ++out_.adoptions.months[month].at(told);
    }
  }

  bool seen(std::uint32_t first_version) {
    if (first_version >= seen_.size()) seen_.resize(columns_.docs().size());
    const bool before = seen_[first_version];
    seen_[first_version] = true;
    return before;
  }

  const Columns& columns_;
  const FigureQuery& query_;
  MonthNumber now_;
  Figures out_;
  std::vector<bool> seen_;                                                              // by first version
  std::vector<bool> taken_by_;                                                          // by city
  std::unordered_map<CityNumber, std::pair<std::uint32_t, std::uint32_t>> beginnings_;  // index and day
};

Result<std::optional<std::uint32_t>> number_of(sqlite::Connection& db, const Columns& columns,
                                               const LogId& log, EntryIndex index) {
  auto select = db.prepare("SELECT id FROM doc WHERE log_id = ? AND entry_index = ?");
  select.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value));
  KOINON_ASSIGN(const bool found, select.step());
  const std::uint64_t id = found ? select.number(0) : columns.docs().size();
  // What came since the columns were loaded is counted next time.
  return id < columns.docs().size() ? std::optional(static_cast<std::uint32_t>(id)) : std::nullopt;
}

}  // namespace

Result<Figures> count_figures(sqlite::Connection& db, const Columns& columns, const FigureQuery& query) {
  Counting counting(columns, query);
  if (query.practice) {
    KOINON_ASSIGN(const auto number, number_of(db, columns, query.practice->first, query.practice->second));
    if (number) counting.add_adoptions(columns.docs()[*number].first_version);
    return counting.take();
  }
  const auto some = columns.narrowest(std::nullopt, query.topic);
  for (std::size_t i = some ? some->size() : columns.docs().size(); i-- > 0;)
    counting.add_practice(some ? (*some)[i] : static_cast<std::uint32_t>(i));
  return counting.take();
}

}  // namespace koinon
