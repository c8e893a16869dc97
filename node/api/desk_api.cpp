#include "node/api/desk_api.h"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/full_names.h"
#include "node/api/json_response.h"
#include "node/api/query_params.h"
#include "node/publishing/held_fault.h"
#include "node/publishing/own_log.h"
#include "node/reading/note_markdown.h"
#include "node/replication/from_callback.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kVersions = 200;  // of one note, with its translations

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
    case HeldState::kSigning:
      return "being-signed";
  }
  return "failed";
}

json::object held_json(const HeldNote& note) {
  json::object out{{"id", note.id.value},
                   {"who", note.who},
                   {"made_at", time_text(note.made_at)},
                   {"due_at", time_text(note.due_at)},
                   {"state", state_text(note.state)}};
  json::value request = stored_request(note.request);
  if (const auto* withdrawal = request.as_object().if_contains("withdraw")) {
    out["withdrawal"] = *withdrawal;
  } else if (!request.as_object().empty()) {
    out["note"] = std::move(request);
  }
  if (!note.approved_by.empty()) out["approved_by"] = note.approved_by;
  out[note.state == HeldState::kSigned ? "ref" : "outcome"] = note.outcome;
  return out;
}

json::array texts_json(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

void DeskApi::add_routes(RouteTable& routes) {
  const auto add = [&](const char* method, const std::string& pattern, Need need, const char* id,
                       const char* tag, const char* summary, const char* takes, const char* gives,
                       unsigned status, RouteHandler handler, std::vector<std::string> query = {}) {
    Route route{{method, pattern, need, id, tag, summary, std::move(query), takes, gives, status},
                std::move(handler)};
    const bool signs = std::string_view(gives) == "Published" || std::string_view(gives) == "Withdrawal";
    if (signs && need == Need::kPublisher) route.gives_later = "Held";
    routes.add(std::move(route));
  };
  const auto now = [this](Result<HttpResponse> (DeskApi::*handler)(const ApiRequest&)) {
    return at_once([this, handler](const ApiRequest& request) { return (this->*handler)(request); });
  };
  const auto later = [this](asio::awaitable<HttpResponse> (DeskApi::*handler)(ApiRequest)) -> RouteHandler {
    return [this, handler](ApiRequest request) { return (this->*handler)(std::move(request)); };
  };
  add("POST", "/api/v1/records", Need::kPublisher, "publish", "publishing",
      "Sign and publish a record: now, or after a hold, or at a time", "PublishRequest", "Published", 201,
      later(&DeskApi::publish));
  add("POST", "/api/v1/withdrawals", Need::kPublisher, "withdraw", "publishing",
      "Take back a record of this city: now, or after a hold, or at a time", "WithdrawalRequest",
      "Withdrawal", 201, later(&DeskApi::withdraw));
  add("POST", "/api/v1/previews", Need::kPublisher, "preview", "publishing",
      "What would be published, and what is wrong with it", "PublishRequest", "Preview", 200,
      now(&DeskApi::preview));
  add("POST", "/api/v1/imports", Need::kPublisher, "importNotes", "publishing",
      "Publish many notes at once, each with its own outcome; or say what would become of them",
      "ImportRequest", "ImportResult", 200, later(&DeskApi::import_notes));
  add("GET", "/api/v1/held", Need::kPublisher, "listHeld", "publishing",
      "What waits to be signed, and what became of it", "", "HeldList", 200, now(&DeskApi::held),
      {"limit", "cursor"});
  add("GET", "/api/v1/held/{id}", Need::kPublisher, "getHeld", "publishing",
      "One thing that waits to be signed, or what became of it", "", "Held", 200, now(&DeskApi::one_held));
  add("DELETE", "/api/v1/held/{id}", Need::kPublisher, "cancelHeld", "publishing",
      "Take back what waits to be signed", "", "Held", 200, now(&DeskApi::cancel_held));
  add("POST", "/api/v1/held/{id}/release", Need::kReviewer, "releaseHeld", "publishing",
      "Sign now what waits", "", "Published", 201, later(&DeskApi::release_held));
}

// --- publishing ---

namespace {

// When it is to be signed: `at` a time, or after `hold` seconds.
struct When {
  std::optional<UnixMillis> at;  // none: as the rules say
  bool timed = false;            // somebody named a time
};

Result<When> take_when(json::object& object, UnixMillis now) {
  When out;
  constexpr std::int64_t kMostMs = std::chrono::milliseconds(limits::kHoldMost).count();
  if (const auto* hold = object.if_contains("hold")) {
    if (!hold->is_int64() || hold->as_int64() < 0 || hold->as_int64() > kMostMs / 1000)
      return fail(Code::kInvalidArgument, "it is a number of seconds, at most a year", "hold");
    out.at = UnixMillis{now.value + hold->as_int64() * 1000};
  }
  if (object.contains("at")) {
    KOINON_ASSIGN(out.at, parse_time(text_member(object, "at"), "at"));
    if (out.at->value > now.value + kMostMs)
      return fail(Code::kInvalidArgument, Sentence{"held.too_far", "it is at most a year from now"}, "at");
    out.timed = true;
  }
  object.erase("hold");
  object.erase("at");
  return out;
}

}  // namespace

Result<DeskApi::Asked> DeskApi::ask_gate(json::object object, const Caller& caller) {
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const When when, take_when(object, now));
  if (!parts_.facts.log()) return observer_refusal();
  // What cannot be published is refused now, and not when nobody is there any more.
  KOINON_ASSIGN(const SigningRequest request, read_signing_request(object));
  KOINON_ASSIGN(auto prepared, shared_.publisher.prepare(request, caller));
  prepared.wish.at = when.at;
  KOINON_ASSIGN(const Verdict verdict, shared_.publisher.decide(caller, prepared.wish, now));
  return Asked{std::move(object), std::move(prepared), verdict, now, when.timed};
}

