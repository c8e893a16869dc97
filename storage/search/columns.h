// The facts of every indexed record, in memory. A search filters, counts and ranks by them without reading a
// page of the index. They take some 100 bytes a record. The first search loads them; later ones keep them up
// to date.
//
// Whoever holds the lock may use the columns. SharedColumns are the columns of all readers of one index.
#pragma once

#include <array>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "proto/base/types.h"
#include "storage/search/note_facts.h"
#include "storage/search/stated_columns.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// Numbers of this process: positions in lists.
using CityNumber = std::uint32_t;
using TopicNumber = std::uint32_t;
using LanguageNumber = std::uint32_t;

struct DocFacts {
  std::uint32_t index = 0;  // of the entry
  CityNumber city = 0;
  std::uint64_t arrival = 0;
  std::uint32_t first_topic = 0;  // in the list of all records' topics
  std::uint32_t first_version =
      0;  // the first version of the record that this one revises; itself if it revises none
  std::uint32_t sdgs = 0;
  std::uint16_t length = 0;  // in words, up to a limit
  std::uint16_t topics = 0;
  LanguageNumber language = 0;
  unsigned char kind = 0;  // v1::Kind; 0: no such record
  unsigned char evidence = 0;
  CostBand cost = CostBand::kUnknown;
  Outcome outcome = Outcome::kNone;  // of an adoption
  bool superseded = false;           // by a revision of the same city
  bool withdrawn = false;
  bool has_text = false;
  bool stopped = false;   // an adoption that its city has ended
  std::uint32_t day = 0;  // on which it says that it was written, since 1970; 0: on none that a calendar has
  float dollars = 0;      // NoteFacts::dollars

  bool standing() const { return kind != 0 && !superseded && !withdrawn && has_text; }
};

struct AdoptionFacts {
  CityNumber city = 0;
  std::uint32_t index = 0;
  Outcome outcome = Outcome::kNone;
  bool stopped = false;
};

// How many of a practice's adoptions have each outcome, by Outcome.
using OutcomeCounts = std::array<std::uint32_t, 5>;

struct CityFacts {
  LogId log;
  std::string name;  // as people write it; empty: no profile
  CityMeasures measures;
  double latitude = 0;  // degrees; with longitude 0: not said
  double longitude = 0;
};

class Columns {
 public:
  // Reads what has changed since the last call. The first call takes 0.1 s for 100,000 records.
  Status refresh(sqlite::Connection& db);

  // By the index's own number of a record. Numbers without a record have kind 0.
  const std::vector<DocFacts>& docs() const { return docs_; }
  std::span<const TopicNumber> topics(const DocFacts& doc) const {
    return {topics_.data() + doc.first_topic, doc.topics};
  }
  // The adoptions of a practice, the latest of each city that was not withdrawn. The practice is named by its
  // first version.
  std::span<const AdoptionFacts> adoptions(std::uint32_t first_version) const;
  OutcomeCounts outcomes(std::uint32_t first_version) const;
  // How many of these adoptions their cities have ended, whatever the outcome.
  std::uint32_t stopped(std::uint32_t first_version) const;
  // Every adoption of a practice, by number, also those that were withdrawn or said anew; some may be gone.
  std::span<const std::uint32_t> all_adoptions(std::uint32_t first_version) const;
  // The numbers of the records of a topic and of the topics below it, or of the records of a city, whichever
  // are fewer. Records that are gone may be among them. Nothing: neither a topic nor a city is asked for.
  std::optional<std::span<const std::uint32_t>> narrowest(const std::optional<LogId>& log,
                                                          const std::optional<std::string>& topic) const;
  // The numbers of all adoptions that adopt something which is here, in the order of numbers. Some may be
  // gone.
  std::span<const std::uint32_t> adopting() const { return adopting_; }
  // The records that an adoption adopts and that are here: one may name several, and counts for each.
  template <typename Each>
  void each_adopted(std::uint32_t adoption, Each each) const {
    const auto [begin, end] = adopted_.equal_range(adoption);
    for (auto it = begin; it != end; ++it) {
      if (docs_[it->second].kind != 0) each(it->second);
    }
  }
  // The numbers of a city's records in order. Some may be gone.
  std::span<const std::uint32_t> of_city(CityNumber city) const;
  // The first version of what a record tells: of the original where the record is a translation. Nothing: it
  // is a translation of another city's note that is not here.
  std::optional<std::uint32_t> original(std::uint32_t document) const;
  // The newest version of a record that was not withdrawn. Nothing: there is none.
  std::optional<std::uint32_t> standing_version(std::uint32_t first_version) const;
  const StatedColumns& stated() const { return stated_; }
  const std::vector<CityFacts>& cities() const { return cities_; }
  const std::vector<std::string>& topic_names() const { return topic_names_; }
  const std::vector<std::string>& languages() const { return languages_; }
  // Whether any record is in this language (en) or in one that it covers (en-GB). The cost does not grow with
  // the number of languages.
  bool speaks(const std::string& language) const { return spoken_.contains(language); }
  std::optional<CityNumber> city(const LogId& log) const;
  std::optional<TopicNumber> topic(const std::string& name) const;

