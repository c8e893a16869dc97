#include "node/http/desk_api.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/json.hpp>

#include "node/http/change_request.h"
#include "node/http/feeds_api.h"
#include "node/http/from_callback.h"
#include "node/http/markdown.h"
#include "node/http/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds kLookAgain{30};  // the wall clock may be set meanwhile
constexpr std::size_t kSignAtOnce = 16;

std::string_view state_text(HeldState state) {
  switch (state) {
    case HeldState::kWaiting:
      return "waiting";
    case HeldState::kReview:
      return "for-review";
    case HeldState::kSigned:
      return "signed";
    case HeldState::kCancelled:
      return "cancelled";
    case HeldState::kFailed:
      return "failed";
  }
  return "failed";
}

Result<std::int64_t> number_arg(const HttpRequest& request) {
  const auto number = parse_decimal(request.arg("id"));
  if (!number.ok() || *number > INT64_MAX) return fail(Code::kNotFound, "there is no such thing", "id");
  return static_cast<std::int64_t>(*number);
}

json::value parsed(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error ? json::value(json::object()) : value;
}

json::object held_json(const HeldNote& note) {
  json::object out{{"id", note.id.value},
                   {"who", note.who},
                   {"made_at", time_text(note.made_at)},
                   {"due_at", time_text(note.due_at)},
                   {"state", state_text(note.state)},
                   {"note", parsed(note.request)}};
  out[note.state == HeldState::kSigned ? "ref" : "outcome"] = note.outcome;
  return out;
}

json::object draft_json(const StoredDraft& draft, const std::string& owner) {
  return {{"id", draft.id.value},
          {"owner", owner},
          {"updated_at", time_text(draft.updated_at)},
          {"version", draft.version},
          {"note", parsed(draft.note)}};
}

std::string draft_tag(const StoredDraft& draft) { return "\"v" + std::to_string(draft.version) + "\""; }

json::object published_json(const PublishedNote& note) {
  return {{"ref", note.ref},
          {"index", note.index.value},
          {"warnings", json::array(note.warnings.begin(), note.warnings.end())}};
}

// Who asked for it stands for it when it is signed, with what they may then.
Caller caller_of(const std::optional<User>& user, const std::string& who) {
  Caller caller;
  caller.by = Caller::By::kSocket;
  caller.name = who;
  caller.role = who == "local" ? Role::kOperator : Role::kNobody;
  if (!user) return caller;
  caller.role = user->role;
  caller.user = user->id;
  caller.office = user->office;
  return caller;
}

}  // namespace

void DeskApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, Need need, const char* id,
                       const char* tag, const char* summary, const char* takes, const char* gives,
                       unsigned status, RouteHandler handler, std::vector<std::string> query = {}) {
    Route route{
        method, pattern, need, id, tag, summary, std::move(query), takes, gives, status, std::move(handler),
        {}};
    if (std::string_view(gives) == "Published" && need == Need::kPublisher) route.gives_later = "Held";
    routes.add(std::move(route));
  };
  const auto now = [this](Result<HttpResponse> (DeskApi::*handler)(const HttpRequest&)) {
    return at_once([this, handler](const HttpRequest& request) { return (this->*handler)(request); });
  };
  const auto later = [this](asio::awaitable<HttpResponse> (DeskApi::*handler)(HttpRequest)) -> RouteHandler {
    return [this, handler](HttpRequest request) { return (this->*handler)(std::move(request)); };
  };
  add("POST", "/api/v1/records", Need::kPublisher, "publish", "publishing",
      "Sign and publish a record: now, or after a hold, or at a time", "PublishRequest", "Published", 201,
      later(&DeskApi::publish));
  add("POST", "/api/v1/previews", Need::kPublisher, "preview", "publishing",
      "What would be published, and what is wrong with it", "PublishRequest", "Preview", 200,
      now(&DeskApi::preview));
  add("POST", "/api/v1/imports", Need::kPublisher, "importNotes", "publishing",
      "Publish many notes at once, each with its own outcome; or say what would become of them",
      "ImportRequest", "ImportResult", 200, later(&DeskApi::import_notes));
  add("GET", "/api/v1/held", Need::kPublisher, "listHeld", "publishing",
      "What waits to be signed, and what became of it", "", "HeldList", 200, now(&DeskApi::held), {"limit"});
  add("DELETE", "/api/v1/held/{id}", Need::kPublisher, "cancelHeld", "publishing",
      "Take back what waits to be signed", "", "Held", 200, now(&DeskApi::cancel_held));
  add("POST", "/api/v1/held/{id}/release", Need::kReviewer, "releaseHeld", "publishing",
      "Sign now what waits", "", "Published", 201, later(&DeskApi::release_held));
  add("GET", "/api/v1/drafts", Need::kPublisher, "listDrafts", "publishing",
      "Drafts: one's own, a reviewer all", "", "DraftList", 200, now(&DeskApi::drafts));
  add("POST", "/api/v1/drafts", Need::kPublisher, "addDraft", "publishing", "Keep a draft", "PublishRequest",
      "Draft", 201, now(&DeskApi::add_draft));
  add("GET", "/api/v1/drafts/{id}", Need::kPublisher, "getDraft", "publishing", "One draft", "", "Draft", 200,
      now(&DeskApi::draft));
  add("PUT", "/api/v1/drafts/{id}", Need::kPublisher, "changeDraft", "publishing",
      "Change a draft; If-Match names the version that was read", "PublishRequest", "Draft", 200,
      now(&DeskApi::change_draft));
  add("DELETE", "/api/v1/drafts/{id}", Need::kPublisher, "removeDraft", "publishing", "Throw a draft away",
      "", "", 204, now(&DeskApi::remove_draft));
  add("POST", "/api/v1/drafts/{id}/publish", Need::kPublisher, "publishDraft", "publishing",
      "Publish a draft", "HoldRequest", "Published", 201, later(&DeskApi::publish_draft));
}

