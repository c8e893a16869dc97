// How each record of the index stands: current, superseded by a newer version, withdrawn, erased.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/identity.h"
#include "koinon/v1/record.pb.h"
#include "storage/search/city_rows.h"
#include "storage/search/index_changes.h"
#include "storage/search/record_status.h"
#include "storage/search/topic_rows.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/store.h"

namespace koinon {

// The result is the same in whatever order records and their bodies arrive. On the index worker's thread. Its
// references must live longer than it.
class RecordStanding {
 public:
  // A record that was just written to the index.
  struct Indexed {
    std::int64_t id = 0;
    bool is_new = false;
    bool is_erased = false;
  };

  RecordStanding(sqlite::Connection& db, IndexChanges& changes, TopicRows& topics, CityRows& cities)
      : db_(db), changes_(changes), topics_(topics), cities_(cities) {}

  // States anew how the record stands, and how the records stand that it revises or withdraws.
  Status settle(StoreReader& store, const LogId& log, const Indexed& record, const v1::Entry& entry);
  // The earlier records of its own log that a record revises or withdraws.
  Result<std::vector<std::int64_t>> targets(std::int64_t id);
  // States anew what a record is, and then what the records are that it revises. Does nothing if there is no
  // such record.
  Status restate(StoreReader& store, const LogId& log, std::int64_t id);

 private:
  struct Standing {
    RecordStatus status = RecordStatus::kCurrent;
    std::int64_t by = -1;
    bool superseded = false;
  };
  struct Facts {
    std::int64_t kind = 0;
    std::int64_t arrival = 0;
    std::string topics;
    bool has_text = false;
    bool was_gone = false;
    bool erased = false;
  };

  Result<bool> restate_one(StoreReader& store, const LogId& log, std::int64_t id);
  Result<std::optional<std::int64_t>> newer_version(std::int64_t id);
  // The first withdrawal of a record that asks for its erasure, or that does not.
  Result<std::optional<std::int64_t>> withdrawn_by(std::int64_t id, bool erases);
  Result<std::optional<Facts>> facts_of(std::int64_t id);
  Result<bool> put_status(std::int64_t id, const Standing& is);
  Status count_references(std::int64_t id, std::int64_t more);

  sqlite::Connection& db_;
  IndexChanges& changes_;
  TopicRows& topics_;
  CityRows& cities_;
};

}  // namespace koinon
