#include "node/site/site.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>

#include "node/api/admission.h"
#include "node/api/json_response.h"
#include "node/http/compressed_answer.h"
#include "node/pages/pages.h"
#include "node/site/openapi.h"
#include "node/site/site_areas.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// Whether no answer to this request has a secret beside what strangers can choose (see compressed_answer.h).
// A stranger gets what everybody may read. A program with a token gets the same from the same address, and no
// page of another site makes it ask. Whoever is logged in gets pages with the token of their forms, drafts
// and letters, at the word of any page that leads there; a feed's address has its key, and the feed says its
// address. The page of a one-time link has its code. Nothing of that is compressed.
bool has_no_secret(const ApiRequest& request) {
  const Route& route = *request.route;
  if (route.everybodys())
    return request.caller.by == Caller::By::kNothing || request.caller.by == Caller::By::kToken;
  return request.caller.by == Caller::By::kNothing && route.need == Need::kReading && !route.changes();
}

}  // namespace

Site::Site(ApiParts parts)
    : shared_(std::move(parts)),
      gate_({shared_.parts.options.access.public_reading, shared_.accounts, shared_.parts.commons.refusals,
             shared_.parts.clock.wall, shared_.parts.log_change,
             shared_.parts.reader ? &*shared_.parts.reader : nullptr, shared_.parts.memory}),
      areas_(std::make_unique<SiteAreas>(shared_)) {
  areas_->add_routes(routes_, gate_, shared_.access, [this](RouteTable& routes) { add_openapi(routes); });
  pages_ = std::make_unique<Pages>(shared_, gate_, areas_->references());
  pages_->add_routes(routes_);
}

Site::~Site() = default;

void Site::add_openapi(RouteTable& routes) {
  const auto answer = [this](const ApiRequest& request) -> Result<HttpResponse> {
    // Made with the first question, when the table of routes is complete. It never changes afterwards.
    if (openapi_.status != 200) openapi_ = tagged(json_response(openapi_document(routes_, kApiVersion)));
    return conditional(request, openapi_);
  };
  routes.add({{.method = "GET",
               .pattern = "/api/v1/openapi.json",
               .need = Need::kAnyone,
               .id = "getOpenApi",
               .tag = "node",
               .summary = "This document",
               .gives = "AnyObject"},
              at_once(answer)});
}

// What a reader does not do is told before anybody is asked to log in for it.
Status Site::may_enter(ApiRequest& request) {
  const auto& reader = shared_.parts.reader;
  const Status here = reader ? may_at_reader(*request.route, *reader) : Status();
  if (here.ok()) return koinon::admit(shared_.access, request);
  recognise(shared_.access, request);
  return here;
}

// A text that was taken back after the copy was made stands in it still. Strangers wait until the peers have
// said so; whoever works here sees what the node has.
Status Site::may_be_shown(const ApiRequest& request) const {
  const bool stranger = request.caller.by == Caller::By::kNothing;
  if (!stranger || request.route->need != Need::kReading || !shared_.parts.signing.may_lack_withdrawals())
    return {};
  return fail(
      Code::kUnavailable,
      Sentence{
          "site.asks_peers_first",
          "the data of this city were put back from a copy; other cities are asked first which texts were "
          "taken back since. Come again in a few minutes"});
}

asio::awaitable<Admission> Site::admit(std::shared_ptr<ApiRequest> request, bool has_body) {
  const MonoTime began = shared_.parts.clock.mono();
  Admission out;
  const Route& route = routes_.routes()[request->route_number];
  request->route = &route;
  out.body_limit = route.body_limit;
  try {
    if (const Status may = may_enter(*request); !may.ok()) {
      // A form whose session has ended is read all the same, so that its text is not lost. The page checks
      // the caller again.
      const bool form = route.page && request->method == "POST" && has_body;
      if (form && may.error().code == Code::kUnauthenticated) {
        out.body_limit = std::min(route.body_limit, limits::kEndedFormBytes);
      } else {
        out.answer = noted_refusal(*request, may.error());
      }
    } else if (const Status fits = parameters_.check(route, route.page, request->query); !fits.ok()) {
      out.answer = noted_refusal(*request, fits.error());
    } else if (const Status shown = may_be_shown(*request); !shown.ok()) {
      out.answer = refusal(*request, shown.error());
    } else if (!has_body) {
      out.answer = co_await handle(*request);
    }
  } catch (const std::exception& error) {
    out.answer = problem(CallGate::fault(error));
  }
  if (out.answer) out.answer->headers.merge(open_to_others(*request));
  if (out.answer) out.answer->headers.merge(age());
  out.took = shared_.parts.clock.mono() - began;
  co_return out;
}