// --- publishing ---

asio::awaitable<HttpResponse> DeskApi::publish(HttpRequest request) {
  auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  co_return co_await publish_request(std::move(*object), request.caller);
}

// What is to wait, if it is: `at` a time, or `hold` seconds; a publisher's for a reviewer where that is the
// rule.
Result<std::optional<HeldNote>> DeskApi::hold_of(json::object& object, const Caller& caller) {
  HeldNote note;
  note.made_at = parts_.clock.wall();
  note.due_at = note.made_at;
  bool wait = false;
  if (const auto* hold = object.if_contains("hold")) {
    if (!hold->is_int64() || hold->as_int64() < 0 ||
        hold->as_int64() > std::chrono::seconds(limits::kHoldMost).count())
      return fail(Code::kInvalidArgument, "it is a number of seconds, at most a year", "hold");
    note.due_at.value += hold->as_int64() * 1000;
    wait = hold->as_int64() > 0;
  } else if (!object.contains("at") && caller.by != Caller::By::kSocket && parts_.options.hold.count() > 0) {
    note.due_at.value += std::chrono::milliseconds(parts_.options.hold).count();
    wait = true;
  }
  if (object.contains("at")) {
    KOINON_ASSIGN(note.due_at, parse_time(text_member(object, "at"), "at"));
    const auto most = note.made_at.value + std::chrono::milliseconds(limits::kHoldMost).count();
    if (note.due_at.value > most) return fail(Code::kInvalidArgument, "it is at most a year from now", "at");
    wait = note.due_at > note.made_at;
  }
  object.erase("hold");
  object.erase("at");
  const bool review = parts_.options.review && caller.role < Role::kReviewer;
  if (!wait && !review) return std::optional<HeldNote>();
  note.state = review ? HeldState::kReview : HeldState::kWaiting;
  note.who = caller.name;
  return std::optional(std::move(note));
}

asio::awaitable<HttpResponse> DeskApi::publish_request(json::object object, Caller caller) {
  auto held = hold_of(object, caller);
  if (!held.ok()) co_return problem(held.error());
  if (!*held) {
    const auto published = co_await shared_.publisher.publish(std::move(object), std::move(caller));
    if (!published.ok()) co_return problem(published.error());
    co_return json_response(published_json(*published), 201);
  }
  // What cannot be published is refused now, and not when nobody is there any more.
  const auto prepared = shared_.publisher.prepare(object, caller);
  if (!prepared.ok()) co_return problem(prepared.error());
  (*held)->request = json::serialize(object);
  const auto all = shared_.desk.all_held(limits::kHeld);
  if (!all.ok()) co_return problem(all.error());
  const auto waiting = std::count_if(all->begin(), all->end(), [](const HeldNote& note) {
    return note.state == HeldState::kWaiting || note.state == HeldState::kReview;
  });
  if (static_cast<std::size_t>(waiting) >= limits::kHeld)
    co_return problem(fail(Code::kTooLarge, "too much waits to be signed already", "hold"));
  const auto id = shared_.desk.hold(**held);
  if (!id.ok()) co_return problem(id.error());
  (*held)->id = *id;
  timer_.cancel();
  json::object body = held_json(**held);
  body["warnings"] = json::array(prepared->warnings.begin(), prepared->warnings.end());
  co_return json_response(body, 202);
}

