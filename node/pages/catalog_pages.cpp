#include "node/pages/catalog_pages.h"

#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/admission.h"
#include "node/api/json_response.h"
#include "node/http/accept.h"
#include "node/linked/linked_text.h"
#include "node/pages/note_view.h"
#include "node/reading/directory.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 3> kCatalogForms = {"text/html", "application/ld+json", "text/turtle"};

}  // namespace

void CatalogPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/catalog", Need::kReading, "showCatalog",
             "What this city offers as open data; as DCAT-AP where Accept asks for JSON-LD or Turtle",
             [this](Visit visit) -> asio::awaitable<HttpResponse> {
               const std::size_t form = preferred_type(visit.request.header("accept"), kCatalogForms);
               if (form == 0) co_return page(visit);
               auto made = document(visit.request, form == 1 ? Form::kJsonLd : Form::kTurtle);
               if (!made.ok()) co_return problem(made.error());
               made->headers["Content-Location"] = form == 1 ? "/catalog.jsonld" : "/catalog.ttl";
               made->headers["Vary"] = "Accept";
               co_return std::move(*made);
             });
  const auto add = [&](const char* path, const char* id, const char* gives, Form form) {
    routes.add({{.method = "GET",
                 .pattern = path,
                 .need = Need::kReading,
                 .id = id,
                 .tag = "feeds",
                 .summary = "What this city offers as open data, by DCAT-AP",
                 .gives = gives},
                at_once([this, form](const ApiRequest& request) { return document(request, form); })});
  };
  add("/catalog.jsonld", "getCatalogAsJsonLd", "application/ld+json", Form::kJsonLd);
  add("/catalog.ttl", "getCatalogAsTurtle", "text/turtle", Form::kTurtle);
}

Result<CatalogueView> CatalogPages::read() {
  ApiParts& parts = frame_.shared().parts;
  const auto own = parts.facts.log();
  if (!own) return fail(Code::kNotFound, "this node observes: it has no city, and so no catalogue");
  return read_catalogue(*parts.store, *parts.index, parts.nearness, *own, parts.clock.wall());
}

CatalogueWords CatalogPages::words_of(const Catalogue& language, const CatalogueView& view) {
  ApiParts& parts = frame_.shared().parts;
  CatalogueWords out;
  out.language = language.tag();
  out.city = Directory(*parts.store, parts.nearness, parts.index.get()).name_in(view.log, language.tag());
  if (out.city.empty()) out.city = view.name;
  out.say = [&language](std::string_view key, const MessageArguments& arguments) {
    return arguments.empty() ? language.text(key) : language.text(key, arguments);
  };
  return out;
}

Result<HttpResponse> CatalogPages::document(const ApiRequest& request, Form form) {
  KOINON_ASSIGN(const CatalogueView view, read());
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

HttpResponse CatalogPages::page(const Visit& visit) {
  const auto found = read();
  if (!found.ok()) return frame_.failed(visit, found.error());
  const CatalogueWords words = words_of(*visit.words, *found);
  json::array datasets;
  for (const DatasetView& one : found->datasets) {
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
                {"api_title", words.say("catalog.api", {{"city", words.city}})},
                {"api_about", words.say("catalog.api_about", {})}};
  HttpResponse out = frame_.show(visit, std::move(view));
  out.headers["Vary"] += ", Accept";
  return out;
}

}  // namespace koinon
