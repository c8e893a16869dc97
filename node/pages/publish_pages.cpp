#include "node/pages/publish_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/attachments_api.h"
#include "node/api/message_json.h"
#include "node/api/records_api.h"
#include "node/api/sessions_api.h"
#include "node/api/templates_api.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/needs_field.h"
#include "node/pages/note_form.h"
#include "node/pages/note_original.h"
#include "node/pages/note_text.h"
#include "node/pages/note_view.h"
#include "node/pages/pictures.h"
#include "node/pages/proposal_pages.h"
#include "node/publishing/file_kinds.h"
#include "node/text/language.h"
#include "node/text/time_text.h"
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

// The reader's own, unless the note is written in it already.
std::string translation_language(const Visit& visit, const std::string& original) {
  const std::string written = original.substr(0, original.find('-'));
  if (written != visit.words->tag()) return visit.words->tag();
  return written == "en" ? "es" : "en";
}

// A need without its sentence, which is still to be translated.
json::array kinds_of_needs(const json::object& practice) {
  json::array out;
  for (const auto& need : array_at(practice, "needs")) {
    if (need.is_object()) out.push_back(json::object{{"what", text_at(need.get_object(), "what")}});
  }
  return out;
}

Result<DraftChange> change_of_form(const Visit& visit, const std::string& draft,
                                   std::optional<std::int64_t> version) {
  KOINON_ASSIGN(const DraftQuery named, draft_numbered(draft));
  return DraftChange{named.id, request_of_form(visit), version};
}

Result<DraftRemoval> removal_of(const std::string& draft, const std::string& version) {
  KOINON_ASSIGN(const DraftQuery named, draft_numbered(draft));
  return DraftRemoval{named.id, draft_version(version)};
}

Result<DraftPublishing> publishing_of(const std::string& draft, const std::string& version) {
  KOINON_ASSIGN(const DraftQuery named, draft_numbered(draft));
  return DraftPublishing{named.id, draft_version(version), {}};
}

std::string number_of(const DraftId& draft) { return std::to_string(draft.value); }

}  // namespace

void PublishPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/publish/files/{sha256}", Need::kPublisher, "getFormPicture",
             "A picture of a note that is being written",
             [this](Visit visit) { return picture(std::move(visit)); });
  frame_.get(routes, "/publish", Need::kPublisher, "showPublish", "The form of a practice",
             [this](Visit visit) { return form(std::move(visit)); },
             {"draft", "revises", "translates", "derives_from", "accepts", "template"});
  frame_.post(
      routes, "/publish", Need::kPublisher, "postPublish", "Keep, preview or publish what the form says",
      [this](Visit visit) { return submit(std::move(visit)); }, limits::kAttachmentBytes + 2 * limits::kMiB);
}

// The files that are there, and what the field takes.
void PublishPages::put_files(const Visit& visit, const FormState& state, json::object& model) {
  const json::object request = request_of_form(Visit{{}, visit.words, state.values});
  json::array list;
  for (const auto& item : array_at(request, "attachments")) {
    const json::object& file = item.as_object();
    list.push_back(json::object{{"sha256", text_at(file, "sha256")},
                                {"name", text_at(file, "name")},
                                {"picture", is_picture_type(text_at(file, "media_type"))},
                                {"alt", text_at(file, "alt")},
                                {"shown_alt", text_at(file, file.contains("alt") ? "alt" : "name")}});
  }
  std::string programs;
  for (const std::string_view ending : kProgramEndings)
    programs.append(programs.empty() ? "" : " ").append(ending);
  const std::int64_t megabytes = limits::kAttachmentBytes / limits::kMiB;
  const std::int64_t most = limits::kAttachments;
  const auto files = state.values.find("files");
  model["files"] = files == state.values.end() ? std::string() : files->second;
  model["has_files"] = !list.empty();
  model["file_list"] = std::move(list);
  model["files_error"] = state.faults.at("attachments");
  model["programs"] = programs;
  model["files_limits"] = visit.say("publish.files_limits", {{"count", most}, {"size", megabytes}});
  model["files_too_large"] = visit.say("publish.files_too_large", {{"size", megabytes}});
  model["files_too_many"] = visit.say("publish.files_too_many", {{"count", most}});
  model["files_most"] = most;
  model["files_most_bytes"] = std::int64_t{limits::kAttachmentBytes};
}

