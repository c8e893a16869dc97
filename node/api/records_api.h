// Records: lists of them, all that is known of one, and its bytes.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/call_view.h"
#include "node/reading/record_view.h"
#include "node/reading/summary_view.h"
#include "node/text/params.h"

namespace koinon {

struct RecordListQuery {
  IndexQuery query;
  std::string city;                 // the name of a city on this node; empty: all cities
  std::optional<UnixMillis> since;  // only what came here then or later
};
// Reads topic, kind, q, city, since, limit and cursor.
Result<RecordListQuery> read_record_list_query(const Params& params);

struct RecordListView {
  std::vector<SummaryView> items;
  std::optional<ArrivalSeq>
      next;  // the list goes on below it; nothing: the list ends here, or it is a search
};

// What is read of a node: by one that serves, or of one that is stopped. All on one thread, and all must live
// longer than what is asked.
struct Readers {
  StoreReader& store;
  IndexReader& index;
  const Nearness& nearness;
};
// The operations below, for whoever may read all.
Result<RecordListView> list_records(const Readers& readers, const RecordListQuery& wanted);
Result<RecordView> get_record(const Readers& readers, const std::string& ref, bool brief);
// The file that would publish the note.
Result<std::string> get_markdown(const Readers& readers, const std::string& ref);

struct RecordQuery {
  std::string ref;     // seoul.example/17
  bool brief = false;  // long texts and lists are shortened
  // Of a call, or of a reply to one, also how the call stands. That reads hundreds of records, so whoever
  // reads many notes does without.
  bool with_call = true;
  // Of a practice, also what was said to the versions before it.
  bool with_said_before = false;

  bool operator==(const RecordQuery&) const = default;
};

struct RecordForReader {
  RecordView record;
  std::optional<bool>
      watched;  // whether the caller watches it; nothing: the view is brief, or the caller has no account
  // Of a call, or of a reply to one, where it was asked for; nothing: it is neither, or not here.
  std::optional<CallView> call = {};
  std::vector<ReferringView> said_before = {};  // read_said_before, where it was asked for
};

class RecordsApi {
 public:
  explicit RecordsApi(ApiShared& shared);

  const Operation<RecordListQuery, RecordListView> list;
  const Operation<RecordQuery, RecordForReader> get;
  // The keys of its log and the statements that changed them, as a text: the file beside a proof.
  const Operation<NamedRecord, std::string> keys;
  // The bytes of the log's leaf, and the bytes of the body whose digest the leaf has.
  const Operation<NamedRecord, std::string> entry;
  const Operation<NamedRecord, std::string> body;
  const Operation<NamedRecord, std::string> markdown;

 private:
  Readers readers() const { return {*parts_.store, *parts_.index, parts_.nearness}; }
  Result<RecordListView> find_listed(const Asker& asker, const RecordListQuery& wanted);
  Result<RecordForReader> find_record(const Asker& asker, const RecordQuery& query);
  std::optional<CallView> find_call(const RecordView& record);
  Result<std::string> get_keys(const Asker& asker, const NamedRecord& named);
  Result<std::string> get_entry(const Asker& asker, const NamedRecord& named);
  Result<std::string> get_body(const Asker& asker, const NamedRecord& named);
  Result<std::string> find_markdown(const Asker& asker, const NamedRecord& named);

  Result<StoredRecord> find(Directory& directory, const NamedRecord& named);

  ApiShared& shared_;
  ApiParts& parts_;
};

}  // namespace koinon
