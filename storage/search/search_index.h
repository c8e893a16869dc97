// The index, index.db: full text, topics, cities, time and lineage. It follows the arrivals of the store. It
// may be deleted at any time, and is then rebuilt from the store.
//
// IndexWriter belongs to one thread, each IndexReader to one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "storage/search/adoption_words.h"
#include "storage/search/figures.h"
#include "storage/search/record_status.h"
#include "storage/search/search.h"
#include "storage/search/ties.h"
#include "storage/store/store.h"

namespace koinon {

struct IndexedRecord {
  LogId log;
  EntryIndex index;
  ArrivalSeq arrival;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
  UnixMillis created_at;
  std::string language;
  std::string title;
  std::string summary;
  bool readable = true;
  std::vector<std::string> topics;
  RecordStatus status = RecordStatus::kCurrent;
  std::optional<EntryIndex> status_by;  // the entry of its log that gave it this status, if it is here
  Hash leaf;                            // of the entry
  std::uint64_t recoveries = 0;         // of its log, after which it was signed (recoveries_before)
  Outcome outcome = Outcome::kNone;     // of an adoption
  bool stopped = false;                 // an adoption that its city has ended
};

struct IndexQuery {
  std::string words;                 // empty: newest first
  std::optional<std::string> topic;  // with everything below it
  std::optional<LogId> log;
  std::optional<v1::Kind> kind;
  bool standing_notes = false;  // only notes with their text that were neither withdrawn nor revised
  ArrivalSeq before;            // 0: from the newest; only without words
  ArrivalSeq after;             // only arrivals above it
  std::size_t limit = 50;
};

struct RelatedRecord {
  v1::RefRole role;
  LogId log;
  EntryIndex index;
  RecordStatus status = RecordStatus::kCurrent;
  v1::Kind kind = v1::KIND_UNSPECIFIED;
};

struct ReferringQuery {
  LogId log;  // the entry that they refer to
  EntryIndex index;
  v1::RefRole role = v1::REF_ROLE_UNSPECIFIED;
  std::optional<LogId> by = {};  // of this log alone
  std::size_t limit = 50;
};

class IndexReader {
 public:
  virtual ~IndexReader() = default;
  // With words the best comes first, else the newest arrival.
  virtual Result<std::vector<IndexedRecord>> find(const IndexQuery& query) = 0;
  // Records that refer to the entry which stands there, in the order in which they arrived; at most `limit`.
  // Those that name another leaf mean another entry, which is void or was never there. None if it is not
  // indexed.
  virtual Result<std::vector<RelatedRecord>> referring(const LogId& log, EntryIndex index,
                                                       std::size_t limit) = 0;
  // The same of one role, and of one log if one is named, the newest first. It costs no more than its answer,
  // whoever else refers to the entry.
  virtual Result<std::vector<RelatedRecord>> newest_referring(const ReferringQuery& query) = 0;
  // How many of these references there are from records that were not withdrawn. One record may refer in
  // several roles.
  virtual Result<std::uint64_t> references(const LogId& log, EntryIndex index) = 0;
  virtual Result<std::optional<IndexedRecord>> get(const LogId& log, EntryIndex index) = 0;
  // What an entry was that became void with the arrival of this number: its log, index, kind and topics.
  // Nothing: it was not indexed here, or this is too long ago.
  virtual Result<std::optional<IndexedRecord>> voided(ArrivalSeq arrival) = 0;
  // The same of all that became void at one place of a log: the latest first, and at most a hundred.
  virtual Result<std::vector<IndexedRecord>> voided_at(const LogId& log, EntryIndex index) = 0;
  // How many notes of a log became void here that were signed after so many of its recoveries: the next one
  // made them void. 0: none, or they were never here, or the index was made anew since.
  virtual Result<std::uint64_t> voided_notes(const LogId& log, std::uint64_t recoveries) = 0;
  // The newest version of a record by its own city that was not withdrawn. Nothing: there is none.
  virtual Result<std::optional<EntryIndex>> newer_version(const LogId& log, EntryIndex index) = 0;
  // The latest record of that kind in a log that was not withdrawn. Nothing: there is none.
  virtual Result<std::optional<EntryIndex>> latest(const LogId& log, v1::Kind kind) = 0;
  // Ranked, with facets. Records that were revised or withdrawn are left out.
  virtual Result<SearchPage> search(const SearchQuery& query) = 0;
  virtual Result<SimilarPage> similar(const SimilarQuery& query) = 0;
  // What pictures show; see figures.h. Its cost grows with the practices and adoptions that are counted.
  virtual Result<Figures> figures(const FigureQuery& query) = 0;
  // Who took a practice up. Nobody, where the index has no practice at this place.
  virtual Result<Adopters> adopters(const AdoptersQuery& query) = 0;
  // Who learned from whom, what map shows that, and what one city gave and took (ties.h).
  virtual Result<TiesPage> ties(const TiesQuery& query) = 0;
  virtual Result<TieMap> tie_map(const TieFilter& filter, std::size_t newest) = 0;
  virtual Result<ImpactFigures> impact(const ImpactQuery& query) = 0;
  // What a city has said of the practices that it adopts, in no particular order.
  virtual Result<std::vector<AdoptionWords>> adoption_words(const AdoptionWordsQuery& query) = 0;
  // What a city's profile says. Nothing: the city has no profile here.
  virtual Result<std::optional<CityMeasures>> measures(const LogId& log) = 0;
  // The held cities that are called so, by domain. Case, accents and differences of form do not count. Its
  // cost grows with the cities that are called so.
  virtual Result<std::vector<LogId>> called(const CalledQuery& query) = 0;
  // Notes that others addressed to a city, or that refer to what it published, and their questions to all
  // cities; newest first.
  virtual Result<std::vector<IndexedRecord>> addressed(const LogId& log, ArrivalSeq before,
                                                       std::size_t limit) = 0;
  // Arrivals up to this one are indexed.
  virtual Result<ArrivalSeq> position() = 0;
  // Searches keep facts of the index in memory. This loads what has changed, so that no search waits for it.
  virtual Status load() = 0;
};

inline constexpr std::uint64_t kIndexBatch = 4000;  // records of one transaction

class IndexWriter {
 public:
  virtual ~IndexWriter() = default;
  // Indexes some of the new arrivals, `most` records at most. Returns how many records it indexed, 0 if there
  // is nothing more.
  virtual Result<std::size_t> catch_up(StoreReader& store, std::uint64_t most) = 0;
  Result<std::size_t> catch_up(StoreReader& store) { return catch_up(store, kIndexBatch); }
  // Deleted text may still be in the index's write-ahead log, because somebody searched when it was deleted.
  // Tries again to remove it. False: it is still there.
  virtual bool fold() = 0;
  // Forgets everything. Then catch_up begins anew.
  virtual Status reset() = 0;
  // Whether words of deleted texts are still in the file. The texts themselves are not.
  virtual bool is_unclean() const = 0;
  // One step of rewriting the full text without them. True: there is more to do. It only comes to an end if
  // nothing is indexed between the first step and the last.
  virtual Result<bool> clean() = 0;
};

// Opens or creates the index. If it has another schema, is damaged, or its place is in an epoch that `epochs`
// does not have or beyond that epoch's end, it is emptied: it may show what the store has lost, and lack what
// came since. If it cannot be read at this moment, it is kept, and that is an error.
Result<std::unique_ptr<IndexWriter>> open_index_writer(const std::filesystem::path& path,
                                                       const std::vector<EpochRange>& epochs);
// What searches keep in memory. Readers on several threads share it.
struct SharedColumns;
std::shared_ptr<SharedColumns> make_shared_columns();
Result<std::unique_ptr<IndexReader>> open_index_reader(
    const std::filesystem::path& path, std::shared_ptr<SharedColumns> columns = make_shared_columns());

}  // namespace koinon