// When it goes out: on the button, in the notice before it, and in the field.
void PublishPages::put_time(const Visit& visit, const FormState& state, json::object& model) {
  const TimeZone zone = zone_of_form(visit, state.values);
  const auto given = state.values.find("at");
  const std::string at = given == state.values.end() ? std::string() : given->second;
  const auto time = zone.read_local(at);
  const auto& gate = frame_.shared().parts.options.gate;
  const bool review = gate.review && visit.request.caller.role < Role::kReviewer;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(gate.hold).count();
  const std::string now = visit.say(review ? "publish.for_review" : "publish.do");
  const std::string then =
      review ? visit.say("publish.review_explained")
             : visit.say("publish.hold_explained", {{"minutes", static_cast<std::int64_t>(minutes)}});
  // The script puts the time where {time} stands.
  const char* schedule = review ? "publish.schedule_review" : "publish.schedule";
  const std::string reviewed = review ? then + " " : std::string();
  const std::string when = time ? visit.words->weekday_and_time(*time, zone) : std::string();
  model["at"] = at;
  model["at_utc"] = time ? time_text(*time) : std::string();
  model["at_error"] = state.faults.at("at");
  model["zone"] = zone.name();
  model["zone_name"] = visit.words->zone_name(zone);
  model["publish_now"] = now;
  model["publish_at"] = visit.say(schedule, {{"time", "{time}"}});
  model["hold_now"] = then;
  model["hold_at"] = reviewed + visit.say("publish.at_explained", {{"time", "{time}"}});
  model["publish_label"] = time ? visit.say(schedule, {{"time", when}}) : now;
  model["hold_text"] = time ? reviewed + visit.say("publish.at_explained", {{"time", when}}) : then;
}

asio::awaitable<HttpResponse> PublishPages::show_form(Visit visit, FormState state) {
  const auto value = [&](const std::string& name) {
    const auto it = state.values.find(name);
    return it == state.values.end() ? std::string() : it->second;
  };
  const std::string language = value("language").empty() ? visit.words->tag() : value("language");
  std::string what = "publish.new";
  PageView view{"publish", "", {}, state.status, "", ""};
  OriginalNote original;
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
    if (!has_text || role == "revises") continue;
    original = original_of(visit, about->record);
    put_original(about->record, original, view.model);
  }
  co_await put_taken_in(frame_, proposals_, visit, value("accepts"), value("by_hand"), view.model);
  const std::size_t to_fill_in = fields_to_fill_in(state.values);
  view.model["to_fill_in"] =
      to_fill_in == 0 ? std::string()
                      : visit.say("template.to_fill_in", {{"count", static_cast<std::int64_t>(to_fill_in)}});
  view.title = visit.say(what);
  view.model["heading"] = view.title;
  state.faults.put(view.model);
  view.model["groups"] = field_groups(visit, state.values, state.faults, original);
  view.model["note_languages"] = note_languages(visit, language);
  view.model["note_language"] = language;
  put_files(visit, state, view.model);
  view.model["draft"] = state.draft;
  view.model["version"] = state.version;
  view.model["conflict"] = state.conflict;
  view.model["gone"] = state.gone;
  view.model["unsaved"] = visit.request.method == "POST" && !state.kept;
  view.model["saved"] = state.saved;
  view.model["preview_html"] = state.preview_html;
  put_time(visit, state, view.model);
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
      files.push_back(json::object{{"sha256", to_hex(file.id.sha256.view())},
                                   {"media_type", file.media_type},
                                   {"name", file.name},
                                   {"alt", file.alt}});
    request["content"] = practice;
    request["language"] = record.language;
    request["attachments"] = std::move(files);
    state.values = form_of_request(request, visit.zone);
  } else {
    json::object kept;
    for (const char* member : {"sdgs", "evidence", "status", "period", "cost", "links", "sources"}) {
      if (role == "translates" && practice.contains(member)) kept[member] = practice.at(member);
    }
    if (role == "translates") kept["needs"] = kinds_of_needs(practice);
    request["content"] = std::move(kept);
    request["language"] =
        role == "translates" ? translation_language(visit, record.language) : visit.words->tag();
    state.values = form_of_request(request, visit.zone);
  }
  state.values[role] = ref;
  co_return state;
}

// The same as "Make it ours" begins with, but kept nowhere yet.
asio::awaitable<Result<std::map<std::string, std::string>>> PublishPages::values_of_template(
    Visit visit, std::string ref) {
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref, false});
  if (!found.ok()) co_return found.error();
  const auto request = template_request(frame_.shared(), found->record, visit.words->tag());
  if (!request.ok()) co_return request.error();
  co_return form_of_request(*request, visit.zone);
}