Result<HttpResponse> DeskApi::preview(const HttpRequest& request) {
  KOINON_ASSIGN(json::object object, parse_request(request.body));
  KOINON_TRY(hold_of(object, request.caller));
  KOINON_ASSIGN(const auto prepared, shared_.publisher.prepare(object, request.caller));
  const auto& entry = prepared.draft.entry;
  return json_response(
      {{"kind", kind_name(entry.kind())},
       {"language", entry.language()},
       {"topics", json::array(entry.topics().begin(), entry.topics().end())},
       {"html",
        prepared.draft.body ? markdown_html(note_markdown(*prepared.draft.body, entry.language())) : ""},
       {"markdown", format_note_file(prepared.note)},
       {"warnings", json::array(prepared.warnings.begin(), prepared.warnings.end())}});
}

namespace {

// Collects answers that come one by one, and tells when all are there.
struct Gathered {
  std::vector<std::optional<Result<Published>>> answers;
  std::size_t missing = 0;
  std::mutex mutex;
  std::function<void(bool)> done;

  void take(std::size_t which, Result<Published> answer) {
    bool last = false;
    {
      const std::lock_guard lock(mutex);
      answers[which] = std::move(answer);
      last = --missing == 0;
    }
    if (last) done(true);
  }
};

json::object refused_json(const Error& error) {
  // The same note stands already: an import that is run again changes nothing.
  const bool already = error.code == Code::kConflict && error.field == "content";
  json::object out{{"outcome", already ? "already-there" : "refused"}, {"reason", error.message}};
  if (!already) out["field"] = error.field;
  return out;
}

}  // namespace

// All go to the writer together, which signs them with one head.
asio::awaitable<HttpResponse> DeskApi::import_notes(HttpRequest request) {
  auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  if (const Status known = check_members(*object, {"notes", "dry_run"}); !known.ok())
    co_return problem(known.error());
  const auto* notes = object->if_contains("notes");
  if (notes == nullptr || !notes->is_array() || notes->as_array().size() > limits::kImportRows)
    co_return problem(fail(Code::kInvalidArgument, "it is a list of at most 500 notes", "notes"));
  const bool dry = flag_member(*object, "dry_run", false);
  json::array results;
  std::vector<std::pair<std::size_t, Draft>> drafts;
  for (const auto& note : notes->as_array()) {
    const auto prepared =
        note.is_object() ? shared_.publisher.prepare(note.as_object(), request.caller)
                         : Result<Publisher::Prepared>(fail(Code::kMalformed, "it is an object", "note"));
    if (!prepared.ok()) {
      results.push_back(refused_json(prepared.error()));
      continue;
    }
    json::object result{{"outcome", "would-be-published"},
                        {"warnings", json::array(prepared->warnings.begin(), prepared->warnings.end())}};
    if (dry) {
      const auto standing = parts_.store->own_content(content_digest(prepared->draft).bytes());
      if (standing.ok() && *standing) result["outcome"] = "already-there";
    } else {
      drafts.emplace_back(results.size(), prepared->draft);
    }
    results.push_back(std::move(result));
  }
  if (!drafts.empty()) {
    const auto gathered = std::make_shared<Gathered>();
    gathered->answers.resize(drafts.size());
    gathered->missing = drafts.size();
    Publisher* publisher = &shared_.publisher;
    Beginning<bool> begin = [gathered, publisher, &drafts](std::function<void(bool)> done) {
      gathered->done = std::move(done);
      for (std::size_t i = 0; i < drafts.size(); ++i) {
        publisher->begin(drafts[i].second,
                         [gathered, i](Result<Published> answer) { gathered->take(i, std::move(answer)); });
      }
    };
    (void)co_await from_callback<bool>(std::move(begin));
    Directory directory(*parts_.store);
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      auto& result = results[drafts[i].first];
      const Result<Published>& answer = *gathered->answers[i];
      if (answer.ok()) {
        result.as_object()["outcome"] = "published";
        result.as_object()["ref"] = directory.ref(*parts_.facts.log(), answer->index);
      } else {
        result = refused_json(answer.error());
      }
    }
  }
  co_return json_response({{"results", std::move(results)}});
}

