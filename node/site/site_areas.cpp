#include "node/site/site_areas.h"

#include "node/api/about_json.h"
#include "node/api/accounts_json.h"
#include "node/api/attachments_json.h"
#include "node/api/calls_json.h"
#include "node/api/cities_json.h"
#include "node/api/credentials_json.h"
#include "node/api/desk_json.h"
#include "node/api/drafts_json.h"
#include "node/api/explain_json.h"
#include "node/api/figures_json.h"
#include "node/api/fit_json.h"
#include "node/api/follow_ups_json.h"
#include "node/api/health_text.h"
#include "node/api/inbox_json.h"
#include "node/api/invites_json.h"
#include "node/api/keys_json.h"
#include "node/api/linked_json.h"
#include "node/api/overview_json.h"
#include "node/api/peers_json.h"
#include "node/api/proofs_json.h"
#include "node/api/proposals_json.h"
#include "node/api/records_json.h"
#include "node/api/search_json.h"
#include "node/api/sending_json.h"
#include "node/api/status_json.h"
#include "node/api/story_json.h"
#include "node/api/subscriptions_json.h"
#include "node/api/templates_json.h"
#include "node/api/trust_json.h"
#include "node/api/upkeep_json.h"
#include "node/api/worksheets_json.h"
#include "node/site/feed_routes.h"
#include "node/site/log_file_routes.h"
#include "node/site/robots.h"
#include "node/site/sitemap_routes.h"

namespace koinon {

void SiteAreas::add_routes(RouteTable& routes, CallGate& gate, const Access& access,
                           const std::function<void(RouteTable&)>& openapi) {
  add_health_routes(routes, gate, health);
  add_robots_route(routes, access);
  openapi(routes);
  add_about_routes(routes, gate, about);
  add_records_routes(routes, gate, records);
  add_proofs_routes(routes, gate, proofs);
  add_attachments_routes(routes, gate, attachments);
  add_calls_routes(routes, gate, calls);
  events.add_routes(routes);
  add_explain_routes(routes, gate, explain);
  add_figures_routes(routes, gate, figures);
  add_fit_routes(routes, gate, fit);
  add_status_routes(routes, gate, status);
  add_peers_routes(routes, gate, peers);
  add_invites_routes(routes, gate, invites);
  add_keys_routes(routes, gate, keys);
  add_linked_routes(routes, gate, linked);
  add_subscriptions_routes(routes, gate, subscriptions);
  add_trust_routes(routes, gate, trust);
  add_upkeep_routes(routes, gate, upkeep);
  add_accounts_routes(routes, gate, sessions, accounts);
  add_cities_routes(routes, gate, cities);
  add_credentials_routes(routes, gate, credentials);
  add_desk_routes(routes, gate, desk);
  add_templates_routes(routes, gate, templates);
  add_drafts_routes(routes, gate, drafts);
  add_inbox_routes(routes, gate, inbox);
  add_feed_routes(routes, feeds, access);
  add_sitemap_routes(routes, sitemap, access);
  add_log_file_routes(routes, log_files, access.options().public_reading);
  add_follow_ups_routes(routes, gate, follow_ups);
  add_overview_routes(routes, gate, overview);
  add_proposals_routes(routes, gate, proposals);
  add_search_routes(routes, gate, search);
  add_sending_routes(routes, gate, sending);
  add_story_routes(routes, gate, story);
  add_worksheets_routes(routes, gate, worksheets);
}

Areas SiteAreas::references() {
  return {.about = about,
          .accounts = accounts,
          .attachments = attachments,
          .calls = calls,
          .cities = cities,
          .credentials = credentials,
          .desk = desk,
          .drafts = drafts,
          .events = events,
          .explain = explain,
          .figures = figures,
          .fit = fit,
          .follow_ups = follow_ups,
          .health = health,
          .inbox = inbox,
          .invites = invites,
          .keys = keys,
          .linked = linked,
          .overview = overview,
          .peers = peers,
          .proofs = proofs,
          .proposals = proposals,
          .records = records,
          .search = search,
          .sending = sending,
          .sessions = sessions,
          .status = status,
          .story = story,
          .subscriptions = subscriptions,
          .templates = templates,
          .trust = trust,
          .upkeep = upkeep,
          .worksheets = worksheets};
}

}  // namespace koinon
