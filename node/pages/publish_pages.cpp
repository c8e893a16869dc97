#include "node/pages/publish_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/attachments_api.h"
#include "node/api/inbox_api.h"
#include "node/api/message_json.h"
#include "node/api/overview_api.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/api/search_api.h"
#include "node/api/sessions_api.h"
#include "node/pages/form_values.h"
#include "node/pages/note_form.h"
#include "node/pages/note_view.h"
#include "proto/base/encoding.h"

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

std::string title_of_held(const Visit& visit, const HeldView& held) {
  const std::string withdrawn = text_at(object_at(held.request, "withdraw"), "ref");
  if (!withdrawn.empty()) return visit.say("held.withdrawal", {{"ref", withdrawn}});
  const std::string title = held.title.value_or("");
  return title.empty() ? title_of_request(held.request) : title;
}

Result<HeldQuery> held_of_address(const Visit& visit) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(visit.request));
  return HeldQuery{{id}};
}

Result<DraftQuery> draft_named(const std::string& number) {
  KOINON_ASSIGN(const std::int64_t id, read_id(number));
  return DraftQuery{{id}};
}

// `version`: that the form was read from; empty: whatever it is now.
Result<DraftChange> change_of_form(const Visit& visit, const std::string& draft, const std::string& version) {
  KOINON_ASSIGN(const DraftQuery named, draft_named(draft));
  DraftChange out{named.id, request_of_form(visit), std::nullopt};
  if (version.empty()) return out;
  const auto number = parse_decimal(version);
  out.version = number.ok() ? static_cast<std::int64_t>(*number) : 0;  // which no draft has
  return out;
}

std::string number_of(const DraftId& draft) { return std::to_string(draft.value); }

}  // namespace

HttpResponse go_to_published(const SignedView& done) {
  return PageFrame::go(done.held ? "/held/" + std::to_string(done.held->id.value) : "/records/" + done.ref);
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
    const auto about = co_await frame_.call(visit, records_.get, RecordQuery{ref, false});
    const bool has_text = about.ok() && about->record.body;
    view.model["about_ref"] = ref;
    view.model["about_title"] = has_text ? about->record.body->practice().title() : std::string();
    view.model["about_language"] = has_text ? about->record.language : std::string();
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
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref, false});
  const RecordView record = found.ok() ? found->record : RecordView();
  const json::object practice =
      message_json(record.body ? record.body->practice() : v1::Practice::default_instance());
  json::object request{{"topics", json::array(record.topics.begin(), record.topics.end())}};
  if (role == "revises") {
    json::array files;
    for (const AttachmentView& file : record.attachments)
      files.push_back(json::object{
          {"sha256", to_hex(file.id.sha256.view())}, {"media_type", file.media_type}, {"name", file.name}});
    request["content"] = practice;
    request["language"] = record.language;
    request["attachments"] = std::move(files);
    state.values = form_of_request(request);
  } else {
    json::object kept;
    for (const char* member : {"sdgs", "evidence", "status", "period", "cost", "links", "sources"}) {
      if (role == "translates" && practice.contains(member)) kept[member] = practice.at(member);
    }
    request["content"] = std::move(kept);
    request["language"] =
        role == "translates" ? translation_language(visit, record.language) : visit.words->tag();
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
    const auto draft = co_await frame_.call(visit, drafts_.get, draft_named(id));
    if (!draft.ok()) co_return frame_.failed(visit, draft.error());
    state.values = form_of_request(draft->note);
    state.draft = id;
    state.version = std::to_string(draft->version);
    state.saved = visit.request.param("saved") == "yes";
    co_return co_await show_form(visit, std::move(state));
  }
  for (const std::string role : kRoles) {
    const std::string ref = visit.request.param(role);
    if (!ref.empty()) state = co_await state_of_record(visit, role, ref);
  }
  if (!state.values.contains("contact")) {
    const auto me = co_await frame_.call(visit, sessions_.me, Nothing{});
    state.values["person"] = me.ok() ? me->person : std::string();
  }
  co_return co_await show_form(visit, std::move(state));
}

asio::awaitable<Result<DraftView>> PublishPages::keep_draft(Visit visit, FormState state, bool overwrite) {
  if (state.draft.empty())
    co_return co_await frame_.call(visit, drafts_.add, NewDraft{request_of_form(visit)});
  const std::string version = overwrite ? "" : state.version;
  co_return co_await frame_.call(visit, drafts_.change, change_of_form(visit, state.draft, version),
                                 state.draft);
}

asio::awaitable<PublishPages::FormState> PublishPages::keep(Visit visit, FormState state, bool overwrite) {
  const auto kept = co_await keep_draft(visit, state, overwrite);
  if (kept.ok()) {
    state.draft = number_of(kept->id);
    state.version = std::to_string(kept->version);
    state.kept = true;
    co_return state;
  }
  state.status = status_of(kept.error().code);
  state.conflict = kept.error().code == Code::kConflict;
  if (!state.conflict) state.problem = visit.fault(kept.error());
  co_return state;
}

