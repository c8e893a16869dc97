// Which documents of the index stand under which topic.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "proto/base/result.h"
#include "storage/sqlite/sqlite.h"

namespace koinon {

// `topics` are the topics of one document, with a blank between them. A document stands under each of its
// topics and under the topics above them, so that one look-up finds everything below a topic. On the index
// worker's thread. `db` must live longer than it.
class TopicRows {
 public:
  explicit TopicRows(sqlite::Connection& db) : db_(db) {}

  Status insert(std::int64_t id, const LogId& log, ArrivalSeq arrival, v1::Kind kind,
                std::string_view topics);
  // Sets whether the document is among the notes that stand: its text is here, and it was neither revised nor
  // withdrawn.
  Status set_standing(std::int64_t id, std::int64_t arrival, std::string_view topics, bool stands);
  // Removes all rows of a document.
  Status remove(std::int64_t id, const LogId& log, std::int64_t arrival, std::int64_t kind,
                std::string_view topics);

 private:
  sqlite::Connection& db_;
};

}  // namespace koinon
