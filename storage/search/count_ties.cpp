#include "storage/search/count_ties.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::uint32_t kNoKey = UINT32_MAX;
constexpr std::uint32_t kOtherKeys = UINT32_MAX - 1;

// Two capital letters as a number. kNoKey: the city does not say where it is.
std::uint32_t country_key(const CityFacts& city) {
  const std::string& name = city.measures.country;
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (name.size() != 2 || !is_capital(name[0]) || !is_capital(name[1])) return kNoKey;
  return static_cast<std::uint32_t>(name[0]) << 8U | static_cast<std::uint32_t>(name[1]);
}

bool is_of_country(const CityFacts& city, const std::string& country) {
  return country.empty() || (city.measures.country == country && country_key(city) != kNoKey);
}

// A filter with its names looked up.
class Wanted {
 public:
  Wanted(const Columns& columns, const TieFilter& filter) : columns_(columns), filter_(filter) {
    if (filter.from) from_ = columns.city(*filter.from);
    if (filter.to) to_ = columns.city(*filter.to);
    if (filter.topic) topic_ = columns.topic(*filter.topic);
    if (!filter.agreement.empty()) agreement_ = columns.stated().agreement(filter.agreement);
    nothing_ = (filter.from && !from_) || (filter.to && !to_) || (filter.topic && !topic_) ||
               (!filter.agreement.empty() && !agreement_);
  }
  bool nothing() const { return nothing_; }
  // The records among which adoptions are looked for.
  std::span<const std::uint32_t> among() const { return to_ ? columns_.of_city(*to_) : columns_.adopting(); }
  bool cities(CityNumber from, CityNumber to) const {
    if ((from_ && from != *from_) || (to_ && to != *to_)) return false;
    const auto& all = columns_.cities();
    return is_of_country(all[from], filter_.from_country) && is_of_country(all[to], filter_.to_country);
  }
  bool practice(std::uint32_t standing) const {
    const DocFacts& doc = columns_.docs()[standing];
    if (filter_.sdg > 0 && (doc.sdgs >> filter_.sdg & 1U) == 0) return false;
    if (topic_ && !has(columns_.topics(doc), *topic_)) return false;
    const StatedColumns& stated = columns_.stated();
    return !agreement_ || has(stated.agreements(stated.of(standing)), *agreement_);
  }
  // What is known once all adoptions by the city were looked at.
  bool tie(const CountedTie& tie) const {
    if (filter_.outcome && columns_.docs()[tie.adoption].outcome != *filter_.outcome) return false;
    if (filter_.year_unclear) return tie.year == 0;
    if (filter_.year_from > 0 && tie.year < filter_.year_from) return false;
    return filter_.year_to == 0 || (tie.year > 0 && tie.year <= filter_.year_to);
  }

 private:
  static bool has(std::span<const std::uint32_t> list, std::uint32_t number) {
    return std::find(list.begin(), list.end(), number) != list.end();
  }

  const Columns& columns_;
  const TieFilter& filter_;
  std::optional<CityNumber> from_;
  std::optional<CityNumber> to_;
  std::optional<TopicNumber> topic_;
  std::optional<AgreementNumber> agreement_;
  bool nothing_ = false;
};

