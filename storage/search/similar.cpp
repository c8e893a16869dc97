#include "storage/search/similar.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace koinon {
namespace {

constexpr std::size_t kMeasures = 4;
constexpr std::array<std::string_view, kMeasures> kNames = {"population", "climate", "income", "density"};
constexpr std::array<double, kMeasures> kWeights = {0.4, 0.25, 0.2, 0.15};
constexpr double kNear = 0.7;  // two cities are near in a measure from here on, and the answer says so

// -1: the two cannot be compared.
double by_factor(double a, double b) {
  if (a <= 0 || b <= 0) return -1;
  return std::max(0.0, 1 - std::abs(std::log10(a / b)));
}

// The first letter is the zone (tropical, arid, temperate, continental, polar). The second says when it
// rains, the third how hot it gets.
double by_climate(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return -1;
  if (a == b) return 1;
  if (a.front() != b.front()) return 0;
  return a.size() > 1 && b.size() > 1 && a[1] == b[1] ? 0.8 : 0.5;
}

double by_income(int a, int b) {
  if (a < 0 || b < 0) return -1;
  return std::max(0.0, 1 - 0.5 * std::abs(a - b));
}

std::array<double, kMeasures> compare(const CityMeasures& a, const CityMeasures& b) {
  return {by_factor(a.population, b.population), by_climate(a.climate, b.climate),
          by_income(a.income, b.income), by_factor(a.density, b.density)};
}

double mean(const std::array<double, kMeasures>& parts) {
  double sum = 0;
  double known = 0;
  for (std::size_t i = 0; i < kMeasures; ++i) {
    if (parts.at(i) < 0) continue;
    sum += kWeights.at(i) * parts.at(i);
    known += kWeights.at(i);
  }
  return known == 0 ? 0 : sum / known * std::sqrt(known);
}

double outcome_weight(Outcome outcome) {
  switch (outcome) {
    case Outcome::kWorked:
      return 1.2;
    case Outcome::kPartly:
      return 0.8;
    case Outcome::kTooEarly:
      return 0.6;
    case Outcome::kDidNot:
      return -0.5;
    case Outcome::kNone:
      return 0.5;
  }
  return 0;
}

// The nearest city counts in full, and each further city half as much as the one before. So many cities that
// are far do not count as one that is near.
double score_of(const Columns& columns, const DocFacts& doc, const std::vector<double>& near) {
  std::array<double, 8> parts{};
  std::size_t count = 1;
  parts[0] = near[doc.city];
  for (const AdoptionFacts& adoption : columns.adoptions(doc.first_version)) {
    if (count == parts.size()) break;
    parts.at(count++) = near[adoption.city] * outcome_weight(adoption.outcome);
  }
  std::sort(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count), std::greater<>());
  double sum = 0;
  double share = 1;
  for (std::size_t i = 0; i < count; ++i, share /= 2) sum += parts.at(i) * share;
  return sum * (1 + 0.05 * doc.evidence);
}

void add_reason(std::vector<SimilarReason>& reasons, std::string_view measure, Outcome outcome,
                const LogId& log) {
  const auto it = std::find_if(reasons.begin(), reasons.end(), [&](const SimilarReason& reason) {
    return reason.measure == measure && reason.outcome == outcome;
  });
  if (it == reasons.end()) {
    reasons.push_back({std::string(measure), outcome, {log}});
  } else {
    it->cities.push_back(log);
  }
}

std::vector<SimilarReason> reasons_of(const Columns& columns, const DocFacts& doc, const CityMeasures& like) {
  std::vector<SimilarReason> out;
  const auto compare_city = [&](CityNumber number, Outcome outcome) {
    const CityFacts& city = columns.cities()[number];
    const auto parts = compare(like, city.measures);
    for (std::size_t i = 0; i < kMeasures; ++i) {
      if (parts.at(i) >= kNear) add_reason(out, kNames.at(i), outcome, city.log);
    }
  };
  for (const Outcome outcome : {Outcome::kWorked, Outcome::kPartly, Outcome::kTooEarly, Outcome::kDidNot}) {
    for (const AdoptionFacts& adoption : columns.adoptions(doc.first_version)) {
      if (adoption.outcome == outcome) compare_city(adoption.city, outcome);
    }
  }
  compare_city(doc.city, Outcome::kNone);
  return out;
}

}  // namespace

double nearness(const CityMeasures& a, const CityMeasures& b) { return mean(compare(a, b)); }

SimilarPage find_similar(const Columns& columns, const SimilarQuery& query,
                         const std::optional<std::span<const std::uint32_t>>& found) {
  std::vector<double> near;
  near.reserve(columns.cities().size());
  for (const CityFacts& city : columns.cities()) near.push_back(nearness(query.like, city.measures));
  const auto own = query.own ? columns.city(*query.own) : std::nullopt;
  SimilarPage out;
  std::vector<std::pair<double, std::size_t>> scored;
  const auto& docs = columns.docs();
  const auto some = found ? found : columns.narrowest(std::nullopt, query.topic);
  for (std::size_t n = some ? some->size() : docs.size(); n-- > 0;) {
    const std::size_t i = some ? (*some)[n] : n;
    const DocFacts& doc = docs[i];
    if (doc.kind != v1::KIND_PRACTICE || !doc.standing() || (own && doc.city == *own)) continue;
    if (const double score = score_of(columns, doc, near); score > 0) scored.emplace_back(score, i);
  }
  out.total = scored.size();
  const std::size_t end = std::min(scored.size(), query.offset + query.limit);
  std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(end), scored.end(),
                    std::greater<>());
  for (std::size_t i = std::min(query.offset, end); i < end; ++i) {
    const DocFacts& doc = docs[scored[i].second];
    out.practices.push_back({static_cast<std::int64_t>(scored[i].second), columns.cities()[doc.city].log,
                             EntryIndex(doc.index), scored[i].first, reasons_of(columns, doc, query.like)});
  }
  return out;
}

}  // namespace koinon
