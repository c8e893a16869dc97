#include "node/pages/publish_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "node/pages/note_form.h"
#include "node/pages/note_view.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 3> kRoles = {"revises", "translates", "derives_from"};

HttpResponse json_page(const json::object& body, unsigned status = 200) {
  HttpResponse out{status, "application/json", json::serialize(body), {}};
  out.headers["Cache-Control"] = "no-store";
  return out;
}

std::string title_of_request(const json::object& request) {
  return text_at(object_at(request, "content"), "title");
}

// The reader's own, unless the note is written in it already.
std::string translation_language(const Visit& visit, const std::string& original) {
  const std::string written = original.substr(0, original.find('-'));
  if (written != visit.words->tag()) return visit.words->tag();
  return written == "en" ? "es" : "en";
}

// datetime-local has neither zone nor seconds; the form says that it is UTC.
std::string api_time(const std::string& local) { return local.size() == 16 ? local + ":00Z" : local; }

std::string title_of_held(const Visit& visit, const json::object& held) {
  const std::string withdrawn = text_at(object_at(held, "withdrawal"), "ref");
  if (!withdrawn.empty()) return visit.say("held.withdrawal", {{"ref", withdrawn}});
  const std::string title = text_at(held, "title");
  return title.empty() ? title_of_request(object_at(held, "note")) : title;
}

}  // namespace

HttpResponse go_to_published(const OperationResult& result) {
  if (result.status == 202) return PageFrame::go("/held/" + std::to_string(number_at(result.body, "id")));
  return PageFrame::go("/records/" + text_at(result.body, "ref"));
}

void PublishPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/publish", Need::kPublisher, "showPublish", "The form of a practice",
             [this](Visit visit) { return form(std::move(visit)); },
             {"draft", "revises", "translates", "derives_from"});
  frame_.post(
      routes, "/publish", Need::kPublisher, "postPublish", "Keep, preview or publish what the form says",
      [this](Visit visit) { return submit(std::move(visit)); }, limits::kAttachmentBytes + 2 * limits::kMiB);
  frame_.get(routes, "/held/{id}", Need::kPublisher, "showHeld", "What waits to be signed",
             [this](Visit visit) { return held(std::move(visit)); });
  frame_.post(routes, "/held/{id}", Need::kPublisher, "postHeld", "Take back or sign what waits",
              [this](Visit visit) { return change_held(std::move(visit)); });
  frame_.get(routes, "/desk", Need::kPublisher, "showDesk", "Drafts, what waits, what was published",
             [this](Visit visit) { return desk(std::move(visit)); },
             {"watched_from", "drafts_from", "held_from"});
}

asio::awaitable<HttpResponse> PublishPages::show_form(Visit visit, FormState state) {
  const auto value = [&](const std::string& name) {
    const auto it = state.values.find(name);
    return it == state.values.end() ? std::string() : it->second;
  };
  const std::string language = value("language").empty() ? visit.words->tag() : value("language");
  std::string what = "publish.new";
  PageView view{"publish", "", {}, state.status, "", ""};
  for (const std::string role : kRoles) {
    const std::string ref = value(role);
    view.model[role] = ref;
    if (ref.empty()) continue;
    what = "publish." + role;
    const OperationResult about = co_await frame_.call(visit, "getRecord", {ref_args(ref), {}, {}});
    const json::object& practice = object_at(object_at(about.body, "body"), "practice");
    view.model["about_ref"] = ref;
    view.model["about_title"] = text_at(practice, "title");
    view.model["how"] = visit.say("ref." + role);
  }
  view.title = visit.say(what);
  json::array files;
  const json::object request = request_of_form(Visit{{}, visit.words, state.values});
  for (const auto& item : array_at(request, "attachments"))
    files.push_back(json::object{{"name", text_at(item.as_object(), "name")}});
  const auto& options = frame_.shared().parts.options;
  const bool review = options.gate.review && visit.request.caller.role < Role::kReviewer;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(options.gate.hold).count();
  view.model["heading"] = view.title;
  view.model["groups"] = field_groups(visit, state.values, state.fault, state.problem);
  view.model["note_languages"] = note_languages(visit, language);
  view.model["note_language"] = language;
  view.model["files"] = value("files");
  view.model["file_list"] = std::move(files);
  view.model["at"] = value("at");
  view.model["draft"] = state.draft;
  view.model["version"] = state.version;
  view.model["problem"] = state.problem;
  view.model["fault_field"] = state.fault == "text" ? "solution" : state.fault;
  view.model["conflict"] = state.conflict;
  view.model["saved"] = state.saved;
  view.model["preview_html"] = state.preview_html;
  view.model["publish_label"] = visit.say(review ? "publish.for_review" : "publish.do");
  view.model["hold_text"] =
      review ? visit.say("publish.review_explained")
             : visit.say("publish.hold_explained", {{"minutes", static_cast<std::int64_t>(minutes)}});
  co_return frame_.show(visit, std::move(view));
}

