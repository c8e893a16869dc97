#include "node/api/records_api.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/key_history_text.h"
#include "node/api/query_params.h"
#include "node/publishing/note_rules.h"
#include "node/reading/kept_witnesses.h"
#include "node/reading/list_budget.h"
#include "node/reading/said_before.h"
#include "node/reading/search_words.h"
#include "node/reading/since.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

Error not_held() {
  return fail(Code::kNotFound, Sentence{"note.not_held", "the note itself is not held here"}, "body");
}

// The record as the file that would publish it. What is void it names by its leaf: a file never refers to
// what stands in its place.
Result<NoteFile> note_file_of(Directory& directory, StoreReader& store, const StoredRecord& record) {
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(record.entry));
  if (record.body.empty()) return not_held();
  NoteFile note;
  note.kind = entry.kind();
  note.language = entry.language();
  note.topics.assign(entry.topics().begin(), entry.topics().end());
  for (const auto& to : entry.to()) note.to.push_back(directory.city(LogId::from(to)));
  for (const auto& ref : entry.refs()) {
    note.refs.push_back({ref.role(), read_ref(directory, store, ref).ref});
  }
  KOINON_ASSIGN(note.body, parse_body(record.body));
  note.body.clear_salt();
  if (is_note(note.kind) || note.kind == v1::KIND_PROFILE || note.kind == v1::KIND_NODE_NOTICE) return note;
  return fail(Code::kInvalidArgument, "a " + std::string(kind_name(note.kind)) + " has no Markdown form",
              "format");
}

// Of one record.
OperationFacts facts_of(std::string part, std::string id, std::string summary, std::string gives) {
  return {.method = "GET",
          .pattern = "/api/v1/records/{city}/{index}" + std::move(part),
          .need = Need::kReading,
          .id = std::move(id),
          .tag = "reading",
          .summary = std::move(summary),
          .gives = std::move(gives)};
}

}  // namespace

Result<RecordListQuery> read_record_list_query(const Params& params) {
  RecordListQuery out;
  KOINON_TRY(read_scope(params, out.query));
  out.city = param(params, "city");
  KOINON_ASSIGN(out.since, read_since(params));
  KOINON_ASSIGN(out.query.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  if (const auto cursor = param(params, "cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    out.query.before = ArrivalSeq(*number);
  }
  return out;
}

RecordsApi::RecordsApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/records",
            .need = Need::kReading,
            .id = "listRecords",
            .tag = "reading",
            .summary = "Records, newest first",
            .query = {"topic", "city", "kind", "q", "since", "limit", "cursor"},
            .gives = "RecordList"},
           this, &RecordsApi::find_listed),
      get({.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}",
           .need = Need::kReading,
           .id = "getRecord",
           .tag = "reading",
           .summary = "Everything that is known of a record: its lineage and conversation with it; "
                      "texts=brief cuts long texts and lists short",
           .query = {"texts"},
           .gives = "Record"},
          this, &RecordsApi::find_record),
      keys(facts_of("/keys", "getRecordKeys", "The keys of its log, and the statements that changed them",
                    "text/plain"),
           this, &RecordsApi::get_keys),
      entry(
          facts_of("/entry", "getEntry", "The entry's bytes, as they are hashed", "application/octet-stream"),
          this, &RecordsApi::get_entry),
      body(facts_of("/body", "getBody", "The note's bytes, as the entry commits to them",
                    "application/octet-stream"),
           this, &RecordsApi::get_body),
      markdown(facts_of("/markdown", "getMarkdown", "The file that would publish the note", "text/markdown"),
               this, &RecordsApi::find_markdown),
      shared_(shared),
      parts_(shared.parts) {}

