#include "node/site/openapi.h"

#include <boost/json.hpp>

#include "proto/base/ascii.h"

namespace koinon {
namespace json = boost::json;
namespace embedded {
extern const std::string_view openapi_parts_json;
}  // namespace embedded
namespace {

std::string_view need_text(Need need) {
  switch (need) {
    case Need::kAnyone:
      return "Open to everyone.";
    case Need::kReading:
      return "Takes a reader; open to everyone where reading is public.";
    case Need::kReader:
      return "Takes an account.";
    case Need::kPublisher:
      return "Takes a publisher.";
    case Need::kReviewer:
      return "Takes a reviewer.";
    case Need::kOperator:
      return "Takes an operator.";
    case Need::kMetrics:
      return "Takes an operator, or a token of the scope metrics.";
  }
  return "";
}

json::object schema_ref(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

json::object content(const std::string& what) {
  if (what.find('/') == std::string::npos)
    return {{"application/json", json::object{{"schema", schema_ref(what)}}}};
  return {{what, json::object{{"schema", json::object{{"type", "string"}}}}}};
}

json::object answer(const std::string& description, const std::string& what) {
  json::object out{{"description", description}};
  if (!what.empty()) out["content"] = content(what);
  return out;
}

// OpenAPI writes /log/{city}/tile/{path...} as /log/{city}/tile/{path}.
std::string openapi_path(const std::string& pattern) {
  std::string out = pattern;
  if (const auto dots = out.find("...}"); dots != std::string::npos) out.erase(dots, 3);
  return out;
}

json::array parameters(const Route& route) {
  json::array out;
  const std::string path = openapi_path(route.pattern);
  for (auto begin = path.find('{'); begin != std::string::npos; begin = path.find('{', begin + 1)) {
    const std::string name = path.substr(begin + 1, path.find('}', begin) - begin - 1);
    out.push_back(json::object{
        {"name", name}, {"in", "path"}, {"required", true}, {"schema", json::object{{"type", "string"}}}});
  }
  for (const auto& name : route.query)
    out.push_back(json::object{{"$ref", "#/components/parameters/" + name}});
  return out;
}

json::object operation(const Route& route) {
  json::object out{{"operationId", route.id},
                   {"tags", json::array{json::value(route.tag)}},
                   {"summary", route.summary},
                   {"description",
                    std::string(need_text(route.need)) + (route.takes_person ? " No token opens it." : "")}};
  if (json::array given = parameters(route); !given.empty()) out["parameters"] = std::move(given);
  if (!route.takes.empty()) {
    const bool optional = route.takes == "HoldRequest" || route.takes == "WatchRequest";
    out["requestBody"] = {{"required", !optional}, {"content", content(route.takes)}};
  }
  json::object responses;
  responses[std::to_string(route.status)] = answer("Done", route.gives);
  if (route.gives == "application/atom+xml") {
    auto& both = responses["200"].as_object()["content"].as_object();
    both["application/feed+json"] = {{"schema", schema_ref("JsonFeed")}};
  }
  if (!route.gives_later.empty()) responses["202"] = answer("It waits to be signed", route.gives_later);
  if (route.method == "GET") responses["304"] = answer("As it was", "");
  responses["4XX"] = {{"$ref", "#/components/responses/Problem"}};
  responses["5XX"] = {{"$ref", "#/components/responses/Problem"}};
  out["responses"] = std::move(responses);
  if (route.need == Need::kAnyone) {
    out["security"] = json::array{json::object{}};
  } else {
    json::array ways{json::object{{"session", json::array()}}};
    if (!route.takes_person) ways.push_back(json::object{{"token", json::array()}});
    if (route.need == Need::kReading) ways.push_back(json::object{});
    out["security"] = std::move(ways);
  }
  return out;
}

}  // namespace

json::object openapi_parts() {
  return json::parse({embedded::openapi_parts_json.data(), embedded::openapi_parts_json.size()}).as_object();
}

json::object openapi_document(const RouteTable& routes, std::string_view version) {
  json::object out = openapi_parts();
  out["info"].as_object()["version"] = version;
  json::object paths;
  json::array pages;
  for (const Route& route : routes.routes()) {
    if (route.another) continue;
    const std::string path = openapi_path(route.pattern);
    if (route.page) {
      pages.push_back(json::object{{"method", route.method},
                                   {"path", path},
                                   {"operationId", route.id},
                                   {"summary", route.summary},
                                   {"description", need_text(route.need)}});
      continue;
    }
    auto& methods = paths[path];
    if (!methods.is_object()) methods = json::object();
    methods.as_object()[ascii_lower(route.method)] = operation(route);
  }
  out["x-pages"] = std::move(pages);
  out["paths"] = std::move(paths);
  return out;
}

}  // namespace koinon