// A note that is revised comes into the form as it stands; one that is translated or derived from lends its
// topics and what has no language.
asio::awaitable<PublishPages::FormState> PublishPages::state_of_record(Visit visit, std::string role,
                                                                       std::string ref) {
  FormState state;
  const OperationResult found = co_await frame_.call(visit, "getRecord", {ref_args(ref), {}, {}});
  const json::object& practice = object_at(object_at(found.body, "body"), "practice");
  json::object request{{"topics", array_at(found.body, "topics")}, {"content", practice}};
  request["language"] = text_at(found.body, "language");
  if (role == "revises") {
    json::array files;
    for (const auto& item : array_at(found.body, "attachments")) {
      const json::object& file = item.as_object();
      files.push_back(json::object{{"sha256", text_at(file, "sha256")},
                                   {"media_type", text_at(file, "media_type")},
                                   {"name", text_at(file, "name")}});
    }
    request["attachments"] = std::move(files);
    state.values = form_of_request(request);
  } else {
    json::object kept;
    for (const char* member : {"sdgs", "evidence", "status", "period", "cost", "links", "sources"}) {
      if (role == "translates" && practice.contains(member)) kept[member] = practice.at(member);
    }
    request["content"] = std::move(kept);
    request["language"] = role == "translates" ? translation_language(visit, text_at(found.body, "language"))
                                               : visit.words->tag();
    state.values = form_of_request(request);
  }
  state.values[role] = ref;
  co_return state;
}

asio::awaitable<HttpResponse> PublishPages::form(Visit visit) {
  if (!frame_.shared().parts.facts.log())
    co_return frame_.sorry(visit, fail(Code::kRefused, visit.say("publish.observer")));
  FormState state;
  if (const std::string id = visit.request.param("draft"); !id.empty()) {
    const OperationResult draft = co_await frame_.call(visit, "getDraft", {{{"id", id}}, {}, {}});
    if (!draft.ok()) co_return frame_.sorry(visit, draft);
    state.values = form_of_request(object_at(draft.body, "note"));
    state.draft = id;
    state.version = std::to_string(number_at(draft.body, "version"));
    state.saved = visit.request.param("saved") == "yes";
    co_return co_await show_form(visit, std::move(state));
  }
  for (const std::string role : kRoles) {
    const std::string ref = visit.request.param(role);
    if (!ref.empty()) state = co_await state_of_record(visit, role, ref);
  }
  if (!state.values.contains("contact")) {
    const OperationResult me = co_await frame_.call(visit, "getMe");
    state.values["person"] = text_at(me.body, "person");
  }
  co_return co_await show_form(visit, std::move(state));
}

asio::awaitable<PublishPages::FormState> PublishPages::keep(Visit visit, FormState state, bool overwrite) {
  OperationInput input{{{"id", state.draft}}, {}, request_of_form(visit), true, {}};
  const bool first = state.draft.empty();
  if (!first && !overwrite && !state.version.empty())
    input.headers["if-match"] = "\"v" + state.version + "\"";
  const OperationResult kept =
      co_await frame_.call(visit, first ? "addDraft" : "changeDraft", std::move(input));
  if (kept.ok()) {
    state.draft = std::to_string(number_at(kept.body, "id"));
    state.version = std::to_string(number_at(kept.body, "version"));
    state.kept = true;
    co_return state;
  }
  state.status = kept.status;
  state.conflict = kept.status == 409;
  if (!state.conflict) state.problem = visit.fault(kept.problem());
  co_return state;
}

asio::awaitable<HttpResponse> PublishPages::autosave(Visit visit, FormState state) {
  state = co_await keep(visit, std::move(state), false);
  if (state.kept) co_return json_page({{"draft", state.draft}, {"version", state.version}});
  co_return json_page({{"problem", state.conflict ? visit.say("publish.conflict") : state.problem}},
                      state.status);
}

asio::awaitable<HttpResponse> PublishPages::preview_part(Visit visit) {
  OperationInput input{{}, {}, request_of_form(visit), true, {}};
  const OperationResult made = co_await frame_.call(visit, "preview", std::move(input));
  if (made.ok()) co_return json_page({{"html", text_at(made.body, "html")}});
  co_return json_page({{"problem", visit.fault(made.problem())}}, made.status);
}