Result<HeldNote> DeskApi::hold(const Asked& asked, const Caller& caller) {
  KOINON_ASSIGN(const std::size_t all, shared_.desk.count_waiting(std::nullopt));
  KOINON_ASSIGN(const std::size_t own, shared_.desk.count_waiting(caller.user));
  if (all >= limits::kHeld || own >= limits::kHeldEach)
    return fail(Code::kTooLarge, Sentence{"held.too_many", "too much waits to be signed already"}, "hold");
  HeldNote note;
  note.user = caller.user;
  note.who = caller.name;
  note.made_at = asked.at;
  note.due_at = asked.verdict.due;
  if (!asked.timed) note.hold = std::chrono::milliseconds(note.due_at.value - note.made_at.value);
  note.state = asked.verdict.when == Verdict::When::kReviewed ? HeldState::kReview : HeldState::kWaiting;
  // What it names stays what was meant, whoever has these names when it is signed. And in whose name it was
  // asked for stands, wherever the account is then.
  Directory directory(*parts_.store, parts_.nearness);
  KOINON_ASSIGN(json::object request, with_full_names(asked.request, directory, *parts_.facts.log()));
  if (!asked.prepared.wish.office.empty()) request["office"] = asked.prepared.wish.office;
  note.request = json::serialize(request);
  KOINON_ASSIGN(note.id, shared_.desk.hold(note));
  parts_.wake_hold_queue();
  return note;
}

asio::awaitable<HttpResponse> DeskApi::publish(ApiRequest request) {
  auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  if (object->contains("withdraw"))
    co_return problem(fail(Code::kInvalidArgument, "the request has an unknown field", "withdraw"));
  co_return co_await sign_or_hold(std::move(*object), request.caller);
}

// As any other wish, with what it withdraws in a member of its own.
asio::awaitable<HttpResponse> DeskApi::withdraw(ApiRequest request) {
  auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  json::object wish;
  for (const char* when : {"hold", "at"}) {
    if (const auto* value = object->if_contains(when)) wish[when] = *value;
    object->erase(when);
  }
  wish["withdraw"] = std::move(*object);
  co_return co_await sign_or_hold(std::move(wish), request.caller);
}

asio::awaitable<HttpResponse> DeskApi::sign_or_hold(json::object object, Caller caller) {
  const auto asked = ask_gate(std::move(object), caller);
  if (!asked.ok()) co_return problem(asked.error());
  const auto& prepared = asked->prepared;
  const auto& verdict = asked->verdict;
  if (verdict.when != Verdict::When::kNow) {
    const auto held = hold(*asked, caller);
    if (!held.ok()) co_return problem(held.error());
    json::object body = held_json(*held);
    body["warnings"] = texts_json(prepared.warnings);
    co_return json_response(body, 202);
  }
  const auto published = co_await shared_.publisher.sign(verdict.permit, prepared.draft);
  if (!published.ok()) co_return problem(published.error());
  json::object body{
      {"ref", Directory(*parts_.store, parts_.nearness).ref(*parts_.facts.log(), published->index)}};
  if (prepared.wish.kind == v1::KIND_WITHDRAWAL) {
    const auto& withdrawal = prepared.draft.entry.control().withdrawal();
    body["erase"] = withdrawal.erase();
    if (withdrawal.erase()) {
      const auto left = left_over(EntryIndex(withdrawal.index()), caller);
      if (left.ok()) body["left"] = *left;
    }
  } else {
    body["index"] = published->index.value;
    body["warnings"] = texts_json(prepared.warnings);
  }
  co_return json_response(body, 201);
}

