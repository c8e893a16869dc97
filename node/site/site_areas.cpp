#include "node/site/site_areas.h"

#include "node/api/accounts_json.h"
#include "node/api/cities_json.h"
#include "node/api/credentials_json.h"
#include "node/api/invites_json.h"
#include "node/api/peers_json.h"
#include "node/api/search_json.h"
#include "node/api/status_json.h"
#include "node/api/subscriptions_json.h"
#include "node/api/trust_json.h"
#include "node/api/upkeep_json.h"
#include "node/site/feed_routes.h"
#include "node/site/log_file_routes.h"

namespace koinon {

void SiteAreas::add_routes(RouteTable& routes, CallGate& gate, const Access& access,
                           const std::function<void(RouteTable&)>& openapi) {
  health.add_routes(routes);
  openapi(routes);
  about.add_routes(routes);
  records.add_routes(routes);
  attachments.add_routes(routes);
  events.add_routes(routes);
  explain.add_routes(routes);
  add_status_routes(routes, gate, status);
  add_peers_routes(routes, gate, peers);
  add_invites_routes(routes, gate, invites);
  add_subscriptions_routes(routes, gate, subscriptions);
  add_trust_routes(routes, gate, trust);
  add_upkeep_routes(routes, gate, upkeep);
  add_accounts_routes(routes, gate, sessions, accounts);
  add_cities_routes(routes, gate, cities);
  add_credentials_routes(routes, gate, credentials);
  desk.add_routes(routes);
  drafts.add_routes(routes);
  inbox.add_routes(routes);
  add_feed_routes(routes, feeds, access);
  add_log_file_routes(routes, log_files, access.options().public_reading);
  overview.add_routes(routes);
  add_search_routes(routes, gate, search);
  sending.add_routes(routes);
}

Areas SiteAreas::references() {
  return {about,   accounts, attachments, cities,        credentials, desk,  drafts,  events,
          explain, health,   inbox,       invites,       overview,    peers, records, search,
          sending, sessions, status,      subscriptions, trust,       upkeep};
}

}  // namespace koinon