Result<RecordListView> list_records(const Readers& readers, const RecordListQuery& wanted) {
  Directory directory(readers.store, readers.nearness, &readers.index);
  IndexQuery query = wanted.query;
  KOINON_TRY(find_scope(directory, wanted.city, query));
  KOINON_ASSIGN(const ArrivalSeq left_out, last_left_out(readers.store, readers.index, wanted.since));
  query.after = std::max(query.after, left_out);
  KOINON_ASSIGN(const auto found, readers.index.find(query));
  RecordListView out;
  ListBudget budget;
  for (const IndexedRecord& record : found) {
    SummaryView item = read_summary(directory, record);
    if (item.kind == v1::KIND_ROTATION) item.key_change = directory.key_change(item.log, item.index);
    if (!budget.takes(summary_json(item))) break;
    out.items.push_back(std::move(item));
  }
  // A search is ranked and has one page; a list goes on below the last arrival that it shows.
  if (query.words.empty() && !found.empty() &&
      (found.size() == query.limit || out.items.size() < found.size()))
    out.next = out.items.back().arrival;
  return out;
}

Result<RecordView> get_record(const Readers& readers, const std::string& ref, bool brief) {
  Directory directory(readers.store, readers.nearness, &readers.index);
  KOINON_ASSIGN(const auto found, directory.find_ref(ref));
  return read_record(directory, readers.store, readers.index, found.log.id, found.index, brief);
}

Result<std::string> get_markdown(const Readers& readers, const std::string& ref) {
  Directory directory(readers.store, readers.nearness, &readers.index);
  KOINON_ASSIGN(const auto found, directory.find_ref(ref));
  KOINON_ASSIGN(const StoredRecord stored, shown_record(readers.store, found.log.id, found.index));
  KOINON_ASSIGN(NoteFile note, note_file_of(directory, readers.store, stored));
  make_plain(note);
  return format_note_file(note);
}

Result<RecordListView> RecordsApi::find_listed(const Asker&, const RecordListQuery& wanted) {
  return list_records(readers(), wanted);
}

Result<RecordForReader> RecordsApi::find_record(const Asker& asker, const RecordQuery& query) {
  RecordForReader out;
  KOINON_ASSIGN(out.record, get_record(readers(), query.ref, query.brief));
  if (!query.brief && asker.caller.user.value != 0) {
    KOINON_ASSIGN(out.watched, shared_.desk.is_watched(asker.caller.user, out.record.log, out.record.index));
  }
  if (query.with_call) out.call = find_call(out.record);
  if (query.with_said_before && out.record.kind == v1::KIND_PRACTICE) {
    Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
    KOINON_ASSIGN(out.said_before, read_said_before(directory, *parts_.store, *parts_.index, out.record.log,
                                                    out.record.index));
  }
  return out;
}

// A reply is understood by the call that it answers.
std::optional<CallView> RecordsApi::find_call(const RecordView& record) {
  if (record.kind != v1::KIND_CALL && record.kind != v1::KIND_CALL_REPLY) return std::nullopt;
  std::string ref = record.ref;
  if (record.kind == v1::KIND_CALL_REPLY) {
    const auto answered = std::find_if(record.refs.begin(), record.refs.end(), [](const RefView& one) {
      return one.role == v1::REF_ROLE_ANSWERS && one.held && one.indexed;
    });
    if (answered == record.refs.end()) return std::nullopt;
    ref = answered->ref;
  }
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  const auto found = directory.find_ref(ref);
  if (!found.ok()) return std::nullopt;
  auto view =
      read_call({directory, *parts_.store, *parts_.index}, found->log.id, found->index, parts_.clock.wall());
  return view.ok() ? std::optional(std::move(*view)) : std::nullopt;
}

Result<std::string> RecordsApi::get_keys(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return key_history_text(found.log.keys);
}

Result<StoredRecord> RecordsApi::find(Directory& directory, const NamedRecord& named) {
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return shown_record(*parts_.store, found.log.id, found.index);
}

Result<std::string> RecordsApi::get_entry(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const StoredRecord stored, find(directory, named));
  return stored.entry;
}

Result<std::string> RecordsApi::get_body(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const StoredRecord stored, find(directory, named));
  if (stored.body.empty()) return not_held();
  return stored.body;
}

Result<std::string> RecordsApi::find_markdown(const Asker&, const NamedRecord& named) {
  return get_markdown(readers(), named.ref);
}

}  // namespace koinon
