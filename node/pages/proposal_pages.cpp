#include "node/pages/proposal_pages.h"

#include <algorithm>
#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/proposals_api.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_faults.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_content.h"
#include "node/pages/note_text.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "node/text/text_change.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// The parts of a practice that a proposal may name, in the order in which they are read.
constexpr std::array<const char*, 11> kParts = {"title",     "summary",  "core",      "adaptable",
                                                "challenge", "solution", "results",   "went_wrong",
                                                "not_again", "lessons",  "conditions"};
constexpr unsigned kProposalTitle = 3;

bool is_part(const std::string& name) {
  return std::any_of(kParts.begin(), kParts.end(), [&](const char* part) { return name == part; });
}

std::string part_name(const Visit& visit, const std::string& part) {
  if (part == "title" || part == "summary") return visit.say("field." + part);
  return is_part(part) ? visit.say("section." + part) : visit.say("proposals.whole_note");
}

std::string part_text(const RecordView& record, const std::string& part) {
  return record.body ? text_of(record.body->practice(), part) : std::string();
}

// The part that is shown first: what was chosen, else the solution, else the first that has a text.
std::string first_part(const RecordView& record, const std::string& chosen) {
  if (is_part(chosen)) return chosen;
  if (!part_text(record, "solution").empty()) return "solution";
  const auto* const with_text = std::find_if(
      kParts.begin() + 1, kParts.end(), [&](const char* part) { return !part_text(record, part).empty(); });
  return with_text == kParts.end() ? "solution" : *with_text;
}

json::array parts_of(const Visit& visit, const std::string& chosen) {
  json::array out;
  for (const std::string part : kParts)
    out.push_back(json::object{{"key", part}, {"text", part_name(visit, part)}, {"chosen", part == chosen}});
  return out;
}

// A draft has the words that change alone; the form has the whole part.
std::string drafted_text(const Visit& visit, const std::string& before) {
  const TextChange change{visit.field("instead_of"), visit.field("text")};
  return with_change(before, change).value_or(change.text);
}

bool is_own(PageFrame& frame, const std::string& ref) {
  return ref.substr(0, ref.rfind('/')) == frame.shared().parts.facts.name;
}

json::object proposal_model(PageFrame& frame, const Visit& visit, const ProposalView& view, bool may_settle) {
  json::object out = card(visit, view.note);
  const bool open = view.state == ProposalState::kOpen && view.note.status == RecordStatus::kCurrent;
  const bool ours = is_own(frame, view.of);
  out["part"] = part_name(visit, view.section);
  out["was_html"] = frame.shared().html(view.instead_of, kProposalTitle);
  out["text_html"] = frame.shared().html(view.text, kProposalTitle);
  out["reason_html"] = frame.shared().html(view.reason, kProposalTitle);
  out["text_dir"] = text_direction(view.note.language);
  out["state"] = visit.say("proposals.state." + std::string(proposal_state_text(view.state)));
  out["state_code"] = proposal_state_text(view.state);
  out["settled_by"] = view.settled_by;
  out["why"] = view.why;
  out["of"] = view.of;
  out["newest"] = view.newest;
  out["may_settle"] = may_settle && ours && open;
  return out;
}

FormFaults decline_faults(const Visit& visit, const Error& error) {
  return {visit, error, std::vector<KnownField>{{"reason", "reason", "proposals.decline_reason"}}};
}

FormFaults propose_faults(const Visit& visit, const Error& error) {
  return {visit,
          error,
          {{"text", "text", "proposals.text"},
           {"section", "section", "proposals.part"},
           {"reason", "reason", "proposals.reason"}}};
}

}  // namespace

void ProposalPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/propose", Need::kPublisher, "showPropose", "The form of a proposal to change a note",
             [this](Visit visit) { return propose_form(std::move(visit)); }, {"to", "section", "draft"});
  frame_.post(routes, "/propose", Need::kPublisher, "postPropose", "Propose to change a note",
              [this](Visit visit) { return propose(std::move(visit)); });
  frame_.post(routes, "/proposals/{city}/{index}/decline", Need::kPublisher, "postDecline",
              "Decline a proposal", [this](Visit visit) { return decline(std::move(visit)); });
}

asio::awaitable<HttpResponse> ProposalPages::propose_form(Visit visit) {
  const auto filled = co_await with_draft(frame_, drafts_, visit);
  if (!filled.ok()) co_return frame_.failed(visit, filled.error());
  co_return co_await show_propose(*filled, std::nullopt);
}

