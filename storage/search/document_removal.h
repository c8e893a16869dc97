// Takes records out of the index: those of a log that was removed, and those of a log that are void.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/arrival.h"
#include "crypto/identity.h"
#include "storage/search/city_rows.h"
#include "storage/search/index_changes.h"
#include "storage/search/record_standing.h"
#include "storage/search/topic_rows.h"
#include "storage/search/word_rows.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

// There may be very many. To remove all in one transaction could need more room than the disk has, and
// nothing else would be indexed meanwhile. So a call removes some of them.
//
// On the index worker's thread. Its references must live longer than it.
class DocumentRemoval {
 public:
  struct Parts {
    sqlite::Connection& db;
    IndexChanges& changes;
    TopicRows& topics;
    WordRows& words;
    CityRows& cities;
    RecordStanding& standing;
  };
  explicit DocumentRemoval(const Parts& parts) : parts_(parts) {}

  // Removes the newest records of a removed log. Returns whether there are more.
  Result<bool> remove_log(const LogId& log);
  // Removes the first entries of a kVoided arrival, at most `most` (above 0), and takes back what they did to
  // other records of their log. Returns how many entries of the arrival are done: those that are not indexed
  // are passed over.
  Result<std::uint64_t> remove_void(StoreReader& store, const Arrival& arrival, std::uint64_t most);

 private:
  struct Document {
    std::int64_t id = 0;
    std::uint64_t index = 0;
    std::int64_t arrival = 0;
    std::int64_t kind = 0;
    std::string topics;
  };
  // What one call removes.
  struct Batch {
    std::vector<Document> documents;
    bool is_last = false;  // there are no more of them
  };

  static Result<Batch> read(sqlite::Statement& select, std::uint64_t most);
  Result<Batch> newest_of(const LogId& log);
  Result<Batch> void_of(const Arrival& arrival, std::uint64_t most);
  Status remove(const LogId& log, const Document& document);
  // For IndexReader::voided.
  Status keep_what_it_was(const Arrival& arrival, const Document& document);
  // For IndexReader::voided_notes. While the document is there.
  Status count_void(const Document& document);
  Status forget_what_they_were(ArrivalSeq now);

  Parts parts_;
};

}  // namespace koinon
