#include "storage/search/ranking.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

constexpr std::size_t kFacetValues = 50;
constexpr std::array<double, 4> kColumnWeight = {8.0, 4.0, 1.5, 1.0};  // title, summary, body, keywords
constexpr double kSaturation = 1.2;   // BM25's k1: a word that is said twice does not count twice as much
constexpr double kLengthShare = 0.5;  // BM25's b
constexpr double kUsualLength = 300;
constexpr unsigned char kUnknown = 0;  // of a language
constexpr unsigned char kFits = 1;
constexpr unsigned char kOther = 2;

// Practices come before what is said of them. The success of a note with others counts beside its words.
double quality(const DocFacts& doc, const OutcomeCounts& outcomes) {
  const double own = 1 + 0.08 * doc.evidence + (doc.kind == v1::KIND_PRACTICE ? 0.4 : 0);
  const double worked = outcomes[static_cast<std::size_t>(Outcome::kWorked)] +
                        0.5 * outcomes[static_cast<std::size_t>(Outcome::kPartly)];
  return own + 0.15 * std::log2(1 + worked);
}

void put(std::map<std::string, std::vector<FacetCount>>& out, const std::string& facet,
         std::vector<FacetCount> counts) {
  std::erase_if(counts, [](const FacetCount& item) { return item.count == 0 || item.value.empty(); });
  std::sort(counts.begin(), counts.end(), [](const FacetCount& a, const FacetCount& b) {
    return a.count != b.count ? a.count > b.count : a.value < b.value;
  });
  if (counts.size() > kFacetValues) counts.resize(kFacetValues);
  out[facet] = std::move(counts);
}

extern "C" void koinon_hit(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* result,
                           int count, sqlite3_value** values) {
  if (count != 1) return sqlite3_result_error(result, "one argument", -1);
  auto* collector = static_cast<HitCollector*>(sqlite3_value_pointer(values[0], kCollectorPointer));
  if (collector == nullptr) return sqlite3_result_error(result, "no collector", -1);
  const sqlite3_int64 document = api->xRowid(context);
  if (!collector->wanted(document)) {
    if (!collector->pass_over()) sqlite3_result_error_code(result, SQLITE_INTERRUPT);
    return;
  }
  const SearchWords& words = collector->search_words();
  std::vector<double>& score = collector->scratch();
  for (int phrase = 0; phrase < static_cast<int>(words.phrases.size()); ++phrase) {
    const unsigned word = words.phrases[static_cast<std::size_t>(phrase)].word;
    if (word == SearchWords::kExcluded) continue;
    std::array<int, kColumnWeight.size()> times{};
    Fts5PhraseIter iter{};
    int column = 0;
    int offset = 0;
    if (api->xPhraseFirst(context, phrase, &iter, &column, &offset) != SQLITE_OK) return;
    while (column >= 0) {
      if (static_cast<std::size_t>(column) < times.size()) ++times[static_cast<std::size_t>(column)];
      api->xPhraseNext(context, &iter, &column, &offset);
    }
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i] > 0) sum += collector->weight(document, static_cast<int>(i), times[i]);
    }
    score[word] = std::max(score[word], words.phrases[static_cast<std::size_t>(phrase)].share * sum);
  }
  if (!collector->add(document, score)) sqlite3_result_error_code(result, SQLITE_INTERRUPT);
}

}  // namespace

bool covers_language(std::string_view wanted, std::string_view language) {
  const std::string of = ascii_lower(language);
  const std::string asked = ascii_lower(wanted);
  return of == asked || (of.starts_with(asked) && of[asked.size()] == '-');
}

HitCollector::HitCollector(const Columns& columns, const SearchQuery& query, const SearchWords& words)
    : columns_(columns), query_(query), words_(words) {
  if (query.log) city_ = columns.city(*query.log);
  if (query.topic) topic_ = columns.topic(*query.topic);
  nothing_ = (query.log && !city_) || (query.topic && !topic_);
  if (!query.language.empty()) languages_.resize(columns.languages().size(), kUnknown);
}

// Each language is compared at most once, and only if a hit is in it. A city may bring very many languages.
bool HitCollector::language_fits(const DocFacts& doc) const {
  if (query_.language.empty()) return true;
  unsigned char& fits = languages_[doc.language];
  if (fits == kUnknown)
    fits = covers_language(query_.language, columns_.languages()[doc.language]) ? kFits : kOther;
  return fits == kFits;
}