 private:
  Status load(sqlite::Connection& db);
  Status load_removals(sqlite::Connection& db);
  Status load_docs(sqlite::Connection& db);
  Status load_links(sqlite::Connection& db);
  Status read_links(sqlite::Statement& select);
  Status load_cities(sqlite::Connection& db);
  CityNumber city_number(const LogId& log);
  LanguageNumber language_number(const std::string& tag);
  std::optional<TopicNumber> topic_number(const std::string& name, CityNumber city);
  void read_topics(DocFacts& doc, const std::string& text);
  // The latest of each city.
  struct Adopted {
    std::vector<AdoptionFacts> list;
    std::unordered_map<CityNumber, std::size_t> places;  // in the list
    OutcomeCounts outcomes{};
    std::uint32_t stopped = 0;
    void keep(const AdoptionFacts& facts);
  };
  struct Lists {
    std::vector<std::vector<std::uint32_t>> of;  // by number of a city or topic; in order
    std::vector<std::uint32_t> unsorted;         // of this load
    void add(std::uint32_t number, std::uint32_t document);
    void sort();
  };
  void adopt(std::uint32_t practice, std::uint32_t adoption);
  void translate(std::uint32_t translation, std::uint32_t original);
  void count_anew(std::uint32_t first_version);
  void forget(const std::vector<bool>& cities);
  // Entries [from, to) of a city that arrived before `arrival`.
  void forget_entries(CityNumber city, EntryIndex from, EntryIndex to, ArrivalSeq arrival);
  void forget_doc(std::uint32_t id);

  std::int64_t generation_ = -1;  // of the index; if the index has another one, all is loaded anew
  std::int64_t change_ = 0;       // changes up to this one are loaded
  std::int64_t link_change_ = 0;
  std::int64_t known_ = 0;  // the highest id before this load; ids only grow within a generation
  std::int64_t removal_change_ = 0;
  std::int64_t city_change_ = 0;
  std::vector<DocFacts> docs_;
  std::vector<TopicNumber> topics_;
  Lists by_city_;
  Lists by_topic_;
  std::vector<CityFacts> cities_;
  std::vector<std::string> topic_names_;
  std::vector<std::string> languages_;
  std::unordered_set<std::string> spoken_;  // the languages alone of their tags
  std::vector<std::uint32_t> brought_;      // by city: how many topics it brought that nobody had before
  std::unordered_map<LogId, CityNumber> city_numbers_;
  std::unordered_map<std::string, TopicNumber> topic_numbers_;
  std::unordered_map<std::string, LanguageNumber> language_numbers_;
  std::unordered_map<std::uint32_t, Adopted> adoptions_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>
      adopters_;  // by first version: every adoption
  // From an adoption to the records that it adopts.
  std::unordered_multimap<std::uint32_t, std::uint32_t> adopted_;
  std::vector<std::uint32_t> adopting_;  // the keys of adopted_, each once
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>
      revisions_;  // by first version: the versions after it, in the order in which they came
  std::unordered_map<std::uint32_t, std::uint32_t> translated_;  // from a translation to what it translates
  StatedColumns stated_;
  std::vector<std::uint32_t> taken_back_;    // adoptions taken back since the last call
  std::vector<std::uint32_t> lost_version_;  // by first version: practices of which a version went since then
};

// All readers of one process share them. A search takes the lock shared; loading changes takes it
// exclusively.
struct SharedColumns {
  std::shared_mutex mutex;
  Columns columns;
};

}  // namespace koinon