// The keys of ties in a matrix, as numbers.
class TieKeys {
 public:
  // `under`: only topics one level below this one are keys; empty: the broadest ones.
  TieKeys(const Columns& columns, TieGroup group, std::string under)
      : columns_(columns), group_(group), under_(std::move(under)) {
    depth_ = under_.empty() ? 0 : 1 + std::count(under_.begin(), under_.end(), '/');
  }
  void rows(const CountedTie& tie, std::vector<std::uint32_t>& out) const {
    out.clear();
    if (group_ == TieGroup::kCity) out.push_back(tie.from);
    if (group_ == TieGroup::kCountry) out.push_back(country_key(columns_.cities()[tie.from]));
    if (group_ == TieGroup::kTopic) {
      for (const TopicNumber topic : columns_.topics(columns_.docs()[tie.standing])) {
        if (is_shown(columns_.topic_names()[topic])) out.push_back(topic);
      }
    }
    if (group_ == TieGroup::kAgreement) {
      const StatedColumns& stated = columns_.stated();
      const auto list = stated.agreements(stated.of(tie.standing));
      out.assign(list.begin(), list.end());
    }
    if (out.empty()) out.push_back(kNoKey);
  }
  std::uint32_t column(const CountedTie& tie) const {
    return group_ == TieGroup::kCity ? tie.to : country_key(columns_.cities()[tie.to]);
  }
  TieKey row_name(std::uint32_t key) const {
    if (key >= kOtherKeys) return unnamed(key);
    if (group_ == TieGroup::kTopic) return {TieKey::Kind::kNamed, columns_.topic_names()[key]};
    if (group_ == TieGroup::kAgreement)
      return {TieKey::Kind::kNamed, columns_.stated().agreement_names()[key]};
    return column_name(key);
  }
  TieKey column_name(std::uint32_t key) const {
    if (key >= kOtherKeys) return unnamed(key);
    if (group_ == TieGroup::kCity) return {TieKey::Kind::kNamed, to_text(columns_.cities()[key].log)};
    return {TieKey::Kind::kNamed, {static_cast<char>(key >> 8U), static_cast<char>(key & 0xFFU)}};
  }

 private:
  static TieKey unnamed(std::uint32_t key) {
    return {key == kNoKey ? TieKey::Kind::kNone : TieKey::Kind::kOthers, {}};
  }
  // A topic one level below the one that is asked for, or the broadest ones.
  bool is_shown(const std::string& topic) const {
    if (std::count(topic.begin(), topic.end(), '/') != depth_) return false;
    return under_.empty() || topic.starts_with(under_ + "/");
  }

  const Columns& columns_;
  TieGroup group_;
  std::string under_;
  std::ptrdiff_t depth_ = 0;  // how many slashes a shown topic has
};

// The keys of an axis that are shown, and where each stands.
class Axis {
 public:
  void count(std::uint32_t key) { ++counts_[key]; }
  template <typename Name>
  void settle(std::size_t most, Name name) {
    std::vector<std::pair<TieKey, std::uint32_t>> named;
    for (const auto& [key, count] : counts_) {
      if (key != kNoKey) named.emplace_back(name(key), key);
    }
    std::sort(named.begin(), named.end(), [&](const auto& a, const auto& b) {
      const auto left = counts_.at(a.second);
      const auto right = counts_.at(b.second);
      return left != right ? left > right : a.first < b.first;
    });
    const bool fits = named.size() <= most;
    if (!fits) named.resize(most);
    for (const auto& [shown, key] : named) put(key, shown, counts_.at(key));
    if (const auto none = counts_.find(kNoKey); none != counts_.end())
      put(kNoKey, name(kNoKey), none->second);
    if (!fits) put(kOtherKeys, name(kOtherKeys), 0);
  }
  std::size_t place(std::uint32_t key) const {
    const auto it = places_.find(key);
    return it == places_.end() ? places_.at(kOtherKeys) : it->second;
  }
  bool is_other(std::uint32_t key) const { return !places_.contains(key); }
  std::vector<TieAxisItem>& items() { return items_; }

 private:
  void put(std::uint32_t key, TieKey shown, std::uint32_t count) {
    places_[key] = items_.size();
    items_.push_back({std::move(shown), count});
  }

  std::unordered_map<std::uint32_t, std::uint32_t> counts_;
  std::unordered_map<std::uint32_t, std::size_t> places_;
  std::vector<TieAxisItem> items_;
};