// Where everybody may read, a script on any page may: it gets what a stranger gets. Who is known, by a cookie
// or by a proxy, is not answered to a page of another site.
std::map<std::string, std::string> Site::open_to_others(const ApiRequest& request) const {
  if (!shared_.parts.options.access.public_reading || !request.route->everybodys() ||
      request.caller.by != Caller::By::kNothing)
    return {};
  return {{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Expose-Headers", "ETag, Retry-After"}};
}

std::map<std::string, std::string> Site::age() const {
  if (!shared_.parts.reader) return {};
  const auto behind = shared_.parts.reader->lag().behind;
  return {
      {"Koinon-Behind", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(behind).count())}};
}

// If the route is a page, the refusal is a page too.
HttpResponse Site::refusal(ApiRequest request, const Error& error) {
  if (!request.route->page || error.code == Code::kTooMany) return problem(error);
  return pages_->refused(std::move(request), error);
}

// The menu is that of whoever asks.
HttpResponse Site::unserved(ApiRequest request) {
  recognise(shared_.access, request);
  if (request.throttled && request.caller.by == Caller::By::kNothing) return problem(had_enough());
  const Error error = *request.fault;
  return pages_->refused(std::move(request), error);
}

// If the refusal is a page, the audit line has only its status.
HttpResponse Site::noted_refusal(const ApiRequest& request, const Error& error) {
  HttpResponse out = refusal(request, error);
  const Route& route = *request.route;
  gate_.note(route, asker_of(request), target_of(request), out.status,
             route.page ? std::string() : CallGate::words_of(route, error));
  return out;
}

asio::awaitable<HttpResponse> Site::refuse(ApiRequest request, Error error) {
  try {
    if (request.fault) co_return unserved(std::move(request));
    request.route = &routes_.routes()[request.route_number];
    co_return noted_refusal(request, error);
  } catch (const std::exception& thrown) {
    co_return problem(CallGate::fault(thrown));
  }
}

asio::awaitable<StartedStream> Site::begin_stream(ApiRequest request) {
  StartedStream out;
  request.route = &routes_.routes()[request.route_number];
  try {
    if (const Status may = may_enter(request); !may.ok()) {
      out.refusal = refusal(request, may.error());
      co_return out;
    }
    if (const Status fits = parameters_.check(*request.route, false, request.query); !fits.ok()) {
      out.refusal = problem(fits.error());
      co_return out;
    }
    if (const Status shown = may_be_shown(request); !shown.ok()) {
      out.refusal = problem(shown.error());
      co_return out;
    }
    out.stranger = request.caller.by == Caller::By::kNothing;
    if (request.exchange) request.exchange->who = request.caller.name;
    out.headers = open_to_others(request);
    out.headers.merge(age());
    auto source = request.route->stream(request);
    if (source.ok()) {
      out.source = std::make_shared<EventSource>(std::move(*source));
    } else {
      out.refusal = problem(source.error());
    }
  } catch (const std::exception& error) {
    out.refusal = problem(CallGate::fault(error));
  }
  co_return out;
}

asio::awaitable<HttpResponse> Site::handle(ApiRequest request) {
  const Route* route = &routes_.routes()[request.route_number];
  request.route = route;
  const bool open = has_no_secret(request);
  const std::string accepted = request.header("accept-encoding");
  try {
    HttpResponse answer = co_await route->handle(std::move(request));
    answer.headers.merge(age());
    co_return open ? compressed(std::move(answer), accepted) : kept_whole(std::move(answer));
  } catch (const std::exception& error) {
    co_return problem(CallGate::fault(error));
  }
}

}  // namespace koinon