asio::awaitable<HttpResponse> PublishPages::form(Visit visit) {
  if (!frame_.shared().parts.facts.log())
    co_return frame_.sorry(visit, visit.said(Code::kRefused, "publish.observer"));
  FormState state;
  if (const std::string id = visit.request.param("draft"); !id.empty()) {
    const auto draft = co_await frame_.call(visit, drafts_.get, draft_numbered(id));
    if (!draft.ok()) co_return frame_.failed(visit, draft.error());
    if (const std::string form = form_of_draft(*draft); form != "/publish")
      co_return PageFrame::go(form.empty() ? "/desk" : form + "?draft=" + id);
    state.values = form_of_request(draft->note, visit.zone);
    state.draft = id;
    state.version = std::to_string(draft->version);
    state.saved = visit.request.param("saved") == "yes";
    co_return co_await show_form(visit, std::move(state));
  }
  for (const std::string role : kRoles) {
    const std::string ref = visit.request.param(role);
    if (!ref.empty()) state = co_await state_of_record(visit, role, ref);
  }
  if (const std::string proposal = visit.request.param("accepts"); !proposal.empty()) {
    const Status taken = co_await take_in_proposal(frame_, proposals_, visit, proposal, state.values);
    if (!taken.ok()) co_return frame_.failed(visit, taken.error());
  }
  if (const std::string ref = visit.request.param("template"); !ref.empty()) {
    const auto values = co_await values_of_template(visit, ref);
    if (!values.ok()) co_return frame_.failed(visit, values.error());
    state.values = *values;
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
  const auto version = overwrite ? std::nullopt : std::optional(draft_version(state.version));
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
  co_return refused(visit, std::move(state), kept.error());
}

// What stands in another window is never written over unless somebody says so: the form says what has
// happened, and has what they wrote.
PublishPages::FormState PublishPages::refused(const Visit& visit, FormState state, const Error& error) {
  state.status = status_of(error.code);
  state.conflict = error.id == "draft.changed";
  state.gone = error.id == "draft.unknown";
  if (state.gone) {
    state.draft.clear();
    state.version.clear();
  }
  if (state.conflict || state.gone) return state;
  state.faults = note_faults(visit, error);
  return state;
}

asio::awaitable<HttpResponse> PublishPages::autosave(Visit visit, FormState state) {
  state = co_await keep(visit, std::move(state), false);
  if (state.kept) co_return json_page({{"draft", state.draft}, {"version", state.version}});
  const std::string problem = state.conflict ? visit.say("publish.conflict")
                              : state.gone   ? visit.say("publish.gone")
                                             : state.faults.text();
  co_return json_page({{"problem", problem}}, state.status);
}

std::string PublishPages::preview_html(const Visit& visit, const FormState& state, const PreviewView& made) {
  const v1::Body& body = made.body ? *made.body : v1::Body::default_instance();
  json::object model{{"heading", body.practice().title()},
                     {"language", language_tag(made.language)},
                     {"text_dir", text_direction(made.language)},
                     {"language_name", visit.words->language_name(made.language)},
                     {"office", body.author().office()},
                     {"person", body.author().person()},
                     {"has_topics", !made.topics.empty()},
                     {"topics", topic_list(visit, made.topics)}};
  put_note_text(frame_.shared(), visit, made.body, model);
  put_files(visit, state, model);
  put_time(visit, state, model);
  const auto html = frame_.part(visit, "preview", model);
  return html.ok() ? *html : made.html;
}

asio::awaitable<HttpResponse> PublishPages::preview_part(Visit visit) {
  const auto made = co_await frame_.call(visit, desk_.preview, query_of_form(visit));
  FormState state;
  state.values = visit.form;
  if (made.ok()) co_return json_page({{"html", preview_html(visit, state, *made)}});
  // A form that is not filled in yet is no fault of anybody's.
  const Code code = made.error().code;
  co_return json_page({{"problem", visit.fault(made.error())}},
                      code == Code::kInvalidArgument ? 200 : status_of(code));
}

asio::awaitable<Result<SignedView>> PublishPages::sign(Visit visit, FormState state) {
  // What stands in the form is looked at before its draft is: a topic is asked about also where it is kept.
  auto query = query_of_form(visit);
  if (state.draft.empty() || !query.ok())
    co_return co_await frame_.call(visit, desk_.publish, std::move(query));
  co_return co_await frame_.call(visit, drafts_.publish, publishing_of(state.draft, state.version),
                                 state.draft);
}

asio::awaitable<HttpResponse> PublishPages::publish(Visit visit, FormState state) {
  if (!state.draft.empty()) {
    state = co_await keep(visit, std::move(state), false);
    if (!state.kept) co_return co_await show_form(visit, std::move(state));
  }
  const auto done = co_await sign(visit, state);
  if (done.ok()) co_return go_to_published(*done);
  co_return co_await show_form(visit, refused(visit, std::move(state), done.error()));
}

asio::awaitable<HttpResponse> PublishPages::remove(Visit visit, FormState state) {
  const auto gone =
      co_await frame_.call(visit, drafts_.remove, removal_of(state.draft, state.version), state.draft);
  if (gone.ok()) co_return PageFrame::go("/desk");
  if (gone.error().id != "draft.changed") co_return frame_.failed(visit, gone.error());
  co_return co_await show_form(visit, refused(visit, std::move(state), gone.error()));
}

// Those that are refused are named, all of them; the others are kept.
asio::awaitable<std::pair<Visit, Status>> PublishPages::take_files(Visit visit) {
  std::string lines = visit.field("files");
  std::string refused;
  for (FormPart& file : std::exchange(visit.files, {})) {
    const Status named = check_no_program_name(file.file_name);
    const auto kept = co_await frame_.call(
        visit, attachments_.upload,
        named.ok() ? Result<Upload>(Upload{std::move(file.content)}) : Result<Upload>(named.error()));
    if (!kept.ok()) {
      refused += (refused.empty() ? "" : "; ") + file.file_name + ": " + visit.fault(kept.error());
      continue;
    }
    const bool typed = !file.media_type.empty() && file.media_type.find(' ') == std::string::npos;
    lines += (lines.empty() || lines.ends_with('\n') ? "" : "\n") + to_hex(kept->sha256.view()) + " " +
             (typed ? file.media_type : "application/octet-stream") + " " + file.file_name;
  }
  visit.form["files"] = lines;
  Status taken = refused.empty() ? Status() : Status(fail(Code::kInvalidArgument, refused, "files"));
  co_return std::pair(std::move(visit), std::move(taken));
}

asio::awaitable<HttpResponse> PublishPages::picture(Visit visit) {
  auto file =
      co_await frame_.call(visit, attachments_.get_upload, read_upload_query(visit.request.arg("sha256")));
  if (!file.ok()) co_return frame_.failed(visit, file.error());
  auto shown = picture_response(std::move(file->bytes));
  co_return shown.ok() ? std::move(*shown) : frame_.failed(visit, shown.error());
}

asio::awaitable<HttpResponse> PublishPages::submit(Visit sent) {
  auto [visit, taken] = co_await take_files(std::move(sent));
  FormState state;
  state.values = visit.form;
  state.draft = visit.field("draft");
  state.version = visit.field("version");
  const std::string wish = visit.field("do");
  if (!taken.ok()) {
    state.faults.add(note_field(visit, taken.error().field), taken.error().message);
    state.status = status_of(taken.error().code);
    co_return co_await show_form(visit, std::move(state));
  }
  if (wish == "more-needs") {
    add_need_rows(state.values);
    co_return co_await show_form(visit, std::move(state));
  }
  if (wish == "leave-out") {
    leave_marks_out(visit.form);
    state.values = visit.form;
  }
  if (wish == "autosave") co_return co_await autosave(visit, std::move(state));
  if (wish == "preview-part") co_return co_await preview_part(visit);
  if (wish == "publish") co_return co_await publish(visit, std::move(state));
  if (wish == "remove") co_return co_await remove(visit, std::move(state));
  if (wish == "save" || wish == "overwrite" || wish == "leave-out") {
    state = co_await keep(visit, std::move(state), wish == "overwrite");
    if (state.kept) co_return PageFrame::go("/publish?draft=" + state.draft + "&saved=yes");
    co_return co_await show_form(visit, std::move(state));
  }
  const auto made = co_await frame_.call(visit, desk_.preview, query_of_form(visit));
  if (made.ok()) {
    state.preview_html = preview_html(visit, state, *made);
  } else {
    state.faults = note_faults(visit, made.error());
    state.status = status_of(made.error().code);
  }
  co_return co_await show_form(visit, std::move(state));
}

}  // namespace koinon
