#include "node/pages/page_frame.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/secret_memory.h"
#include "node/api/admission.h"
#include "node/api/change_request.h"
#include "node/api/inbox_view.h"
#include "node/http/cookies.h"
#include "node/pages/city_names.h"
#include "node/text/markdown.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds kIndexPatience{1000};
constexpr std::chrono::milliseconds kIndexGlance{10};
constexpr std::size_t kArrivalsWaitedFor = 100;
constexpr std::size_t kWorthShowing = 40;  // bytes of a field that somebody may want to copy

constexpr std::string_view kLanguageCookie = "koinon_language";
constexpr std::string_view kZoneCookie = "koinon_zone";  // the script writes it

// Nothing but our own files, no script or style within the page, in no frame.
constexpr const char* kContentPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

// Where somebody was, to come back to after logging in or choosing a language.
std::string here(const ApiRequest& request) {
  std::string out;
  for (const auto& segment : request.path) out += "/" + query_escaped(segment);
  std::string query;
  for (const auto& [name, value] : request.query)
    query += (query.empty() ? "?" : "&") + query_escaped(name) + "=" + query_escaped(value);
  return (out.empty() ? "/" : out) + query;
}

// Where a note has its lasting address, in which languages it stands, and what it is for programs.
void put_linked(const LinkedNote& linked, json::object& model) {
  model["lasting_path"] = linked.path;
  model["canonical"] = linked.canonical;
  json::array languages;
  for (const LanguageVersion& one : linked.languages)
    languages.push_back(json::object{{"tag", one.language}, {"url", one.url}});
  model["language_versions"] = std::move(languages);
  model["linked_html"] = linked.json_ld;
}

}  // namespace

Error stale_form(const Visit& visit) { return visit.said(Code::kInvalidArgument, "error.stale_form", "do"); }

