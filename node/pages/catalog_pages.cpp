#include "node/pages/catalog_pages.h"

#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/admission.h"
#include "node/api/json_response.h"
#include "node/api/linked_api.h"
#include "node/http/accept.h"
#include "node/linked/linked_text.h"
#include "node/pages/note_view.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 3> kCatalogForms = {"text/html", "application/ld+json", "text/turtle"};

CatalogueWords words_of(const Catalogue& language, const CatalogueView& view) {
  CatalogueWords out;
  out.language = language.tag();
  out.city = name_in(view, language.tag());
  out.say = [&language](std::string_view key, const MessageArguments& arguments) {
    return arguments.empty() ? language.text(key) : language.text(key, arguments);
  };
  return out;
}

}  // namespace

void CatalogPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/catalog", Need::kReading, "showCatalog",
             "What this city offers as open data; as DCAT-AP where Accept asks for JSON-LD or Turtle",
             [this](Visit visit) { return show(std::move(visit)); });
  const auto add = [&](const char* path, const char* id, const char* gives, Form form) {
    Route route{{.method = "GET",
                 .pattern = path,
                 .need = Need::kReading,
                 .id = id,
                 .tag = "feeds",
                 .summary = "What this city offers as open data, by DCAT-AP",
                 .gives = gives}};
    route.handle = [this, form](ApiRequest request) { return give(frame_.visit(std::move(request)), form); };
    routes.add(std::move(route));
  };
  add("/catalog.jsonld", "getCatalogAsJsonLd", "application/ld+json", Form::kJsonLd);
  add("/catalog.ttl", "getCatalogAsTurtle", "text/turtle", Form::kTurtle);
}

asio::awaitable<HttpResponse> CatalogPages::show(Visit visit) {
  const std::size_t form = preferred_type(visit.request.header("accept"), kCatalogForms);
  if (form == 0) {
    const auto found = co_await frame_.call(visit, linked_.catalogue, Nothing{});
    co_return found.ok() ? page(visit, *found) : frame_.failed(visit, found.error());
  }
  HttpResponse out = co_await give(std::move(visit), form == 1 ? Form::kJsonLd : Form::kTurtle);
  if (out.status >= 400) co_return out;
  out.headers["Content-Location"] = form == 1 ? "/catalog.jsonld" : "/catalog.ttl";
  out.headers["Vary"] = "Accept";
  co_return out;
}

asio::awaitable<HttpResponse> CatalogPages::give(Visit visit, Form form) {
  const auto found = co_await frame_.call(visit, linked_.catalogue, Nothing{});
  co_return found.ok() ? document(visit.request, *found, form) : problem(found.error());
}

HttpResponse CatalogPages::document(const ApiRequest& request, const CatalogueView& view, Form form) const {
  std::vector<CatalogueWords> words;
  for (const Catalogue& one : frame_.messages().languages()) words.push_back(words_of(one, view));
  const auto things = catalogue_things(view, words, base_url(frame_.shared().access, request));
  HttpResponse out{200, "application/ld+json", "", {}};
  if (form == Form::kTurtle) {
    out.content_type = "text/turtle; charset=utf-8";
    out.body = turtle_text(things);
  } else {
    out.body = json_ld_text(things);
  }
  return conditional(request, tagged(std::move(out)));
}

HttpResponse CatalogPages::page(const Visit& visit, const CatalogueView& found) {
  const CatalogueWords words = words_of(*visit.words, found);
  json::array datasets;
  for (const DatasetView& one : found.datasets) {
    json::array forms;
    for (const DistributionView& form : one.distributions)
      forms.push_back(json::object{{"title", distribution_title(form, words)},
                                   {"href", form.path},
                                   {"id", one.id + "-" + form.id},
                                   {"media_type", form.media_type}});
    datasets.push_back(json::object{{"id", one.id},
                                    {"title", dataset_title(one, words)},
                                    {"about", dataset_description(one, words)},
                                    {"date", one.modified ? date_of(visit, *one.modified) : ""},
                                    {"forms", std::move(forms)}});
  }
  PageView view{"catalog", words.say("catalog.title", {{"city", words.city}}), {}, 200, "", ""};
  view.description = words.say("catalog.about", {{"city", words.city}});
  view.model = {{"heading", view.title},
                {"about", view.description},
                {"datasets", std::move(datasets)},
                {"has_api", found.has_api},
                {"api_title", words.say("catalog.api", {{"city", words.city}})},
                {"api_about", words.say("catalog.api_about", {})}};
  HttpResponse out = frame_.show(visit, std::move(view));
  out.headers["Vary"] += ", Accept";
  return out;
}

}  // namespace koinon