asio::awaitable<HttpResponse> PublishPages::publish(Visit visit, FormState state) {
  json::object request = request_of_form(visit);
  if (const std::string at = visit.field("at"); !at.empty()) request["at"] = api_time(at);
  OperationInput input{{}, {}, std::move(request), true, {}};
  const OperationResult done = co_await frame_.call(visit, "publish", std::move(input));
  if (!done.ok()) {
    state.status = done.status;
    state.problem = visit.fault(done.problem());
    state.fault = done.field();
    co_return co_await show_form(visit, std::move(state));
  }
  if (!state.draft.empty()) (void)co_await frame_.call(visit, "removeDraft", {{{"id", state.draft}}, {}, {}});
  co_return go_to_published(done);
}

asio::awaitable<std::pair<Visit, Status>> PublishPages::take_files(Visit visit) {
  std::string lines = visit.field("files");
  for (FormPart& file : std::exchange(visit.files, {})) {
    OperationInput input;
    input.bytes = std::move(file.content);
    const OperationResult kept = co_await frame_.call(visit, "uploadAttachment", std::move(input));
    if (!kept.ok()) {
      Status failed =
          fail(Code::kInvalidArgument, file.file_name + ": " + visit.fault(kept.problem()), "files");
      co_return std::pair(std::move(visit), std::move(failed));
    }
    const bool typed = !file.media_type.empty() && file.media_type.find(' ') == std::string::npos;
    lines += (lines.empty() || lines.ends_with('\n') ? "" : "\n") + text_at(kept.body, "sha256") + " " +
             (typed ? file.media_type : "application/octet-stream") + " " + file.file_name;
  }
  visit.form["files"] = lines;
  co_return std::pair(std::move(visit), Status());
}

asio::awaitable<HttpResponse> PublishPages::submit(Visit sent) {
  auto [visit, taken] = co_await take_files(std::move(sent));
  FormState state;
  state.values = visit.form;
  state.draft = visit.field("draft");
  state.version = visit.field("version");
  const std::string wish = visit.field("do");
  if (!taken.ok()) {
    state.problem = taken.error().message;
    state.fault = "files";
    state.status = status_of(taken.error().code);
    co_return co_await show_form(visit, std::move(state));
  }
  if (wish == "autosave") co_return co_await autosave(visit, std::move(state));
  if (wish == "preview-part") co_return co_await preview_part(visit);
  if (wish == "publish") co_return co_await publish(visit, std::move(state));
  if (wish == "remove") {
    const OperationResult gone = co_await frame_.call(visit, "removeDraft", {{{"id", state.draft}}, {}, {}});
    if (!gone.ok()) co_return frame_.sorry(visit, gone);
    co_return PageFrame::go("/desk");
  }
  if (wish == "save" || wish == "overwrite") {
    state = co_await keep(visit, std::move(state), wish == "overwrite");
    if (state.kept) co_return PageFrame::go("/publish?draft=" + state.draft + "&saved=yes");
    co_return co_await show_form(visit, std::move(state));
  }
  OperationInput input{{}, {}, request_of_form(visit), true, {}};
  const OperationResult made = co_await frame_.call(visit, "preview", std::move(input));
  state.preview_html = text_at(made.body, "html");
  if (!made.ok()) {
    state.problem = visit.fault(made.problem());
    state.fault = made.field();
    state.status = made.status;
  }
  co_return co_await show_form(visit, std::move(state));
}