bool is_local_path(std::string_view path) {
  if (!path.starts_with('/') || path.starts_with("//") || path.starts_with("/\\")) return false;
  return std::all_of(path.begin(), path.end(),
                     [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
}

std::string query_escaped(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

PageFrame::PageFrame(ApiShared& shared, CallGate& gate)
    : shared_(shared),
      gate_(gate),
      messages_(shared.parts.messages),
      office_zone_(TimeZone::find(shared.parts.options.time_zone).value_or(TimeZone())) {}

void PageFrame::get(RouteTable& routes, const std::string& pattern, Need need, const std::string& id,
                    const std::string& summary, GetHandler handler, std::vector<std::string> query,
                    AtReader at_reader) {
  Route route{{"GET", pattern, need, id, "pages", summary, std::move(query), "", "text/html"}};
  route.page = true;
  route.at_reader = at_reader;
  route.handle = [this, handler = std::move(handler)](ApiRequest request) -> asio::awaitable<HttpResponse> {
    return handler(visit(std::move(request)));
  };
  routes.add(std::move(route));
}

void PageFrame::post(RouteTable& routes, const std::string& pattern, Need need, const std::string& id,
                     const std::string& summary, GetHandler handler, std::size_t body_limit,
                     AtReader at_reader) {
  Route route{
      {"POST", pattern, need, id, "pages", summary, {}, "application/x-www-form-urlencoded", "text/html"}};
  route.page = true;
  route.body_limit = body_limit;
  route.at_reader = at_reader;
  route.handle = [this, need, handler = std::move(handler)](ApiRequest request) {
    return take_form(visit(std::move(request)), need, handler);
  };
  routes.add(std::move(route));
}

Status PageFrame::read_form_of(Visit& visit) const {
  const std::string type = visit.request.header("content-type");
  const std::string body = std::exchange(visit.request.body, {});
  if (!is_multipart(type)) {
    KOINON_ASSIGN(visit.form, read_form(body));
    return {};
  }
  KOINON_ASSIGN(auto parts, read_multipart(body, type));
  for (FormPart& part : parts) {
    if (!part.is_file) {
      visit.form[part.name] = std::move(part.content);
    } else if (!part.file_name.empty()) {
      visit.files.push_back(std::move(part));
    }
  }
  return {};
}

asio::awaitable<HttpResponse> PageFrame::take_form(Visit visit, Need need, GetHandler handler) {
  const Status may = check_need(visit.request.caller, need, shared_.parts.options.access.public_reading);
  const Status read = read_form_of(visit);
  if (may.ok() && !read.ok()) co_return not_understood(visit, read.error());
  if (may.ok() && genuine(visit)) co_return co_await handler(std::move(visit));
  HttpResponse refusal = send_again(visit, may);
  gate_.note(*visit.request.route, asker_of(visit.request), target_of(visit.request), refusal.status, "");
  co_return refusal;
}

// Only what a page of our own sent, as its browser says: of anybody else's nothing is shown, and secrets
// never.
HttpResponse PageFrame::send_again(const Visit& visit, const Status& may) {
  const bool from_here =
      !visit.request.header("origin").empty() || visit.request.header("sec-fetch-site") == "same-origin";
  const bool secret = visit.form.contains("password") || visit.form.contains("old");
  if (!from_here || secret || visit.form.empty())
    return sorry(visit, may.ok() ? visit.said(Code::kRefused, "error.stale_form", "csrf") : may.error());
  json::array fields;
  json::array texts;
  for (const auto& [name, value] : visit.form) {
    if (name == "csrf" || value.empty()) continue;
    // The files are lost: what was to be published with them is shown first, so that they can be added again.
    const bool without_files = name == "do" && value == "publish" && !visit.files.empty();
    fields.push_back(json::object{{"name", name}, {"value", without_files ? "preview" : value}});
    if (value.size() >= kWorthShowing) texts.push_back(json::object{{"text", value}});
  }
  PageView view{"again", visit.say("again.title"), {}, may.ok() ? 403U : status_of(may.error().code), "", ""};
  view.model = {{"action", here(visit.request)}, {"ended", !may.ok()},
                {"fields", std::move(fields)},   {"has_texts", !texts.empty()},
                {"texts", std::move(texts)},     {"had_files", !visit.files.empty()}};
  return show(visit, std::move(view));
}

Visit PageFrame::visit(ApiRequest request) const {
  Visit out;
  out.words = &messages_.choose(cookie_value(request.header("cookie"), kLanguageCookie),
                                request.header("accept-language"));
  out.zone = TimeZone::find(cookie_value(request.header("cookie"), kZoneCookie)).value_or(office_zone_);
  out.request = std::move(request);
  return out;
}

// Of a session its own secret. Behind a proxy there is none: the account's name under a key that lives as
// long as the program. Who is nobody has nothing to forge; the browser's own word on the request's origin has
// been looked at before.
std::string PageFrame::form_token(const Visit& visit) const {
  const Caller& caller = visit.request.caller;
  if (caller.by == Caller::By::kSession) return caller.csrf;
  return caller.by == Caller::By::kProxy ? shared_.access.form_token(caller.name) : std::string();
}

bool PageFrame::genuine(const Visit& visit) const {
  return same_secret(visit.field("csrf"), form_token(visit));
}

// How many notes to us nobody has seen to. A count that cannot be had is not shown.
void PageFrame::put_unread(const Visit& visit, json::object& model) const {
  const auto own = shared_.parts.facts.log();
  if (!own) return;
  const auto unread = count_new(*shared_.parts.index, *shared_.parts.store, shared_.desk, *own);
  if (!unread.ok() || *unread == 0) return;
  model["inbox_new"] =
      visit.words->number(static_cast<double>(*unread)) + (*unread >= limits::kInboxCounted ? "+" : "");
  model["inbox_new_text"] = visit.say("inbox.new_count", {{"count", static_cast<std::int64_t>(*unread)}});
}

// Of a reader: where one works, and how old the page is where it is too old.
void PageFrame::put_reader(const Visit& visit, json::object& model) const {
  model["writer"] = "";
  model["as_of"] = "";
  const auto& reader = shared_.parts.reader;
  if (!reader) return;
  if (visit.request.caller.role >= Role::kPublisher) model["writer"] = reader->writer;
  const ReaderLag lag = reader->lag();
  if (!lag.is_late) return;
  const UnixMillis then{shared_.parts.clock.wall().value - lag.behind.count()};
  model["as_of"] = visit.say("reader.as_of", {{"time", visit.words->date_and_time(then, visit.zone)}});
}

json::object PageFrame::frame(const Visit& visit, const PageView& view) const {
  const Caller& caller = visit.request.caller;
  json::array languages;
  for (const Catalogue& one : messages_.languages())
    languages.push_back(
        json::object{{"tag", one.tag()}, {"name", one.own_name()}, {"current", &one == visit.words}});
  json::object out{{"lang", visit.words->tag()},
                   {"dir", visit.words->right_to_left() ? "rtl" : "ltr"},
                   {"title", view.title},
                   {"site", shared_.parts.facts.name},
                   {"here", here(visit.request)},
                   {"csrf", form_token(visit)},
                   {"style", asset_path("koinon.css")},
                   {"script", asset_path("koinon.js")},
                   {"paste_script", asset_path("paste.js")},
                   {"languages", std::move(languages)},
                   {"known", caller.role != Role::kNobody},
                   {"account", caller.name},
                   {"session", caller.by == Caller::By::kSession},
                   {"publishes", works_as(visit, Role::kPublisher) && shared_.parts.facts.log().has_value()},
                   {"operates", works_as(visit, Role::kOperator)},
                   {"words", visit.request.param("q")}};
  put_reader(visit, out);
  out["inbox_new"] = "";
  if (caller.role >= Role::kPublisher) put_unread(visit, out);
  out["at_" + view.page] = true;
  const Route* route = visit.request.route;
  if (route != nullptr && route->need <= Need::kReading && view.status == 200) {
    out["shared"] = true;
    out["description"] = view.description.empty() ? visit.say("frame.about") : view.description;
    out["shared_type"] = view.article ? "article" : "website";
    out["address"] = base_url(shared_.access, visit.request) + here(visit.request);
  }
  put_linked(view.linked, out);
  out["has_catalog"] = shared_.parts.facts.log().has_value();
  if (!view.feed_path.empty()) {
    out["feed_title"] = view.feed_title;
    out["feed_path"] = view.feed_path;
  }
  return out;
}

std::string PageFrame::city_in_full(const Visit& visit, const std::string& city) const {
  return CityNames(shared_, visit.words->tag()).in_full(city);
}

std::string PageFrame::city_name(const Visit& visit, const std::string& city) const {
  return CityNames(shared_, visit.words->tag()).of(city);
}

HttpResponse PageFrame::show(const Visit& visit, PageView view) {
  CityNames names(shared_, visit.words->tag());
  return show(visit, std::move(view), names);
}

HttpResponse PageFrame::show(const Visit& visit, PageView view, CityNames& names) {
  names.put(view.model);
  auto content = templates_.render_within("frame", view.page, *visit.words, view.model, frame(visit, view));
  if (!content.ok()) return problem(content.error());
  HttpResponse out{view.status, "text/html; charset=utf-8", std::move(*content), {}};
  out.headers["Content-Security-Policy"] = kContentPolicy;
  out.headers["Content-Language"] = visit.words->tag();
  out.headers["Vary"] = "Accept-Language, Cookie";
  // Not no-store: whoever goes back finds what they typed.
  out.headers["Cache-Control"] = "private, no-cache";
  out.headers["Referrer-Policy"] = "same-origin";
  return out;
}

std::string PageFrame::address_of_account() const {
  const auto& reader = shared_.parts.reader;
  return reader && !reader->writer.empty() ? reader->writer + "/account" : std::string();
}

// The same page at the writer. A form was sent to an address that shows nothing there.
std::string PageFrame::elsewhere(const Visit& visit, const Error& error) const {
  const auto& reader = shared_.parts.reader;
  if (!reader || reader->writer.empty() || !is_for_the_writer(error)) return {};
  return reader->writer + (visit.request.method == "GET" ? here(visit.request) : "/");
}

HttpResponse PageFrame::sorry(const Visit& visit, const Error& error) {
  // What is not found is said in the reader's language by the page itself, but for what people must know of a
  // ref: its entry is void, or there is none.
  const bool is_about_ref = error.id == "ref.void" || error.id == "ref.not_there";
  PageView view;
  view.page = "sorry";
  view.status = status_of(error.code);
  view.title = visit.say(view.status == 404 ? "sorry.not_found" : "sorry.title");
  view.model = {{"heading", view.title},
                {"detail", view.status == 404 && !is_about_ref ? "" : visit.fault(error)},
                {"not_found", view.status == 404},
                {"elsewhere", elsewhere(visit, error)},
                {"refused", view.status == 403 && !is_for_the_writer(error)},
                {"busy", view.status == 429 || view.status == 503}};
  return show(visit, std::move(view));
}

HttpResponse PageFrame::not_understood(const Visit& visit, const Error& error) {
  HttpResponse out = sorry(visit, error);
  gate_.note(*visit.request.route, asker_of(visit.request), target_of(visit.request), out.status, "");
  return out;
}

HttpResponse PageFrame::failed(const Visit& visit, const Error& error) {
  return error.code == Code::kUnauthenticated ? refused(visit.request, error) : sorry(visit, error);
}

HttpResponse PageFrame::go(const std::string& path) {
  HttpResponse out{303, "text/html; charset=utf-8", "", {}};
  out.headers["Location"] = is_local_path(path) ? path : "/";
  return out;
}

HttpResponse PageFrame::refused(ApiRequest request, const Error& error) {
  if (error.code == Code::kUnauthenticated && request.method == "GET")
    return go("/login?next=" + query_escaped(here(request)));
  Visit made = visit(std::move(request));
  if (error.code != Code::kRefused || error.field != "role" || made.request.route == nullptr)
    return sorry(made, error);
  const auto named = [&](Role role) { return made.say("role." + std::string(role_text(role))); };
  const Role needed = needed_role(made.request.route->need);
  return sorry(made, made.said(Code::kRefused, "sorry.role", "role",
                               {{"needed", named(needed)}, {"role", named(made.request.caller.role)}}));
}

asio::awaitable<void> PageFrame::wait_for_index() {
  ApiParts& parts = shared_.parts;
  const auto position = parts.index->position();
  const auto behind = position.ok() ? parts.store->arrivals(*position, kArrivalsWaitedFor)
                                    : Result<std::vector<Arrival>>(position.error());
  if (!behind.ok() || behind->empty()) co_return;
  const std::uint64_t last = behind->back().first.value + behind->back().count - 1;
  asio::steady_timer timer(parts.io);
  for (auto waited = std::chrono::milliseconds(0); waited < kIndexPatience; waited += kIndexGlance) {
    const auto now = parts.index->position();
    if (!now.ok() || now->value >= last) break;
    timer.expires_after(kIndexGlance);
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
  }
}

}  // namespace koinon
