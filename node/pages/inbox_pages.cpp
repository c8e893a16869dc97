#include "node/pages/inbox_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/pages/call_model.h"
#include "node/pages/colleagues.h"
#include "node/pages/form_values.h"
#include "node/pages/note_content.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCasesShown = 50;

// The states to choose from.
json::array states_of(const Visit& visit, std::string_view chosen) {
  json::array out;
  for (const CaseState one : {CaseState::kNew, CaseState::kOpen, CaseState::kDone}) {
    const std::string key(case_state_text(one));
    out.push_back(
        json::object{{"key", key}, {"text", visit.say("inbox.state." + key)}, {"chosen", key == chosen}});
  }
  return out;
}

Result<CaseChange> change_of_form(const Visit& visit, const std::vector<Colleague>& colleagues) {
  KOINON_ASSIGN(const CaseState state, read_case_state(visit.field("state")));
  KOINON_ASSIGN(std::string assignee, colleague_named(colleagues, visit.field("assignee")));
  CaseChange out{ref_arg(visit.request), state, std::move(assignee), unix_lines(visit.field("remark")), {}};
  if (visit.form.contains("remark_was")) out.remark_was = unix_lines(visit.field("remark_was"));
  return out;
}

std::string label_of(const std::vector<Colleague>& colleagues, const std::string& account) {
  for (const Colleague& one : colleagues) {
    if (one.name == account) return colleague_label(one);
  }
  return account;
}

json::array colleague_list(const std::vector<Colleague>& colleagues) {
  json::array out;
  for (const Colleague& one : colleagues) out.push_back(json::object{{"label", colleague_label(one)}});
  return out;
}

// What was somebody else's remark when this one was refused.
std::string other_remark(const Error& why, const std::string& otherwise) {
  if (why.id != "inbox.remark_changed") return otherwise;
  for (const auto& [name, value] : why.arguments) {
    const auto* text = std::get_if<std::string>(&value);
    if (name == "remark" && text != nullptr) return *text;
  }
  return otherwise;
}

}  // namespace

void InboxPages::add_routes(RouteTable& routes) {
  frame_.get(
      routes, "/inbox", Need::kReader, "showInbox", "What others say to us",
      [this](Visit visit) { return inbox(std::move(visit)); }, {"state", "assignee", "cursor"},
      AtReader::kYes);
  frame_.post(routes, "/inbox/{city}/{index}", Need::kPublisher, "postInbox",
              "Who sees to it, and whether it is done",
              [this](Visit visit) { return change(std::move(visit)); });
}

asio::awaitable<std::vector<Colleague>> InboxPages::colleagues(Visit visit) {
  if (!frame_.may(visit, inbox_.colleagues.facts)) co_return std::vector<Colleague>();
  const auto all = co_await frame_.call(visit, inbox_.colleagues, Nothing{});
  co_return all.ok() ? *all : std::vector<Colleague>();
}

asio::awaitable<json::object> InboxPages::case_model(Visit visit, CaseView item) {
  json::object one = card(visit, item.note);
  const std::string state(case_state_text(item.state));
  one["state"] = state;
  one["state_name"] = visit.say("inbox.state." + state);
  one["states"] = states_of(visit, state);
  one["remark"] = item.remark;
  one["remark_was"] = item.remark;
  one["error"] = "";
  one["answer"] = item.answer;
  const bool is_question = item.note.kind_text() == "question";
  one["is_question"] = is_question;
  // A question that its city took back cannot be answered.
  one["may_answer"] = is_question && !is_gone(item.note.status);
  std::string asked;
  for (const std::string& city : item.to)
    asked += (asked.empty() ? "" : ", ") + frame_.city_name(visit, city);
  one["asked"] = !is_question      ? std::string()
                 : item.to.empty() ? visit.say("inbox.asks_all")
                                   : visit.say("inbox.asks", {{"cities", asked}});
  json::array refs;
  for (const CaseRef& ref : item.refs) {
    if (ref.is_void || ref.stands_not) {
      refs.push_back(json::object{
          {"how", visit.named("ref", role_name(ref.role))}, {"has_link", false}, {"is_void", ref.is_void}});
      continue;
    }
    const auto about =
        co_await frame_.call(visit, records_.get, RecordQuery{.ref = ref.ref, .with_call = false});
    const std::string title = about.ok() ? title_of(about->record) : std::string();
    refs.push_back(
        json::object{{"how", visit.named("ref", role_name(ref.role))},
                     {"has_link", true},
                     {"is_void", false},
                     {"about_title", title.empty() ? ref.ref : title},
                     {"about_language", about.ok() ? language_tag(about->record.language) : std::string()},
                     {"about_ref", ref.ref}});
  }
  one["refs"] = std::move(refs);
  one["call"] = false;
  const v1::Kind kind = item.note.kind;
  if (kind == v1::KIND_CALL || kind == v1::KIND_CALL_REPLY) {
    const auto found = co_await frame_.call(visit, records_.get, RecordQuery{item.note.ref, true});
    if (found.ok() && found->call) {
      json::object call = call_model(frame_, visit, *found->call, frame_.may(visit, desk_.publish.facts));
      call["is_reply"] = kind == v1::KIND_CALL_REPLY;
      one["call"] = std::move(call);
    }
  }
  co_return one;
}

