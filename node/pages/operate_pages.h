// Operate: how the node is, who its peers are, invites, subscriptions, accounts, and the audit.
#pragma once

#include <optional>

#include "node/pages/page_frame.h"

namespace koinon {

class OperatePages {
 public:
  OperatePages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        about_(areas.about),
        accounts_(areas.accounts),
        cities_(areas.cities),
        desk_(areas.desk),
        invites_(areas.invites),
        peers_(areas.peers),
        status_(areas.status),
        subscriptions_(areas.subscriptions),
        trust_(areas.trust),
        upkeep_(areas.upkeep) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> operate(Visit visit);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  boost::asio::awaitable<HttpResponse> accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> change_accounts(Visit visit);
  boost::asio::awaitable<HttpResponse> audit(Visit visit);
  boost::asio::awaitable<HttpResponse> make_invite(Visit visit);
  // What is done and then only shown; nothing where the form asks for what there is not.
  boost::asio::awaitable<std::optional<Status>> carry_out(Visit visit);
  boost::asio::awaitable<Status> pin(Visit visit);
  boost::asio::awaitable<Status> subscribe(Visit visit);
  boost::asio::awaitable<Status> give_notice(Visit visit);
  // The one-time link of an account that is new or gets another; else empty.
  boost::asio::awaitable<Result<std::string>> change_account(Visit visit);
  boost::asio::awaitable<HttpResponse> show_operate(Visit visit, boost::json::object news);
  boost::asio::awaitable<HttpResponse> show_accounts(Visit visit, boost::json::object news);

  PageFrame& frame_;
  AboutApi& about_;
  AccountsApi& accounts_;
  CitiesApi& cities_;
  DeskApi& desk_;
  InvitesApi& invites_;
  PeersApi& peers_;
  StatusApi& status_;
  SubscriptionsApi& subscriptions_;
  TrustApi& trust_;
  UpkeepApi& upkeep_;
};

// A QR code as an SVG element: dark on light, four modules of quiet zone. Empty where the text is too long.
std::string qr_svg(const std::string& text);

}  // namespace koinon
