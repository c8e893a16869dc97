// Operate: how the node is, who its peers are, invites and subscriptions.
#pragma once

#include <optional>

#include "node/pages/page_frame.h"

namespace koinon {

class OperatePages {
 public:
  OperatePages(PageFrame& frame, const Areas& areas)
      : frame_(frame),
        about_(areas.about),
        cities_(areas.cities),
        desk_(areas.desk),
        figures_(areas.figures),
        invites_(areas.invites),
        keys_(areas.keys),
        peers_(areas.peers),
        status_(areas.status),
        subscriptions_(areas.subscriptions),
        trust_(areas.trust),
        upkeep_(areas.upkeep) {}
  void add_routes(RouteTable& routes);

 private:
  boost::asio::awaitable<HttpResponse> operate(Visit visit);
  boost::asio::awaitable<HttpResponse> change(Visit visit);
  boost::asio::awaitable<HttpResponse> make_invite(Visit visit);
  // What is done and then only shown; nothing where the form asks for what there is not.
  boost::asio::awaitable<std::optional<Status>> carry_out(Visit visit);
  boost::asio::awaitable<Status> pin(Visit visit);
  boost::asio::awaitable<Status> subscribe(Visit visit);
  boost::asio::awaitable<Status> give_notice(Visit visit);
  // `news`: what came of a form, and what was typed into it.
  boost::asio::awaitable<HttpResponse> show_operate(Visit visit, boost::json::object news,
                                                    unsigned status = 200);
  boost::asio::awaitable<HttpResponse> show_refused(Visit visit, Error why);

  PageFrame& frame_;
  AboutApi& about_;
  CitiesApi& cities_;
  DeskApi& desk_;
  FiguresApi& figures_;
  InvitesApi& invites_;
  KeysApi& keys_;
  PeersApi& peers_;
  StatusApi& status_;
  SubscriptionsApi& subscriptions_;
  TrustApi& trust_;
  UpkeepApi& upkeep_;
};

}  // namespace koinon
