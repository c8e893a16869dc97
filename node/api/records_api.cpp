#include "node/api/records_api.h"

#include <boost/json.hpp>

#include "crypto/tlog_proof.h"
#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "node/reading/list_budget.h"
#include "node/reading/search_words.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

Error no_such_address() { return fail(Code::kNotFound, "nothing is served at this address", "target"); }

}  // namespace

void RecordsApi::add_routes(RouteTable& routes) {
  routes.add({{.method = "GET",
               .pattern = "/api/v1/records",
               .need = Need::kReading,
               .id = "listRecords",
               .tag = "reading",
               .summary = "Records, newest first",
               .query = {"topic", "city", "kind", "q", "limit", "cursor"},
               .gives = "RecordList"},
              handler(this, &RecordsApi::records)});
  const std::string one = "/api/v1/records/{city}/{index}";
  routes.add({{.method = "GET",
               .pattern = one,
               .need = Need::kReading,
               .id = "getRecord",
               .tag = "reading",
               .summary = "Everything that is known of a record: its lineage and conversation with it; "
                          "texts=brief cuts long texts and lists short",
               .query = {"texts"},
               .gives = "Record"},
              handler(this, &RecordsApi::record)});
  routes.add({{.method = "GET",
               .pattern = one + "/proof",
               .need = Need::kReading,
               .id = "getProof",
               .tag = "reading",
               .summary = "A standard tlog-proof that the record is in its city's log",
               .gives = "text/plain"},
              handler(this, &RecordsApi::record)});
  routes.add({{.method = "GET",
               .pattern = one + "/entry",
               .need = Need::kReading,
               .id = "getEntry",
               .tag = "reading",
               .summary = "The entry's bytes, as they are hashed",
               .gives = "application/octet-stream"},
              handler(this, &RecordsApi::record)});
  routes.add({{.method = "GET",
               .pattern = one + "/body",
               .need = Need::kReading,
               .id = "getBody",
               .tag = "reading",
               .summary = "The note's bytes, as the entry commits to them",
               .gives = "application/octet-stream"},
              handler(this, &RecordsApi::record)});
  routes.add({{.method = "GET",
               .pattern = one + "/markdown",
               .need = Need::kReading,
               .id = "getMarkdown",
               .tag = "reading",
               .summary = "The file that would publish the note",
               .gives = "text/markdown"},
              handler(this, &RecordsApi::record)});
}

Result<IndexQuery> RecordsApi::read_query(Directory& directory, const ApiRequest& request) {
  IndexQuery query;
  KOINON_TRY(read_scope(request.query, query));
  KOINON_TRY(find_scope(directory, request.param("city"), query));
  KOINON_ASSIGN(query.limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  if (const auto cursor = request.param("cursor"); !cursor.empty()) {
    const auto number = parse_decimal(cursor);
    if (!number.ok()) return fail(Code::kInvalidArgument, "it is what `next` said", "cursor");
    query.before = ArrivalSeq(*number);
  }
  return query;
}

Result<HttpResponse> RecordsApi::records(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const IndexQuery query, read_query(directory, request));
  KOINON_ASSIGN(const auto found, parts_.index->find(query));
  json::array items;
  ListBudget budget;
  for (const IndexedRecord& record : found) {
    json::object item = summary_json(directory, record);
    if (!budget.takes(item)) break;
    items.push_back(std::move(item));
  }
  json::object body;
  // A search is ranked and has one page; a list goes on below the last arrival that it shows.
  if (query.words.empty() && !found.empty() && (found.size() == query.limit || items.size() < found.size()))
    body["next"] = std::to_string(found[items.size() - 1].arrival.value);
  body["items"] = std::move(items);
  return conditional(request, json_response(body));
}

Result<HttpResponse> RecordsApi::record(const ApiRequest& request) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(request.path[3] + "/" + request.path[4]));
  const std::string part = request.path.size() > 5 ? request.path[5] : "";
  if (request.path.size() > 6) return no_such_address();
  if (part == "proof") return proof(found);
  KOINON_ASSIGN(const StoredRecord stored, shown_record(*parts_.store, found.log.id, found.index));
  if (part == "entry") return HttpResponse{200, "application/octet-stream", stored.entry, {}};
  if (part == "body") {
    if (stored.body.empty())
      return fail(Code::kNotFound, Sentence{"note.not_held", "the note itself is not held here"}, "body");
    return HttpResponse{200, "application/octet-stream", stored.body, {}};
  }
  if (part == "markdown") {
    KOINON_ASSIGN(const NoteFile note, record_note(directory, stored));
    return HttpResponse{200, "text/markdown; charset=utf-8", format_note_file(note), {}};
  }
  if (!part.empty()) return no_such_address();
  const bool brief = request.param("texts") == "brief";
  KOINON_ASSIGN(auto body,
                record_json(directory, *parts_.store, *parts_.index, found.log.id, found.index, brief));
  if (!brief && request.caller.user.value != 0) {
    KOINON_ASSIGN(body["watched"], shared_.desk.is_watched(request.caller.user, found.log.id, found.index));
  }
  return conditional(request, json_response(body));
}

// A standard tlog-proof against the newest head that has the entry.
Result<HttpResponse> RecordsApi::proof(const Directory::Found& found) {
  const auto& whole = found.log.whole;
  if (!whole || whole->size.value <= found.index.value) {
    return fail(
        Code::kUnavailable,
        Sentence{"log.being_fetched", "the log is still being fetched up to its head; try again soon"},
        "proof");
  }
  KOINON_ASSIGN(const StoredRecord record, parts_.store->record(found.log.id, found.index));
  TlogProof out;
  out.extra = record.entry;
  out.index = found.index;
  KOINON_ASSIGN(out.path, parts_.store->inclusion(found.log.id, found.index, whole->size));
  out.checkpoint = whole->note;
  return HttpResponse{200, "text/plain; charset=utf-8", out.encode(), {}};
}

}  // namespace koinon