bool HitCollector::outcome_fits(const DocFacts& doc) const {
  const bool any = query_.outcome == Outcome::kNone;
  if (any && !query_.stopped) return true;
  if ((!any && doc.outcome == query_.outcome) || (query_.stopped && doc.stopped)) return true;
  if (doc.kind != v1::KIND_PRACTICE) return false;
  const auto with = columns_.outcomes(doc.first_version).at(static_cast<std::size_t>(query_.outcome));
  return (!any && with > 0) || (query_.stopped && columns_.stopped(doc.first_version) > 0);
}

bool HitCollector::wanted(std::int64_t document) const {
  const auto& docs = columns_.docs();
  if (nothing_ || document < 0 || static_cast<std::size_t>(document) >= docs.size()) return false;
  const DocFacts& doc = docs[static_cast<std::size_t>(document)];
  if (query_.all_versions ? doc.kind == 0 || doc.withdrawn || !doc.has_text : !doc.standing()) return false;
  if (query_.kind ? doc.kind != *query_.kind : !is_note(static_cast<v1::Kind>(doc.kind))) return false;
  if (city_ && doc.city != *city_) return false;
  if (doc.arrival <= query_.after.value && query_.after.value > 0) return false;
  if (doc.evidence < query_.evidence) return false;
  if (query_.cost != CostBand::kUnknown && doc.cost != query_.cost) return false;
  if (query_.sdg != 0 && (doc.sdgs >> query_.sdg & 1U) == 0) return false;
  if (!query_.country.empty() && columns_.cities()[doc.city].measures.country != query_.country) return false;
  if (!language_fits(doc)) return false;
  if (topic_) {
    const auto topics = columns_.topics(doc);
    if (std::find(topics.begin(), topics.end(), *topic_) == topics.end()) return false;
  }
  return outcome_fits(doc);
}

double HitCollector::weight(std::int64_t document, int column, int times) const {
  const DocFacts& doc = columns_.docs()[static_cast<std::size_t>(document)];
  const double length = column == 2 ? 1 - kLengthShare + kLengthShare * doc.length / kUsualLength : 1;
  const double often = times * (kSaturation + 1) / (times + kSaturation * length);
  return kColumnWeight.at(static_cast<std::size_t>(column)) * often;
}

bool HitCollector::add(std::int64_t document, const std::vector<double>& score_of_word) {
  if (counted_ >= limits::kSearchHits) {
    stopped_ = true;
    return false;
  }
  const DocFacts& doc = columns_.docs()[static_cast<std::size_t>(document)];
  double score = 0;
  for (const double word : score_of_word) score += word;
  const std::size_t words = of_words_.size();
  if (relaxed_) {
    with_word_.resize(score_of_word.size());
    for (std::size_t i = 0; i < score_of_word.size(); ++i) {
      of_words_.push_back(static_cast<float>(score_of_word[i]));
      with_word_[i] += score_of_word[i] > 0 ? 1 : 0;
    }
  }
  score *= quality(doc, columns_.outcomes(doc.first_version));
  if (score_of_word.empty() || query_.newest_first) score = static_cast<double>(doc.arrival);
  ++counted_;
  if (query_.activity_beside && doc.kind != v1::KIND_PRACTICE) {
    beside_.push_back({score, document, words});
    ++by_kind_.at(doc.kind & 15U);
    return true;
  }
  hits_.push_back({score, document, words});
  count(doc);
  return true;
}

bool HitCollector::pass_over() {
  stopped_ = ++passed_over_ >= limits::kSearchPassedOver;
  return !stopped_;
}

void HitCollector::count(const DocFacts& doc) {
  for (const TopicNumber topic : columns_.topics(doc)) ++by_topic_[topic];
  ++by_city_[doc.city];
  ++by_language_[doc.language];
  ++by_evidence_.at(std::min<std::size_t>(doc.evidence, 5));
  ++by_cost_.at(static_cast<std::size_t>(doc.cost));
  for (std::uint32_t left = doc.sdgs; left != 0; left &= left - 1)
    ++by_sdg_.at(static_cast<std::size_t>(std::countr_zero(left)));
  ++by_kind_.at(doc.kind & 15U);
  if (doc.kind == v1::KIND_ADOPTION) {
    ++by_outcome_.at(static_cast<std::size_t>(doc.outcome));
    by_stopped_ += doc.stopped ? 1 : 0;
  }
  if (doc.kind != v1::KIND_PRACTICE) return;
  const OutcomeCounts outcomes = columns_.outcomes(doc.first_version);
  for (std::size_t i = 0; i < outcomes.size(); ++i) by_outcome_.at(i) += outcomes.at(i) > 0 ? 1 : 0;
  by_stopped_ += columns_.stopped(doc.first_version) > 0 ? 1 : 0;
}