asio::awaitable<HttpResponse> PublishPages::autosave(Visit visit, FormState state) {
  state = co_await keep(visit, std::move(state), false);
  if (state.kept) co_return json_page({{"draft", state.draft}, {"version", state.version}});
  co_return json_page({{"problem", state.conflict ? visit.say("publish.conflict") : state.problem}},
                      state.status);
}

asio::awaitable<HttpResponse> PublishPages::preview_part(Visit visit) {
  const auto made = co_await frame_.call(visit, desk_.preview, read_signing_query(request_of_form(visit)));
  if (made.ok()) co_return json_page({{"html", made->html}});
  co_return json_page({{"problem", visit.fault(made.error())}}, status_of(made.error().code));
}

asio::awaitable<HttpResponse> PublishPages::publish(Visit visit, FormState state) {
  json::object request = request_of_form(visit);
  if (const std::string at = visit.field("at"); !at.empty()) request["at"] = api_time(at);
  const auto done = co_await frame_.call(visit, desk_.publish, read_note_query(std::move(request)));
  if (!done.ok()) {
    state.status = status_of(done.error().code);
    state.problem = visit.fault(done.error());
    state.fault = done.error().field;
    co_return co_await show_form(visit, std::move(state));
  }
  if (!state.draft.empty())
    (void)co_await frame_.call(visit, drafts_.remove, draft_named(state.draft), state.draft);
  co_return go_to_published(*done);
}

asio::awaitable<std::pair<Visit, Status>> PublishPages::take_files(Visit visit) {
  std::string lines = visit.field("files");
  for (FormPart& file : std::exchange(visit.files, {})) {
    const auto kept = co_await frame_.call(visit, attachments_.upload, Upload{std::move(file.content)});
    if (!kept.ok()) {
      Status failed =
          fail(Code::kInvalidArgument, file.file_name + ": " + visit.fault(kept.error()), "files");
      co_return std::pair(std::move(visit), std::move(failed));
    }
    const bool typed = !file.media_type.empty() && file.media_type.find(' ') == std::string::npos;
    lines += (lines.empty() || lines.ends_with('\n') ? "" : "\n") + to_hex(kept->sha256.view()) + " " +
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
    const auto gone = co_await frame_.call(visit, drafts_.remove, draft_named(state.draft), state.draft);
    if (!gone.ok()) co_return frame_.failed(visit, gone.error());
    co_return PageFrame::go("/desk");
  }
  if (wish == "save" || wish == "overwrite") {
    state = co_await keep(visit, std::move(state), wish == "overwrite");
    if (state.kept) co_return PageFrame::go("/publish?draft=" + state.draft + "&saved=yes");
    co_return co_await show_form(visit, std::move(state));
  }
  const auto made = co_await frame_.call(visit, desk_.preview, read_signing_query(request_of_form(visit)));
  if (made.ok()) {
    state.preview_html = made->html;
  } else {
    state.problem = visit.fault(made.error());
    state.fault = made.error().field;
    state.status = status_of(made.error().code);
  }
  co_return co_await show_form(visit, std::move(state));
}

