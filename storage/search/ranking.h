// Filters, ranks and counts the hits of one search in one pass.
#pragma once

#include <array>
#include <unordered_map>

#include <sqlite3.h>

#include "storage/search/columns.h"
#include "storage/search/search.h"
#include "storage/search/search_query.h"

namespace koinon {

// A BCP 47 tag covers itself and tags that are more exact: `pt` covers `pt-BR`.
bool covers_language(std::string_view wanted, std::string_view language);

class HitCollector {
 public:
  HitCollector(const Columns& columns, const SearchQuery& query, const SearchWords& words);

  // From now on any of the words is enough. The rarer a word is among what is found, the more it counts, and
  // a record with more of the words gets a higher score.
  void relax() { relaxed_ = true; }
  // Adds a record that matches the words. False: enough have been counted.
  bool add(std::int64_t document, const std::vector<double>& score_of_word);
  bool wanted(std::int64_t document) const;
  // A record matches the words but does not count, since the filter leaves it out.
  // False: there were limits::kSearchPassedOver such records, which is enough.
  bool pass_over();
  bool stopped() const { return stopped_; }
  const SearchWords& search_words() const { return words_; }
  // Zeroed room for the score of each word, so that the pass over the hits need not allocate any.
  std::vector<double>& scratch() {
    scratch_.assign(words_.words, 0);
    return scratch_;
  }
  // How much a word counts that stands `times` times in a column of a record. It counts more in a title, and
  // less in a long text.
  double weight(std::int64_t document, int column, int times) const;
  SearchPage page();

 private:
  struct Scored {
    double score = 0;
    std::int64_t document = 0;
    std::size_t words = 0;  // where the scores of its words begin, if any word is enough
  };
  void weigh_words(std::vector<Scored>& hits) const;
  std::vector<SearchHit> best(std::vector<Scored>& hits, std::size_t offset, std::size_t limit) const;
  void count(const DocFacts& doc);
  bool language_fits(const DocFacts& doc) const;
  bool outcome_fits(const DocFacts& doc) const;
  std::map<std::string, std::vector<FacetCount>> facets() const;

  const Columns& columns_;
  const SearchQuery& query_;
  const SearchWords& words_;
  std::optional<CityNumber> city_;
  std::optional<TopicNumber> topic_;
  // By the number of a language: whether it is wanted. It is found out with the first record in that
  // language.
  mutable std::vector<unsigned char> languages_;
  bool nothing_ = false;  // a filter names a value that no record here has
  std::vector<Scored> hits_;
  std::vector<Scored> beside_;  // notes that are no practices, if these stand beside
  std::vector<double> scratch_;
  std::vector<float> of_words_;           // for each hit the score of each word
  std::vector<std::uint64_t> with_word_;  // how many hits have it
  std::uint64_t counted_ = 0;
  bool stopped_ = false;
  bool relaxed_ = false;
  std::uint64_t passed_over_ = 0;
  // Only for what was found: there are more topics and cities than one search has hits.
  std::unordered_map<TopicNumber, std::uint32_t> by_topic_;
  std::unordered_map<CityNumber, std::uint32_t> by_city_;
  std::unordered_map<LanguageNumber, std::uint32_t> by_language_;
  std::array<std::uint32_t, 6> by_evidence_{};
  std::array<std::uint32_t, kCostBands> by_cost_{};
  std::array<std::uint32_t, 18> by_sdg_{};
  std::array<std::uint32_t, 5> by_outcome_{};
  std::uint32_t by_stopped_ = 0;
  std::array<std::uint32_t, 16> by_kind_{};
};

// Makes koinon_hit(text, ?collector) known to a connection: a full-text query calls it with each match.
Status register_hit_function(sqlite::Connection& db);
inline constexpr const char* kCollectorPointer = "koinon_hit_collector";

}  // namespace koinon
