// Makes all areas of one thread, and adds their routes to the table.
#pragma once

#include "node/api/about_api.h"
#include "node/api/accounts_api.h"
#include "node/api/areas.h"
#include "node/api/attachments_api.h"
#include "node/api/call_gate.h"
#include "node/api/calls_api.h"
#include "node/api/cities_api.h"
#include "node/api/credentials_api.h"
#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/events_api.h"
#include "node/api/explain_api.h"
#include "node/api/figures_api.h"
#include "node/api/fit_api.h"
#include "node/api/follow_ups_api.h"
#include "node/api/health_api.h"
#include "node/api/inbox_api.h"
#include "node/api/invites_api.h"
#include "node/api/keys_api.h"
#include "node/api/linked_api.h"
#include "node/api/overview_api.h"
#include "node/api/peers_api.h"
#include "node/api/proofs_api.h"
#include "node/api/proposals_api.h"
#include "node/api/records_api.h"
#include "node/api/search_api.h"
#include "node/api/sending_api.h"
#include "node/api/sessions_api.h"
#include "node/api/status_api.h"
#include "node/api/story_api.h"
#include "node/api/subscriptions_api.h"
#include "node/api/templates_api.h"
#include "node/api/trust_api.h"
#include "node/api/upkeep_api.h"
#include "node/api/worksheets_api.h"
#include "node/feeds/feeds.h"
#include "node/linked/sitemap.h"
#include "node/log_files/log_files.h"

namespace koinon {

struct SiteAreas {
  // `shared` must live longer than this.
  explicit SiteAreas(ApiShared& shared)
      : health(shared),
        about(shared),
        records(shared),
        proofs(shared),
        attachments(shared),
        calls(shared),
        events(shared),
        explain(shared),
        figures(shared.parts),
        fit(shared),
        status(shared),
        peers(shared),
        invites(shared),
        keys(shared),
        linked(shared),
        subscriptions(shared),
        trust(shared),
        upkeep(shared),
        sessions(shared),
        accounts(shared),
        cities(shared.parts),
        credentials(shared),
        desk(shared),
        drafts(shared, desk),
        templates(shared, drafts),
        inbox(shared),
        feeds({*shared.parts.store, *shared.parts.index, shared.parts.nearness, shared.parts.commons.texts,
               shared.parts.clock, shared.parts.facts.name, shared.parts.options.hub,
               shared.parts.options.files_only}),
        sitemap({*shared.parts.store, *shared.parts.index, shared.parts.nearness, shared.parts.clock,
                 shared.parts.facts.log().has_value()}),
        log_files(*shared.parts.store, shared.parts.nearness, shared.parts.facts.log()),
        follow_ups(shared.parts),
        overview(shared.parts),
        proposals(shared.parts),
        search(shared),
        sending(shared),
        story(shared.parts),
        worksheets(shared) {}

  // `openapi` adds the route of the OpenAPI document. The document lists addresses in the order in which they
  // were added.
  void add_routes(RouteTable& routes, CallGate& gate, const Access& access,
                  const std::function<void(RouteTable&)>& openapi);
  Areas references();

  HealthApi health;
  AboutApi about;
  RecordsApi records;
  ProofsApi proofs;
  AttachmentsApi attachments;
  CallsApi calls;
  EventsApi events;
  ExplainApi explain;
  FiguresApi figures;
  FitApi fit;
  StatusApi status;
  PeersApi peers;
  InvitesApi invites;
  KeysApi keys;
  LinkedApi linked;
  SubscriptionsApi subscriptions;
  TrustApi trust;
  UpkeepApi upkeep;
  SessionsApi sessions;
  AccountsApi accounts;
  CitiesApi cities;
  CredentialsApi credentials;
  DeskApi desk;
  DraftsApi drafts;
  TemplatesApi templates;
  InboxApi inbox;
  Feeds feeds;
  Sitemap sitemap;
  LogFiles log_files;
  FollowUpsApi follow_ups;
  OverviewApi overview;
  ProposalsApi proposals;
  SearchApi search;
  SendingApi sending;
  StoryApi story;
  WorksheetsApi worksheets;
};

}  // namespace koinon
