// The areas of the API. To call an operation, include the header of its area.
#pragma once

namespace koinon {

class AboutApi;
class AccountsApi;
class AttachmentsApi;
class CallsApi;
class CitiesApi;
class CredentialsApi;
class DeskApi;
class DraftsApi;
class EventsApi;
class ExplainApi;
class FiguresApi;
class FitApi;
class FollowUpsApi;
class HealthApi;
class InboxApi;
class InvitesApi;
class KeysApi;
class LinkedApi;
class OverviewApi;
class PeersApi;
class ProofsApi;
class ProposalsApi;
class RecordsApi;
class SearchApi;
class SendingApi;
class SessionsApi;
class StatusApi;
class StoryApi;
class SubscriptionsApi;
class TemplatesApi;
class TrustApi;
class UpkeepApi;
class WorksheetsApi;

// All belong to one thread. They must live longer than everybody who gets this.
struct Areas {
  AboutApi& about;
  AccountsApi& accounts;
  AttachmentsApi& attachments;
  CallsApi& calls;
  CitiesApi& cities;
  CredentialsApi& credentials;
  DeskApi& desk;
  DraftsApi& drafts;
  EventsApi& events;
  ExplainApi& explain;
  FiguresApi& figures;
  FitApi& fit;
  FollowUpsApi& follow_ups;
  HealthApi& health;
  InboxApi& inbox;
  InvitesApi& invites;
  KeysApi& keys;
  LinkedApi& linked;
  OverviewApi& overview;
  PeersApi& peers;
  ProofsApi& proofs;
  ProposalsApi& proposals;
  RecordsApi& records;
  SearchApi& search;
  SendingApi& sending;
  SessionsApi& sessions;
  StatusApi& status;
  StoryApi& story;
  SubscriptionsApi& subscriptions;
  TemplatesApi& templates;
  TrustApi& trust;
  UpkeepApi& upkeep;
  WorksheetsApi& worksheets;
};

}  // namespace koinon