// The matrix of ties, and which of them stand in a row and a column.
class Matrix {
 public:
  Matrix(const Columns& columns, const TiesQuery& query, const std::vector<CountedTie>& ties)
      : keys_(columns, query.group, query.filter.topic.value_or("")) {
    std::vector<std::uint32_t> rows;
    for (const CountedTie& tie : ties) {
      keys_.rows(tie, rows);
      for (const std::uint32_t row : rows) rows_.count(row);
      columns_.count(keys_.column(tie));
    }
    rows_.settle(query.axis, [&](std::uint32_t key) { return keys_.row_name(key); });
    columns_.settle(query.axis, [&](std::uint32_t key) { return keys_.column_name(key); });
  }
  TieMatrix fill(const std::vector<CountedTie>& ties) {
    TieMatrix out;
    out.cells.assign(rows_.items().size(), std::vector<std::uint32_t>(columns_.items().size()));
    std::vector<std::size_t> places;
    for (const CountedTie& tie : ties) {
      const std::size_t column = columns_.place(keys_.column(tie));
      if (columns_.is_other(keys_.column(tie))) ++columns_.items()[column].ties;
      row_places(tie, places);
      for (const std::size_t row : places) ++out.cells[row][column];
      if (rows_.items().empty() || rows_.items().back().key.kind != TieKey::Kind::kOthers) continue;
      if (places.back() == rows_.items().size() - 1) ++rows_.items().back().ties;
    }
    out.rows = rows_.items();
    out.columns = columns_.items();
    return out;
  }
  bool holds(const CountedTie& tie, const std::optional<TieKey>& row, const std::optional<TieKey>& column) {
    if (column && columns_.items()[columns_.place(keys_.column(tie))].key != *column) return false;
    if (!row) return true;
    std::vector<std::size_t> places;
    row_places(tie, places);
    return std::any_of(places.begin(), places.end(),
                       [&](std::size_t place) { return rows_.items()[place].key == *row; });
  }

 private:
  // Each once, in order: a tie may be in several of the others.
  void row_places(const CountedTie& tie, std::vector<std::size_t>& out) {
    keys_.rows(tie, row_keys_);
    out.clear();
    for (const std::uint32_t key : row_keys_) out.push_back(rows_.place(key));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }

  TieKeys keys_;
  Axis rows_;
  Axis columns_;
  std::vector<std::uint32_t> row_keys_;
};

// The keys of one side with their counts, the most frequent first.
template <typename Each>
std::vector<TieAxisItem> choices(const TieKeys& keys, const std::vector<CountedTie>& ties, Each each) {
  Axis axis;
  for (const CountedTie& tie : ties) each(tie, axis);
  axis.settle(limits::kTieChoices, [&](std::uint32_t key) { return keys.row_name(key); });
  std::vector<TieAxisItem> out = std::move(axis.items());
  std::erase_if(out, [](const TieAxisItem& item) { return item.key.kind != TieKey::Kind::kNamed; });
  return out;
}

void put_choices(const Columns& columns, const std::vector<CountedTie>& ties, TiesPage& out) {
  std::vector<std::uint32_t> found;
  const TieKeys countries(columns, TieGroup::kCountry, "");
  const auto rows = [&found](const TieKeys& keys) {
    return [&found, &keys](const CountedTie& tie, Axis& axis) {
      keys.rows(tie, found);
      for (const std::uint32_t key : found) axis.count(key);
    };
  };
  out.from_countries = choices(countries, ties, rows(countries));
  out.to_countries =
      choices(countries, ties, [&](const CountedTie& tie, Axis& axis) { axis.count(countries.column(tie)); });
  const TieKeys topics(columns, TieGroup::kTopic, "");
  out.topics = choices(topics, ties, rows(topics));
  const TieKeys agreements(columns, TieGroup::kAgreement, "");
  out.agreements = choices(agreements, ties, rows(agreements));
}