// --- what is held ---

Result<HttpResponse> DeskApi::held(const HttpRequest& request) {
  KOINON_ASSIGN(const std::size_t limit, read_limit(request, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(const auto all, shared_.desk.all_held(limit));
  json::array items;
  for (const HeldNote& note : all) {
    if (request.caller.role >= Role::kReviewer || note.who == request.caller.name)
      items.push_back(held_json(note));
  }
  return json_response({{"items", std::move(items)}});
}

Result<HeldNote> DeskApi::held_note(const HttpRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, number_arg(request));
  KOINON_ASSIGN(auto note, shared_.desk.held({id}));
  if (!note || (request.caller.role < Role::kReviewer && note->who != request.caller.name))
    return fail(Code::kNotFound, "nothing of that number waits", "id");
  return std::move(*note);
}

Result<HttpResponse> DeskApi::cancel_held(const HttpRequest& request) {
  KOINON_ASSIGN(HeldNote note, held_note(request));
  note.outcome = "taken back by " + request.caller.name;
  const HeldState from = note.state == HeldState::kReview ? HeldState::kReview : HeldState::kWaiting;
  KOINON_TRY(shared_.desk.settle(note.id, from, HeldState::kCancelled, note.outcome));
  note.state = HeldState::kCancelled;
  return json_response(held_json(note));
}

asio::awaitable<HttpResponse> DeskApi::release_held(HttpRequest request) {
  auto note = held_note(request);
  if (!note.ok()) co_return problem(note.error());
  if (note->state != HeldState::kWaiting && note->state != HeldState::kReview)
    co_return problem(fail(Code::kConflict, "it no longer waits: it has been signed, or taken back", "id"));
  const HeldId id = note->id;
  const Status signed_now = co_await sign(std::move(*note));
  if (!signed_now.ok()) co_return problem(signed_now.error());
  const auto after = shared_.desk.held(id);
  if (!after.ok() || !*after) co_return problem(fail(Code::kNotFound, "nothing of that number waits", "id"));
  if ((*after)->state != HeldState::kSigned)
    co_return problem(fail(Code::kRefused, (*after)->outcome, "note"));
  co_return json_response({{"ref", (*after)->outcome}, {"warnings", json::array()}}, 201);
}

void DeskApi::start() { asio::co_spawn(parts_.io, sign_due(), asio::detached); }

asio::awaitable<void> DeskApi::sign_due() {
  while (true) {
    const auto due = shared_.desk.due(parts_.clock.wall(), kSignAtOnce);
    bool trouble = !due.ok();
    if (due.ok()) {
      for (const HeldNote& note : *due) {
        HeldNote copy = note;
        const Status done = co_await sign(std::move(copy));
        trouble = trouble || !done.ok();
      }
      if (due->size() == kSignAtOnce && !trouble) continue;
    }
    // What cannot be signed now is tried again after a while, not at once.
    std::chrono::milliseconds wait = kLookAgain;
    const auto next = shared_.desk.next_due();
    if (!trouble && next.ok() && *next) {
      const std::chrono::milliseconds left((*next)->value - parts_.clock.wall().value);
      wait = std::clamp(left, std::chrono::milliseconds(1), wait);
    }
    timer_.expires_after(wait);
    boost::system::error_code error;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

// Our log refuses what it has signed already: a node that dies between signature and settling finds it there.
asio::awaitable<Status> DeskApi::sign(HeldNote note) {
  const auto user = shared_.accounts.find(note.who);
  if (!user.ok()) co_return user.error();
  auto object = parse_request(note.request);
  if (!object.ok()) co_return object.error();
  const auto published = co_await shared_.publisher.publish(std::move(*object), caller_of(*user, note.who));
  const bool already = !published.ok() && published.error().code == Code::kConflict;
  // The node cannot sign at the moment: it waits on.
  const Code code = published.ok() ? Code::kInternal : published.error().code;
  if (!published.ok() && (code == Code::kDiskFull || code == Code::kIo || code == Code::kUnavailable ||
                          parts_.writer.signing_stopped()))
    co_return published.error();
  const HeldState outcome = published.ok() || already ? HeldState::kSigned : HeldState::kFailed;
  const std::string text = published.ok() ? published->ref : published.error().text();
  AuditLine line{0, parts_.clock.wall(), note.who, "signHeld", std::to_string(note.id.value), text};
  (void)shared_.accounts.note(line);
  parts_.log_change(line);
  co_return shared_.desk.settle(note.id, note.state, outcome, text);
}

// --- drafts ---

Result<HttpResponse> DeskApi::drafts(const HttpRequest& request) {
  const bool all = request.caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto drafts,
                shared_.desk.drafts(all ? std::nullopt : std::optional(request.caller.user)));
  json::array items;
  for (const StoredDraft& draft : drafts) {
    KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
    items.push_back(draft_json(draft, owner ? owner->name : "local"));
  }
  return json_response({{"items", std::move(items)}});
}

// A draft may be anything that is a publish request by its form; what is wrong with it shows when it is
// published.
Result<HttpResponse> DeskApi::add_draft(const HttpRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_ASSIGN(const auto mine, shared_.desk.drafts(request.caller.user));
  if (mine.size() >= limits::kDrafts)
    return fail(Code::kTooLarge, "an account has at most 1000 drafts", "draft");
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const DraftId id, shared_.desk.add_draft(request.caller.user, json::serialize(object), now));
  const StoredDraft made{id, request.caller.user, 1, now, json::serialize(object)};
  HttpResponse response = json_response(draft_json(made, request.caller.name), 201);
  response.headers["ETag"] = draft_tag(made);
  return response;
}

Result<StoredDraft> DeskApi::own_draft(const HttpRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, number_arg(request));
  KOINON_ASSIGN(auto draft, shared_.desk.draft({id}));
  if (!draft || (request.caller.role < Role::kReviewer && draft->user != request.caller.user))
    return fail(Code::kNotFound, "there is no such draft", "id");
  return std::move(*draft);
}