asio::awaitable<HttpResponse> InboxPages::inbox(Visit visit) {
  const std::string state = visit.request.param("state");
  const std::string assignee = visit.request.param("assignee");
  auto query =
      read_inbox_query({{"state", state}, {"assignee", assignee}, {"cursor", visit.request.param("cursor")}});
  if (!query.ok()) co_return frame_.failed(visit, query.error());
  query->limit = kCasesShown;
  const auto found = co_await frame_.call(visit, inbox_.list, *query);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const std::vector<Colleague> all = co_await colleagues(visit);
  const std::string here = "/inbox?state=" + query_escaped(state) + "&assignee=" + query_escaped(assignee);
  PageView view{"inbox", visit.say("inbox.title"), {}, 200, "", ""};
  json::array items;
  for (const CaseView& item : found->items) {
    json::object one = co_await case_model(visit, item);
    one["assignee"] = label_of(all, item.assignee);
    items.push_back(std::move(one));
  }
  json::array views;
  for (const std::string one : {"", "new", "open", "done"})
    views.push_back(json::object{{"href", one.empty() ? "/inbox" : "/inbox?state=" + one},
                                 {"name", visit.say(one.empty() ? "inbox.all" : "inbox.state." + one)},
                                 {"active", one == state && assignee.empty()}});
  if (const std::string& me = visit.request.caller.name; visit.request.caller.user.value != 0)
    views.push_back(json::object{{"href", "/inbox?assignee=" + query_escaped(me)},
                                 {"name", visit.say("inbox.mine")},
                                 {"active", assignee == me}});
  view.model = {{"items", std::move(items)},
                {"views", std::move(views)},
                {"may_change", frame_.may(visit, inbox_.change.facts)},
                {"colleagues", colleague_list(all)},
                {"back", here},
                {"problem", ""},
                {"refused", false},
                {"next", ""}};
  if (found->next) view.model["next"] = here + "&cursor=" + std::to_string(found->next->value);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> InboxPages::change(Visit visit) {
  const std::vector<Colleague> all = co_await colleagues(visit);
  const auto done = co_await frame_.call(visit, inbox_.change, change_of_form(visit, all));
  if (!done.ok()) co_return co_await show_refused(visit, done.error());
  const std::string back = visit.field("back");
  co_return PageFrame::go(back.starts_with("/inbox") ? back : "/inbox");
}

asio::awaitable<HttpResponse> InboxPages::show_refused(Visit visit, Error why) {
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref_arg(visit.request), false});
  if (!found.ok()) co_return frame_.failed(visit, why);
  const RecordView& record = found->record;
  const std::vector<Colleague> all = co_await colleagues(visit);
  PageView view{"inbox", visit.say("inbox.title"), {}, status_of(why.code), "", ""};
  json::object one = card(visit, record, title_of(record));
  for (const char* member : {"answer", "asked", "state_name"}) one[member] = "";
  one["refs"] = json::array();
  one["is_question"] = false;
  one["may_answer"] = false;
  one["call"] = false;
  one["state"] = visit.field("state");
  one["states"] = states_of(visit, visit.field("state"));
  one["assignee"] = visit.field("assignee");
  one["remark"] = visit.field("remark");
  one["remark_was"] = other_remark(why, visit.field("remark_was"));
  one["error"] = visit.fault(why);
  view.model = {{"items", json::array{std::move(one)}},
                {"views", json::array()},
                {"may_change", true},
                {"colleagues", colleague_list(all)},
                {"back", visit.field("back")},
                {"problem", visit.fault(why)},
                {"refused", true},
                {"next", ""}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