std::map<std::string, std::vector<FacetCount>> HitCollector::facets() const {
  std::map<std::string, std::vector<FacetCount>> out;
  std::vector<FacetCount> counts;
  for (const auto& [topic, number] : by_topic_) counts.push_back({columns_.topic_names()[topic], number});
  put(out, "topic", std::move(counts));
  counts.clear();
  std::map<std::string, std::uint64_t> countries;
  for (const auto& [city, number] : by_city_) {
    counts.push_back({to_text(columns_.cities()[city].log), number});
    countries[columns_.cities()[city].measures.country] += number;
  }
  put(out, "city", std::move(counts));
  counts.clear();
  for (const auto& [country, number] : countries) counts.push_back({country, number});
  put(out, "country", std::move(counts));
  counts.clear();
  for (const auto& [language, number] : by_language_)
    counts.push_back({columns_.languages()[language], number});
  put(out, "language", std::move(counts));
  counts.clear();
  for (std::size_t i = 1; i < by_evidence_.size(); ++i)
    counts.push_back({std::to_string(i), by_evidence_.at(i)});
  put(out, "evidence", std::move(counts));
  counts.clear();
  for (std::size_t i = 1; i < by_cost_.size(); ++i)
    counts.push_back({std::string(cost_band_text(static_cast<CostBand>(i))), by_cost_.at(i)});
  put(out, "cost", std::move(counts));
  counts.clear();
  for (std::size_t i = 1; i < by_sdg_.size(); ++i) counts.push_back({std::to_string(i), by_sdg_.at(i)});
  put(out, "sdg", std::move(counts));
  counts.clear();
  for (std::size_t i = 1; i < by_outcome_.size(); ++i)
    counts.push_back({std::string(outcome_text(static_cast<Outcome>(i))), by_outcome_.at(i)});
  counts.push_back({"stopped", by_stopped_});
  put(out, "outcome", std::move(counts));
  counts.clear();
  for (std::size_t i = 1; i < by_kind_.size(); ++i)
    counts.push_back({std::string(kind_name(static_cast<v1::Kind>(i))), by_kind_.at(i)});
  put(out, "kind", std::move(counts));
  return out;
}

// A word that few of the records have says more about what is looked for ("heat") than one that many have
// ("city"). Every hit is known now, so it is known how many have each word.
void HitCollector::weigh_words(std::vector<Scored>& hits) const {
  const auto records = static_cast<double>(std::max<std::uint64_t>(columns_.docs().size(), counted_));
  std::vector<double> rarity;
  double all = 0;
  for (const std::uint64_t with : with_word_) {
    rarity.push_back(with == 0 ? 0 : std::log(1 + records / static_cast<double>(with)));
    all += rarity.back();
  }
  if (all <= 0) return;
  for (Scored& hit : hits) {
    double sum = 0;
    double there = 0;
    for (std::size_t i = 0; i < rarity.size(); ++i) {
      const auto word = static_cast<double>(of_words_[hit.words + i]);
      sum += rarity[i] * word;
      there += word > 0 ? rarity[i] : 0;
    }
    const DocFacts& doc = columns_.docs()[static_cast<std::size_t>(hit.document)];
    const double share = there / all;
    hit.score = sum / all * share * share * quality(doc, columns_.outcomes(doc.first_version));
  }
}

std::vector<SearchHit> HitCollector::best(std::vector<Scored>& hits, std::size_t offset,
                                          std::size_t limit) const {
  const auto better = [](const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.document > b.document;
  };
  const std::size_t end = std::min(hits.size(), offset + limit);
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(end), hits.end(), better);
  std::vector<SearchHit> out;
  for (std::size_t i = std::min(offset, end); i < end; ++i) {
    const DocFacts& doc = columns_.docs()[static_cast<std::size_t>(hits[i].document)];
    out.push_back(
        {hits[i].document, columns_.cities()[doc.city].log, EntryIndex(doc.index), hits[i].score, {}, {}});
  }
  return out;
}

SearchPage HitCollector::page() {
  if (relaxed_ && !query_.newest_first) {
    weigh_words(hits_);
    weigh_words(beside_);
  }
  SearchPage out;
  out.total = hits_.size();
  out.more_than_total = stopped_;
  out.facets = facets();
  out.hits = best(hits_, query_.offset, query_.limit);
  out.activity = best(beside_, 0, limits::kActivityBeside);
  return out;
}

Status register_hit_function(sqlite::Connection& db) {
  KOINON_ASSIGN(fts5_api * api, fts5_of(db));
  if (api->xCreateFunction(api, "koinon_hit", nullptr, koinon_hit, nullptr) != SQLITE_OK)
    return sqlite::error_of(db.handle(), "index.db");
  return {};
}

}  // namespace koinon
