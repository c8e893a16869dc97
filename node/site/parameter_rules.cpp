#include "node/site/parameter_rules.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/site/openapi.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kNameShown = 40;  // bytes of a name that is not known

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return out;
}

}  // namespace

ParameterRules::ParameterRules()
    : ParameterRules(openapi_parts().at("components").as_object().at("parameters").as_object()) {}

ParameterRules::ParameterRules(const json::object& parameters) {
  for (const auto& [name, parameter] : parameters) {
    const json::object& schema = parameter.as_object().at("schema").as_object();
    const auto* values = schema.if_contains("enum");
    if (values == nullptr) continue;
    for (const json::value& value : values->as_array()) values_[name].emplace_back(value.as_string());
  }
}

Status ParameterRules::check(const OperationFacts& route, bool page, const Params& params) const {
  if (page) return {};
  for (const auto& [name, value] : params) {
    if (name.empty() && value.empty()) continue;  // "?q=water&"
    if (std::find(route.query.begin(), route.query.end(), name) == route.query.end()) {
      const std::string known = route.query.empty() ? "it takes none" : "it takes " + listed(route.query);
      return fail(Code::kInvalidArgument, "this address does not take such a parameter; " + known,
                  plain_line(clipped_utf8(name, kNameShown)));
    }
    const auto values = values_.find(name);
    if (values == values_.end() || value.empty()) continue;
    if (std::find(values->second.begin(), values->second.end(), value) == values->second.end())
      return fail(Code::kInvalidArgument, "it is " + listed(values->second), name);
  }
  return {};
}

}  // namespace koinon
