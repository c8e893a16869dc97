#include "node/pages/held_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/query_params.h"
#include "node/http/cookies.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_values.h"
#include "node/text/language.h"
#include "node/text/time_text.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::string_view kPublishedCookie = "koinon_published";
constexpr const char* kPublishedCookieEnd = "; Path=/records; HttpOnly; SameSite=Lax";
constexpr int kPublishedSeconds = 60;

Result<HeldQuery> held_of_address(const Visit& visit) {
  KOINON_ASSIGN(const std::int64_t id, id_arg(visit.request));
  return HeldQuery{{id}};
}

// Whom it waits for, and after which time fewer suffice. Empty: nothing keeps it from being signed.
std::string why_not_signed(const Visit& visit, const HeldView& held) {
  if (!held.signing_waits) return {};
  std::string out = visit.fault(held.signing_waits->why);
  if (held.signing_waits->fewer_after)
    out +=
        " " + visit.say("held.fewer_after",
                        {{"time", visit.words->date_and_time(*held.signing_waits->fewer_after, visit.zone)}});
  return out;
}

}  // namespace

std::string title_of_held(const Visit& visit, const HeldView& held) {
  const std::string withdrawn = text_at(object_at(held.request, "withdraw"), "ref");
  const std::string title = held.title.value_or("");
  if (const json::object& vouch = object_at(held.request, "vouch"); !vouch.empty()) {
    const auto* back = vouch.if_contains("withdrawn");
    const bool is_back = back != nullptr && back->is_bool() && back->get_bool();
    return visit.say(is_back ? "held.vouch_back" : "held.vouch", {{"city", text_at(vouch, "city")}});
  }
  if (!withdrawn.empty())
    return visit.say("held.withdrawal",
                     {{"ref", title.empty() ? withdrawn : title + " (" + withdrawn + ")"}});
  return title.empty() ? text_at(object_at(held.request, "content"), "title") : title;
}

std::string language_of_held(const Visit& visit, const HeldView& held) {
  if (held.request.contains("withdraw") || held.request.contains("vouch") ||
      title_of_held(visit, held).empty())
    return {};
  return language_tag(held.language);
}

HttpResponse go_to_published(const SignedView& done, const std::string& shown) {
  if (done.held) return PageFrame::go("/held/" + std::to_string(done.held->id.value));
  const std::string& ref = shown.empty() ? done.ref : shown;
  HttpResponse out = PageFrame::go("/records/" + ref);
  out.headers["Set-Cookie"] = std::string(kPublishedCookie) + "=" + query_escaped(ref) + kPublishedCookieEnd +
                              "; Max-Age=" + std::to_string(kPublishedSeconds);
  return out;
}

bool is_just_published(const Visit& visit, const std::string& ref) {
  return cookie_value(visit.request.header("cookie"), kPublishedCookie) == query_escaped(ref);
}

void end_just_published(HttpResponse& response) {
  response.headers["Set-Cookie"] = std::string(kPublishedCookie) + "=" + kPublishedCookieEnd + "; Max-Age=0";
}

void HeldPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/held/{id}", Need::kPublisher, "showHeld", "What waits to be signed",
             [this](Visit visit) { return held(std::move(visit)); });
  frame_.post(routes, "/held/{id}", Need::kPublisher, "postHeld", "Take back or sign what waits",
              [this](Visit visit) { return change_held(std::move(visit)); });
}

asio::awaitable<HttpResponse> HeldPages::held(Visit visit) {
  const auto found = co_await frame_.call(visit, desk_.get_held, held_of_address(visit));
  if (!found.ok()) co_return frame_.sorry(visit, visit.said(Code::kNotFound, "held.none"));
  const HeldView& note = *found;
  const std::string state(held_state_text(note.state, note.kept));
  const bool may_change = note.state == HeldState::kWaiting || note.state == HeldState::kReview ||
                          note.state == HeldState::kSetAside;
  const bool waits = may_change || note.state == HeldState::kSigning;
  PageView view{"held", visit.say(waits ? "held.title" : "held.title_over"), {}, 200, "", ""};
  view.model = {{"heading", view.title},
                {"id", note.id.value},
                {"note_title", title_of_held(visit, note)},
                {"note_title_language", language_of_held(visit, note)},
                {"state_text",
                 visit.say("held." + state, {{"time", visit.words->date_and_time(note.due_at, visit.zone)}})},
                {"ref", note.state == HeldState::kSigned ? note.outcome : ""},
                {"outcome", note.fault ? visit.fault(*note.fault) : ""},
                {"why_not_signed", why_not_signed(visit, note)},
                {"is_note", !note.request.contains("withdraw") && !note.request.contains("vouch")},
                {"at_text", note.state == HeldState::kReview && note.request.contains("at")
                                ? visit.say("publish.at_explained",
                                            {{"time", visit.words->date_and_time(note.due_at, visit.zone)}})
                                : ""},
                {"due", note.state == HeldState::kWaiting && !note.kept ? time_text(note.due_at) : ""},
                {"waits", may_change},
                {"release_label",
                 visit.say(note.state == HeldState::kReview && note.request.contains("at") ? "held.approve"
                                                                                           : "held.release")},
                {"may_release", frame_.may(visit, desk_.release.facts)}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> HeldPages::change_held(Visit visit) {
  if (visit.field("do") != "release") co_return co_await take_back(visit);
  const auto done = co_await frame_.call(visit, desk_.release, held_of_address(visit));
  if (!done.ok()) co_return frame_.failed(visit, done.error());
  SignedView view;
  view.ref = done->ref;
  view.held = done->held;
  co_return go_to_published(view);
}

// What is taken back is a draft again; a withdrawal is nothing to write on. The draft comes first: what was
// taken back keeps no text.
asio::awaitable<HttpResponse> HeldPages::take_back(Visit visit) {
  const auto found = co_await frame_.call(visit, desk_.get_held, held_of_address(visit));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const json::object& note = found->request;
  std::optional<DraftId> draft;
  if (!note.empty() && !note.contains("withdraw") && !note.contains("vouch")) {
    const auto kept = co_await frame_.call(visit, drafts_.add, NewDraft{note});
    if (!kept.ok()) co_return frame_.failed(visit, kept.error());
    draft = kept->id;
  }
  const auto gone = co_await frame_.call(visit, desk_.cancel, HeldQuery{found->id});
  if (!gone.ok() && draft)
    (void)co_await frame_.call(visit, drafts_.remove, DraftRemoval{*draft, std::nullopt});
  if (!gone.ok()) co_return frame_.failed(visit, gone.error());
  const std::string form = draft ? form_of_draft(DraftView{*draft, {}, {}, 1, note}) : std::string();
  co_return PageFrame::go(form.empty() ? "/desk" : form + "?draft=" + std::to_string(draft->value));
}

}  // namespace koinon