std::vector<TiedPractice> most_taken(const Columns& columns, const std::vector<CountedTie>& ties) {
  struct Practice {
    std::uint32_t ties = 0;
    TieOutcomes outcomes{};
    const CountedTie* telling = nullptr;
  };
  const auto telling = [&](const CountedTie& tie) {
    const DocFacts& doc = columns.docs()[tie.adoption];
    return doc.has_text && doc.outcome != Outcome::kNone;
  };
  std::unordered_map<std::uint32_t, Practice> practices;
  for (const CountedTie& tie : ties) {
    Practice& practice = practices[tie.practice];
    ++practice.ties;
    ++practice.outcomes.at(static_cast<std::size_t>(columns.docs()[tie.adoption].outcome));
    if (practice.telling == nullptr || (!telling(*practice.telling) && telling(tie))) practice.telling = &tie;
  }
  std::vector<const Practice*> order;
  for (const auto& [number, practice] : practices) order.push_back(&practice);
  const std::size_t shown = std::min(order.size(), limits::kTiedPractices);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [](const Practice* a, const Practice* b) {
                      if (a->ties != b->ties) return a->ties > b->ties;
                      return std::pair(a->telling->adoption, a->telling->practice) >
                             std::pair(b->telling->adoption, b->telling->practice);
                    });
  std::vector<TiedPractice> out;
  for (std::size_t i = 0; i < shown; ++i)
    out.push_back({tie_of(columns, *order[i]->telling), order[i]->ties, order[i]->outcomes});
  return out;
}

class TieCollector {
 public:
  TieCollector(const Columns& columns, const TieFilter& filter, const Wanted& wanted)
      : columns_(columns), filter_(filter), wanted_(wanted) {}

  // From the newest adoption on, the first of each city for a practice makes the tie. The ones before it make
  // the tie's year.
  void add(std::uint32_t adoption, std::uint32_t version) {
    const auto& docs = columns_.docs();
    const DocFacts& doc = docs[adoption];
    const auto practice = columns_.original(version);
    if (!practice || docs[*practice].kind != v1::KIND_PRACTICE) return;
    const CityNumber from = docs[*practice].city;
    const auto [known, is_new] = standing_versions_.try_emplace(*practice);
    if (is_new) known->second = columns_.standing_version(*practice);
    const std::optional<std::uint32_t> standing = known->second;
    if (!standing || from == doc.city || !wanted_.cities(from, doc.city) || !wanted_.practice(*standing))
      return;
    std::uint16_t year = columns_.stated().of(adoption).year;
    if (year > filter_.last_year) year = 0;
    const std::uint64_t key = std::uint64_t{*practice} << 32U | doc.city;
    const auto [place, added] = places_.emplace(key, ties_.size());
    if (added) {
      ties_.push_back({adoption, *practice, *standing, from, doc.city, year});
      return;
    }
    CountedTie& tie = ties_[place->second];
    if (docs[tie.adoption].index < doc.index) tie.adoption = adoption;
    if (year > 0 && (tie.year == 0 || year < tie.year)) tie.year = year;
  }
  std::vector<CountedTie> take() { return std::move(ties_); }

 private:
  const Columns& columns_;
  const TieFilter& filter_;
  const Wanted& wanted_;
  std::vector<CountedTie> ties_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  // By first version. A practice may have thousands of revisions, and as many adoptions.
  std::unordered_map<std::uint32_t, std::optional<std::uint32_t>> standing_versions_;
};

}  // namespace

CountedTies collect_ties(const Columns& columns, const TieFilter& filter) {
  CountedTies out;
  const Wanted wanted(columns, filter);
  if (wanted.nothing()) return out;
  TieCollector collector(columns, filter, wanted);
  const auto among = wanted.among();
  std::size_t looked = 0;
  for (std::size_t n = among.size(); n-- > 0 && !out.more;) {
    const DocFacts& doc = columns.docs()[among[n]];
    if (doc.kind != v1::KIND_ADOPTION || doc.withdrawn) continue;
    columns.each_adopted(among[n], [&](std::uint32_t version) {
      out.more = out.more || ++looked > limits::kTies;
      if (!out.more) collector.add(among[n], version);
    });
  }
  out.ties = collector.take();
  std::erase_if(out.ties, [&](const CountedTie& tie) { return !wanted.tie(tie); });
  return out;
}

