#include "node/pages/inbox_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/inbox_api.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/pages/note_content.h"
#include "node/pages/note_view.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCasesShown = 50;

// The states to choose from.
json::array states_of(const Visit& visit, CaseState chosen) {
  json::array out;
  for (const CaseState one : {CaseState::kNew, CaseState::kOpen, CaseState::kDone}) {
    const std::string key(case_state_text(one));
    out.push_back(
        json::object{{"key", key}, {"text", visit.say("inbox.state." + key)}, {"chosen", one == chosen}});
  }
  return out;
}

Result<CaseChange> change_of_form(const Visit& visit) {
  KOINON_ASSIGN(const CaseState state, read_case_state(visit.field("state")));
  return CaseChange{ref_arg(visit.request), state, visit.field("assignee"), visit.field("remark")};
}

}  // namespace

void InboxPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/inbox", Need::kReader, "showInbox", "What others say to us",
             [this](Visit visit) { return inbox(std::move(visit)); }, {"state", "assignee", "cursor"});
  frame_.post(routes, "/inbox/{city}/{index}", Need::kPublisher, "postInbox",
              "Who sees to it, and whether it is done",
              [this](Visit visit) { return change(std::move(visit)); });
}

asio::awaitable<HttpResponse> InboxPages::inbox(Visit visit) {
  const std::string state = visit.request.param("state");
  auto query = read_inbox_query({{"state", state},
                                 {"assignee", visit.request.param("assignee")},
                                 {"cursor", visit.request.param("cursor")}});
  if (!query.ok()) co_return frame_.failed(visit, query.error());
  query->limit = kCasesShown;
  const auto found = co_await frame_.call(visit, inbox_.list, *query);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  PageView view{"inbox", visit.say("inbox.title"), {}, 200, "", ""};
  const bool may_change = frame_.may(visit, inbox_.change.facts);
  json::array items;
  for (const CaseView& item : found->items) {
    json::object one = card(visit, item.note);
    const std::string case_state(case_state_text(item.state));
    one["state"] = case_state;
    one["assignee"] = item.assignee;
    one["remark"] = item.remark;
    one["states"] = states_of(visit, item.state);
    one["state_name"] = visit.say("inbox.state." + case_state);
    one["may_change"] = may_change;
    one["is_question"] = item.note.kind_text() == "question";
    json::array refs;
    for (const CaseRef& ref : item.refs) {
      const auto about = co_await frame_.call(visit, records_.get, RecordQuery{ref.ref, false});
      refs.push_back(json::object{{"how", visit.say("ref." + std::string(role_name(ref.role)))},
                                  {"about_title", about.ok() ? title_of(about->record) : ref.ref},
                                  {"about_language", about.ok() ? about->record.language : ""},
                                  {"about_ref", ref.ref}});
    }
    one["refs"] = std::move(refs);
    items.push_back(std::move(one));
  }
  json::array views;
  for (const std::string one : {"", "new", "open", "done"})
    views.push_back(json::object{{"href", one.empty() ? "/inbox" : "/inbox?state=" + one},
                                 {"name", visit.say(one.empty() ? "inbox.all" : "inbox.state." + one)},
                                 {"active", one == state}});
  view.model = {{"items", std::move(items)},
                {"views", std::move(views)},
                {"me", visit.request.caller.name},
                {"next", ""}};
  if (found->next)
    view.model["next"] =
        "/inbox?state=" + query_escaped(state) + "&cursor=" + std::to_string(found->next->value);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> InboxPages::change(Visit visit) {
  const auto done = co_await frame_.call(visit, inbox_.change, change_of_form(visit));
  if (!done.ok()) co_return frame_.failed(visit, done.error());
  co_return PageFrame::go("/inbox");
}

}  // namespace koinon