asio::awaitable<HttpResponse> ProposalPages::show_propose(Visit visit, std::optional<Error> failed) {
  const bool of_form = visit.request.method == "POST";
  const bool of_draft = !of_form && !visit.field("draft").empty();
  const auto given = [&](const std::string& name) {
    return of_form || of_draft ? visit.field(name) : visit.request.param(name);
  };
  const std::string to = of_draft ? visit.field("proposes_to") : given("to");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  if (!record.body || !record.body->has_practice())
    co_return frame_.sorry(visit, visit.said(Code::kInvalidArgument, "proposals.of_practices"));
  const std::string part = first_part(record, given("section"));
  const std::string before = part_text(record, part);
  const unsigned status = failed ? status_of(failed->code) : 200;
  PageView view{"propose", visit.say("proposals.propose"), {}, status, "", ""};
  view.model = {{"problem", ""},
                {"to", to},
                {"about_title", title_of(record)},
                {"about_language", language_tag(record.language)},
                {"text_dir", text_direction(record.language)},
                {"city_name", frame_.city_name(visit, record.city)},
                {"parts", parts_of(visit, part)},
                {"part", part},
                {"part_name", part_name(visit, part)},
                {"text", of_form    ? visit.field("text")
                         : of_draft ? drafted_text(visit, before)
                                    : before},
                {"reason", given("reason")},
                {"error_text", ""}};
  put_draft(visit, view.model);
  const FormFaults faults = failed ? propose_faults(visit, *failed) : FormFaults();
  faults.put(view.model);
  view.model["error_text"] = faults.at("text");
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ProposalPages::propose(Visit visit) {
  const std::string to = visit.field("to");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  const std::string part = visit.field("section");
  const auto change = change_between(part_text(record, part), unix_lines(visit.field("text")));
  std::vector<Error> faults;
  if (!change) faults.push_back(visit.said(Code::kInvalidArgument, "proposals.nothing_changed", "text"));
  json::object content{{"title", clipped_utf8(title_of(record), limits::kTitleBytes)}, {"section", part}};
  if (change) {
    content["text"] = change->text;
    if (!change->instead_of.empty()) content["instead_of"] = change->instead_of;
  }
  if (const std::string reason = unix_lines(visit.field("reason")); !reason.empty())
    content["reason"] = reason;
  json::object request{{"kind", "proposal"},
                       {"language", record.language},
                       {"to", json::array{json::string(record.city)}},
                       {"refs", json::array{json::object{{"role", "proposes_to"}, {"ref", record.ref}}}},
                       {"content", std::move(content)}};
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return co_await show_propose(visit, done.error());
  co_return go_to_published(*done, record.ref);
}

asio::awaitable<HttpResponse> ProposalPages::decline(Visit visit) {
  const std::string ref = ref_arg(visit.request);
  json::object request{
      {"kind", "proposal-reply"},
      {"language", visit.words->tag()},
      {"refs", json::array{json::object{{"role", "answers"}, {"ref", ref}}}},
      {"content", json::object{{"decision", "declined"}, {"reason", unix_lines(visit.field("reason"))}}}};
  const auto done = co_await frame_.call(visit, desk_.publish, read_note_query(std::move(request)));
  if (!done.ok()) co_return co_await show_decline(visit, done.error());
  co_return go_to_published(*done, ref);
}

asio::awaitable<HttpResponse> ProposalPages::show_decline(Visit visit, Error failed) {
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref_arg(visit.request), true});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  PageView view{"decline", visit.say("proposals.decline"), {}, status_of(failed.code), "", ""};
  view.model = {{"problem", visit.fault(failed)},  {"ref", record.ref},
                {"about_title", title_of(record)}, {"about_language", language_tag(record.language)},
                {"reason", visit.field("reason")}, {"error_reason", ""}};
  decline_faults(visit, failed).put(view.model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<void> put_proposals(PageFrame& frame, ProposalsApi& proposals, DeskApi& desk, Visit visit,
                                    const RecordView& record, json::object& model) {
  const bool may_settle = frame.may(visit, desk.publish.facts);
  json::array items;
  if (record.readable() && record.kind == v1::KIND_PROPOSAL) {
    const auto one = co_await frame.call(visit, proposals.get, NamedRecord{record.ref});
    if (one.ok()) items.push_back(proposal_model(frame, visit, *one, may_settle));
  } else if (record.readable() && record.kind == v1::KIND_PRACTICE) {
    const auto all = co_await frame.call(visit, proposals.list, NamedRecord{record.ref});
    if (all.ok()) {
      for (const ProposalView& one : *all) items.push_back(proposal_model(frame, visit, one, may_settle));
    }
  }
  put_list(model, "proposals", std::move(items));
}

asio::awaitable<Status> take_in_proposal(PageFrame& frame, ProposalsApi& proposals, Visit visit,
                                         std::string ref, std::map<std::string, std::string>& values) {
  const auto found = co_await frame.call(visit, proposals.get, NamedRecord{ref});
  if (!found.ok()) co_return found.error();
  values["accepts"] = found->note.ref;
  values["by_hand"] = "yes";
  if (!is_part(found->section)) co_return Status();
  auto changed = with_change(values[found->section], {found->instead_of, found->text});
  if (!changed) co_return Status();
  values[found->section] = std::move(*changed);
  values["by_hand"].clear();
  co_return Status();
}

asio::awaitable<void> put_taken_in(PageFrame& frame, ProposalsApi& proposals, Visit visit, std::string ref,
                                   std::string by_hand, json::object& model) {
  model["accepts"] = ref;
  model["by_hand"] = by_hand;
  model["taken_in"] = json::array();
  if (ref.empty()) co_return;
  const auto found = co_await frame.call(visit, proposals.get, NamedRecord{ref});
  if (found.ok()) model["taken_in"] = json::array{proposal_model(frame, visit, *found, false)};
}

}  // namespace koinon
