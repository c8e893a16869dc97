#include "node/api/desk_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/desk_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "node/api/record_json.h"
#include "node/text/time_text.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

json::array texts_json(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

json::object signing_waits_json(const SigningWait& waits) {
  json::object out{{"reason", waits.why.message}};
  if (waits.fewer_after) out["fewer_after"] = time_text(*waits.fewer_after);
  return out;
}

json::object held_json(const HeldView& held) {
  json::object out{{"id", held.id.value},
                   {"who", held.who},
                   {"made_at", time_text(held.made_at)},
                   {"due_at", time_text(held.due_at)},
                   {"state", held_state_text(held.state, held.kept)}};
  if (held.signing_waits) out["signing_waits"] = signing_waits_json(*held.signing_waits);
  if (const auto* withdrawal = held.request.if_contains("withdraw")) {
    out["withdrawal"] = *withdrawal;
  } else if (const auto* vouch = held.request.if_contains("vouch")) {
    out["vouch"] = *vouch;
  } else if (!held.request.empty()) {
    out["note"] = held.request;
  }
  if (!held.approved_by.empty()) out["approved_by"] = held.approved_by;
  out[held.state == HeldState::kSigned ? "ref" : "outcome"] = held.outcome;
  if (held.title) out["title"] = *held.title;
  return out;
}

namespace {

json::object left_json(const LeftOver& left) {
  json::array drafts;
  for (const DraftId& draft : left.drafts) drafts.emplace_back(draft.value);
  return {{"versions", texts_json(left.versions)}, {"drafts", std::move(drafts)}};
}

std::string_view when_text(Verdict::When when) {
  return when == Verdict::When::kNow ? "now" : when == Verdict::When::kLater ? "later" : "after-review";
}

HttpResponse preview_answer(const ApiRequest&, const PreviewView& view) {
  json::object body{{"kind", kind_name(view.kind)},
                    {"language", view.language},
                    {"topics", texts_json(view.topics)},
                    {"html", view.html},
                    {"markdown", view.markdown},
                    {"warnings", texts_json(view.warnings)},
                    {"office", view.office},
                    {"to", texts_json(view.to)},
                    {"refs", refs_json(view.refs)},
                    {"when", when_text(view.when)},
                    {"due_at", time_text(view.due)}};
  if (view.stands_as) body["stands_as"] = *view.stands_as;
  if (view.signing_waits) body["signing_waits"] = signing_waits_json(*view.signing_waits);
  if (view.signing_stopped) body["signing_stopped"] = view.signing_stopped->message;
  return json_response(body);
}

// --- imports ---

Result<SigningQuery> read_imported(json::value& note) {
  if (!note.is_object() || note.get_object().contains("withdraw"))
    return fail(Code::kMalformed, "it is a note", "note");
  return read_signing_query(std::move(note.get_object()));
}

Result<ImportQuery> read_import(const ApiRequest& request) {
  KOINON_ASSIGN(json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"notes", "dry_run"}));
  auto* notes = object.if_contains("notes");
  if (notes == nullptr || !notes->is_array() || notes->get_array().size() > limits::kImportRows)
    return fail(Code::kInvalidArgument, "it is a list of at most 500 notes", "notes");
  ImportQuery out;
  out.dry = flag_member(object, "dry_run", false);
  for (json::value& note : notes->get_array()) out.notes.push_back(read_imported(note));
  return out;
}

std::string_view outcome_text(const ImportedNote& note) {
  switch (note.outcome) {
    case ImportOutcome::kWouldBePublished:
      return "would-be-published";
    case ImportOutcome::kAlreadyThere:
      return "already-there";
    case ImportOutcome::kPublished:
      return "published";
    case ImportOutcome::kHeld:
      return note.held ? held_state_text(note.held->state, note.held->kept)
                       : held_state_text(HeldState::kWaiting);
    case ImportOutcome::kRefused:
      return "refused";
  }
  return "refused";
}

json::object fault_json(const Error& error) { return {{"field", error.field}, {"reason", error.message}}; }

json::object imported_json(const ImportedNote& note) {
  json::object out{{"outcome", outcome_text(note)}};
  if (note.why) {
    out["reason"] = note.why->message;
    if (note.outcome != ImportOutcome::kRefused) return out;
    out["field"] = note.why->field;
    json::array faults{fault_json(*note.why)};
    for (const Error& other : note.why->also) faults.push_back(fault_json(other));
    out["faults"] = std::move(faults);
    return out;
  }
  out["warnings"] = texts_json(note.warnings);
  if (note.held) out["held"] = note.held->id.value;
  if (note.outcome == ImportOutcome::kPublished) out["ref"] = note.ref;
  return out;
}

HttpResponse import_answer(const ApiRequest&, const std::vector<ImportedNote>& view) {
  json::array results;
  for (const ImportedNote& note : view) results.push_back(imported_json(note));
  return json_response({{"results", std::move(results)}});
}

// --- what is held ---

HttpResponse held_list_answer(const ApiRequest&, const HeldListView& view) {
  json::array items;
  for (const HeldView& held : view.items) items.push_back(held_json(held));
  json::object body{{"items", std::move(items)}};
  if (view.next) body["next"] = std::to_string(view.next->value);
  return json_response(body);
}

HttpResponse held_answer(const ApiRequest&, const HeldView& view) { return json_response(held_json(view)); }

HttpResponse released_answer(const ApiRequest&, const ReleasedView& view) {
  if (view.held) return json_response(held_json(*view.held), 202);
  return json_response({{"ref", view.ref}, {"index", view.index.value}, {"warnings", json::array()}}, 201);
}

Result<HeldQuery> held_of_address(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  return HeldQuery{{id}};
}

// A request in the body, read by one of the readers of signing_query.h.
template <Result<SigningQuery> (*kRead)(json::object)>
Result<SigningQuery> signing_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(json::object object, parse_request(request.body));
  return kRead(std::move(object));
}

}  // namespace

HttpResponse signed_answer(const ApiRequest&, const SignedView& view) {
  if (view.held) {
    json::object body = held_json(*view.held);
    body["warnings"] = texts_json(view.warnings);
    return json_response(body, 202);
  }
  json::object body{{"ref", view.ref}};
  if (view.withdrawal) {
    body["erase"] = view.erase;
    if (view.left) body["left"] = left_json(*view.left);
  } else {
    body["index"] = view.index.value;
    body["warnings"] = texts_json(view.warnings);
  }
  return json_response(body, 201);
}

void add_desk_routes(RouteTable& routes, CallGate& gate, const DeskApi& desk) {
  add_route(routes, gate, desk.publish, signing_of_body<read_note_query>, signed_answer);
  add_route(routes, gate, desk.withdraw, signing_of_body<read_withdrawal_query>, signed_answer);
  add_route(routes, gate, desk.preview, signing_of_body<read_signing_query>, preview_answer);
  add_route(routes, gate, desk.import_notes, read_import, import_answer);
  add_route(
      routes, gate, desk.list_held,
      +[](const ApiRequest& request) { return read_held_list_query(request.query); }, held_list_answer);
  add_route(routes, gate, desk.get_held, held_of_address, held_answer);
  add_route(routes, gate, desk.cancel, held_of_address, held_answer);
  add_route(routes, gate, desk.release, held_of_address, released_answer);
}

}  // namespace koinon