Result<HttpResponse> DeskApi::draft(const HttpRequest& request) {
  KOINON_ASSIGN(const StoredDraft draft, own_draft(request));
  KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
  HttpResponse response = json_response(draft_json(draft, owner ? owner->name : "local"));
  response.headers["ETag"] = draft_tag(draft);
  return response;
}

Result<HttpResponse> DeskApi::change_draft(const HttpRequest& request) {
  KOINON_ASSIGN(StoredDraft draft, own_draft(request));
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  const std::string match = request.header("if-match");
  if (!match.empty() && match != draft_tag(draft))
    return fail(Code::kConflict, "the draft has been changed by somebody else since; read it again",
                "If-Match");
  draft.note = json::serialize(object);
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(shared_.desk.change_draft(draft.id, draft.version, draft.note, now));
  ++draft.version;
  draft.updated_at = now;
  KOINON_ASSIGN(const auto owner, shared_.accounts.get(draft.user));
  HttpResponse response = json_response(draft_json(draft, owner ? owner->name : "local"));
  response.headers["ETag"] = draft_tag(draft);
  return response;
}

Result<HttpResponse> DeskApi::remove_draft(const HttpRequest& request) {
  KOINON_ASSIGN(const StoredDraft draft, own_draft(request));
  KOINON_TRY(shared_.desk.remove_draft(draft.id));
  return HttpResponse{204, "application/json", "", {}};
}

asio::awaitable<HttpResponse> DeskApi::publish_draft(HttpRequest request) {
  const auto draft = own_draft(request);
  if (!draft.ok()) co_return problem(draft.error());
  auto object = parse_request(draft->note);
  if (!object.ok()) co_return problem(object.error());
  if (!request.body.empty()) {
    const auto given = parse_request(request.body);
    if (!given.ok()) co_return problem(given.error());
    if (const Status known = check_members(*given, {"hold", "at"}); !known.ok())
      co_return problem(known.error());
    for (const auto& member : *given) (*object)[member.key()] = member.value();
  }
  const DraftId id = draft->id;
  HttpResponse response = co_await publish_request(std::move(*object), request.caller);
  if (response.status < 300) (void)shared_.desk.remove_draft(id);
  co_return response;
}

}  // namespace koinon
