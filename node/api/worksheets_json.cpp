#include "node/api/worksheets_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/drafts_json.h"
#include "node/api/json_response.h"
#include "node/api/measures_json.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/worksheets_api.h"
#include "node/text/time_text.h"
#include "proto/base/limits.h"

namespace koinon {
namespace json = boost::json;
namespace {

Error wrong(std::string field) {
  return fail(Code::kInvalidArgument, "it has another value", std::move(field));
}

// A text, or nothing.
Result<std::string> text_in(const json::object& object, std::string_view key, const std::string& field) {
  const auto* found = object.if_contains(key);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return wrong(field);
  return std::string(found->get_string());
}

// One of the values that a reader knows.
template <typename Value>
Result<Value> value_in(const json::object& object, std::string_view key, const std::string& field,
                       std::optional<Value> (*read)(std::string_view)) {
  KOINON_ASSIGN(const std::string text, text_in(object, key, field));
  const auto value = read(text);
  if (!value) return wrong(field);
  return *value;
}

Result<std::vector<NeedReply>> read_needs(const json::value& given) {
  if (!given.is_array() || given.get_array().size() > limits::kNeeds) return wrong("needs");
  std::vector<NeedReply> out;
  for (const json::value& one : given.get_array()) {
    const std::string field = "needs." + std::to_string(out.size());
    if (!one.is_object()) return wrong(field);
    KOINON_TRY(check_members(one.get_object(), {"answer", "remark"}));
    NeedReply reply;
    KOINON_ASSIGN(reply.answer, value_in(one.get_object(), "answer", field + ".answer", read_need_answer));
    KOINON_ASSIGN(reply.remark, text_in(one.get_object(), "remark", field + ".remark"));
    out.push_back(std::move(reply));
  }
  return out;
}

json::array places_json(const std::vector<std::size_t>& places) {
  return json::array(places.begin(), places.end());
}

json::object proposed_json(const ProposedVerdict& proposed) {
  return {{"verdict", word_of(proposed.verdict)},   {"lacking", places_json(proposed.lacking)},
          {"to_get", places_json(proposed.to_get)}, {"open", places_json(proposed.open)},
          {"core_lost", proposed.core_lost},        {"core_open", proposed.core_open}};
}

json::object line_json(const WorksheetLine& line) {
  json::object out{{"ref", line.ref},
                   {"city", line.city},
                   {"verdict", word_of(line.verdict)},
                   {"office", line.office},
                   {"by", line.by},
                   {"version", line.version},
                   {"updated_at", time_text(line.updated_at)}};
  if (!line.title.empty()) {
    out["title"] = line.title;
    out["language"] = line.language;
  }
  return out;
}

HttpResponse one_answer(const ApiRequest&, const WorksheetView& view) {
  HttpResponse response = json_response(worksheet_json(view));
  response.headers["ETag"] = version_tag(view.version);
  return response;
}

HttpResponse list_answer(const ApiRequest&, const WorksheetListView& view) {
  json::array items;
  for (const WorksheetLine& line : view.items) items.push_back(line_json(line));
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = place_text(*view.next);
  return json_response(body);
}

Result<WorksheetChange> read_worksheet_change(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object given, parse_request(request.body));
  KOINON_ASSIGN(WorksheetAnswers answers, read_answers(given));
  return WorksheetChange{ref_arg(request), std::move(answers), version_named(request.header("if-match"))};
}

Result<WorksheetRemoval> read_worksheet_removal(const ApiRequest& request) {
  return WorksheetRemoval{ref_arg(request), version_named(request.header("if-match"))};
}

}  // namespace

json::object answers_json(const WorksheetAnswers& answers) {
  json::array needs;
  for (const NeedReply& reply : answers.needs)
    needs.push_back(json::object{{"answer", word_of(reply.answer)}, {"remark", reply.remark}});
  json::object context;
  for (std::size_t i = 0; i < kContextMeasures.size(); ++i)
    context[kContextMeasures.at(i)] = word_of(answers.context.at(i));
  return {{"needs", std::move(needs)},     {"core", word_of(answers.core)},
          {"context", std::move(context)}, {"changes", answers.changes},
          {"plan", answers.plan},          {"verdict", word_of(answers.verdict)}};
}

Result<WorksheetAnswers> read_answers(const json::object& object) {
  KOINON_TRY(check_members(object, {"needs", "core", "context", "changes", "plan", "verdict"}));
  WorksheetAnswers out;
  if (const auto* needs = object.if_contains("needs")) {
    KOINON_ASSIGN(out.needs, read_needs(*needs));
  }
  KOINON_ASSIGN(out.core, value_in(object, "core", "core", read_core_answer));
  if (const auto* context = object.if_contains("context")) {
    if (!context->is_object()) return wrong("context");
    KOINON_TRY(check_members(context->get_object(), {kContextMeasures[0], kContextMeasures[1],
                                                     kContextMeasures[2], kContextMeasures[3]}));
    for (std::size_t i = 0; i < kContextMeasures.size(); ++i) {
      const std::string measure(kContextMeasures.at(i));
      KOINON_ASSIGN(out.context.at(i),
                    value_in(context->get_object(), measure, "context." + measure, read_matters));
    }
  }
  KOINON_ASSIGN(out.changes, text_in(object, "changes", "changes"));
  KOINON_ASSIGN(out.plan, text_in(object, "plan", "plan"));
  KOINON_ASSIGN(out.verdict, value_in(object, "verdict", "verdict", read_fit_verdict));
  return out;
}

json::object worksheet_json(const WorksheetView& view) {
  json::array needs;
  for (const WorksheetNeed& need : view.questions.needs)
    needs.push_back(json::object{{"what", need.what}, {"text", need.text}});
  json::object out{{"ref", view.ref},
                   {"city", view.city},
                   {"title", view.title},
                   {"language", view.language},
                   {"questions", json::object{{"needs", std::move(needs)},
                                              {"general", view.questions.general},
                                              {"core", view.questions.core}}},
                   {"answers", answers_json(view.answers)},
                   {"proposed", proposed_json(view.proposed)},
                   {"verdict", word_of(verdict_of(view.answers))},
                   {"they", measures_json(view.they)},
                   {"we", measures_json(view.we)},
                   {"office", view.office},
                   {"by", view.by},
                   {"version", view.version}};
  if (view.updated_at) out["updated_at"] = time_text(*view.updated_at);
  return out;
}

void add_worksheets_routes(RouteTable& routes, CallGate& gate, const WorksheetsApi& worksheets) {
  add_route(
      routes, gate, worksheets.list,
      +[](const ApiRequest& request) { return read_worksheet_list_query(request.query); }, list_answer);
  add_route(routes, gate, worksheets.get, record_arg, one_answer);
  add_route(routes, gate, worksheets.put, read_worksheet_change, one_answer);
  add_route(routes, gate, worksheets.remove, read_worksheet_removal, no_content);
}

}  // namespace koinon