asio::awaitable<HttpResponse> PublishPages::held(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getHeld", {visit.request.args, {}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, fail(Code::kNotFound, visit.say("held.none")));
  const json::object& note = found.body;
  const std::string state = text_at(note, "state");
  const auto due = parse_time(text_at(note, "due_at"), "due_at");
  PageView view{"held", visit.say("held.title"), {}, 200, "", ""};
  view.model = {
      {"heading", view.title},
      {"id", number_at(note, "id")},
      {"note_title", title_of_held(visit, note)},
      {"state_text",
       visit.say("held." + state, {{"time", due.ok() ? visit.words->date_and_time(*due) : ""}})},
      {"ref", text_at(note, "ref")},
      {"outcome",
       state == "failed" || state == "cancelled" ? visit.fault(found.told(text_at(note, "outcome"))) : ""},
      {"waits", state == "waiting" || state == "for-review"},
      {"may_release", frame_.may(visit, "releaseHeld")}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> PublishPages::change_held(Visit visit) {
  if (visit.field("do") != "release") co_return co_await take_back(visit);
  const OperationResult done = co_await frame_.call(visit, "releaseHeld", {visit.request.args, {}, {}});
  if (!done.ok()) co_return frame_.sorry(visit, done);
  co_return go_to_published(done);
}

// What is taken back is a draft again; a withdrawal is nothing to write on. The draft comes first: what was
// taken back keeps no text.
asio::awaitable<HttpResponse> PublishPages::take_back(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getHeld", {visit.request.args, {}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  const json::object note = object_at(found.body, "note");
  std::string draft;
  if (!note.empty()) {
    OperationInput input{{}, {}, note, true, {}};
    const OperationResult kept = co_await frame_.call(visit, "addDraft", std::move(input));
    if (!kept.ok()) co_return frame_.sorry(visit, kept);
    draft = std::to_string(number_at(kept.body, "id"));
  }
  const OperationResult gone = co_await frame_.call(visit, "cancelHeld", {visit.request.args, {}, {}});
  if (!gone.ok() && !draft.empty())
    (void)co_await frame_.call(visit, "removeDraft", {{{"id", draft}}, {}, {}});
  if (!gone.ok()) co_return frame_.sorry(visit, gone);
  co_return PageFrame::go(text_at(note, "kind") == "practice" ? "/publish?draft=" + draft : "/desk");
}

namespace {

json::array draft_rows(const Visit& visit, const json::object& list) {
  json::array rows;
  for (const auto& item : array_at(list, "items")) {
    const json::object& draft = item.as_object();
    const std::string title = title_of_request(object_at(draft, "note"));
    rows.push_back(json::object{{"id", number_at(draft, "id")},
                                {"title", title.empty() ? visit.say("desk.untitled") : title},
                                {"owner", text_at(draft, "owner")},
                                {"date", date_of(visit, text_at(draft, "updated_at"))}});
  }
  return rows;
}

json::array held_rows(const Visit& visit, const json::object& list) {
  json::array rows;
  for (const auto& item : array_at(list, "items")) {
    const json::object& note = item.as_object();
    const std::string state = text_at(note, "state");
    if (state == "signed" || state == "cancelled") continue;
    const std::string title = title_of_held(visit, note);
    rows.push_back(json::object{{"id", number_at(note, "id")},
                                {"title", title.empty() ? visit.say("desk.untitled") : title},
                                {"who", text_at(note, "who")},
                                {"state_name", visit.say("held.state_" + state)},
                                {"date", date_of(visit, text_at(note, "due_at"))}});
  }
  return rows;
}

// Where the desk shows what one of its lists has after these; empty: nothing.
std::string more_of(const json::object& list, const std::string& from) {
  const std::string next = text_at(list, "next");
  return next.empty() ? "" : "/desk?" + from + "=" + query_escaped(next);
}

}  // namespace

asio::awaitable<HttpResponse> PublishPages::desk(Visit visit) {
  PageView view{"desk", visit.say("desk.title"), {}, 200, "", ""};
  const OperationResult drafts =
      co_await frame_.call(visit, "listDrafts", {{}, {{"cursor", visit.request.param("drafts_from")}}, {}});
  const OperationResult held =
      co_await frame_.call(visit, "listHeld", {{}, {{"cursor", visit.request.param("held_from")}}, {}});
  const std::string own = frame_.shared().parts.facts.name;
  const OperationResult mine =
      co_await frame_.call(visit, "search", {{}, {{"city", own}, {"order", "newest"}}, {}});
  OperationResult watched;
  if (visit.request.caller.user.value != 0)
    watched = co_await frame_.call(visit, "listWatched",
                                   {{}, {{"cursor", visit.request.param("watched_from")}}, {}});
  const OperationResult due = co_await frame_.call(visit, "listFollowUps");
  json::array followups;
  for (const auto& item : array_at(due.body, "items")) {
    const json::object& one = item.as_object();
    followups.push_back(
        json::object{{"of", text_at(one, "of")},
                     {"title", text_at(one, "title")},
                     {"since", visit.say("desk.since", {{"months", number_at(one, "months")}})}});
  }
  view.model = {{"drafts", draft_rows(visit, drafts.body)},
                {"more_drafts", more_of(drafts.body, "drafts_from")},
                {"held", held_rows(visit, held.body)},
                {"more_held", more_of(held.body, "held_from")},
                {"published", cards(visit, array_at(mine.body, "items"))},
                {"watched", cards(visit, array_at(watched.body, "items"))},
                {"more_watched", more_of(watched.body, "watched_from")},
                {"has_followups", !followups.empty()},
                {"followups", std::move(followups)}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
