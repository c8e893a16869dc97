// The derived index, index.db: full text, topics, cities, time and lineage. Written behind from the
// arrivals; can be deleted at any time and is rebuilt from the store.
//
// IndexWriter belongs to one thread, each IndexReader to one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "storage/search/record_status.h"
#include "storage/search/search.h"
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
  std::optional<EntryIndex> status_by;  // the entry of its log that made it so, where that is here
};

struct IndexQuery {
  std::string words;                 // empty: newest first
  std::optional<std::string> topic;  // with everything below it
  std::optional<LogId> log;
  std::optional<v1::Kind> kind;
  bool standing_notes = false;  // practices to answers with their text, neither withdrawn nor revised
  ArrivalSeq before;            // 0: from the newest; only without words
  std::size_t limit = 50;
};

struct RelatedRecord {
  v1::RefRole role;
  LogId log;
  EntryIndex index;
  RecordStatus status = RecordStatus::kCurrent;
};

class IndexReader {
 public:
  virtual ~IndexReader() = default;
  // Best first where there are words, else newest arrival first.
  virtual Result<std::vector<IndexedRecord>> find(const IndexQuery& query) = 0;
  // Records that refer to this one, in the order in which they arrived; at most `limit`.
  virtual Result<std::vector<RelatedRecord>> referring(const LogId& log, EntryIndex index,
                                                       std::size_t limit) = 0;
  // How many references there are by what was not taken back; one record may refer in several roles.
  virtual Result<std::uint64_t> references(const LogId& log, EntryIndex index) = 0;
  virtual Result<std::optional<IndexedRecord>> get(const LogId& log, EntryIndex index) = 0;
  // The latest record of that kind in a log that was not withdrawn, or none.
  virtual Result<std::optional<EntryIndex>> latest(const LogId& log, v1::Kind kind) = 0;
  // Ranked, with facets; what has been revised or withdrawn is left out.
  virtual Result<SearchPage> search(const SearchQuery& query) = 0;
  virtual Result<SimilarPage> similar(const SimilarQuery& query) = 0;
  // What a city's profile says of it; none: it has no profile here.
  virtual Result<std::optional<CityMeasures>> measures(const LogId& log) = 0;
  // Notes that others addressed to a city, or that refer to what it published; newest first.
  virtual Result<std::vector<IndexedRecord>> addressed(const LogId& log, ArrivalSeq before,
                                                       std::size_t limit) = 0;
  // Arrivals up to this one are indexed.
  virtual Result<ArrivalSeq> position() = 0;
  // Reads into memory what changed of what searches keep there, so that none of them waits for that.
  virtual Status load() = 0;
};

class IndexWriter {
 public:
  virtual ~IndexWriter() = default;
  // Indexes some of the arrivals that are new; returns how many records, 0 when there is nothing more.
  virtual Result<std::size_t> catch_up(StoreReader& store) = 0;
  // Text that went may still be in the index's own log, where somebody searched as it went: tries again.
  // False: still.
  virtual bool fold() = 0;
  // Forgets everything; catch_up then begins anew.
  virtual Status reset() = 0;
  // Whether words of texts that were taken away are in the file still. The texts themselves are not.
  virtual bool is_unclean() const = 0;
  // One step of rewriting the full text without them; true: there is more. Its end is reached only where
  // nothing is indexed between the first step and the last.
  virtual Result<bool> clean() = 0;
};

// Opens or creates. An index of another schema or another store's journal, or a damaged one, is emptied; one
// that cannot be read at this moment stays, and is an error.
Result<std::unique_ptr<IndexWriter>> open_index_writer(const std::filesystem::path& path,
                                                       const JournalId& journal);
// Readers on several threads share what a search keeps in memory.
struct SharedColumns;
std::shared_ptr<SharedColumns> make_shared_columns();
Result<std::unique_ptr<IndexReader>> open_index_reader(
    const std::filesystem::path& path, std::shared_ptr<SharedColumns> columns = make_shared_columns());

}  // namespace koinon