asio::awaitable<HttpResponse> PublishPages::held(Visit visit) {
  const auto found = co_await frame_.call(visit, desk_.get_held, held_of_address(visit));
  if (!found.ok()) co_return frame_.sorry(visit, fail(Code::kNotFound, visit.say("held.none")));
  const HeldView& note = *found;
  const std::string state(held_state_text(note.state));
  PageView view{"held", visit.say("held.title"), {}, 200, "", ""};
  view.model = {
      {"heading", view.title},
      {"id", note.id.value},
      {"note_title", title_of_held(visit, note)},
      {"note_title_language", note.language},
      {"state_text", visit.say("held." + state, {{"time", visit.words->date_and_time(note.due_at)}})},
      {"ref", note.state == HeldState::kSigned ? note.outcome : ""},
      {"outcome", note.fault ? visit.fault(*note.fault) : ""},
      {"waits", note.state == HeldState::kWaiting || note.state == HeldState::kReview},
      {"may_release", frame_.may(visit, desk_.release.facts)}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> PublishPages::change_held(Visit visit) {
  if (visit.field("do") != "release") co_return co_await take_back(visit);
  const auto done = co_await frame_.call(visit, desk_.release, held_of_address(visit));
  if (!done.ok()) co_return frame_.failed(visit, done.error());
  co_return PageFrame::go("/records/" + done->ref);
}

// What is taken back is a draft again; a withdrawal is nothing to write on. The draft comes first: what was
// taken back keeps no text.
asio::awaitable<HttpResponse> PublishPages::take_back(Visit visit) {
  const auto found = co_await frame_.call(visit, desk_.get_held, held_of_address(visit));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const json::object& note = found->request;
  std::optional<DraftId> draft;
  if (!note.empty() && !note.contains("withdraw")) {
    const auto kept = co_await frame_.call(visit, drafts_.add, NewDraft{note});
    if (!kept.ok()) co_return frame_.failed(visit, kept.error());
    draft = kept->id;
  }
  const auto gone = co_await frame_.call(visit, desk_.cancel, HeldQuery{found->id});
  if (!gone.ok() && draft) (void)co_await frame_.call(visit, drafts_.remove, DraftQuery{*draft});
  if (!gone.ok()) co_return frame_.failed(visit, gone.error());
  const bool practice = draft && text_at(note, "kind") == "practice";
  co_return PageFrame::go(practice ? "/publish?draft=" + number_of(*draft) : "/desk");
}

namespace {

json::array draft_rows(const Visit& visit, const DraftListView& list) {
  json::array rows;
  for (const DraftView& draft : list.items) {
    const std::string title = title_of_request(draft.note);
    rows.push_back(json::object{{"id", draft.id.value},
                                {"title", title.empty() ? visit.say("desk.untitled") : title},
                                {"title_language", title.empty() ? "" : text_at(draft.note, "language")},
                                {"owner", draft.owner},
                                {"date", date_of(visit, draft.updated_at)}});
  }
  return rows;
}

json::array held_rows(const Visit& visit, const HeldListView& list) {
  json::array rows;
  for (const HeldView& note : list.items) {
    if (note.state == HeldState::kSigned || note.state == HeldState::kCancelled) continue;
    const std::string title = title_of_held(visit, note);
    rows.push_back(
        json::object{{"id", note.id.value},
                     {"title", title.empty() ? visit.say("desk.untitled") : title},
                     {"title_language", note.language},
                     {"who", note.who},
                     {"state_name", visit.say("held.state_" + std::string(held_state_text(note.state)))},
                     {"date", date_of(visit, note.due_at)}});
  }
  return rows;
}

// Of what the index does not have nothing is known but its ref.
json::object watched_card(const Visit& visit, const WatchedView& item) {
  if (item.note) return card(visit, *item.note);
  SummaryView unknown;
  unknown.ref = item.ref;
  json::object out = card(visit, unknown);
  for (const char* member : {"kind", "kind_name", "created_at", "date", "status", "standing_code"})
    out[member] = "";
  return out;
}

json::array watched_cards(const Visit& visit, const WatchListView& list) {
  json::array out;
  for (const WatchedView& item : list.items) out.push_back(watched_card(visit, item));
  return out;
}

json::array follow_up_rows(const Visit& visit, const std::vector<FollowUpView>& due) {
  json::array rows;
  for (const FollowUpView& one : due)
    rows.push_back(json::object{{"of", one.of},
                                {"title", one.title},
                                {"language", one.language},
                                {"since", visit.say("desk.since", {{"months", std::int64_t{one.months}}})}});
  return rows;
}

// Where the desk shows what one of its lists has after these; empty: nothing.
std::string more_of(const std::string& next, const std::string& from) {
  return next.empty() ? "" : "/desk?" + from + "=" + query_escaped(next);
}

// A list that cannot be had is shown as an empty one: the desk has others.
template <typename View>
View shown(const Result<View>& list) {
  return list.ok() ? *list : View();
}

}  // namespace

asio::awaitable<HttpResponse> PublishPages::desk(Visit visit) {
  PageView view{"desk", visit.say("desk.title"), {}, 200, "", ""};
  const DraftListView drafts = shown(co_await frame_.call(
      visit, drafts_.list, read_draft_list_query({{"cursor", visit.request.param("drafts_from")}})));
  const HeldListView held = shown(co_await frame_.call(
      visit, desk_.list_held, read_held_list_query({{"cursor", visit.request.param("held_from")}})));
  const std::string own = frame_.shared().parts.facts.name;
  const SearchView mine = shown(
      co_await frame_.call(visit, search_.search, read_note_search({{"city", own}, {"order", "newest"}})));
  const WatchListView watched = shown(co_await frame_.call(
      visit, inbox_.watchlist, read_watch_list_query({{"cursor", visit.request.param("watched_from")}})));
  json::array followups =
      follow_up_rows(visit, shown(co_await frame_.call(visit, overview_.follow_ups, Nothing{})));
  view.model = {
      {"drafts", draft_rows(visit, drafts)},
      {"more_drafts", more_of(drafts.next ? place_text(*drafts.next) : "", "drafts_from")},
      {"held", held_rows(visit, held)},
      {"more_held", more_of(held.next ? std::to_string(held.next->value) : "", "held_from")},
      {"published", cards(visit, mine.items)},
      {"watched", watched_cards(visit, watched)},
      {"more_watched", more_of(watched.next ? watch_place_text(*watched.next) : "", "watched_from")},
      {"has_followups", !followups.empty()},
      {"followups", std::move(followups)}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