// Versions and translations are records of their own, and drafts are somebody's work: what is to be done
// about them whoever erases is told, and decides.
Result<json::object> DeskApi::left_over(EntryIndex erased, const Caller& caller) {
  const LogId own = *parts_.facts.log();
  Directory directory(*parts_.store, parts_.nearness);
  const auto is_version = [](v1::RefRole role) {
    return role == v1::REF_ROLE_REVISES || role == v1::REF_ROLE_TRANSLATES;
  };
  std::vector<EntryIndex> open{erased};
  std::set<EntryIndex> seen{erased};
  for (std::size_t i = 0; i < open.size() && seen.size() < kVersions; ++i) {
    KOINON_ASSIGN(const auto referring, parts_.index->referring(own, open[i], limits::kReferring));
    for (const RelatedRecord& item : referring) {
      if (item.log == own && is_version(item.role) && seen.insert(item.index).second)
        open.push_back(item.index);
    }
    const auto record = parts_.store->record(own, open[i]);
    const auto entry = record.ok() ? parse_entry(record->entry) : Result<v1::Entry>(record.error());
    if (!entry.ok()) continue;
    for (const auto& ref : entry->refs()) {
      const EntryIndex target(ref.index());
      if (ref.log_id() == own.view() && is_version(ref.role()) && seen.insert(target).second)
        open.push_back(target);
    }
  }
  json::array versions;
  for (const EntryIndex index : seen) {
    if (index == erased) continue;
    const auto record = parts_.store->record(own, index);
    if (record.ok() && record->state != BodyState::kErased)
      versions.push_back(json::string(directory.ref(own, index)));
  }
  const std::string ref = directory.ref(own, erased);
  const bool all = caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto drafts,
                shared_.desk.drafts_with(all ? std::nullopt : std::optional(caller.user), "\"" + ref + "\""));
  json::array ids;
  for (const DraftId& draft : drafts) ids.emplace_back(draft.value);
  return json::object{{"versions", std::move(versions)}, {"drafts", std::move(ids)}};
}