Tie tie_of(const Columns& columns, const CountedTie& tie) {
  const DocFacts& adoption = columns.docs()[tie.adoption];
  return {columns.cities()[tie.from].log,
          columns.cities()[tie.to].log,
          EntryIndex(columns.docs()[tie.standing].index),
          EntryIndex(adoption.index),
          adoption.outcome,
          columns.stated().of(tie.adoption).stage,
          tie.year};
}

TiesPage count_ties(const Columns& columns, const TiesQuery& query) {
  const CountedTies counted = collect_ties(columns, query.filter);
  TiesPage out;
  out.more = counted.more;
  out.total = counted.ties.size();
  std::unordered_set<std::uint32_t> teaching;
  std::unordered_set<std::uint32_t> learning;
  std::unordered_set<std::uint32_t> practices;
  for (const CountedTie& tie : counted.ties) {
    const auto outcome = static_cast<std::size_t>(columns.docs()[tie.adoption].outcome);
    ++out.outcomes.at(outcome);
    ++out.years[tie.year].at(outcome);
    teaching.insert(tie.from);
    learning.insert(tie.to);
    practices.insert(tie.practice);
  }
  out.teaching = teaching.size();
  out.learning = learning.size();
  out.practices = practices.size();
  put_choices(columns, counted.ties, out);
  Matrix matrix(columns, query, counted.ties);
  out.matrix = matrix.fill(counted.ties);
  out.most_taken = most_taken(columns, counted.ties);
  for (const CountedTie& tie : counted.ties) {
    if (!matrix.holds(tie, query.row, query.column)) continue;
    const std::uint64_t number = out.listed++;
    if (number >= query.offset && number - query.offset < query.limit)
      out.ties.push_back(tie_of(columns, tie));
  }
  return out;
}

TieMap map_ties(const Columns& columns, const TieFilter& filter, std::size_t newest) {
  const CountedTies counted = collect_ties(columns, filter);
  TieMap out;
  out.total = counted.ties.size();
  out.more = counted.more;
  struct Line {
    std::uint32_t ties = 0;
    std::uint32_t stopped = 0;
    TieOutcomes outcomes{};
  };
  std::unordered_map<std::uint64_t, Line> lines;
  for (const CountedTie& tie : counted.ties) {
    Line& line = lines[std::uint64_t{tie.from} << 32U | tie.to];
    ++line.ties;
    const Outcome outcome = columns.docs()[tie.adoption].outcome;
    ++line.outcomes.at(static_cast<std::size_t>(outcome));
    const bool open = outcome == Outcome::kNone || outcome == Outcome::kTooEarly;
    if (open && columns.stated().of(tie.adoption).stage == AdoptionStage::kStopped) ++line.stopped;
    if (out.newest.size() < newest) out.newest.push_back(tie_of(columns, tie));
  }
  std::vector<std::pair<std::uint64_t, Line>> order(lines.begin(), lines.end());
  const std::size_t shown = std::min(order.size(), limits::kTieLines);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [](const auto& a, const auto& b) {
                      return a.second.ties != b.second.ties ? a.second.ties > b.second.ties
                                                            : a.first < b.first;
                    });
  out.lines_left_out = order.size() - shown;
  std::set<CityNumber> cities;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto from = static_cast<CityNumber>(order[i].first >> 32U);
    const auto to = static_cast<CityNumber>(order[i].first & UINT32_MAX);
    cities.insert({from, to});
    out.lines.push_back({columns.cities()[from].log, columns.cities()[to].log, order[i].second.ties,
                         order[i].second.stopped, order[i].second.outcomes});
  }
  for (const CityNumber number : cities) {
    const CityFacts& city = columns.cities()[number];
    out.places.push_back({city.log, city.latitude, city.longitude});
  }
  return out;
}

}  // namespace koinon
