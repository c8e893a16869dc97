// Drafts as the API's JSON: the routes of their operations. The version of a draft is the ETag of its answer.
#pragma once

namespace koinon {

class CallGate;
class DraftsApi;
class RouteTable;

void add_drafts_routes(RouteTable& routes, CallGate& gate, const DraftsApi& drafts);

}  // namespace koinon
