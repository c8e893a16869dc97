// The epochs of a store of SQL: which were begun here, and how far journal and arrivals went in each.
// Writing is part of SqlStore, inside its transactions.
#pragma once

#include "storage/store/sql_settings.h"

namespace koinon {

class SqlEpochs {
 public:
  SqlEpochs(sql::Connection& db, SqlSettings& settings) : db_(db), settings_(settings) {}

  Result<std::vector<EpochRange>> all();
  Result<std::optional<Epoch>> current();
  Result<std::uint32_t> handled();
  // The newest number that a row of the journal was given; rows of logs that are gone count.
  Result<JournalSeq> last_row();
  Result<ArrivalSeq> last_arrival();

  Status begin(const Epoch& epoch);
  // Whether one was begun since the store was opened.
  Result<bool> has_begun();
  Status set_handled(std::uint32_t counter);
  // The number of the next row. kUnavailable: no epoch was begun since the store was opened.
  Result<JournalSeq> next_row();

 private:
  sql::Connection& db_;
  SqlSettings& settings_;
  // The lowest counter that was begun since the store was opened. Its transaction may have been undone: then
  // the current one counts less.
  std::optional<std::uint32_t> begun_from_;
};

}  // namespace koinon
