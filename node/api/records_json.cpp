#include "node/api/records_json.h"

#include <boost/json.hpp>

#include "node/api/calls_json.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"
#include "node/api/records_api.h"

namespace koinon {
namespace json = boost::json;
namespace {

Result<RecordQuery> record_of(const ApiRequest& request) {
  return RecordQuery{ref_arg(request), request.param("texts") == "brief"};
}

}  // namespace

json::object record_list_json(const RecordListView& view) {
  json::object body;
  if (view.next) body["next"] = std::to_string(view.next->value);
  json::array items;
  for (const SummaryView& item : view.items) items.push_back(summary_json(item));
  body["items"] = std::move(items);
  return body;
}

namespace {

HttpResponse list_answer(const ApiRequest& request, const RecordListView& view) {
  return conditional(request, json_response(record_list_json(view)));
}

HttpResponse record_answer(const ApiRequest& request, const RecordForReader& view) {
  json::object body = record_json(view.record);
  if (view.watched) body["watched"] = *view.watched;
  if (view.call && view.record.kind == v1::KIND_CALL) body["call"] = call_json(*view.call);
  HttpResponse response = json_response(body);
  // Every new record of its city proves it against a larger head. The record is the same.
  body.erase("proven_against");
  return conditional(request, tagged_as(std::move(response), json::serialize(body)));
}

HttpResponse bytes_answer(const ApiRequest& request, const std::string& view) {
  return conditional(request, {200, "application/octet-stream", view, {}});
}

}  // namespace

void add_records_routes(RouteTable& routes, CallGate& gate, const RecordsApi& records) {
  add_route(
      routes, gate, records.list,
      +[](const ApiRequest& request) { return read_record_list_query(request.query); }, list_answer);
  add_route(routes, gate, records.get, record_of, record_answer);
  add_route(
      routes, gate, records.keys, record_arg, +[](const ApiRequest& request, const std::string& view) {
        return conditional(request, {200, "text/plain; charset=utf-8", view, {}});
      });
  add_route(routes, gate, records.entry, record_arg, bytes_answer);
  add_route(routes, gate, records.body, record_arg, bytes_answer);
  add_route(
      routes, gate, records.markdown, record_arg, +[](const ApiRequest& request, const std::string& view) {
        return conditional(request, {200, "text/markdown; charset=utf-8", view, {}});
      });
}

}  // namespace koinon
