#include "node/api/invites_json.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/invites_api.h"
#include "node/api/json_response.h"
#include "node/api/operation_route.h"
#include "node/api/peers_json.h"
#include "node/api/query_params.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

// {"for": NAME or "", "hours": HOURS, "address": HOST:PORT}
Result<InviteWish> invite_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"for", "hours", "address"}));
  InviteWish out;
  out.city = text_member(object, "for");
  out.address = text_member(object, "address");
  const auto* hours = object.if_contains("hours");
  if (hours != nullptr && hours->is_int64()) out.hours = hours->as_int64();
  return out;
}

// {"line": INVITE, "vouch": true}
Result<InviteUse> use_of_body(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"line", "vouch"}));
  return InviteUse{text_member(object, "line"), flag_member(object, "vouch", true)};
}

HttpResponse invite_answer(const ApiRequest&, const NewInvite& view) {
  return json_response({{"line", view.line},
                        {"id", view.invite.id},
                        {"for", view.invite.city},
                        {"expires_at", time_text(view.invite.expires_at)}},
                       201);
}

HttpResponse list_answer(const ApiRequest&, const std::vector<InviteView>& view) {
  json::array items;
  for (const InviteView& one : view) {
    items.push_back(
        json::object{{"id", one.id}, {"for", one.city}, {"expires_at", time_text(one.expires_at)}});
  }
  return json_response({{"items", std::move(items)}});
}

}  // namespace

void add_invites_routes(RouteTable& routes, CallGate& gate, const InvitesApi& invites) {
  add_route(routes, gate, invites.invite, invite_of_body, invite_answer);
  add_route(routes, gate, invites.list, read_nothing, list_answer);
  add_route(
      routes, gate, invites.revoke,
      +[](const ApiRequest& request) -> Result<NamedInvite> { return NamedInvite{request.arg("id")}; },
      no_content);
  add_route(routes, gate, invites.join, use_of_body, pinned_answer);
}

}  // namespace koinon
