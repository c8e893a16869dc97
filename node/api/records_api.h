// Records: lists of them, everything that is known of one, and its bytes.
//
// On the reading thread that its parts belong to.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/record_view.h"
#include "node/reading/summary_view.h"
#include "node/text/params.h"

namespace koinon {

struct RecordListQuery {
  IndexQuery query;
  std::string city;  // whose records, by its name here; empty: all cities'
};
// topic, kind, q, city, limit, cursor.
Result<RecordListQuery> read_record_list_query(const Params& params);

struct RecordListView {
  std::vector<SummaryView> items;
  std::optional<ArrivalSeq> next;  // the list goes on below it; none: that was all, or a search
};

struct RecordQuery {
  std::string ref;     // seoul.example/17
  bool brief = false;  // long texts and lists are cut short
};

struct RecordForReader {
  RecordView record;
  std::optional<bool> watched;  // by who asks; none: not asked for in full, or by no account
};

class RecordsApi {
 public:
  explicit RecordsApi(ApiShared& shared);

  const Operation<RecordListQuery, RecordListView> list;
  const Operation<RecordQuery, RecordForReader> get;
  // As a file of the tlog-proof standard. kUnavailable: the log is still being fetched.
  const Operation<NamedRecord, std::string> proof;
  // The bytes that the log's leaf is made of, and those that it commits to.
  const Operation<NamedRecord, std::string> entry;
  const Operation<NamedRecord, std::string> body;
  const Operation<NamedRecord, std::string> markdown;

 private:
  Result<RecordListView> list_records(const Asker& asker, const RecordListQuery& wanted);
  Result<RecordForReader> get_record(const Asker& asker, const RecordQuery& query);
  Result<std::string> prove(const Asker& asker, const NamedRecord& named);
  Result<std::string> get_entry(const Asker& asker, const NamedRecord& named);
  Result<std::string> get_body(const Asker& asker, const NamedRecord& named);
  Result<std::string> get_markdown(const Asker& asker, const NamedRecord& named);

  Result<StoredRecord> find(Directory& directory, const NamedRecord& named);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