Result<HttpResponse> DeskApi::preview(const ApiRequest& request) {
  KOINON_ASSIGN(json::object object, parse_request(request.body));
  KOINON_ASSIGN(const Asked asked, ask_gate(std::move(object), request.caller));
  const auto& prepared = asked.prepared;
  const auto& entry = prepared.draft.entry;
  return json_response(
      {{"kind", kind_name(entry.kind())},
       {"language", entry.language()},
       {"topics", json::array(entry.topics().begin(), entry.topics().end())},
       {"html",
        prepared.draft.body ? shared_.html(note_markdown(*prepared.draft.body, entry.language())) : ""},
       {"markdown", format_note_file(prepared.note)},
       {"warnings", texts_json(prepared.warnings)}});
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
    if (last) std::exchange(done, nullptr)(true);
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

json::object DeskApi::import_one(const json::value& note, const Caller& caller, bool dry,
                                 std::vector<std::pair<std::size_t, Asked>>& to_sign, std::size_t number) {
  if (!note.is_object() || note.as_object().contains("withdraw"))
    return refused_json(fail(Code::kMalformed, "it is a note", "note"));
  auto asked = ask_gate(note.as_object(), caller);
  if (!asked.ok()) return refused_json(asked.error());
  const auto& prepared = asked->prepared;
  json::object out{{"outcome", "would-be-published"}, {"warnings", texts_json(prepared.warnings)}};
  if (dry) {
    const auto standing = parts_.store->own_content(content_digest(prepared.draft).bytes());
    if (standing.ok() && *standing) out["outcome"] = "already-there";
    return out;
  }
  if (asked->verdict.when != Verdict::When::kNow) {
    const auto held = hold(*asked, caller);
    if (!held.ok()) return refused_json(held.error());
    out["outcome"] = state_text(held->state);
    out["held"] = held->id.value;
    return out;
  }
  to_sign.emplace_back(number, std::move(*asked));
  return out;
}

// All that may be signed now go to the writer together, which signs them with one head.
asio::awaitable<HttpResponse> DeskApi::import_notes(ApiRequest request) {
  auto object = parse_request(request.body);
  if (!object.ok()) co_return problem(object.error());
  if (const Status known = check_members(*object, {"notes", "dry_run"}); !known.ok())
    co_return problem(known.error());
  const auto* notes = object->if_contains("notes");
  if (notes == nullptr || !notes->is_array() || notes->as_array().size() > limits::kImportRows)
    co_return problem(fail(Code::kInvalidArgument, "it is a list of at most 500 notes", "notes"));
  const bool dry = flag_member(*object, "dry_run", false);
  json::array results;
  std::vector<std::pair<std::size_t, Asked>> to_sign;
  for (const auto& note : notes->as_array())
    results.push_back(import_one(note, request.caller, dry, to_sign, results.size()));
  if (!to_sign.empty()) {
    const auto gathered = std::make_shared<Gathered>();
    gathered->answers.resize(to_sign.size());
    gathered->missing = to_sign.size();
    Publisher* publisher = &shared_.publisher;
    Beginning<bool> begin = [gathered, publisher, &to_sign](std::function<void(bool)> done) {
      gathered->done = std::move(done);
      for (std::size_t i = 0; i < to_sign.size(); ++i) {
        const Asked& asked = to_sign[i].second;
        publisher->begin(asked.verdict.permit, asked.prepared.draft,
                         [gathered, i](Result<Published> answer) { gathered->take(i, std::move(answer)); });
      }
    };
    (void)co_await from_callback<bool>(std::move(begin));
    Directory directory(*parts_.store, parts_.nearness);
    for (std::size_t i = 0; i < to_sign.size(); ++i) {
      auto& result = results[to_sign[i].first];
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

Result<HttpResponse> DeskApi::held(const ApiRequest& request) {
  KOINON_ASSIGN(const std::size_t limit, read_limit(request.query, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(const auto before, number_param(request.query, "cursor", INT64_MAX));
  const bool all = request.caller.role >= Role::kReviewer;
  KOINON_ASSIGN(const auto page, shared_.desk.held_of(all ? std::nullopt : std::optional(request.caller.user),
                                                      static_cast<std::int64_t>(before), limit));
  json::array items;
  for (const HeldNote& note : page.items) {
    KOINON_ASSIGN(json::object one, shown_held(note));
    items.push_back(std::move(one));
  }
  json::object body{{"items", std::move(items)}};
  if (page.more) body["next"] = std::to_string(page.items.back().id.value);
  return json_response(body);
}

Result<HeldNote> DeskApi::held_note(const ApiRequest& request) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(request));
  KOINON_ASSIGN(auto note, shared_.desk.held({id}));
  if (!note || (request.caller.role < Role::kReviewer && note->user != request.caller.user))
    return fail(Code::kNotFound, Sentence{"held.unknown", "nothing of that number waits"}, "id");
  return std::move(*note);
}

// What was signed is called as the record is.
Result<json::object> DeskApi::shown_held(const HeldNote& note) {
  json::object out = held_json(note);
  if (note.state != HeldState::kSigned) return out;
  Directory directory(*parts_.store, parts_.nearness);
  const auto found = directory.find_ref(note.outcome);
  if (!found.ok()) return out;
  KOINON_ASSIGN(const auto record, parts_.index->get(found->log.id, found->index));
  if (record) out["title"] = record->title;
  return out;
}

Result<HttpResponse> DeskApi::one_held(const ApiRequest& request) {
  KOINON_ASSIGN(const HeldNote note, held_note(request));
  KOINON_ASSIGN(const json::object body, shown_held(note));
  HttpResponse response = json_response(body);
  response.told.push_back(fault_of(note));
  return response;
}

Result<HttpResponse> DeskApi::cancel_held(const ApiRequest& request) {
  KOINON_ASSIGN(HeldNote note, held_note(request));
  note.outcome = "taken back by " + request.caller.name;
  const HeldState from = note.state == HeldState::kReview ? HeldState::kReview : HeldState::kWaiting;
  KOINON_TRY(shared_.desk.settle(note.id, from, HeldState::kCancelled, note.outcome, parts_.clock.wall()));
  note.state = HeldState::kCancelled;
  return json_response(held_json(note));
}

// The queue signs it, as it signs whatever waits.
asio::awaitable<HttpResponse> DeskApi::release_held(ApiRequest request) {
  const auto note = held_note(request);
  if (!note.ok()) co_return problem(note.error());
  const Status approved = shared_.desk.approve(note->id, request.caller.name, parts_.clock.wall());
  if (!approved.ok()) co_return problem(approved.error());
  Beginning<Result<EntryIndex>> begin = [this, id = note->id](std::function<void(Result<EntryIndex>)> done) {
    parts_.sign_held(id, std::move(done));
  };
  const auto published = co_await from_callback<Result<EntryIndex>>(std::move(begin));
  if (!published.ok()) co_return problem(published.error());
  co_return json_response(
      {{"ref", Directory(*parts_.store, parts_.nearness).ref(*parts_.facts.log(), *published)},
       {"index", published->value},
       {"warnings", json::array()}},
      201);
}

}  // namespace koinon
