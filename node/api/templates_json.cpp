#include "node/api/templates_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/drafts_json.h"
#include "node/api/operation_route.h"
#include "node/api/templates_api.h"

namespace koinon {
namespace {

Result<TemplateQuery> read_template(const ApiRequest& request) {
  KOINON_ASSIGN(const boost::json::object given, parse_request(request.body));
  KOINON_TRY(check_members(given, {"of", "language"}));
  return TemplateQuery{text_member(given, "of"), text_member(given, "language")};
}

}  // namespace

void add_templates_routes(RouteTable& routes, CallGate& gate, const TemplatesApi& templates) {
  add_route(routes, gate, templates.make, read_template, made_draft_answer);
}

}  // namespace koinon
